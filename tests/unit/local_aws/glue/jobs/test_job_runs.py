"""The life of job runs.

https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from local_aws.glue.errors import (
    ConcurrentRunsExceededException,
    EntityNotFoundException,
    InvalidInputException,
)
from local_aws.glue.jobs.interface import JobRunEnded, RunOverrides, WorkflowRunRef
from local_aws.spark.process import WORKING_FOLDER
from tests.unit.local_aws.glue.memory import World
from tests.wait import wait_until


def test_a_run_goes_from_starting_over_running_to_succeeded(world: World) -> None:
    world.create_job()
    run_id = world.start()
    assert re.fullmatch(r"jr_[0-9a-f]{64}", run_id)
    world.wait_for(run_id, "RUNNING")
    world.clock.advance(timedelta(seconds=90))
    world.launcher.process(0).succeed()
    run = world.wait_for(run_id, "SUCCEEDED")
    assert run["ExecutionTime"] == 90
    assert run["CompletedOn"] - run["StartedOn"] == timedelta(seconds=90)
    assert run["LogGroupName"] == "/aws-glue/jobs"
    assert run["Attempt"] == 0
    assert "ErrorMessage" not in run


def test_arguments_override_in_the_documented_order(world: World) -> None:
    world.create_job(
        DefaultArguments={"--a": "default", "--b": "default", "--c": "default"},
        NonOverridableArguments={"--c": "fixed"},
    )
    run_id = world.start(Arguments={"--b": "run", "--c": "run"})
    argv = world.launcher.process(0).spec.argv
    given = dict(zip(argv[::2], argv[1::2], strict=True))
    assert given == {
        "--a": "default",
        "--b": "run",
        "--c": "fixed",
        "--JOB_NAME": "job",
        "--JOB_RUN_ID": run_id,
    }
    assert world.run(run_id)["Arguments"] == {"--b": "run", "--c": "run"}


def test_a_process_gets_all_its_files_and_its_environment(world: World) -> None:
    world.storage.objects |= {
        "s3://code/lib.zip": b"zip",
        "s3://code/my lib.whl": b"wheel",
        "s3://code/x.jar": b"jar",
        "s3://code/conf.json": b"{}",
        "s3://code/result.json": b"[]",
    }
    world.create_job(
        DefaultArguments={
            "--extra-py-files": "s3://code/lib.zip",
            "--additional-python-modules": "s3://code/my lib.whl, pyarrow==18.0.0",
            "--extra-jars": "s3://code/x.jar",
            "--extra-files": "s3://code/conf.json,s3://code/result.json",
            "--conf": "spark.a=1 --conf spark.b=x=y",
        }
    )
    world.start()
    spec = world.launcher.process(0).spec
    assert spec.script.read_bytes() == b"pass"
    assert [path.read_bytes() for path in spec.py_files] == [b"zip", b"wheel"]
    assert [path.read_bytes() for path in spec.jars] == [b"jar"]
    assert (spec.work_dir / WORKING_FOLDER / "conf.json").read_bytes() == b"{}"
    assert (spec.work_dir / WORKING_FOLDER / "result.json").read_bytes() == b"[]"
    assert spec.python_modules == ("pyarrow==18.0.0",)
    assert spec.spark_conf == {"spark.a": "1", "spark.b": "x=y"}
    assert spec.environment["AWS_ENDPOINT_URL"] == "http://localhost:1"
    assert spec.environment["AWS_REGION"] == "eu-central-1"
    assert spec.environment["PATH"] == "/bin"


@pytest.mark.parametrize(
    ("arguments", "uses_catalog"),
    [
        ({}, False),
        ({"--enable-glue-datacatalog": "true"}, True),
        ({"--enable-glue-datacatalog": ""}, True),
        ({"--enable-glue-datacatalog": "false"}, False),
        (
            {
                "--conf": "spark.hadoop.hive.metastore.client.factory.class=com.amazonaws.glue."
                "catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
            },
            True,
        ),
    ],
)
def test_spark_has_the_catalogs_tables_if_asked_to(
    world: World, arguments: dict[str, str], uses_catalog: bool
) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html"""
    world.create_job(DefaultArguments=arguments)
    world.start()
    assert world.launcher.process(0).spec.glue_catalog is uses_catalog


def test_data_lake_formats_are_named_to_the_process_or_refused(world: World) -> None:
    world.create_job("lake", DefaultArguments={"--datalake-formats": "Iceberg"})
    world.start("lake")
    assert world.launcher.process(0).spec.datalake_formats == ("iceberg",)
    world.create_job("other", DefaultArguments={"--datalake-formats": "hudi,iceberg"})
    ended = world.wait_for(world.start("other"), "FAILED", "other")
    assert (
        "--datalake-formats hudi is not supported by the local AWS; it has iceberg"
        in (ended["ErrorMessage"])
    )


