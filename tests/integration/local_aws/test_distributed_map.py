"""Map states in distributed mode.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import gzip
import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/states"
PASS = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}
# Fails for an item that says so.
CHOOSY = {
    "StartAt": "Choose",
    "States": {
        "Choose": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.fails", "BooleanEquals": True, "Next": "Fail"}],
            "Default": "Pass",
        },
        "Fail": {"Type": "Fail", "Error": "Mine", "Cause": "it says so"},
        "Pass": {"Type": "Pass", "End": True},
    },
}
READ = "arn:aws:states:::s3:getObject"


class Maps:
    """Runs machines of one distributed Map state over one bucket."""

    def __init__(self, aws: OwnServer) -> None:
        self.states, self.s3 = aws.client("stepfunctions"), aws.client("s3")
        self.bucket = f"maps-{uuid4().hex[:8]}"
        location = {"LocationConstraint": REGION}
        self.s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=location)

    def put(self, key: str, body: str | bytes) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def start(
        self,
        given: Any,
        processor: Mapping[str, Any] = PASS,
        type_: str = "STANDARD",
        **fields: Any,
    ) -> str:
        config = {"Mode": "DISTRIBUTED", "ExecutionType": type_}
        state = {
            "Type": "Map",
            "ItemProcessor": {**processor, "ProcessorConfig": config},
            "Label": "each",
            "End": True,
            **fields,
        }
        machine = self.states.create_state_machine(
            name=f"maps-{uuid4().hex[:8]}",
            roleArn=ROLE,
            definition=json.dumps({"StartAt": "Each", "States": {"Each": state}}),
        )["stateMachineArn"]
        started = self.states.start_execution(stateMachineArn=machine, input=json.dumps(given))
        arn: str = started["executionArn"]
        return arn

    def end(self, execution: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            found: dict[str, Any] = self.states.describe_execution(executionArn=execution)
            return None if found["status"] == "RUNNING" else found

        return wait_until(ended, interval=0.3) or {}

    def output(self, given: Any, *arguments: Any, **fields: Any) -> Any:
        ended = self.end(self.start(given, *arguments, **fields))
        assert ended["status"] == "SUCCEEDED", ended.get("cause")
        return json.loads(ended["output"])

    def run(self, execution: str) -> dict[str, Any]:
        """Describe the only Map Run of an execution."""
        (run,) = self.states.list_map_runs(executionArn=execution)["mapRuns"]
        described: dict[str, Any] = self.states.describe_map_run(mapRunArn=run["mapRunArn"])
        return described

    def read(self, key: str) -> Any:
        return json.loads(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())


@pytest.fixture(scope="module")
def maps(local_aws: OwnServer) -> Maps:
    return Maps(local_aws)


def ids(count: int) -> list[dict[str, int]]:
    return [{"id": number} for number in range(count)]


def test_children_are_executions_of_their_own(maps: Maps) -> None:
    tell = {"Type": "Pass", "Parameters": {"item.$": "$", "of.$": "$$.Execution"}, "End": True}
    execution = maps.start(ids(3), {"StartAt": "Tell", "States": {"Tell": tell}})
    told = json.loads(maps.end(execution)["output"])
    assert [one["item"] for one in told] == ids(3)
    run = maps.run(execution)
    listed = maps.states.list_executions(mapRunArn=run["mapRunArn"])["executions"]
    assert {one["of"]["Id"] for one in told} == {one["executionArn"] for one in listed}
    assert len(listed) == 3
    machine = maps.states.describe_execution(executionArn=execution)["stateMachineArn"]
    for child in listed:
        described = maps.states.describe_execution(executionArn=child["executionArn"])
        assert described["mapRunArn"] == child["mapRunArn"] == run["mapRunArn"]
        assert described["stateMachineArn"] == f"{machine}/each"
        assert maps.states.get_execution_history(executionArn=child["executionArn"])["events"]
    # The parent's own list has the parent alone.
    of_machine = maps.states.list_executions(stateMachineArn=machine)["executions"]
    assert [one["executionArn"] for one in of_machine] == [execution]
    assert (run["status"], run["executionArn"]) == ("SUCCEEDED", execution)
    assert run["itemCounts"]["succeeded"] == run["executionCounts"]["total"] == 3


def test_express_children_are_not_listed(maps: Maps) -> None:
    execution = maps.start(ids(2), PASS, "EXPRESS")
    assert json.loads(maps.end(execution)["output"]) == ids(2)
    run = maps.run(execution)
    assert maps.states.list_executions(mapRunArn=run["mapRunArn"])["executions"] == []


def test_express_children_may_not_wait_for_jobs(maps: Maps) -> None:
    job = {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync", "End": True}
    with pytest.raises(ClientError, match="Express"):
        maps.start([], {"StartAt": "Run", "States": {"Run": job}}, "EXPRESS")


def test_items_are_selected_and_batched(maps: Maps) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html"""
    output = maps.output(
        {"items": ids(5), "size": 2, "shared": "all"},
        ItemsPath="$.items",
        ItemSelector={
            "n.$": "$$.Map.Item.Value.id",
            "at.$": "$$.Map.Item.Index",
            "of.$": "$.shared",
        },
        ItemBatcher={"MaxItemsPerBatchPath": "$.size", "BatchInput": {"shared.$": "$.shared"}},
    )
    assert [len(batch["Items"]) for batch in output] == [2, 2, 1]
    assert output[1]["Items"][0] == {"n": 2, "at": 2, "of": "all"}
    assert all(batch["BatchInput"] == {"shared": "all"} for batch in output)


