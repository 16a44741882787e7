"""Lambda through boto3: real functions in real processes."""

import base64
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.functions import Functions, archive
from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until


@pytest.fixture
def functions(local_aws: OwnServer) -> Iterator[Functions]:
    made = Functions(local_aws.client("lambda"))
    yield made
    made.delete_all()


def log_events(local_aws: OwnServer, group: str) -> list[dict[str, Any]]:
    logs = local_aws.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    return list(logs.filter_log_events(logGroupName=group)["events"])


def test_plain_boto3_reaches_the_local_aws(local_aws: OwnServer, functions: Functions) -> None:
    local_aws.client("s3").create_bucket(
        Bucket="reached", CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    functions.create(
        "reach",
        "import boto3, os\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket='reached', Key='by lambda', Body=b'yes')\n"
        "    return [os.environ['GREETING'], os.environ['AWS_REGION'],\n"
        "            os.environ['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'],\n"
        "            boto3.client('sts').get_caller_identity()['Arn']]\n",
        Environment={"Variables": {"GREETING": "hello"}},
        MemorySize=512,
    )
    answer, response = functions.invoke("reach")
    assert "FunctionError" not in response
    assert answer[:3] == ["hello", REGION, "512"]
    assert answer[3].endswith(":assumed-role/function/reach")
    stored = local_aws.client("s3").get_object(Bucket="reached", Key="by lambda")
    assert stored["Body"].read() == b"yes"


def test_logs_are_events_in_cloudwatch(local_aws: OwnServer, functions: Functions) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html"""
    functions.create(
        "logged",
        "import logging\n"
        "def handler(event, context):\n"
        "    print('printed')\n"
        "    logging.getLogger().warning('two\\nlines')\n"
        "    return context.aws_request_id\n",
    )
    request_id, response = functions.invoke("logged", LogType="Tail")
    tail = base64.b64decode(response["LogResult"]).decode()
    assert f"START RequestId: {request_id} Version: $LATEST" in tail
    events = wait_until(
        lambda: (found := log_events(local_aws, "/aws/lambda/logged")) and found,
        describe="log events",
    )
    messages = [event["message"] for event in events]
    assert messages[0] == f"START RequestId: {request_id} Version: $LATEST"
    assert messages[1] == "printed"
    assert messages[2].startswith("[WARNING]\t")
    assert messages[2].endswith("\ttwo\nlines")
    assert messages[3] == f"END RequestId: {request_id}"
    assert messages[4].startswith(f"REPORT RequestId: {request_id}\tDuration: ")
    assert "\tInit Duration: " in messages[4]
    assert "[$LATEST]" in events[0]["logStreamName"]


def test_log_group_of_the_logging_config(local_aws: OwnServer, functions: Functions) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html"""
    functions.create(
        "elsewhere",
        "def handler(event, context): return context.log_group_name\n",
        LoggingConfig={"LogGroup": "/teams/data"},
    )
    assert functions.invoke("elsewhere")[0] == "/teams/data"
    wait_until(lambda: log_events(local_aws, "/teams/data"), describe="events in /teams/data")
    assert not log_events(local_aws, "/aws/lambda/elsewhere")


@pytest.mark.parametrize(
    ("event", "error_type", "message"),
    [
        ("raise", "ValueError", "no rows"),
        ("exit", "Runtime.ExitError", "Runtime exited with error: exit status 3"),
        ("sleep", "Sandbox.Timedout", "Error: Task timed out after 3.00 seconds"),
    ],
)
def test_function_errors(functions: Functions, event: str, error_type: str, message: str) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-invocation.html"""
    functions.create(
        "failing",
        "import sys, time\n"
        "def handler(event, context):\n"
        "    if event == 'raise': raise ValueError('no rows')\n"
        "    if event == 'exit': sys.exit(3)\n"
        "    time.sleep(600)\n",
        Timeout=3,
    )
    error, response = functions.invoke("failing", event)
    assert response["StatusCode"] == 200
    assert response["FunctionError"] == "Unhandled"
    assert response["ResponseMetadata"]["HTTPHeaders"]["x-amz-function-error"] == "Unhandled"
    assert error["errorType"] == error_type
    assert error["errorMessage"].endswith(message)
    # Only an exception of the function's own has a trace.
    traced = error.get("stackTrace", [])
    assert [line for line in traced if "raise ValueError('no rows')" in line] == traced[-1:]
    assert bool(traced) == (event == "raise")


def test_a_library_that_was_not_packaged_is_missed(
    local_aws: OwnServer, functions: Functions
) -> None:
    functions.create("forgot", "import pyarrow\ndef handler(event, context): pass\n")
    error, response = functions.invoke("forgot", LogType="Tail")
    assert response["FunctionError"] == "Unhandled"
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert "No module named 'pyarrow'" in error["errorMessage"]
    assert "Runtime.ImportModuleError" in base64.b64decode(response["LogResult"]).decode()
    wait_until(
        lambda: [
            event
            for event in log_events(local_aws, "/aws/lambda/forgot")
            if "INIT_REPORT" in event["message"]
        ],
        describe="the INIT_REPORT line in CloudWatch",
    )


PID_FUNCTION = (
    "import os, time\ndef handler(event, context):\n    time.sleep(event)\n    return os.getpid()\n"
)


def test_warm_reuse_and_concurrent_environments(functions: Functions) -> None:
    functions.create("pids", PID_FUNCTION)
    first, second = (functions.invoke("pids", 0)[0] for _ in range(2))
    assert first == second
    with ThreadPoolExecutor(3) as pool:
        pids = list(pool.map(lambda _: functions.invoke("pids", 3)[0], range(3)))
    assert len(set(pids)) == 3


def test_idle_environments_are_given_up(functions: Functions) -> None:
    functions.create("idle", PID_FUNCTION)
    pid = functions.invoke("idle", 0)[0]
    assert psutil.pid_exists(pid)
    wait_until(lambda: not psutil.pid_exists(pid), describe=f"the end of process {pid}")
    assert functions.invoke("idle", 0)[0] != pid


def test_updated_code_is_used_and_running_calls_end_with_the_old(
    functions: Functions, tmp_path: Path
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html"""
    began, gate = tmp_path / "began", tmp_path / "gate"
    functions.create(
        "updated",
        "import pathlib, time\n"
        "def handler(event, context):\n"
        f"    pathlib.Path({str(began)!r}).touch()\n"
        f"    while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.05)\n"
        "    return 'old'\n",
    )
    answers: list[object] = []
    running = threading.Thread(target=lambda: answers.append(functions.invoke("updated")[0]))
    running.start()
    wait_until(began.exists, describe="the first call")
    new = archive({"app.py": "def handler(event, context): return 'new'\n"})
    functions.client.update_function_code(FunctionName="updated", ZipFile=new)
    functions.client.get_waiter("function_updated_v2").wait(FunctionName="updated")
    assert functions.invoke("updated")[0] == "new"
    gate.touch()
    running.join(60)
    assert answers == ["old"]


def test_layers(functions: Functions) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html"""
    layers = [
        functions.client.publish_layer_version(
            LayerName=name, Content={"ZipFile": archive({f"python/{name}.py": f"who = {name!r}"})}
        )["LayerVersionArn"]
        for name in ("one", "two")
    ]
    functions.create(
        "layered",
        "import one, two\ndef handler(event, context): return [one.who, two.who]\n",
        Layers=layers,
    )
    assert functions.invoke("layered")[0] == ["one", "two"]


def test_other_runtimes_are_refused_with_what_is_supported(functions: Functions) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html"""
    with pytest.raises(ClientError, match=r"cannot execute nodejs22\.x\. It executes python3\.13"):
        functions.create("node", "", Runtime="nodejs22.x")
    functions.create("python", "def handler(event, context): return 1\n", Runtime="python3.12")
    assert functions.invoke("python")[0] == 1
    with pytest.raises(ClientError, match="cannot execute java21"):
        functions.client.update_function_configuration(FunctionName="python", Runtime="java21")


def test_queue_with_partial_batch_failures(local_aws: OwnServer, functions: Functions) -> None:
    """https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html"""
    sqs = local_aws.client("sqs")
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]
    redrive = {"deadLetterTargetArn": dead_arn["QueueArn"], "maxReceiveCount": 2}
    source = sqs.create_queue(
        QueueName="source",
        Attributes={"VisibilityTimeout": "1", "RedrivePolicy": json.dumps(redrive)},
    )["QueueUrl"]
    source_arn = sqs.get_queue_attributes(QueueUrl=source, AttributeNames=["QueueArn"])
    done = sqs.create_queue(QueueName="done")["QueueUrl"]
    functions.create(
        "batch",
        "import boto3\n"
        "sqs = boto3.client('sqs')\n"
        "def handler(event, context):\n"
        "    failed = [r['messageId'] for r in event['Records'] if r['body'] == 'poison']\n"
        "    for record in event['Records']:\n"
        "        if record['messageId'] not in failed:\n"
        f"            sqs.send_message(QueueUrl={done!r}, MessageBody=record['body'])\n"
        "    return {'batchItemFailures': [{'itemIdentifier': i} for i in failed]}\n",
    )
    mapping = functions.client.create_event_source_mapping(
        FunctionName="batch",
        EventSourceArn=source_arn["Attributes"]["QueueArn"],
        BatchSize=10,
        MaximumBatchingWindowInSeconds=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    try:
        entries = ["good", "poison", "fine"]
        sqs.send_message_batch(
            QueueUrl=source,
            Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(entries)],
        )
        assert receive(sqs, dead, 1) == ["poison"]
        assert sorted(receive(sqs, done, 2)) == ["fine", "good"]
        assert receive(sqs, source, 0) == []
    finally:
        functions.client.delete_event_source_mapping(UUID=mapping["UUID"])