def test_nothing_of_a_run_stays_on_disk(world: World, tmp_path: Path) -> None:
    world.create_job()
    run_id = world.start()
    world.launcher.process(0).succeed()
    world.wait_for(run_id, "SUCCEEDED")
    assert not list((tmp_path / "runs").iterdir())


def test_a_failed_run_carries_its_message(world: World) -> None:
    world.create_job()
    run_id = world.start()
    world.launcher.process(0).fail("ValueError: no rows")
    assert world.wait_for(run_id, "FAILED")["ErrorMessage"] == "ValueError: no rows"


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        (
            {"Command": {"Name": "glueetl", "ScriptLocation": "s3://code/gone.py"}},
            "Failed to download s3://code/gone.py",
        ),
        (
            {"DefaultArguments": {"--job-language": "scala"}},
            "--job-language scala is not supported",
        ),
        ({"DefaultArguments": {"--conf": "spark.a"}}, "--conf 'spark.a' is no setting"),
        (
            {"Command": {"Name": "glueray", "ScriptLocation": "s3://code/job.py"}},
            "Job Command glueray is not supported by the local AWS",
        ),
    ],
)
def test_a_run_that_cannot_be_launched_fails_and_says_why(
    world: World, members: dict[str, object], reason: str
) -> None:
    world.create_job(**members)
    run = world.wait_for(world.start(), "FAILED")
    assert run["ErrorMessage"].startswith("LAUNCH ERROR | ")
    assert reason in run["ErrorMessage"]
    assert run["ExecutionTime"] == 0


def test_output_reaches_the_logs_while_the_job_runs(world: World) -> None:
    world.create_job()
    run_id = world.start()
    process = world.launcher.process(0)
    process.stdout.write_text("first\n\nsecond\nunfin")
    output = ("/aws-glue/jobs/output", run_id)
    wait_until(lambda: world.logs.lines.get(output) == ["first", "second"], 30, "two lines")
    with process.stdout.open("a") as stream:
        stream.write("ished")
    process.stderr.write_text("bad\n")
    process.succeed()
    world.wait_for(run_id, "SUCCEEDED")
    assert world.logs.lines[output] == ["first", "second", "unfinished"]
    assert world.logs.lines["/aws-glue/jobs/error", run_id] == ["bad"]


def test_python_shell_jobs_have_log_groups_of_their_own(world: World) -> None:
    world.create_job(
        Command={"Name": "pythonshell", "ScriptLocation": "s3://code/job.py"}, GlueVersion="3.0"
    )
    run_id = world.start()
    process = world.launcher.process(0)
    assert process.spec.kind == "pythonshell"
    process.stdout.write_text("hello\n")
    process.succeed()
    world.wait_for(run_id, "SUCCEEDED")
    assert world.logs.lines == {("/aws-glue/python-jobs/output", run_id): ["hello"]}


def test_a_timeout_ends_the_process(world: World) -> None:
    world.create_job(Timeout=5, MaxRetries=3)
    run_id = world.start()
    world.wait_for(run_id, "RUNNING")
    world.clock.advance(timedelta(minutes=4, seconds=59))
    assert world.run(run_id)["JobRunState"] == "RUNNING"
    world.clock.advance(timedelta(seconds=1))
    run = world.wait_for(run_id, "TIMEOUT")
    assert world.launcher.processes[0].stopped
    assert run["ExecutionTime"] == 300
    # Jobs that reach the timeout limit are not restarted.
    assert len(world.launcher.processes) == 1


def test_a_run_may_have_a_timeout_of_its_own(world: World) -> None:
    world.create_job(Timeout=100)
    run_id = world.start(Timeout=1)
    world.wait_for(run_id, "RUNNING")
    world.clock.advance(timedelta(minutes=1))
    assert world.wait_for(run_id, "TIMEOUT")["Timeout"] == 1


def test_stop_ends_the_process_and_reports_each_run(world: World) -> None:
    world.create_job()
    run_id = world.start()
    world.wait_for(run_id, "RUNNING")
    answer = world.call("BatchStopJobRun", JobName="job", JobRunIds=[run_id, "jr_unknown"])
    assert answer["SuccessfulSubmissions"] == [{"JobName": "job", "JobRunId": run_id}]
    assert [error["JobRunId"] for error in answer["Errors"]] == ["jr_unknown"]
    assert answer["Errors"][0]["ErrorDetail"]["ErrorCode"] == "EntityNotFoundException"
    world.wait_for(run_id, "STOPPED")
    assert world.launcher.processes[0].stopped
    again = world.call("BatchStopJobRun", JobName="job", JobRunIds=[run_id])
    assert "its state is STOPPED" in again["Errors"][0]["ErrorDetail"]["ErrorMessage"]