def test_objects_are_listed_over_all_pages(maps: Maps) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html"""
    for number in range(5):
        maps.put(f"listed/{number}.csv", "x" * number)
    parameters = {"Bucket": maps.bucket, "Prefix.$": "$.prefix", "MaxKeys": 2}
    reader = {"Resource": "arn:aws:states:::s3:listObjectsV2", "Parameters": parameters}
    output = maps.output({"prefix": "listed/"}, PASS, "EXPRESS", ItemReader=reader)
    assert [(one["Key"], one["Size"]) for one in output] == [
        (f"listed/{number}.csv", number) for number in range(5)
    ]
    assert isinstance(output[0]["LastModified"], int)
    assert set(output[0]) == {"Etag", "Key", "LastModified", "Size", "StorageClass"}
    assert maps.output({"prefix": "nothing/"}, ItemReader=reader) == []
    limited = reader | {"ReaderConfig": {"MaxItems": 3}}
    assert len(maps.output({"prefix": "listed/"}, ItemReader=limited)) == 3


@pytest.mark.parametrize(
    ("body", "config"),
    [
        ('[{"id": "1"}, {"id": "2"}]', {"InputType": "JSON"}),
        ('{"id": "1"}\n{"id": "2"}\n', {"InputType": "JSONL"}),
        ("id\n1\n2\n", {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}),
        ("1\n2\n", {"InputType": "CSV", "CSVHeaderLocation": "GIVEN", "CSVHeaders": ["id"]}),
    ],
    ids=["JSON", "JSON Lines", "CSV", "CSV without headers"],
)
def test_files_are_read(maps: Maps, body: str, config: dict[str, Any]) -> None:
    maps.put("items", body)
    reader = {
        "Resource": READ,
        "Parameters": {"Bucket": maps.bucket, "Key.$": "$.key"},
        "ReaderConfig": config,
    }
    assert maps.output({"key": "items"}, ItemReader=reader) == [{"id": "1"}, {"id": "2"}]


def test_an_inventory_is_read(maps: Maps) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html"""
    rows = '"source","a%20b.csv","5"\n"source","c.csv","7"\n'
    maps.put("inventory/data/1.csv.gz", gzip.compress(rows.encode()))
    manifest = {
        "sourceBucket": "source",
        "destinationBucket": f"arn:aws:s3:::{maps.bucket}",
        "fileFormat": "CSV",
        "fileSchema": "Bucket, Key, Size",
        "files": [{"key": "inventory/data/1.csv.gz", "size": 1, "MD5checksum": "x"}],
    }
    maps.put("inventory/manifest.json", json.dumps(manifest))
    reader = {
        "Resource": READ,
        "Parameters": {"Bucket": maps.bucket, "Key": "inventory/manifest.json"},
        "ReaderConfig": {"InputType": "MANIFEST"},
    }
    assert maps.output({}, ItemReader=reader) == [
        {"Bucket": "source", "Key": "a%20b.csv", "Size": "5"},
        {"Bucket": "source", "Key": "c.csv", "Size": "7"},
    ]


def test_a_file_that_is_not_there_fails_the_reader(maps: Maps) -> None:
    reader = {
        "Resource": READ,
        "Parameters": {"Bucket": maps.bucket, "Key": "nothing"},
        "ReaderConfig": {"InputType": "JSONL"},
    }
    execution = maps.start({}, ItemReader=reader)
    ended = maps.end(execution)
    assert (ended["status"], ended["error"]) == ("FAILED", "States.ItemReaderFailed")
    assert "NoSuchKey" in ended["cause"]
    assert maps.run(execution)["status"] == "FAILED"


def choices(failing: int, of: int) -> list[dict[str, Any]]:
    return [{"id": number, "fails": number < failing} for number in range(of)]


