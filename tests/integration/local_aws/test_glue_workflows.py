"""Triggers and workflows through boto3: real jobs, real crawlers, real time, real events."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.own_server import REGION, OwnServer
from tests.wait import wait_until

BUCKET = "glue-workflows"
DATABASE = "glue_workflows"
ROLE = "arn:aws:iam::000000000000:role/glue"
# Does what its arguments say, and takes along what it finds in the run's properties.
SCRIPT = """
import sys, time
import boto3
arguments = dict(zip(sys.argv[1::2], sys.argv[2::2]))
if "--write" in arguments:
    bucket, key = arguments["--write"].split("/", 1)
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=b"id,name\\n1,Ann\\n2,Bob\\n")
if "--pass-on" in arguments:
    glue = boto3.client("glue")
    run = {"Name": arguments["--WORKFLOW_NAME"], "RunId": arguments["--WORKFLOW_RUN_ID"]}
    properties = glue.get_workflow_run_properties(**run)["RunProperties"]
    properties["seen"] = properties.get("seen", "") + arguments["--JOB_NAME"] + ";"
    glue.put_workflow_run_properties(RunProperties=properties, **run)
time.sleep(float(arguments.get("--sleep", 0)))
if "--needs" in arguments:
    bucket, key = arguments["--needs"].split("/", 1)
    try:
        boto3.client("s3").head_object(Bucket=bucket, Key=key)
    except Exception:
        raise RuntimeError(f"{key} is missing") from None