def test_a_failed_run_is_retried_as_an_attempt_of_its_own(world: World) -> None:
    ends: list[JobRunEnded] = []
    world.engine.jobs.on_run_ended(ends.append)
    world.create_job(MaxRetries=2)
    run_id = world.start(Arguments={"--x": "1"})
    for index in range(3):
        world.launcher.process(index).fail(f"failure {index}")
    wait_until(lambda: ends, 30, "the end for good")
    runs = world.call("GetJobRuns", JobName="job")["JobRuns"]
    assert [(run["Attempt"], run.get("PreviousRunId")) for run in runs] == [
        (2, f"{run_id}_attempt_1"),
        (1, run_id),
        (0, None),
    ]
    assert all(run["Arguments"] == {"--x": "1"} for run in runs)
    assert ends == [
        JobRunEnded("job", run_id, f"{run_id}_attempt_2", "FAILED", None, None, None, "failure 2")
    ]
    described = world.engine.jobs.describe_attempts("job", run_id)
    assert [run["Attempt"] for run in described] == [2, 1, 0]


def test_who_started_a_run_stops_its_retry(world: World) -> None:
    """A workflow knows a job's run by the id with which it began."""
    ends: list[JobRunEnded] = []
    world.engine.jobs.on_run_ended(ends.append)
    world.create_job(MaxRetries=2)
    run_id = world.start()
    world.launcher.process(0).fail("once")
    world.launcher.process(1)
    world.wait_for(f"{run_id}_attempt_1", "RUNNING")
    world.engine.jobs.stop("job", run_id)
    world.wait_for(f"{run_id}_attempt_1", "STOPPED")
    wait_until(lambda: ends, 30, "the end for good")
    assert [(end.run_id, end.state) for end in ends] == [(run_id, "STOPPED")]
    assert len(world.launcher.processes) == 2
    with pytest.raises(InvalidInputException, match="cannot be stopped"):
        world.engine.jobs.stop("job", run_id)


def test_a_success_ends_the_retries(world: World) -> None:
    world.create_job(MaxRetries=5)
    run_id = world.start()
    world.launcher.process(0).fail("once")
    world.launcher.process(1).succeed()
    world.wait_for(f"{run_id}_attempt_1", "SUCCEEDED")
    assert len(world.launcher.processes) == 2


def test_more_runs_than_allowed_are_refused(world: World) -> None:
    world.create_job(ExecutionProperty={"MaxConcurrentRuns": 2})
    first = world.start()
    world.start()
    with pytest.raises(ConcurrentRunsExceededException, match="Concurrent runs exceeded for job"):
        world.start()
    world.launcher.of(first).succeed()
    world.wait_for(first, "SUCCEEDED")
    world.start()


def test_with_queuing_a_run_waits_for_its_turn(world: World) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/job-run-queuing.html."""
    world.create_job(JobRunQueuingEnabled=True)
    first, second, third = world.start(), world.start(), world.start()
    waiting = world.run(second)
    assert waiting["JobRunState"] == "WAITING"
    assert "maximum of concurrent runs" in waiting["StateDetail"]
    world.launcher.process(0).succeed()
    world.wait_for(first, "SUCCEEDED")
    assert "StateDetail" not in world.wait_for(second, "RUNNING")
    assert world.run(third)["JobRunState"] == "WAITING"
    world.call("BatchStopJobRun", JobName="job", JobRunIds=[third])
    assert world.run(third)["JobRunState"] == "STOPPED"


def test_a_run_that_waits_too_long_expires(world: World) -> None:
    world.create_job()
    world.start()
    waiting = world.start(JobRunQueuingEnabled=True)
    world.clock.advance(timedelta(days=15))
    assert world.run(waiting)["JobRunState"] == "EXPIRED"


@pytest.mark.parametrize(
    ("end", "severity", "message"),
    [
        ("SUCCEEDED", "INFO", "Job run succeeded"),
        ("FAILED", "ERROR", "ValueError: no"),
        ("STOPPED", "INFO", "Job run stopped"),
        ("TIMEOUT", "WARN", "Job run timed out"),
    ],
)
def test_the_end_of_a_run_is_an_event(world: World, end: str, severity: str, message: str) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html."""
    world.create_job()
    run_id = world.start()
    world.wait_for(run_id, "RUNNING")
    match end:
        case "SUCCEEDED":
            world.launcher.processes[0].succeed()
        case "FAILED":
            world.launcher.processes[0].fail("ValueError: no")
        case "STOPPED":
            world.engine.jobs.stop("job", run_id)
        case _:
            world.clock.advance(timedelta(minutes=2880))
    world.wait_for(run_id, end)
    wait_until(lambda: world.bus.events, 30, "an event")
    assert world.bus.events == [
        (
            "Glue Job State Change",
            {
                "jobName": "job",
                "severity": severity,
                "state": end,
                "jobRunId": run_id,
                "message": message,
            },
        )
    ]