def receive(sqs: Any, queue: str, count: int) -> list[str]:
    """Return the bodies of ``count`` messages, and of any that come with them."""
    bodies: list[str] = []

    def all_there() -> bool:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        bodies.extend(message["Body"] for message in messages)
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return len(bodies) >= count

    wait_until(all_there, describe=lambda: f"{count} messages in {queue}, so far {bodies}")
    return bodies


def test_asynchronous_invocation(local_aws: OwnServer, functions: Functions) -> None:
    queue = local_aws.client("sqs").create_queue(QueueName="async")["QueueUrl"]
    functions.create(
        "later",
        "import boto3\n"
        "def handler(event, context):\n"
        f"    boto3.client('sqs').send_message(QueueUrl={queue!r}, MessageBody=event)\n",
    )
    response = functions.client.invoke(
        FunctionName="later", InvocationType="Event", Payload=b'"sent"'
    )
    assert response["StatusCode"] == 202
    assert receive(local_aws.client("sqs"), queue, 1) == ["sent"]


def test_a_function_says_which_key_its_environment_is_encrypted_with(
    local_aws: OwnServer, functions: Functions
) -> None:
    """https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html"""
    key = "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555"
    source = "def handler(event, context):\n    return 1\n"
    functions.create("sealed", source, KMSKeyArn=key)
    client = local_aws.client("lambda")
    assert client.get_function(FunctionName="sealed")["Configuration"]["KMSKeyArn"] == key
    client.update_function_configuration(FunctionName="sealed", Description="still sealed")
    assert client.get_function_configuration(FunctionName="sealed")["KMSKeyArn"] == key
    client.get_waiter("function_updated_v2").wait(FunctionName="sealed")
    client.update_function_configuration(FunctionName="sealed", KMSKeyArn="")
    assert "KMSKeyArn" not in client.get_function_configuration(FunctionName="sealed")
    client.get_waiter("function_updated_v2").wait(FunctionName="sealed")
