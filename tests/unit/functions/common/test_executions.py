"""One execution per object version: under claims in moto's DynamoDB, over moto's Step Functions."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError

from functions.common import executions
from functions.common.claims import Claims, Origin
from functions.common.errors import ExecutionNameTakenError
from functions.common.executions import Start, Starter
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from tests.unit.functions.claims import claims_table

DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
ITEM = ObjectVersion("source", "people/a.csv", "v1", 5, "etag", "0A", "2026-11-21T00:00:00Z")
NAME = execution_name(ITEM)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def starter(aws: None) -> Starter:
    step_functions = boto3.client("stepfunctions")
    machine = step_functions.create_state_machine(
        name="pipeline", definition=DEFINITION, roleArn="arn:aws:iam::123456789012:role/pipeline"
    )
    claims = Claims(claims_table(), boto3.client("dynamodb"), now=lambda: NOW)
    return Starter(machine["stateMachineArn"], step_functions, claims)


def names(starter: Starter) -> list[str]:
    """Return the names of all executions."""
    listed = starter.step_functions.list_executions(stateMachineArn=starter.state_machine_arn)
    return sorted(item["name"] for item in listed["executions"])


def interrupted(starter: Starter, failing: Callable[..., Any]) -> Starter:
    """The same, but StartExecution goes as ``failing`` says."""

    class Broken:
        exceptions = starter.step_functions.exceptions
        start_execution = staticmethod(failing)

    return replace(starter, step_functions=Broken())  # type: ignore[arg-type]


def test_a_start_leaves_a_claim_that_knows_everything(starter: Starter) -> None:
    run = starter.start(ITEM, Origin.EVENT)
    assert (run.start, run.name) == (Start.STARTED, NAME)
    claim = starter.claims.find(NAME)
    assert claim is not None
    assert claim.item == ITEM
    assert (claim.origin, claim.claimed_at) == (Origin.EVENT, NOW)
    assert claim.execution_arn == run.execution_arn


def test_the_same_again_is_known_in_whatever_words(starter: Starter) -> None:
    starter.start(ITEM, Origin.EVENT)
    again = starter.start(replace(ITEM, event_time="2026-11-21T00:00:00.000Z"), Origin.EVENT)
    assert again.start is Start.KNOWN
    swept = starter.start(ObjectVersion("source", "people/a.csv", "v1"), Origin.SWEEP)
    assert swept == again
    assert names(starter) == [NAME]


def test_a_crash_between_claim_and_start_is_made_good(starter: Starter) -> None:
    starter.claims.take(NAME, ITEM, Origin.EVENT)
    run = starter.start(replace(ITEM, event_time="other words"), Origin.SWEEP)
    assert run.start is Start.STARTED
    described = starter.step_functions.describe_execution(executionArn=run.execution_arn)
    assert json.loads(described["input"]) == ITEM.to_input(), "as it was first announced"
    assert starter.start(ITEM, Origin.EVENT).start is Start.KNOWN
    assert names(starter) == [NAME]


def test_a_start_that_never_reached_step_functions_is_made_good(starter: Starter) -> None:
    def lost(**_: Any) -> None:
        raise ConnectionClosedError(endpoint_url="https://states")

    with pytest.raises(ConnectionClosedError):
        interrupted(starter, lost).start(ITEM, Origin.EVENT)
    assert names(starter) == []
    assert starter.start(ITEM, Origin.EVENT).start is Start.STARTED


def test_a_start_whose_response_was_lost_is_not_repeated(starter: Starter) -> None:
    def answer_lost(**given: Any) -> None:
        starter.step_functions.start_execution(**given)
        raise ConnectionClosedError(endpoint_url="https://states")

    with pytest.raises(ConnectionClosedError):
        interrupted(starter, answer_lost).start(ITEM, Origin.EVENT)
    claim = starter.claims.find(NAME)
    assert claim is not None
    assert claim.execution_arn is None
    run = starter.start(ITEM, Origin.EVENT)
    assert names(starter) == [NAME]
    assert starter.claims.started([NAME]) == {NAME}
    assert run.execution_arn.endswith(f":{NAME}")


def test_an_execution_from_before_there_were_claims_is_known(starter: Starter) -> None:
    given = json.dumps({"bucket": ITEM.bucket, "key": ITEM.key, "version_id": ITEM.version_id})
    starter.step_functions.start_execution(
        stateMachineArn=starter.state_machine_arn, name=NAME, input=given
    )
    assert starter.start(ITEM, Origin.EVENT).start is Start.KNOWN
    assert starter.claims.started([NAME]) == {NAME}


def test_a_claim_on_something_else_is_an_error(starter: Starter) -> None:
    starter.claims.take(NAME, replace(ITEM, key="b.csv"), Origin.EVENT)
    with pytest.raises(ExecutionNameTakenError, match=r"another object version than s3://source"):
        starter.start(ITEM, Origin.EVENT)
    assert names(starter) == []


def test_an_execution_about_something_else_is_an_error(starter: Starter) -> None:
    starter.step_functions.start_execution(
        stateMachineArn=starter.state_machine_arn,
        name=NAME,
        input=json.dumps({"bucket": "source", "key": "b.csv"}),
    )
    with pytest.raises(ExecutionNameTakenError, match=r"is not about s3://source/people/a\.csv"):
        starter.start(ITEM, Origin.EVENT)


def test_a_replay_of_what_never_ran_is_its_first_run(starter: Starter) -> None:
    assert starter.replay(ITEM, "one").name == NAME
    assert starter.replay(ITEM, "one").name == NAME, "the same request"
    assert starter.replay(ITEM, "two").name == f"{NAME}-r1"
    assert names(starter) == [NAME, f"{NAME}-r1"]


def test_replays_are_bounded(starter: Starter, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(f"{NAME}-r{executions._MAX_REPLAYS}") <= 80, "longer than a name may be"
    # Each replay asks for all names before its own.
    monkeypatch.setattr(executions, "_MAX_REPLAYS", 12)
    for number in range(13):
        starter.replay(ITEM, str(number))
    with pytest.raises(ExecutionNameTakenError, match="replayed 12 times"):
        starter.replay(ITEM, "one more")
    assert set(names(starter)) == {NAME, *(f"{NAME}-r{number}" for number in range(1, 13))}


def test_looking_up_many_claims(starter: Starter) -> None:
    wanted = [f"name-{number}" for number in range(250)]
    for name in wanted[::2]:
        starter.claims.take(name, ITEM, Origin.EVENT)
    for name in wanted[::4]:
        starter.claims.record_start(name, f"arn:{name}")
    assert starter.claims.started([*wanted, wanted[0]]) == set(wanted[::4])


def test_claims_stay_for_ever_unless_told_otherwise(starter: Starter) -> None:
    starter.start(ITEM, Origin.EVENT)
    kept = replace(starter, claims=replace(starter.claims, keep_days=100))
    other = replace(ITEM, version_id="v2")
    kept.start(other, Origin.EVENT)
    items = {
        item["id"]["S"]: item.get("expires_at")
        for item in starter.claims.dynamodb.scan(TableName=starter.claims.table)["Items"]
    }
    assert items[f"execution#{NAME}"] is None
    expiry = int(NOW.timestamp()) + 100 * 86_400
    assert items[f"execution#{execution_name(other)}"] == {"N": str(expiry)}