def test_a_slow_run_is_an_event_too(world: World) -> None:
    world.create_job(NotificationProperty={"NotifyDelayAfter": 10})
    run_id = world.start()
    world.wait_for(run_id, "RUNNING")
    world.clock.advance(timedelta(minutes=10))
    [(detail_type, detail)] = world.bus.events
    assert detail_type == "Glue Job Run Status"
    assert detail == {
        "jobName": "job",
        "severity": "INFO",
        "notificationCondition": {"NotifyDelayAfter": 10.0},
        "state": "RUNNING",
        "jobRunId": run_id,
        "message": "Job is in RUNNING state",
        "startedOn": "2026-11-20T12:00:00Z",
    }


def test_a_previous_run_can_be_retried_by_hand(world: World) -> None:
    world.create_job(ExecutionProperty={"MaxConcurrentRuns": 2})
    run_id = world.start(Arguments={"--x": "1"})
    with pytest.raises(InvalidInputException, match="cannot be retried"):
        world.start(JobRunId=run_id)
    world.launcher.process(0).fail("no")
    world.wait_for(run_id, "FAILED")
    retry = world.start(JobRunId=run_id)
    run = world.run(retry)
    assert (run["Attempt"], run["PreviousRunId"], run["Arguments"]) == (1, run_id, {"--x": "1"})
    with pytest.raises(EntityNotFoundException):
        world.start(JobRunId="jr_unknown")


def test_a_trigger_in_a_workflow_leaves_its_marks(world: World) -> None:
    ends: list[JobRunEnded] = []
    world.engine.jobs.on_run_ended(ends.append)
    world.create_job()
    run_id = world.engine.jobs.start(
        "job",
        {"--x": "1"},
        trigger_name="daily",
        workflow=WorkflowRunRef("flow", "wr_1"),
        overrides=RunOverrides(timeout=7),
    )
    process = world.launcher.process(0)
    assert process.spec.argv[-4:] == ("--WORKFLOW_NAME", "flow", "--WORKFLOW_RUN_ID", "wr_1")
    described = world.engine.jobs.describe_run("job", run_id)
    assert (described["TriggerName"], described["Timeout"]) == ("daily", 7)
    process.succeed()
    wait_until(lambda: ends, 30, "the end")
    assert (ends[0].trigger_name, ends[0].workflow_name, ends[0].workflow_run_id) == (
        "daily",
        "flow",
        "wr_1",
    )


def test_flex_runs_show_what_they_used(world: World) -> None:
    world.create_job(WorkerType="G.2X", NumberOfWorkers=3, ExecutionClass="FLEX")
    run_id = world.start()
    world.wait_for(run_id, "RUNNING")
    world.clock.advance(timedelta(seconds=10))
    assert "DPUSeconds" not in world.run(run_id)
    world.launcher.process(0).succeed()
    run = world.wait_for(run_id, "SUCCEEDED")
    assert run["DPUSeconds"] == 10 * 3 * 2
    assert (run["MaxCapacity"], run["AllocatedCapacity"]) == (6.0, 6)


def test_a_run_may_have_other_workers_than_its_job(world: World) -> None:
    world.create_job(WorkerType="G.1X", NumberOfWorkers=2)
    run = world.run(world.start(WorkerType="G.2X"))
    assert (run["WorkerType"], run["NumberOfWorkers"], run["MaxCapacity"]) == ("G.2X", 2, 4.0)


def test_runs_come_newest_first_and_in_pages(world: World) -> None:
    world.create_job(ExecutionProperty={"MaxConcurrentRuns": 5})
    started = [world.start() for _ in range(5)]
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        answer = world.call("GetJobRuns", JobName="job", MaxResults=2, **token)
        seen += [run["Id"] for run in answer["JobRuns"]]
        if "NextToken" not in answer:
            break
        token = {"NextToken": answer["NextToken"]}
    assert seen == started[::-1]
    with pytest.raises(InvalidInputException, match="NextToken"):
        world.call("GetJobRuns", JobName="job", NextToken="nonsense")


def test_unknown_jobs_and_runs_are_not_found(world: World) -> None:
    world.create_job()
    with pytest.raises(EntityNotFoundException):
        world.start("other")
    with pytest.raises(EntityNotFoundException):
        world.run("jr_unknown")
    with pytest.raises(EntityNotFoundException):
        world.call("GetJobRuns", JobName="other")


def test_closing_the_engine_ends_what_runs(world: World) -> None:
    world.create_job(MaxRetries=3)
    run_id = world.start()
    world.wait_for(run_id, "RUNNING")
    world.engine.close()
    assert world.launcher.processes[0].stopped
    assert len(world.launcher.processes) == 1
    assert world.bus.events == []
