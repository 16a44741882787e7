"""One message for each end of an execution, whoever tells of it, and however often."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectionClosedError

from functions.common.errors import InvalidInputError
from functions.send_notification.handler import Desk, handler
from functions.send_notification.ledger import Ledger, NotificationUnderWayError
from tests.unit.functions.claims import claims_table
from tests.unit.functions.conftest import Context
from tests.unit.functions.send_notification.test_send_notification import (
    BASE,
    EXECUTION,
    SUCCESS,
    failure,
)

SECONDS = 30.0
FAILED = failure("States.TaskFailed", "it broke")


class Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 21, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment

    def pause(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(aws: None, clock: Clock) -> Desk:
    sns = boto3.client("sns")
    topic = sns.create_topic(Name="pipeline-notifications")["TopicArn"]
    boto3.client("sqs").create_queue(QueueName="inbox")
    sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:us-east-1:123456789012:inbox"
    )
    ledger = Ledger(claims_table(), boto3.client("dynamodb"), clock.now, clock.pause)
    return Desk(topic, sns, ledger)


def inbox() -> list[Mapping[str, Any]]:
    """Take what has arrived: SNS's envelopes."""
    sqs = boto3.client("sqs")
    queue = sqs.get_queue_url(QueueName="inbox")["QueueUrl"]

    def messages() -> Iterator[Mapping[str, Any]]:
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                yield json.loads(message["Body"])

    return list(messages())


def attribute(envelope: Mapping[str, Any], name: str) -> str:
    return str(envelope["MessageAttributes"][name]["Value"])


