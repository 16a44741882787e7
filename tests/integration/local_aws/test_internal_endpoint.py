"""With LOCAL_AWS_INTERNAL_ENDPOINT_URL all calls inside the local AWS go by way of a proxy."""

import http.client
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_aws.functions import Functions
from tests.integration.local_aws.glue_scripts import GlueScripts
from tests.integration.local_aws.own_server import REGION, OwnServer, own_server
from tests.wait import wait_until

ROLE = "arn:aws:iam::000000000000:role/states"
PUT = """
import os
import boto3

s3 = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])

def handler(event, context):
    s3.put_object(Bucket="through", Key="by-function", Body=b"")
    return {}
"""
JOB = """
import boto3
boto3.client("s3").put_object(Bucket="through", Key="by-job", Body=b"")
"""


class Proxy(ThreadingHTTPServer):
    """Hands requests on to ``target`` and remembers them as (service, "POST /path target")."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = ("127.0.0.1", 0)
        self.seen: set[tuple[str, str]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def _forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        scope = re.search(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/", self.headers["Authorization"])
        what = f"{self.command} {self.path} {self.headers.get('X-Amz-Target', '')}".strip()
        self.server.seen.add((scope[1] if scope else "", what))
        connection = http.client.HTTPConnection(*self.server.target)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _forward  # noqa: N815

    def log_message(self, *_: Any) -> None: ...


@contextmanager
def serving() -> Iterator[Proxy]:
    with Proxy() as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield proxy
        proxy.shutdown()


@pytest.fixture(scope="module")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[OwnServer, Proxy]]:
    state: Path = tmp_path_factory.mktemp("proxied")
    with serving() as proxy, own_server(state, LOCAL_AWS_INTERNAL_ENDPOINT_URL=proxy.url) as aws:
        proxy.target = ("127.0.0.1", int(aws.endpoint_url.rpartition(":")[2]))
        yield aws, proxy


def test_calls_of_tasks_targets_mappings_functions_and_jobs_take_the_other_way(
    proxied: tuple[OwnServer, Proxy],
) -> None:
    aws, proxy = proxied
    scripts = GlueScripts(aws, "through")
    scripts.create("put", JOB)
    functions = Functions(aws.client("lambda"))
    function = functions.create("put", PUT)
    _map_queue(aws, function)
    _start_by_event(aws, function)

    def missing() -> set[str]:
        named = {f"{service} {what}" for service, what in proxy.seen}
        wanted = (
            "lambda POST /2015-03-31/functions/",  # a task's
            "glue POST / AWSGlue.StartJobRun",
            "states POST / AWSStepFunctions.StartExecution",  # a rule's target's
            "events POST / AWSEvents.PutEvents",  # an execution's
            "sqs POST / AmazonSQS.ReceiveMessage",  # an event source mapping's
            "s3 PUT /through/by-function",
            "s3 PUT /through/by-job",
        )
        return {one for one in wanted if not any(name.startswith(one) for name in named)}

    wait_until(lambda: not missing(), describe=lambda: (missing(), proxy.seen), interval=0.5)


def _map_queue(aws: OwnServer, function: str) -> None:
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="through")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    aws.client("lambda").create_event_source_mapping(
        FunctionName=function, EventSourceArn=arn["QueueArn"], BatchSize=1
    )


def _start_by_event(aws: OwnServer, function: str) -> None:
    """Send an event to a machine that calls a function and then runs a job."""
    definition = {
        "StartAt": "Call",
        "States": {
            "Call": {
                "Type": "Task",
                "Resource": "arn:aws:states:::lambda:invoke",
                "Parameters": {"FunctionName": function},
                "Next": "Run",
            },
            "Run": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Parameters": {"JobName": "put"},
                "End": True,
            },
        },
    }
    machine = aws.client("stepfunctions").create_state_machine(
        name="through", roleArn=ROLE, definition=json.dumps(definition)
    )["stateMachineArn"]
    events = aws.client("events")
    events.put_rule(Name="through", EventPattern=json.dumps({"source": ["test"]}))
    target = {"Id": "1", "Arn": machine, "RoleArn": f"arn:aws:iam::000000000000:role/{REGION}"}
    events.put_targets(Rule="through", Targets=[target])
    events.put_events(Entries=[{"Source": "test", "DetailType": "test", "Detail": "{}"}])