@pytest.mark.parametrize(
    ("failing", "fields", "status"),
    [
        (0, {}, "SUCCEEDED"),
        (1, {}, "FAILED"),
        (1, {"ToleratedFailureCount": 2}, "SUCCEEDED"),
        (2, {"ToleratedFailureCount": 2}, "SUCCEEDED"),
        (3, {"ToleratedFailureCount": 2}, "FAILED"),
        (2, {"ToleratedFailurePercentage": 20}, "SUCCEEDED"),
        (3, {"ToleratedFailurePercentage": 20}, "FAILED"),
        (3, {"ToleratedFailurePercentage": 50, "ToleratedFailureCount": 2}, "FAILED"),
    ],
)
def test_failures_are_tolerated_up_to_the_threshold(
    maps: Maps, failing: int, fields: dict[str, Any], status: str
) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html#maprun-fail-threshold"""
    execution = maps.start(choices(failing, 10), CHOOSY, **fields)
    ended = maps.end(execution)
    assert ended["status"] == status
    run = maps.run(execution)
    assert run["status"] == status
    if status == "FAILED":
        assert ended["error"] == "States.ExceedToleratedFailureThreshold"
    else:
        assert (run["itemCounts"]["failed"], run["itemCounts"]["succeeded"]) == (
            failing,
            10 - failing,
        )


def test_a_failed_batch_fails_all_its_items(maps: Maps) -> None:
    processor = {
        "StartAt": "Look",
        "States": {
            "Look": {"Type": "Pass", "InputPath": "$.Items[0]", "Next": "Choose"},
            **CHOOSY["States"],  # type: ignore[dict-item]
        },
    }
    fields = {"ItemBatcher": {"MaxItemsPerBatch": 5}, "MaxConcurrency": 1}
    execution = maps.start(choices(1, 10), processor, ToleratedFailureCount=4, **fields)
    assert maps.end(execution)["status"] == "FAILED"
    run = maps.run(execution)
    assert (run["itemCounts"]["failed"], run["executionCounts"]["failed"]) == (5, 1)
    # The second batch was not begun.
    assert (run["itemCounts"]["pending"], run["executionCounts"]["pending"]) == (5, 1)


