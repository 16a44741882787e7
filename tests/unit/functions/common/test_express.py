"""Executions of an Express workflow: waited for, claimed, run again where nobody was told.

Step Functions is a stand-in, as moto runs nothing; the claims lie in moto's DynamoDB.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartSyncExecution.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.common import express
from functions.common.claims import Claims, Origin
from functions.common.errors import (
    MissingSettingError,
    NotBegunError,
    RunUnderWayError,
    UntoldEndError,
)
from functions.common.executions import Start, Starter, step_functions_client
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from tests.unit.functions.claims import claims_table

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:pipeline"
ITEM = ObjectVersion("source", "people/a.csv", "v1", 5, "etag", "0A", "2026-11-21T00:00:00Z")
NAME = execution_name(ITEM)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SUCCEEDED = {"status": "SUCCEEDED"}
TOLD = {"status": "FAILED", "error": "Pipeline.SourceGoneError", "cause": "gone"}
UNTOLD = (
    {"status": "TIMED_OUT"},
    {"status": "TIMED_OUT", "error": "States.Timeout"},
    {"status": "FAILED", "error": "Untold", "cause": "SNS"},
    {"status": "FAILED", "error": "States.Runtime", "cause": "a path"},
    {"status": "FAILED"},
)


def refused(code: str, status: int = 400) -> ClientError:
    metadata: Any = {"HTTPStatusCode": status}
    error = {"Code": code, "Message": "no"}
    return ClientError({"Error": error, "ResponseMetadata": metadata}, "StartSyncExecution")


@dataclass
class StandIn:
    """Answers StartSyncExecution with what is planned, an error among it."""

    planned: list[Mapping[str, Any] | Exception]
    calls: list[dict[str, Any]] = field(default_factory=list)

    def start_sync_execution(self, **given: Any) -> dict[str, Any]:
        self.calls.append(given)
        answer = self.planned.pop(0)
        if isinstance(answer, Exception):
            raise answer
        arn = MACHINE.replace(":stateMachine:", ":express:")
        return {"executionArn": f"{arn}:{given['name']}:id-{len(self.calls)}", **answer}


def starter(*planned: Mapping[str, Any] | Exception, at: datetime = NOW) -> Starter:
    claims = Claims(claims_table(), boto3.client("dynamodb"), now=lambda: at)
    return Starter(MACHINE, StandIn([*planned]), claims, is_express=True)  # type: ignore[arg-type]


def later(starter: Starter, **ago: int) -> Starter:
    """The same, some time later."""
    moment = NOW + timedelta(**ago)
    return replace(starter, claims=replace(starter.claims, now=lambda: moment))


def calls(starter: Starter) -> list[dict[str, Any]]:
    stand_in: Any = starter.step_functions
    found: list[dict[str, Any]] = stand_in.calls
    return found


@pytest.mark.parametrize("answer", [SUCCEEDED, TOLD], ids=["success", "failure that was told"])
def test_an_end_that_was_told_is_the_end(aws: None, answer: Mapping[str, Any]) -> None:
    ours = starter(answer)
    run = ours.start(ITEM, Origin.EVENT)
    assert run.start is Start.STARTED
    assert run.execution_arn.endswith(f":express:pipeline:{NAME}:id-1")
    (call,) = calls(ours)
    assert (call["stateMachineArn"], call["name"]) == (MACHINE, NAME)
    assert json.loads(call["input"]) == ITEM.to_input()
    claim = ours.claims.find(NAME)
    assert claim is not None
    assert claim.execution_arn == run.execution_arn
    again = ours.start(ITEM, Origin.EVENT)
    assert (again.start, again.execution_arn) == (Start.KNOWN, run.execution_arn)
    assert len(calls(ours)) == 1


@pytest.mark.parametrize("answer", UNTOLD, ids=str)
def test_an_end_that_nobody_was_told_is_run_again(aws: None, answer: Mapping[str, Any]) -> None:
    ours = starter(answer, SUCCEEDED)
    with pytest.raises(UntoldEndError, match="has told nobody"):
        ours.start(ITEM, Origin.EVENT)
    assert ours.claims.started([NAME]) == set()
    assert later(ours, seconds=1).start(ITEM, Origin.EVENT).start is Start.STARTED
    assert [call["name"] for call in calls(ours)] == [NAME, NAME]


def test_one_call_at_a_time_takes_over_what_was_let_go(aws: None) -> None:
    ours = starter(UNTOLD[0])
    with pytest.raises(UntoldEndError):
        ours.start(ITEM, Origin.EVENT)
    soon = later(ours, minutes=1)

    class Meanwhile(StandIn):
        def start_sync_execution(self, **given: Any) -> dict[str, Any]:
            for minutes in (1, 6):
                with pytest.raises(RunUnderWayError):
                    later(ours, minutes=minutes).start(ITEM, Origin.SWEEP)
            return super().start_sync_execution(**given)

    replace(soon, step_functions=Meanwhile([SUCCEEDED])).start(ITEM, Origin.EVENT)  # type: ignore[arg-type]
    assert later(ours, minutes=6).start(ITEM, Origin.EVENT).start is Start.KNOWN


def test_of_two_that_read_the_same_claim_one_takes_it_over(aws: None) -> None:
    ours = starter().claims
    until = NOW + timedelta(minutes=5)
    for change in (None, ours.let_go):
        ours.take(NAME, ITEM, Origin.EVENT)
        known = ours.find(NAME)
        assert known is not None
        if change:
            change(known)
            known = ours.find(NAME)
            assert known is not None
        assert [ours.take_over(known, until) for _ in range(2)] == [True, False]
    ours.record_start(NAME, "arn")
    ended = ours.find(NAME)
    assert ended is not None
    assert not ours.take_over(ended, until)


def test_a_lost_answer_is_not_asked_for_twice_but_run_again_later(aws: None) -> None:
    ours = starter(ReadTimeoutError(endpoint_url="https://sync-states"), SUCCEEDED)
    with pytest.raises(ReadTimeoutError):
        ours.start(ITEM, Origin.EVENT)
    assert len(calls(ours)) == 1
    swept = later(ours, minutes=15).start(ITEM, Origin.SWEEP)
    assert swept.start is Start.STARTED


def test_a_duplicate_meanwhile_waits_for_its_turn(aws: None) -> None:
    ours = starter(SUCCEEDED, SUCCEEDED)
    ours.claims.take(NAME, ITEM, Origin.EVENT)
    for seconds in (0, express.LONGEST_SECONDS):
        with pytest.raises(RunUnderWayError, match="Try again then"):
            later(ours, seconds=seconds).start(ITEM, Origin.EVENT)
    assert calls(ours) == []
    assert later(ours, minutes=6).start(ITEM, Origin.EVENT).start is Start.STARTED


def test_a_replay_is_run_to_its_end_under_a_name_of_its_own(aws: None) -> None:
    ours = starter(SUCCEEDED, SUCCEEDED)
    first = ours.start(ITEM, Origin.EVENT)
    replay = ours.replay(ITEM, "token")
    assert replay.name == f"{NAME}-r1"
    assert ours.replay(ITEM, "token").execution_arn == replay.execution_arn
    assert [run.execution_arn for run in ours.runs(ITEM)] == [
        first.execution_arn,
        replay.execution_arn,
    ]


def test_throttling_is_waited_out_for_nothing_has_begun() -> None:
    waits: list[float] = []
    stand_in = StandIn([refused("ThrottlingException"), refused("ThrottlingException"), SUCCEEDED])
    runs = express.ExpressRuns(MACHINE, stand_in, waits.append)  # type: ignore[arg-type]
    assert runs.run("a", "{}").endswith(":id-3")
    assert len(waits) == 2
    assert all(0 <= wait <= 2 for wait in waits)


@pytest.mark.parametrize(("code", "tries"), [("ThrottlingException", 4), ("AccessDenied", 1)])
def test_tries_are_bounded_and_only_for_what_has_not_begun(code: str, tries: int) -> None:
    stand_in = StandIn([refused(code)] * 9)
    runs = express.ExpressRuns(MACHINE, stand_in, lambda _: None)  # type: ignore[arg-type]
    with pytest.raises(NotBegunError, match=code):
        runs.run("a", "{}")
    assert len(stand_in.calls) == tries


def test_the_client_outwaits_an_execution_and_asks_once(aws: None) -> None:
    config = express.client().meta.config
    assert 290 < config.read_timeout < express.LONGEST_SECONDS
    assert config.retries["total_max_attempts"] == 1


def test_the_environment_says_which_kind_it_is(aws: None) -> None:
    given = {"STATE_MACHINE_ARN": MACHINE, "CLAIMS_TABLE": "claims"}
    dynamodb = boto3.client("dynamodb")
    for kind, is_express, seconds in (
        ("EXPRESS", True, 310),
        ("STANDARD", False, 0),
        ("", False, 0),
    ):
        environment = {**given, "STATE_MACHINE_TYPE": kind}
        client = step_functions_client(environment)
        made = Starter.from_environment(environment, client, dynamodb)
        assert (made.is_express, made.longest_seconds) == (is_express, seconds)
        assert (client.meta.config.read_timeout > 290) is is_express
    with pytest.raises(MissingSettingError, match="use STANDARD or EXPRESS"):
        step_functions_client({**given, "STATE_MACHINE_TYPE": "express"})


def test_arns_of_runs_under_one_name_are_alike_without_their_ids() -> None:
    run = "arn:aws:states:us-east-1:123456789012:express:pipeline:a-1:7a54"
    standard = "arn:aws:states:us-east-1:123456789012:execution:express:a-1"
    assert express.is_express(run)
    assert express.without_id(run) == "arn:aws:states:us-east-1:123456789012:express:pipeline:a-1"
    assert not express.is_express(standard)
    assert express.without_id(standard) == standard
    assert not express.is_express("")
