"""What was uploaded and never announced is found and started, in bounded steps."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from functions.common.claims import Claims, Origin
from functions.common.cursor import Cursor
from functions.common.errors import MissingSettingError
from functions.common.executions import Starter
from functions.common.naming import execution_name
from functions.common.objects import ObjectVersion
from functions.sweep_source import handler
from functions.sweep_source.listing import Filter, Listing
from functions.sweep_source.sweep import Sweep, Window
from tests.unit.functions.claims import claims_table
from tests.unit.functions.conftest import Context

DEFINITION = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Pass", "End": True}}})
MINUTE = timedelta(minutes=1)


def plenty() -> float:
    return 300.0


@pytest.fixture
def sweep(aws: None) -> Sweep:
    s3, step_functions = boto3.client("s3"), boto3.client("stepfunctions")
    s3.create_bucket(Bucket="source")
    s3.put_bucket_versioning(Bucket="source", VersioningConfiguration={"Status": "Enabled"})
    machine = step_functions.create_state_machine(
        name="pipeline", definition=DEFINITION, roleArn="arn:aws:iam::123456789012:role/pipeline"
    )
    dynamodb = boto3.client("dynamodb")
    table = claims_table()
    return Sweep(
        Listing(s3, "source", Filter()),
        Cursor(table, dynamodb, "source"),
        Starter(machine["stateMachineArn"], step_functions, Claims(table, dynamodb)),
        Window(15 * MINUTE, timedelta(days=7)),
        max_objects=10_000,
    )


def put(sweep: Sweep, key: str, body: bytes = b"x") -> ObjectVersion:
    answer = sweep.listing.s3.put_object(Bucket="source", Key=key, Body=body)
    return ObjectVersion("source", key, answer["VersionId"])


def later(**ago: float) -> datetime:
    return datetime.now(UTC) + timedelta(**(ago or {"hours": 1}))


def inputs(sweep: Sweep) -> list[dict[str, Any]]:
    """Return the inputs of all executions, by key."""
    client = sweep.starter.step_functions
    listed = client.list_executions(stateMachineArn=sweep.starter.state_machine_arn)["executions"]
    found = [
        json.loads(client.describe_execution(executionArn=item["executionArn"])["input"])
        for item in listed
    ]
    return sorted(found, key=lambda given: (given["key"], given["version_id"]))


def test_starts_what_was_missed_and_nothing_else(sweep: Sweep) -> None:
    known, missed = put(sweep, "known.csv"), put(sweep, "missed.csv", b"four")
    sweep.starter.start(known, Origin.EVENT)
    tick = sweep.tick(later(), plenty)
    assert tick.to_json() == {
        "seen": 2, "missed": 1, "started": 1, "failed": 0, "round_is_over": True,
    }  # fmt: skip
    (given,) = [given for given in inputs(sweep) if given["key"] == "missed.csv"]
    assert (given["version_id"], given["size"]) == (missed.version_id, 4)
    assert len(given["etag"]) == 32
    claim = sweep.starter.claims.find(execution_name(missed))
    assert claim is not None
    assert claim.origin is Origin.SWEEP
    again = sweep.tick(later(), plenty)
    assert (again.seen, again.missed) == (2, 0)


def test_every_version_counts_and_no_delete_marker(sweep: Sweep) -> None:
    versions = [put(sweep, "a.csv", body).version_id for body in (b"1", b"2")]
    sweep.listing.s3.delete_object(Bucket="source", Key="a.csv")
    put(sweep, "folder/", b"")
    tick = sweep.tick(later(), plenty)
    assert (tick.seen, tick.started) == (4, 2)
    assert [given["version_id"] for given in inputs(sweep)] == sorted(map(str, versions))


def test_what_is_fresh_is_left_to_its_event_and_what_is_old_to_history(sweep: Sweep) -> None:
    put(sweep, "a.csv")
    for now in (later(minutes=14), later(days=8)):
        assert sweep.tick(now, plenty).missed == 0
    assert sweep.tick(later(minutes=16), plenty).started == 1


def test_a_start_that_was_cut_off_is_made_good(sweep: Sweep) -> None:
    item = put(sweep, "a.csv")
    announced = replace(item, sequencer="0A", event_time="2026-11-21T00:00:00Z")
    sweep.starter.claims.take(execution_name(item), announced, Origin.EVENT)
    assert sweep.tick(later(), plenty).started == 1
    assert inputs(sweep) == [announced.to_input()]


def test_one_that_cannot_be_started_does_not_hold_up_the_others(sweep: Sweep) -> None:
    taken = put(sweep, "a.csv")
    put(sweep, "b.csv")
    other = ObjectVersion("source", "other.csv", "v")
    sweep.starter.claims.take(execution_name(taken), other, Origin.EVENT)
    tick = sweep.tick(later(), plenty)
    assert (tick.missed, tick.started, tick.failed) == (2, 1, 1)
    assert [given["key"] for given in inputs(sweep)] == ["b.csv"]


def test_ticks_go_on_from_each_other_and_begin_again(sweep: Sweep) -> None:
    for number in range(7):
        put(sweep, f"{number % 4}.csv", bytes([number]))
    short = replace(sweep, max_objects=3)
    ticks = [short.tick(later(), plenty) for _ in range(4)]
    assert [tick.seen for tick in ticks] == [3, 3, 1, 3]
    assert [tick.started for tick in ticks] == [3, 3, 1, 0]
    assert [tick.round_is_over for tick in ticks] == [False, False, True, False]
    assert len(inputs(sweep)) == 7


def test_two_ticks_at_once_start_nothing_twice(sweep: Sweep) -> None:
    for number in range(4):
        put(sweep, f"{number}.csv")
    inner = replace(sweep)

    def other_tick_meanwhile() -> Callable[[], float]:
        calls = iter([True])

        def seconds_left() -> float:
            if next(calls, False):
                inner.tick(later(), plenty)
            return 300.0

        return seconds_left

    tick = sweep.tick(later(), other_tick_meanwhile())
    assert tick.missed == 4, "seen before the other tick started them"
    assert tick.started == 0
    assert len(inputs(sweep)) == 4
    assert sweep.tick(later(), plenty).missed == 0


def test_a_tick_ends_in_time_and_the_next_one_goes_on(sweep: Sweep) -> None:
    for number in range(5):
        put(sweep, f"{number}.csv")

    def starts(count: int) -> Callable[[], float]:
        left = iter([300.0] * count)
        return lambda: next(left, 1.0)

    ticks = [sweep.tick(later(), starts(2)) for _ in range(3)]
    assert [tick.started for tick in ticks] == [2, 2, 1]
    assert [tick.round_is_over for tick in ticks] == [False, False, True]


def test_an_execution_that_is_waited_for_is_begun_only_with_time_for_it(sweep: Sweep) -> None:
    class StandIn:
        ran = 0

        def start_sync_execution(self, **given: Any) -> dict[str, Any]:
            self.ran += 1
            return {"executionArn": given["name"], "status": "SUCCEEDED"}

    stand_in = StandIn()
    starter = replace(sweep.starter, step_functions=stand_in, is_express=True)  # type: ignore[arg-type]
    waiting = replace(sweep, starter=starter)
    for number in range(3):
        put(sweep, f"{number}.csv")
    left = iter([900.0, 500.0, 319.0])
    tick = waiting.tick(later(), lambda: next(left))
    assert (tick.started, stand_in.ran, tick.round_is_over) == (2, 2, False)
    assert waiting.tick(later(), lambda: 900.0).started == 1


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [
        (Filter(), ["a/x.csv", "a/x.json", "ab/x.csv", "b.csv"]),
        (Filter(prefixes=["a/", "a/b", "b"]), ["a/x.csv", "a/x.json", "b.csv"]),
        (Filter(suffixes=[".json", "b.csv"]), ["a/x.json", "b.csv"]),
        (Filter(["ab/", "a"], [".csv"]), ["a/x.csv", "ab/x.csv"]),
        # "a/x" and "x.csv" overlap in a/x.csv.
        (Filter(["a/x"], ["x.csv", "son"]), ["a/x.json"]),
        (Filter(["nowhere/"]), []),
    ],
)
def test_the_keys_of_the_trigger(sweep: Sweep, chosen: Filter, expected: list[str]) -> None:
    for key in ("a/x.csv", "a/x.json", "ab/x.csv", "b.csv"):
        put(sweep, key)
    chosen_sweep = replace(sweep, listing=replace(sweep.listing, filter=chosen), max_objects=2)
    for _ in range(20):
        if chosen_sweep.tick(later(), plenty).round_is_over:
            break
    else:
        pytest.fail("the round has no end")
    assert [given["key"] for given in inputs(sweep)] == expected


def test_another_filter_begins_a_new_round(sweep: Sweep) -> None:
    for key in ("a/1.csv", "a/2.csv", "b/1.csv"):
        put(sweep, key)
    one = replace(sweep, listing=replace(sweep.listing, filter=Filter(["a/"])), max_objects=1)
    one.tick(later(), plenty)
    other = replace(sweep, listing=replace(sweep.listing, filter=Filter(["b/"])))
    assert other.tick(later(), plenty).started == 1


def test_objects_from_before_there_were_versions_are_left(sweep: Sweep) -> None:
    s3 = sweep.listing.s3
    s3.create_bucket(Bucket="plain")
    s3.put_object(Bucket="plain", Key="a.csv", Body=b"x")
    plain = replace(sweep, listing=replace(sweep.listing, bucket="plain"))
    assert plain.tick(later(), plenty).missed == 0


def test_the_handler(sweep: Sweep, monkeypatch: pytest.MonkeyPatch, context: Context) -> None:
    item = put(sweep, "raw/a.csv")
    put(sweep, "raw/a.json")
    settings = {
        "SOURCE_BUCKET": "source",
        "STATE_MACHINE_ARN": sweep.starter.state_machine_arn,
        "CLAIMS_TABLE": sweep.cursor.table,
        "PREFIXES": '["raw/"]',
        "SUFFIXES": '[".csv"]',
        "MIN_AGE_SECONDS": "900",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert handler.handler({}, context)["missed"] == 0, "too young"
    clients = handler.Clients(sweep.listing.s3, sweep.cursor.dynamodb, sweep.starter.step_functions)
    made = handler.sweep_from(settings, clients)
    aged = replace(made, window=Window(timedelta(0), timedelta(days=1)))
    assert aged.tick(later(seconds=5), plenty).started == 1
    assert [given["version_id"] for given in inputs(sweep)] == [item.version_id]


@pytest.mark.parametrize("text", ["raw/", "{}", "[1]"])
def test_prefixes_that_are_no_list(sweep: Sweep, text: str) -> None:
    given = {"SOURCE_BUCKET": "s", "CLAIMS_TABLE": "t", "PREFIXES": text}
    clients = handler.Clients(sweep.listing.s3, sweep.cursor.dynamodb, sweep.starter.step_functions)
    with pytest.raises(MissingSettingError, match="PREFIXES"):
        handler.sweep_from(given, clients)
