"""A batch of messages whose executions are waited for: side by side, and each by itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from functions.common.claims import Claims, Origin
from functions.common.executions import Starter
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.trigger_pipeline.handler import Pipeline, handle
from functions.trigger_pipeline.visibility import Visibility
from tests.unit.functions.claims import claims_table
from tests.unit.functions.common.test_express import refused
from tests.unit.functions.trigger_pipeline.test_trigger import created, message

MACHINE = "arn:aws:states:us-east-1:123456789012:stateMachine:pipeline"
PATIENCE = 30.0


class StandIn:
    """Answers only when as many executions are under way as ``at_once`` says."""

    def __init__(self, at_once: int) -> None:
        self._all_there = Barrier(at_once)
        self.ran: list[str] = []

    def start_sync_execution(self, **given: Any) -> dict[str, Any]:
        self._all_there.wait(PATIENCE)
        key = json.loads(given["input"])["key"]
        self.ran.append(key)
        arn = f"{MACHINE.replace(':stateMachine:', ':express:')}:{given['name']}:1"
        if key.startswith("late"):
            return {"executionArn": arn, "status": "TIMED_OUT"}
        return {"executionArn": arn, "status": "SUCCEEDED"}


def pipeline(stand_in: StandIn) -> Pipeline:
    claims = Claims(claims_table(), boto3.client("dynamodb"))
    starter = Starter(MACHINE, stand_in, claims, is_express=True)  # type: ignore[arg-type]
    return Pipeline(boto3.client("s3"), starter, Visibility(boto3.client("sqs"), 60))


def item(key: str) -> ObjectVersion:
    return ObjectVersion("source", key, "v1")


def test_a_batch_is_run_side_by_side_and_fails_message_by_message(aws: None) -> None:
    stand_in = StandIn(at_once=3)
    ours = pipeline(stand_in)
    keys = ["a.csv", "late.csv", "b.csv"]
    batch = [*(message(created(item(key)), key) for key in keys), message("poison", "bad")]
    answer = handle({"Records": batch}, ours)
    failed = {one["itemIdentifier"] for one in answer["batchItemFailures"]}
    assert failed == {"late.csv", "bad"}
    assert sorted(stand_in.ran) == sorted(keys)
    names = {execution_name(item(key)): key for key in keys}
    started = ours.starter.claims.started(names)
    assert {names[name] for name in started} == {"a.csv", "b.csv"}


class Queue:
    """A queue of moto's whose messages are hidden for long; ``shown`` are the changes to that."""

    def __init__(self, name: str = "arrivals") -> None:
        self.sqs = boto3.client("sqs")
        self.url = self.sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "2000"})[
            "QueueUrl"
        ]
        self.shown: list[int] = []
        self.sqs.meta.events.register(
            "provide-client-params.sqs.ChangeMessageVisibility",
            lambda params, **_: self.shown.append(params["VisibilityTimeout"]),
        )

    def received(self, item: ObjectVersion, times: int = 1) -> dict[str, Any]:
        """Return the record of a message that Lambda was handed for the so manieth time."""
        self.sqs.send_message(QueueUrl=self.url, MessageBody=json.dumps(created(item)))
        handle = self.sqs.receive_message(QueueUrl=self.url)["Messages"][0]["ReceiptHandle"]
        record = message(created(item), item.key)
        attributes = record["attributes"] | {"ApproximateReceiveCount": str(times)}
        arn = f"arn:aws:sqs:us-east-1:123456789012:{self.url.rpartition('/')[2]}"
        return record | {
            "attributes": attributes,
            "eventSourceARN": arn,
            "receiptHandle": handle,
        }


@pytest.mark.parametrize(("times", "seconds"), [(1, 60), (2, 120), (4, 480), (5, 900), (1000, 900)])
def test_what_is_known_to_have_failed_comes_back_soon(aws: None, times: int, seconds: int) -> None:
    queue, ours = Queue(), pipeline(StandIn(at_once=2))
    ours = replace(ours, visibility=Visibility(queue.sqs, 60))
    records = [queue.received(item(key), times) for key in ("late.csv", "a.csv")]
    answer = handle({"Records": records}, ours)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "late.csv"}]}
    assert queue.shown == [seconds]
    claim = ours.starter.claims.find(execution_name(item("late.csv")))
    assert claim is not None
    assert claim.free_from, "whoever gets the message then may run it"


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (refused("AccessDeniedException", 400), [60]),
        (EndpointConnectionError(endpoint_url="https://sync-states"), [60]),
        (refused("InternalServerError", 500), []),
        (ReadTimeoutError(endpoint_url="https://sync-states"), []),
    ],
    ids=["refused", "no connection", "a failure of the service", "the answer was lost"],
)
def test_what_may_be_running_comes_back_late(aws: None, error: Exception, shown: list[int]) -> None:
    class Failing(StandIn):
        def start_sync_execution(self, **given: Any) -> dict[str, Any]:
            raise error

    queue, ours = Queue(), pipeline(Failing(at_once=1))
    ours = replace(ours, visibility=Visibility(queue.sqs, 60))
    answer = handle({"Records": [queue.received(item("a.csv"))]}, ours)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "a.csv"}]}
    assert queue.shown == shown
    claim = ours.starter.claims.find(execution_name(item("a.csv")))
    assert claim is not None
    assert bool(claim.free_from) is bool(shown)


def test_a_message_whose_time_cannot_be_set_fails_all_the_same(aws: None) -> None:
    ours = pipeline(StandIn(at_once=1))  # there is no queue
    answer = handle({"Records": [message(created(item("late.csv")), "late.csv")]}, ours)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "late.csv"}]}


def test_a_duplicate_in_the_batch_is_run_once_and_comes_back(aws: None) -> None:
    stand_in = StandIn(at_once=1)
    batch = [message(created(item("a.csv")), identifier) for identifier in ("one", "two")]
    ours = pipeline(stand_in)
    answer = handle({"Records": batch}, ours)
    assert stand_in.ran == ["a.csv"]
    # Which of the two was first is open; one that comes when the run is over knows it.
    assert len(answer["batchItemFailures"]) <= 1
    assert handle({"Records": batch}, ours) == {"batchItemFailures": []}
    assert stand_in.ran == ["a.csv"]


def test_a_call_that_is_cut_off_leaves_what_another_makes_good(aws: None) -> None:
    class CutOff(StandIn):
        def start_sync_execution(self, **given: Any) -> dict[str, Any]:
            super().start_sync_execution(**given)
            raise KeyboardInterrupt

    broken = pipeline(CutOff(at_once=1))
    with ThreadPoolExecutor(1) as pool:
        cut = pool.submit(broken.start, [item("a.csv")])
        with pytest.raises(KeyboardInterrupt):
            cut.result()
    claim = broken.starter.claims.find(execution_name(item("a.csv")))
    assert claim is not None
    assert claim.execution_arn is None
    much_later = replace(broken.starter.claims, now=lambda: claim.claimed_at.replace(year=2100))
    whole = StandIn(at_once=1)
    starter = replace(broken.starter, step_functions=whole, claims=much_later)  # type: ignore[arg-type]
    assert starter.start(item("a.csv"), Origin.EVENT).execution_arn
    assert whole.ran == ["a.csv"]
