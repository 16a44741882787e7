"""Glue jobs through boto3: real scripts in real processes, with S3, logs, events, Step Functions.

A minute of the Glue API lasts two seconds here.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.wait import wait_until

ENDED = {"SUCCEEDED", "FAILED", "TIMEOUT", "STOPPED"}
BUCKET = "glue-scripts"
ROLE = "arn:aws:iam::000000000000:role/glue"
# Ends at once, or as its arguments say.
SHELL_SCRIPT = """
import os, sys, time
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
print("arguments:", sorted(arguments.items()))
print("to the error stream", file=sys.stderr)
if "--sleep" in arguments:
    print("process", os.getpid(), flush=True)
    time.sleep(float(arguments["--sleep"]))
if "--fail" in arguments:
    raise ValueError(arguments["--fail"])
"""


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    folder = tmp_path_factory.mktemp("glue")
    with own_server(folder, LOCAL_AWS_GLUE_MINUTE_SECONDS="2") as server:
        location = {"LocationConstraint": "eu-central-1"}
        server.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        yield server


type MakeJob = Callable[..., str]


@pytest.fixture
def make_job(aws: OwnServer, request: pytest.FixtureRequest) -> Iterator[MakeJob]:
    """Make a job of a script's text; the job goes away with the test."""
    glue, s3 = aws.client("glue"), aws.client("s3")
    name = request.node.name.replace("[", "-").replace("]", "")

    def make(script: str = SHELL_SCRIPT, command: str = "pythonshell", **members: Any) -> str:
        key = f"{name}.py"
        s3.put_object(Bucket=BUCKET, Key=key, Body=script.encode())
        version = "3.9" if command == "pythonshell" else "3"
        location = {"ScriptLocation": f"s3://{BUCKET}/{key}", "PythonVersion": version}
        glue.create_job(Name=name, Role=ROLE, Command={"Name": command, **location}, **members)
        return name

    yield make
    glue.delete_job(JobName=name)


def start(aws: OwnServer, job: str, **members: Any) -> str:
    run_id: str = aws.client("glue").start_job_run(JobName=job, **members)["JobRunId"]
    return run_id


def run_of(aws: OwnServer, job: str, run_id: str) -> dict[str, Any]:
    run: dict[str, Any] = aws.client("glue").get_job_run(JobName=job, RunId=run_id)["JobRun"]
    return run