def test_results_are_written(maps: Maps) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html"""
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": maps.bucket, "Prefix.$": "$.prefix"},
    }
    execution = maps.start(
        {"items": choices(1, 3), "prefix": "results"},
        CHOOSY,
        ItemsPath="$.items",
        ResultWriter=writer,
        ToleratedFailurePercentage=50,
    )
    output = json.loads(maps.end(execution)["output"])
    run = maps.run(execution)
    folder = f"results/{run['mapRunArn'].rpartition(':')[2]}"
    assert output == {
        "MapRunArn": run["mapRunArn"],
        "ResultWriterDetails": {"Bucket": maps.bucket, "Key": f"{folder}/manifest.json"},
    }
    manifest = maps.read(f"{folder}/manifest.json")
    assert manifest["MapRunArn"] == run["mapRunArn"]
    assert manifest["DestinationBucket"] == maps.bucket
    assert manifest["ResultFiles"]["PENDING"] == []
    (succeeded,) = manifest["ResultFiles"]["SUCCEEDED"]
    head = maps.s3.head_object(Bucket=maps.bucket, Key=succeeded["Key"])
    assert succeeded == {"Key": f"{folder}/SUCCEEDED_0.json", "Size": head["ContentLength"]}
    (failed,) = maps.read(f"{folder}/FAILED_0.json")
    assert (failed["Status"], failed["Error"], failed["Cause"]) == ("FAILED", "Mine", "it says so")
    assert json.loads(failed["Input"]) == {"id": 0, "fails": True}
    first, _ = maps.read(f"{folder}/SUCCEEDED_0.json")
    assert json.loads(first["Output"]) == {"id": 1, "fails": False}
    assert first["StartDate"].endswith("Z")
    assert first["OutputDetails"] == {"Included": True}


def test_results_of_a_failed_run_tell_what_was_not_begun(maps: Maps) -> None:
    writer = {
        "Resource": "arn:aws:states:::s3:putObject",
        "Parameters": {"Bucket": maps.bucket, "Prefix": "failed"},
        "WriterConfig": {"Transformation": "COMPACT", "OutputType": "JSONL"},
    }
    execution = maps.start(choices(1, 3), CHOOSY, ResultWriter=writer, MaxConcurrency=1)
    assert maps.end(execution)["status"] == "FAILED"
    folder = f"failed/{maps.run(execution)['mapRunArn'].rpartition(':')[2]}"
    files = maps.read(f"{folder}/manifest.json")["ResultFiles"]
    assert [one["Key"] for one in files["PENDING"]] == [f"{folder}/PENDING_0.jsonl"]
    assert files["SUCCEEDED"] == []


def test_a_writer_alone_shapes_the_output(maps: Maps) -> None:
    def shaped(transformation: str) -> Any:
        config = {"Transformation": transformation, "OutputType": "JSON"}
        return maps.output([[1, 2], [3]], ResultWriter={"WriterConfig": config})

    assert shaped("COMPACT") == [[1, 2], [3]]
    assert shaped("FLATTEN") == [1, 2, 3]
    assert [one["Output"] for one in shaped("NONE")] == ["[1,2]", "[3]"]


def test_stopping_the_parent_stops_the_children(maps: Maps) -> None:
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}}}
    execution = maps.start(ids(2), wait)
    wait_until(
        lambda: (
            maps.run(execution)["executionCounts"]["running"] == 2
            if maps.states.list_map_runs(executionArn=execution)["mapRuns"]
            else False
        ),
        interval=0.3,
    )
    maps.states.stop_execution(executionArn=execution)
    assert maps.end(execution)["status"] == "ABORTED"
    wait_until(
        lambda: maps.run(execution)["status"] == "ABORTED",
        describe=lambda: maps.run(execution),
        interval=0.3,
    )
    assert maps.run(execution)["executionCounts"]["aborted"] == 2


def test_no_more_run_at_once_than_allowed(maps: Maps) -> None:
    wait = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}}}
    execution = maps.start(
        {"most": 2, "items": ids(4)}, wait, MaxConcurrencyPath="$.most", ItemsPath="$.items"
    )
    maps.end(execution)
    run = maps.states.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    children = maps.states.list_executions(mapRunArn=run)["executions"]
    spans = [(one["startDate"], one["stopDate"]) for one in children]
    most = max(sum(begin <= at < end for begin, end in spans) for at, _ in spans)
    assert most == 2


def test_wrong_fields_are_refused_at_creation(maps: Maps) -> None:
    for fields in (
        {"ItemBatcher": {"BatchInput": {}}},
        {"ResultWriter": {}},
        {"ItemReader": {"Resource": READ, "Parameters": {}, "ReaderConfig": {"InputType": "XML"}}},
    ):
        with pytest.raises(ClientError, match="SCHEMA_VALIDATION_FAILED"):
            maps.start([], **fields)


def test_a_redrive_runs_only_what_did_not_succeed(maps: Maps) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html"""
    look = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
        "Parameters": {"Bucket": maps.bucket, "Key.$": "$.key"},
        "ResultSelector": {"found": True},
        "ResultPath": "$.look",
        "End": True,
    }
    begin = {"Type": "Pass", "Result": {}, "ResultPath": "$.begun", "Next": "Look"}
    maps.put("redriven/0", "")
    items = [{"key": f"redriven/{number}"} for number in range(4)]
    processor = {"StartAt": "Begin", "States": {"Begin": begin, "Look": look}}
    execution = maps.start(items, processor, ToleratedFailureCount=1, MaxConcurrency=1)
    assert maps.end(execution)["status"] == "FAILED"
    first = maps.run(execution)
    counts = first["itemCounts"]
    assert (counts["succeeded"], counts["failed"], counts["pending"]) == (1, 2, 1)
    children = maps.states.list_executions(mapRunArn=first["mapRunArn"])["executions"]
    for item in items:
        maps.put(item["key"], "")
    maps.states.redrive_execution(executionArn=execution)
    done = maps.end(execution)
    assert done["status"] == "SUCCEEDED", done.get("cause")
    assert [one["key"] for one in json.loads(done["output"])] == [one["key"] for one in items]
    run = maps.run(execution)
    assert (run["mapRunArn"], run["redriveCount"]) == (first["mapRunArn"], 1)
    assert (run["itemCounts"]["succeeded"], run["itemCounts"]["failed"]) == (4, 0)
    again = maps.states.list_executions(mapRunArn=first["mapRunArn"])["executions"]
    # The two that failed went on; only the one that was never begun is new.
    assert len(again) == 4
    assert {one["executionArn"] for one in children} < {one["executionArn"] for one in again}
    assert sorted(one["redriveCount"] for one in again) == [0, 0, 1, 1]
    (redriven,) = [one for one in again if one["redriveCount"]][:1]
    events = maps.states.get_execution_history(executionArn=redriven["executionArn"])["events"]
    assert sum(event["type"] == "PassStateEntered" for event in events) == 1
    kinds = [
        event["type"]
        for event in maps.states.get_execution_history(executionArn=execution)["events"]
    ]
    assert (kinds.count("MapRunStarted"), kinds.count("MapRunRedriven")) == (1, 1)