def ended(status: str, **more: Any) -> dict[str, Any]:
    """The event of an execution's end, as EventBridge has it.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    given = {"bucket": "source", "key": "people/people.csv", "version_id": "v1"}
    return {
        "version": "0",
        "id": "315c1398-40ff-a850-213b-158f73e60175",
        "detail-type": "Step Functions Execution Status Change",
        "source": "aws.states",
        "account": "123456789012",
        "time": "2026-11-21T12:00:00Z",
        "region": "eu-west-1",
        "resources": [EXECUTION],
        "detail": {
            "executionArn": EXECUTION,
            "stateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:some-pipeline",
            "name": "people-1",
            "status": status,
            "startDate": 1_795_000_000_000,
            "stopDate": 1_795_000_060_000,
            "input": json.dumps(given),
            "output": None,
            "error": None,
            "cause": None,
            **more,
        },
    }


def test_the_same_outcome_is_told_once(desk: Desk) -> None:
    first = desk.tell(SUCCESS, SECONDS)
    again = desk.tell(SUCCESS, SECONDS)
    assert again == {**first, "sent": False}
    (message,) = inbox()
    assert attribute(message, "notification_id") == "people-1:0"


def test_each_redrive_has_a_notification_of_its_own(desk: Desk) -> None:
    told = [desk.tell(FAILED | {"redrive_count": count}, SECONDS) for count in (0, 1, 1, None)]
    assert [one["sent"] for one in told] == [True, True, False, False]
    assert {attribute(m, "notification_id") for m in inbox()} == {"people-1:0", "people-1:1"}


def test_the_event_of_a_failure_that_was_told_tells_nothing_more(desk: Desk) -> None:
    desk.tell(FAILED, SECONDS)
    event = ended("FAILED", error="Pipeline.States.TaskFailed", cause="it broke")
    assert desk.tell(event, SECONDS)["sent"] is False
    assert desk.tell(ended("FAILED", redriveCount=1), SECONDS)["sent"] is True
    assert len(inbox()) == 2


@pytest.mark.parametrize(
    ("status", "more", "expected"),
    [
        ("TIMED_OUT", {}, ["took longer than it may", "orchestration.timeout_hours"]),
        ("ABORTED", {}, ["The execution was stopped", "gave no reason", "by mistake"]),
        ("ABORTED", {"error": "Maintenance", "cause": "new VPC"}, ["Maintenance: new VPC"]),
        ("FAILED", {"error": "Pipeline.Odd", "cause": "why not"}, ["A step failed with Odd"]),
        ("FAILED", {}, ["unknown error"]),
    ],
)
def test_ends_that_no_state_can_tell_of(
    desk: Desk, status: str, more: dict[str, Any], expected: list[str]
) -> None:
    assert desk.tell(ended(status, **more), SECONDS)["sent"]
    (message,) = inbox()
    assert attribute(message, "outcome") == "FAILURE"
    assert message["Subject"] == "[FAILED] people.csv"
    for text in [*expected, "s3://source/people/people.csv", "some-pipeline", EXECUTION]:
        assert text in message["Message"]


@pytest.mark.parametrize("given", [None, "{}", "[]", "no JSON", '{"key": 1}'])
def test_an_execution_whose_input_names_no_file_is_told_of_too(
    desk: Desk, given: str | None
) -> None:
    desk.tell(ended("ABORTED", input=given), SECONDS)
    (message,) = inbox()
    assert "the execution's input does not name" in message["Message"]
    assert EXECUTION in message["Message"]


def test_a_payload_without_a_file_is_told_of_if_it_failed(desk: Desk) -> None:
    desk.tell(FAILED | {"bucket": None}, SECONDS)
    assert len(inbox()) == 1
    with pytest.raises(InvalidInputError):
        desk.tell(SUCCESS | {"bucket": None}, SECONDS)


@pytest.mark.parametrize("event", [ended("SUCCEEDED"), {**ended("FAILED"), "detail": {}}])
def test_other_events_are_refused(desk: Desk, event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError, match="FAILED"):
        desk.tell(event, SECONDS)


def test_a_notification_is_about_an_execution(desk: Desk) -> None:
    with pytest.raises(InvalidInputError, match="execution_arn"):
        desk.tell(SUCCESS | {"execution_arn": None}, SECONDS)


def publishing(desk: Desk, failing: Any) -> Desk:
    """The same, but Publish goes as ``failing`` says."""

    class Broken:
        publish = staticmethod(failing)

    return replace(desk, sns=Broken())  # type: ignore[arg-type]


def test_what_the_topic_did_not_take_is_sent_by_the_next_try(desk: Desk, clock: Clock) -> None:
    def refused(**_: Any) -> None:
        raise ConnectionClosedError(endpoint_url="https://sns")

    before = clock.now()
    with pytest.raises(ConnectionClosedError):
        publishing(desk, refused).tell(SUCCESS, SECONDS)
    assert desk.tell(SUCCESS, SECONDS)["sent"]
    assert clock.now() == before, "nobody has to wait"
    assert len(inbox()) == 1


def killed(**_: Any) -> None:
    # Not an Exception: as when Lambda ends the process, nothing of it is noted.
    raise SystemExit


def test_after_an_invocation_that_was_killed_the_next_waits_for_its_end(
    desk: Desk, clock: Clock
) -> None:
    began = clock.now()
    with pytest.raises(SystemExit):
        publishing(desk, killed).tell(SUCCESS, 3)
    assert desk.tell(SUCCESS, SECONDS)["sent"]
    assert clock.now() - began > timedelta(seconds=3)
    assert len(inbox()) == 1


def test_an_invocation_that_cannot_wait_so_long_says_so_and_sends_nothing(
    desk: Desk, clock: Clock
) -> None:
    with pytest.raises(SystemExit):
        publishing(desk, killed).tell(SUCCESS, SECONDS)
    with pytest.raises(NotificationUnderWayError, match="Try again then"):
        desk.tell(SUCCESS, 10)
    assert inbox() == []
    clock.pause(SECONDS)
    assert desk.tell(SUCCESS, 10)["sent"]


def test_a_message_that_is_out_counts_even_if_that_cannot_be_noted(desk: Desk) -> None:
    class Forgetful(Ledger):
        def sent(self, key: str, message_id: str) -> None:
            raise ConnectionClosedError(endpoint_url="https://dynamodb")

    ledger = Forgetful(desk.ledger.table, desk.ledger.dynamodb, desk.ledger.now)
    assert replace(desk, ledger=ledger).tell(SUCCESS, SECONDS)["sent"]
    assert len(inbox()) == 1


def test_items_go_after_ninety_days(desk: Desk, clock: Clock) -> None:
    desk.tell(SUCCESS, SECONDS)
    (item,) = desk.ledger.dynamodb.scan(TableName=desk.ledger.table)["Items"]
    assert item["id"]["S"] == f"notification#{EXECUTION}#0"
    assert (item["state"]["S"], item["outcome"]["S"]) == ("SENT", "SUCCESS")
    expected = clock.now() + timedelta(days=90)
    assert item["expires_at"]["N"] == str(int(expected.timestamp()))


def test_the_handler_takes_an_event(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, context: Context
) -> None:
    monkeypatch.setenv("TOPIC_ARN", desk.topic_arn)
    monkeypatch.setenv("CLAIMS_TABLE", desk.ledger.table)
    assert BASE["execution_arn"] == EXECUTION
    assert handler(ended("ABORTED"), context)["sent"] is True
    assert handler(FAILED, context)["sent"] is False


def express(run: str, event: dict[str, Any]) -> dict[str, Any]:
    """The same of an execution of an Express workflow, whose name several runs may share."""
    prefix = "arn:aws:states:eu-west-1:123456789012:express:data-processing-pipeline:people-1"
    return event | {"execution_arn": f"{prefix}:{run}", "redrive_count": None}


def test_two_runs_under_one_express_name_tell_one_end(desk: Desk) -> None:
    told = [desk.tell(express(run, SUCCESS), SECONDS) for run in ("one", "two", "two")]
    assert [one["sent"] for one in told] == [True, False, False]
    # A run that nobody needed any more failed: what the first one published stands.
    assert desk.tell(express("three", FAILED), SECONDS)["sent"] is False
    (message,) = inbox()
    assert attribute(message, "notification_id") == "people-1:SUCCESS"


def test_a_failure_that_a_later_express_run_made_good_gives_way(desk: Desk) -> None:
    events = [express("one", FAILED), express("two", FAILED), express("three", SUCCESS)]
    told = [desk.tell(event, SECONDS)["sent"] for event in [*events, *events]]
    assert told == [True, False, True, False, False, False]
    identifiers = [attribute(message, "notification_id") for message in inbox()]
    assert identifiers == ["people-1:FAILURE", "people-1:SUCCESS"]


def test_an_express_failure_says_what_express_allows(desk: Desk) -> None:
    desk.tell(express("one", FAILED), SECONDS)
    (message,) = inbox()
    assert "run the file again (make replay)" in message["Message"]
    assert "Redrive" not in message["Message"]
    assert "#/express-executions/details/arn:aws:states:" in message["Message"]