def end_of(aws: OwnServer, job: str, run_id: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        run = run_of(aws, job, run_id)
        return run if run["JobRunState"] in ENDED else None

    end = wait_until(ended, 300, lambda: f"the end of {run_of(aws, job, run_id)}")
    assert end is not None
    return end


def lines(aws: OwnServer, group: str, run_id: str) -> list[str]:
    logs = aws.client("logs")
    try:
        events = logs.get_log_events(logGroupName=group, logStreamName=run_id)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [event["message"] for event in events]


def test_a_python_shell_job_runs_with_its_arguments(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job(
        DefaultArguments={"--a": "default", "--b": "default"},
        NonOverridableArguments={"--c": "fixed"},
    )
    run_id = start(aws, job, Arguments={"--b": "run", "--c": "run"})
    run = end_of(aws, job, run_id)
    assert run["JobRunState"] == "SUCCEEDED"
    assert run["StartedOn"] <= run["CompletedOn"]
    expected = {
        "--a": "default",
        "--b": "run",
        "--c": "fixed",
        "--JOB_NAME": job,
        "--JOB_RUN_ID": run_id,
    }
    output = lines(aws, "/aws-glue/python-jobs/output", run_id)
    assert output == [f"arguments: {sorted(expected.items())}"]
    assert lines(aws, "/aws-glue/python-jobs/error", run_id) == ["to the error stream"]


def test_a_spark_job_runs_with_its_libraries(aws: OwnServer, make_job: MakeJob) -> None:
    script = """
import sys
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from pyspark.context import SparkContext
from greeting import greet

args = getResolvedOptions(sys.argv, ["JOB_NAME", "target"])
glue_context = GlueContext(SparkContext())
job = Job(glue_context)
job.init(args["JOB_NAME"], args)
spark = glue_context.spark_session
frame = spark.createDataFrame([(1, greet("you")), (2, greet("me"))], ["id", "text"])
frame.coalesce(1).write.mode("overwrite").json(args["target"])
print("partitions", spark.conf.get("spark.sql.shuffle.partitions"))
print("rows", spark.read.json(args["target"]).count())
job.commit()
"""
    s3 = aws.client("s3")
    s3.put_object(Bucket=BUCKET, Key="lib/greeting.py", Body=b"def greet(who): return 'hi ' + who")
    job = make_job(
        script,
        "glueetl",
        GlueVersion="5.1",
        WorkerType="G.1X",
        NumberOfWorkers=2,
        DefaultArguments={
            "--extra-py-files": f"s3://{BUCKET}/lib/greeting.py",
            "--target": f"s3://{BUCKET}/out/greetings/",
            "--conf": "spark.sql.shuffle.partitions=3",
        },
    )
    run_id = start(aws, job)
    run = end_of(aws, job, run_id)
    assert run["JobRunState"] == "SUCCEEDED", (run, lines(aws, "/aws-glue/jobs/error", run_id))
    assert run["ExecutionTime"] > 0
    assert lines(aws, "/aws-glue/jobs/output", run_id) == ["partitions 3", "rows 2"]
    written = s3.list_objects_v2(Bucket=BUCKET, Prefix="out/greetings/part-")["Contents"]
    body = s3.get_object(Bucket=BUCKET, Key=written[0]["Key"])["Body"].read()
    assert [json.loads(line)["text"] for line in body.splitlines()] == ["hi you", "hi me"]


def test_a_failure_says_why(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job()
    run_id = start(aws, job, Arguments={"--fail": "no rows"})
    run = end_of(aws, job, run_id)
    assert (run["JobRunState"], run["ErrorMessage"]) == ("FAILED", "ValueError: no rows")
    assert "ValueError: no rows" in lines(aws, "/aws-glue/python-jobs/error", run_id)


def test_a_missing_script_fails_the_run(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job()
    aws.client("s3").delete_object(Bucket=BUCKET, Key=f"{job}.py")
    run = end_of(aws, job, start(aws, job))
    assert run["JobRunState"] == "FAILED"
    assert f"Failed to download s3://{BUCKET}/{job}.py" in run["ErrorMessage"]


def test_output_is_in_the_logs_before_the_end(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job()
    run_id = start(aws, job, Arguments={"--sleep": "600"})
    group = "/aws-glue/python-jobs/output"
    wait_until(lambda: any("process" in line for line in lines(aws, group, run_id)), 120, "a line")
    assert run_of(aws, job, run_id)["JobRunState"] == "RUNNING"
    aws.client("glue").batch_stop_job_run(JobName=job, JobRunIds=[run_id])


def test_a_stopped_run_leaves_no_process(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job()
    run_id = start(aws, job, Arguments={"--sleep": "600"})
    process = script_process(aws, run_id)
    answer = aws.client("glue").batch_stop_job_run(JobName=job, JobRunIds=[run_id, "jr_gone"])
    assert [entry["JobRunId"] for entry in answer["SuccessfulSubmissions"]] == [run_id]
    assert [entry["JobRunId"] for entry in answer["Errors"]] == ["jr_gone"]
    assert end_of(aws, job, run_id)["JobRunState"] == "STOPPED"
    wait_until(lambda: not process.is_running(), 30, "the process's end")


def test_a_timeout_ends_the_run(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job(Timeout=1, MaxRetries=1)
    run_id = start(aws, job, Arguments={"--sleep": "600"})
    assert end_of(aws, job, run_id)["JobRunState"] == "TIMEOUT"
    # Jobs that reach the timeout limit are not restarted.
    assert len(aws.client("glue").get_job_runs(JobName=job)["JobRuns"]) == 1


def test_a_failed_run_is_retried(aws: OwnServer, make_job: MakeJob) -> None:
    job = make_job(MaxRetries=1)
    run_id = start(aws, job, Arguments={"--fail": "again"})
    retry = f"{run_id}_attempt_1"
    end_of(aws, job, run_id)
    run = end_of(aws, job, retry)
    assert (run["JobRunState"], run["Attempt"], run["PreviousRunId"]) == ("FAILED", 1, run_id)


def test_the_limit_of_concurrent_runs(aws: OwnServer, make_job: MakeJob) -> None:
    job, glue = make_job(), aws.client("glue")
    run_id = start(aws, job, Arguments={"--sleep": "600"})
    with pytest.raises(ClientError, match="ConcurrentRunsExceededException"):
        start(aws, job)
    glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    end_of(aws, job, run_id)
    assert end_of(aws, job, start(aws, job))["JobRunState"] == "SUCCEEDED"


def test_errors_have_the_names_of_the_api(aws: OwnServer) -> None:
    glue = aws.client("glue")
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_job(JobName="gone")
    with pytest.raises(ClientError, match=r"ValidationException.*enum value set") as failure:
        glue.create_job(Name="x", Role=ROLE, Command={}, ExecutionClass="SLOW")
    assert failure.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.fixture
def events(aws: OwnServer, request: pytest.FixtureRequest) -> Iterator[Callable[[], list[Any]]]:
    """Read what a rule on the default bus got of Glue's events, through a queue."""
    sqs, bus = aws.client("sqs"), aws.client("events")
    name = request.node.name.replace("_", "-")[:60]
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    bus.put_rule(Name=name, EventPattern=json.dumps({"source": ["aws.glue"]}))
    bus.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": attributes["QueueArn"]}])
    got: list[Any] = []

    def read() -> list[Any]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            got.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return got

    yield read
    bus.remove_targets(Rule=name, Ids=["queue"])
    bus.delete_rule(Name=name)
    sqs.delete_queue(QueueUrl=url)


def test_the_end_of_a_run_reaches_eventbridge(
    aws: OwnServer, make_job: MakeJob, events: Callable[[], list[Any]]
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html."""
    job = make_job()
    run_id = start(aws, job)
    wait_until(events, 60, "an event")
    [event] = events()
    assert event["detail-type"] == "Glue Job State Change"
    assert (event["source"], event["account"], event["region"]) == (
        "aws.glue",
        "000000000000",
        "eu-central-1",
    )
    assert event["detail"] == {
        "jobName": job,
        "severity": "INFO",
        "state": "SUCCEEDED",
        "jobRunId": run_id,
        "message": "Job run succeeded",
    }


def test_a_slow_run_is_announced_while_it_runs(
    aws: OwnServer, make_job: MakeJob, events: Callable[[], list[Any]]
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html."""
    job = make_job(NotificationProperty={"NotifyDelayAfter": 1})
    run_id = start(aws, job, Arguments={"--sleep": "300"})
    wait_until(events, 60, "an event")
    [event] = events()
    assert event["detail-type"] == "Glue Job Run Status"
    detail = event["detail"]
    assert (detail["jobName"], detail["jobRunId"], detail["state"]) == (job, run_id, "RUNNING")
    assert detail["notificationCondition"] == {"NotifyDelayAfter": 1.0}
    aws.client("glue").batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    end_of(aws, job, run_id)


def execute(aws: OwnServer, job: str, payload: Mapping[str, str]) -> dict[str, Any]:
    """Run a state machine whose only state starts ``job`` and waits for it."""
    states = aws.client("stepfunctions")
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": {"JobName": job, "Arguments.$": "$"},
        "End": True,
    }
    machine = states.create_state_machine(
        name=job,
        roleArn="arn:aws:iam::000000000000:role/states",
        definition=json.dumps({"StartAt": "Process", "States": {"Process": task}}),
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(payload))

    def ended() -> dict[str, Any] | None:
        found: dict[str, Any] = states.describe_execution(executionArn=execution["executionArn"])
        return None if found["status"] == "RUNNING" else found

    found = wait_until(ended, 120, "the execution's end")
    assert found is not None
    states.delete_state_machine(stateMachineArn=machine)
    return found


def test_step_functions_waits_for_a_job(aws: OwnServer, make_job: MakeJob) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html."""
    job = make_job()
    execution = execute(aws, job, {"--x": "1"})
    assert execution["status"] == "SUCCEEDED"
    output = json.loads(execution["output"])
    assert (output["JobName"], output["JobRunState"]) == (job, "SUCCEEDED")
    assert output["Arguments"] == {"--x": "1"}


def test_step_functions_fails_with_the_run_as_its_cause(aws: OwnServer, make_job: MakeJob) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html."""
    job = make_job()
    execution = execute(aws, job, {"--fail": "no rows"})
    assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
    cause = json.loads(execution["cause"])
    assert (cause["JobRunState"], cause["ErrorMessage"]) == ("FAILED", "ValueError: no rows")


def test_nothing_outlives_the_server(tmp_path: Path) -> None:
    with own_server(tmp_path) as aws:
        glue, s3 = aws.client("glue"), aws.client("s3")
        location = {"LocationConstraint": "eu-central-1"}
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        s3.put_object(Bucket=BUCKET, Key="sleep.py", Body=SHELL_SCRIPT.encode())
        script = {"ScriptLocation": f"s3://{BUCKET}/sleep.py", "PythonVersion": "3.9"}
        glue.create_job(Name="sleep", Role=ROLE, Command={"Name": "pythonshell", **script})
        process = script_process(aws, start(aws, "sleep", Arguments={"--sleep": "600"}))
    wait_until(lambda: not process.is_running(), 30, "the process's end")


def script_process(aws: OwnServer, run_id: str) -> psutil.Process:
    """Return the process in which a sleeping script runs."""

    def number() -> int | None:
        for line in lines(aws, "/aws-glue/python-jobs/output", run_id):
            if line.startswith("process "):
                return int(line.split()[1])
        return None

    found = wait_until(number, 120, "the script's process")
    assert found is not None
    return psutil.Process(found)