"""


@pytest.fixture(scope="module")
def aws(local_aws: OwnServer) -> OwnServer:
    s3, glue = local_aws.client("s3"), local_aws.client("glue")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=BUCKET, Key="script.py", Body=SCRIPT.encode())
    glue.create_database(DatabaseInput={"Name": DATABASE})
    return local_aws


class Flow:
    """A workflow of one test, with the names of its parts made its own."""

    def __init__(self, aws: OwnServer, name: str) -> None:
        self.aws = aws
        self.glue = aws.client("glue")
        self.name = name

    def create(self, **members: Any) -> None:
        self.glue.create_workflow(Name=self.name, **members)

    def named(self, part: str) -> str:
        return f"{self.name}-{part}"

    def job(self, part: str, **arguments: str) -> None:
        options = {f"--{key.replace('_', '-')}": value for key, value in arguments.items()}
        location = {"ScriptLocation": f"s3://{BUCKET}/script.py", "PythonVersion": "3.9"}
        self.glue.create_job(
            Name=self.named(part),
            Role=ROLE,
            Command={"Name": "pythonshell", **location},
            DefaultArguments=options,
            ExecutionProperty={"MaxConcurrentRuns": 5},
        )

    def trigger(self, part: str, kind: str, *jobs: str, **members: Any) -> None:
        self.glue.create_trigger(
            Name=self.named(part),
            WorkflowName=self.name,
            Type=kind,
            Actions=[*members.pop("Actions", ()), *({"JobName": self.named(job)} for job in jobs)],
            StartOnCreation=kind in ("SCHEDULED", "CONDITIONAL"),
            **members,
        )

    def after(self, logical: str = "AND", **states: str) -> dict[str, Any]:
        conditions = [
            {"LogicalOperator": "EQUALS", "JobName": self.named(job), "State": state}
            for job, state in states.items()
        ]
        return {"Logical": logical, "Conditions": conditions}

    def start(self, **members: Any) -> str:
        run_id: str = self.glue.start_workflow_run(Name=self.name, **members)["RunId"]
        return run_id

    def run(self, run_id: str) -> dict[str, Any]:
        answer = self.glue.get_workflow_run(Name=self.name, RunId=run_id, IncludeGraph=True)
        run: dict[str, Any] = answer["Run"]
        return run

    def runs(self) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = self.glue.get_workflow_runs(Name=self.name)["Runs"]
        return runs

    def end(self, run_id: str) -> dict[str, Any]:
        def ended() -> dict[str, Any] | None:
            run = self.run(run_id)
            return run if run["Status"] not in ("RUNNING", "STOPPING") else None

        run = wait_until(ended, 300, lambda: f"the end of {self.run(run_id)}")
        assert run is not None
        return run

    def node(self, run: dict[str, Any], part: str) -> dict[str, Any]:
        nodes: list[dict[str, Any]] = run["Graph"]["Nodes"]
        return next(node for node in nodes if node["Name"] == self.named(part))

    def job_run(self, run: dict[str, Any], part: str) -> dict[str, Any]:
        job_run: dict[str, Any] = self.node(run, part)["JobDetails"]["JobRuns"][0]
        return job_run


@pytest.fixture
def flow(aws: OwnServer, request: pytest.FixtureRequest) -> Iterator[Flow]:
    flow = Flow(aws, request.node.name.removeprefix("test_").replace("_", "-"))
    yield flow
    flow.glue.delete_workflow(Name=flow.name)


def test_a_workflow_ends_with_a_table(flow: Flow) -> None:
    """Jobs side by side, a job after both, a crawler after that, properties handed on."""
    flow.create(DefaultRunProperties={"target": "curated"})
    for part in ("left", "right"):
        flow.job(part, sleep="3", pass_on="yes", write=f"{BUCKET}/flow/people/{part}.csv")
    flow.job("join", pass_on="yes")
    flow.glue.create_crawler(
        Name=flow.named("crawl"),
        Role=ROLE,
        DatabaseName=DATABASE,
        Targets={"S3Targets": [{"Path": f"s3://{BUCKET}/flow/"}]},
    )
    flow.trigger("begin", "ON_DEMAND", "left", "right")
    both = flow.after(left="SUCCEEDED", right="SUCCEEDED")
    flow.trigger("then", "CONDITIONAL", "join", Predicate=both)
    crawl = [{"CrawlerName": flow.named("crawl")}]
    flow.trigger("last", "CONDITIONAL", Actions=crawl, Predicate=flow.after(join="SUCCEEDED"))

    run = flow.end(flow.start())

    assert run["Status"] == "COMPLETED"
    assert run["Statistics"]["SucceededActions"] == run["Statistics"]["TotalActions"] == 4, run
    left, right, join = (flow.job_run(run, part) for part in ("left", "right", "join"))
    assert max(left["StartedOn"], right["StartedOn"]) < min(
        left["CompletedOn"], right["CompletedOn"]
    )
    assert join["StartedOn"] >= max(left["CompletedOn"], right["CompletedOn"])
    assert join["TriggerName"] == flow.named("then")
    (crawled,) = flow.node(run, "crawl")["CrawlerDetails"]["Crawls"]
    assert crawled["State"] == "SUCCEEDED"
    table = flow.glue.get_table(DatabaseName=DATABASE, Name="people")["Table"]
    names = [column["Name"] for column in table["StorageDescriptor"]["Columns"]]
    assert names == ["id", "name"]
    properties = run["WorkflowRunProperties"]
    assert properties["target"] == "curated"
    assert flow.named("join") in properties["seen"]


def test_a_failure_stops_what_depends_on_it_until_it_is_resumed(flow: Flow) -> None:
    flow.create()
    flow.job("first", pass_on="yes")
    flow.job("second", needs=f"{BUCKET}/resume/repaired")
    flow.job("third")
    flow.trigger("begin", "ON_DEMAND", "first")
    flow.trigger("then", "CONDITIONAL", "second", Predicate=flow.after(first="SUCCEEDED"))
    flow.trigger("last", "CONDITIONAL", "third", Predicate=flow.after(second="SUCCEEDED"))

    first_run = flow.start()
    run = flow.end(first_run)
    assert run["Status"] == "COMPLETED"
    failed = flow.job_run(run, "second")
    assert failed["JobRunState"] == "FAILED"
    assert "RuntimeError: resume/repaired is missing" in failed["ErrorMessage"]
    assert "JobDetails" not in flow.node(run, "third")

    flow.aws.client("s3").put_object(Bucket=BUCKET, Key="resume/repaired")
    second = flow.node(run, "second")["UniqueId"]
    resumed = flow.glue.resume_workflow_run(Name=flow.name, RunId=first_run, NodeIds=[second])
    assert resumed["NodeIds"] == [second]
    again = flow.end(resumed["RunId"])
    assert again["PreviousRunId"] == first_run
    assert again["Statistics"]["SucceededActions"] == 3
    assert flow.job_run(again, "first")["Id"] == flow.job_run(run, "first")["Id"]
    assert flow.job_run(again, "second")["Id"] != failed["Id"]


def test_any_of_two_ends_is_enough(flow: Flow) -> None:
    flow.create()
    flow.job("quick")
    flow.job("slow", sleep="300")
    flow.job("next")
    flow.trigger("begin", "ON_DEMAND", "quick", "slow")
    either = flow.after("ANY", quick="SUCCEEDED", slow="SUCCEEDED")
    flow.trigger("then", "CONDITIONAL", "next", Predicate=either)
    run_id = flow.start()

    def only_slow_runs() -> bool:
        run = flow.run(run_id)
        job_runs = flow.node(run, "next").get("JobDetails", {}).get("JobRuns", [{}])
        ended = job_runs[0].get("JobRunState") == "SUCCEEDED"
        return ended and run["Statistics"]["RunningActions"] == 1

    wait_until(only_slow_runs, 240, lambda: flow.run(run_id))
    flow.glue.stop_workflow_run(Name=flow.name, RunId=run_id)
    assert flow.end(run_id)["Status"] == "STOPPED"


def test_a_stopped_run_ends_its_jobs(flow: Flow) -> None:
    flow.create()
    flow.job("slow", sleep="300")
    flow.job("next")
    flow.trigger("begin", "ON_DEMAND", "slow")
    flow.trigger("then", "CONDITIONAL", "next", Predicate=flow.after(slow="STOPPED"))
    run_id = flow.start()
    wait_until(
        lambda: flow.job_run(flow.run(run_id), "slow")["JobRunState"] == "RUNNING",
        120,
        lambda: flow.run(run_id),
    )
    flow.glue.stop_workflow_run(Name=flow.name, RunId=run_id)
    run = flow.end(run_id)
    assert run["Status"] == "STOPPED"
    assert run["Statistics"]["StoppedActions"] == 1
    assert flow.job_run(run, "slow")["JobRunState"] == "STOPPED"
    assert "JobDetails" not in flow.node(run, "next")


def test_no_more_runs_than_allowed(flow: Flow) -> None:
    flow.create(MaxConcurrentRuns=1)
    flow.job("slow", sleep="300")
    flow.trigger("begin", "ON_DEMAND", "slow")
    run_id = flow.start()
    with pytest.raises(ClientError) as refused:
        flow.start()
    assert refused.value.response["Error"] == {
        "Code": "ConcurrentRunsExceededException",
        "Message": f"Concurrent runs exceeded for workflow: {flow.name}.",
    }
    flow.glue.stop_workflow_run(Name=flow.name, RunId=run_id)
    flow.end(run_id)


def test_a_schedule_fires_by_itself(flow: Flow) -> None:
    """Once, in the next minute that is far enough away to be set up before it begins."""
    due = (datetime.now(UTC) + timedelta(seconds=65)).replace(second=0, microsecond=0)
    flow.create()
    flow.job("work")
    once = f"cron({due.minute} {due.hour} {due.day} {due.month} ? {due.year})"
    flow.trigger("daily", "SCHEDULED", "work", Schedule=once)
    wait_until(flow.runs, 150, f"{once} to fire")
    (run,) = flow.runs()
    assert run["StartedOn"] >= due
    assert flow.end(run["WorkflowRunId"])["Statistics"]["SucceededActions"] == 1


@pytest.fixture
def rule(flow: Flow) -> Iterator[Callable[[], str]]:
    """Send the events of this test to the workflow, and put one."""
    events = flow.aws.client("events")
    detail_type = flow.name
    events.put_rule(Name=flow.name, EventPattern=json.dumps({"detail-type": [detail_type]}))
    arn = f"arn:aws:glue:{REGION}:000000000000:workflow/{flow.name}"
    # The role is not assumed: LocalStack's open source enforces no policies.
    target = {"Id": "workflow", "Arn": arn, "RoleArn": "arn:aws:iam::000000000000:role/events"}
    assert events.put_targets(Rule=flow.name, Targets=[target])["FailedEntryCount"] == 0

    def put() -> str:
        entry = {"Source": "test", "DetailType": detail_type, "Detail": json.dumps({"key": "k"})}
        event_id: str = events.put_events(Entries=[entry])["Entries"][0]["EventId"]
        return event_id

    yield put
    events.remove_targets(Rule=flow.name, Ids=["workflow"])
    events.delete_rule(Name=flow.name)


def test_a_batch_of_events_starts_a_workflow(flow: Flow, rule: Callable[[], str]) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html"""
    flow.create()
    flow.job("work")
    batch = {"BatchSize": 2, "BatchWindow": 900}
    flow.trigger("on-event", "EVENT", "work", EventBatchingCondition=batch)
    ids = {rule(), rule()}
    wait_until(flow.runs, 60, "two events to start the workflow")
    (run,) = flow.runs()
    batched = run["WorkflowRunProperties"]["aws:eventIds"]
    assert set(batched[1:-1].split(", ")) == ids
    assert run["StartingEventBatchCondition"] == {"BatchSize": 2, "BatchWindow": 0}
    flow.end(run["WorkflowRunId"])


def test_a_window_of_events_starts_a_workflow(flow: Flow, rule: Callable[[], str]) -> None:
    flow.create()
    flow.job("work")
    batch = {"BatchSize": 50, "BatchWindow": 2}
    flow.trigger("on-event", "EVENT", "work", EventBatchingCondition=batch)
    event_id = rule()
    wait_until(flow.runs, 60, "the window to end")
    (run,) = flow.runs()
    assert run["WorkflowRunProperties"]["aws:eventIds"] == f"[{event_id}]"
    assert run["StartingEventBatchCondition"] == {"BatchSize": 0, "BatchWindow": 2}
    flow.end(run["WorkflowRunId"])


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ({"Arn": "arn:aws:glue:eu-central-1:000000000000:workflow/x"}, "RoleArn is required"),
        ({"Arn": "arn:aws:glue:eu-central-1:000000000000:job/x"}, "names no workflow"),
    ],
)
def test_a_rule_takes_only_a_workflow_with_a_role(
    aws: OwnServer, target: dict[str, str], message: str
) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html"""
    events = aws.client("events")
    events.put_rule(Name="refused", EventPattern=json.dumps({"source": ["nobody"]}))
    with pytest.raises(ClientError, match=message):
        events.put_targets(Rule="refused", Targets=[{"Id": "one", **target}])


def test_a_chain_outside_workflows(aws: OwnServer) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html"""
    flow = Flow(aws, "chain")
    flow.job("first")
    flow.job("second")
    conditional = {
        "Name": "chain-then",
        "Type": "CONDITIONAL",
        "StartOnCreation": True,
        "Predicate": flow.after(first="SUCCEEDED"),
        "Actions": [{"JobName": flow.named("second")}],
    }
    flow.glue.create_trigger(**conditional)
    first = [{"JobName": flow.named("first")}]
    flow.glue.create_trigger(Name="chain-first", Type="ON_DEMAND", Actions=first)

    def runs(part: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = flow.glue.get_job_runs(JobName=flow.named(part))["JobRuns"]
        return found

    def ended(part: str, count: int) -> bool:
        states = [run["JobRunState"] for run in runs(part)]
        return states == ["SUCCEEDED"] * count

    flow.glue.start_job_run(JobName=flow.named("first"))
    wait_until(lambda: ended("first", 1), 120, lambda: runs("first"))
    flow.glue.start_trigger(Name="chain-first")
    wait_until(lambda: ended("second", 1), 120, lambda: runs("second"))
    # The run by hand was over before: had it fired the trigger, there would be a second run.
    assert ended("first", 2)
    assert runs("second")[0]["TriggerName"] == "chain-then"
