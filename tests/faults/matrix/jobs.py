"""Glue: runs that cannot start, start twice, fail, take too long, die in the middle, come late."""

import io
import json

import pyarrow as pa
import pyarrow.parquet as pq

from tests.faults.matrix.calls import by_spark, of_part
from tests.faults.matrix.registry import fault
from tests.faults.matrix.stage import GLUE_ROWS, Stage
from tests.faults.proxy.answers import ServiceError
from tests.faults.proxy.call import Call
from tests.faults.proxy.faults import Hold, KillCaller, LoseResponse, Refuse
from tests.integration import files
from tests.wait import wait_until

WAITS = "A job that cannot start now starts later"
ONE_OUTPUT = "One published output per successful run, and no other run's"
TOLD = "What failed is told once, and shows no output"

PARQUET_JOB = "process_parquet_data"
"""The job whose runs may take a minute only: see ``job_timeout``."""


@fault("Glue concurrency exceeded", WAITS)
def concurrency_exceeded(stage: Stage) -> None:
    error = ServiceError(400, "ConcurrentRunsExceededException", "Concurrent runs exceeded.")
    refused = stage.strike("glue", "StartJobRun", Refuse(error), times=2)
    stage.ended(stage.glue_csv(), "SUCCESS")
    assert refused.is_spent


@fault("Glue rate exceeded", WAITS)
def rate_exceeded(stage: Stage) -> None:
    error = ServiceError(400, "ThrottlingException", "Rate exceeded")
    refused = stage.strike("glue", "StartJobRun", Refuse(error), times=2)
    stage.ended(stage.glue_csv(), "SUCCESS")
    assert refused.is_spent


@fault("Glue start's response lost", ONE_OUTPUT)
def start_response_lost(stage: Stage) -> None:
    """Glue has no client token: the job runs twice, and one run is waited for and published."""
    lost = stage.strike("glue", "StartJobRun", LoseResponse())
    stage.ended(stage.glue_csv(), "SUCCESS")
    assert lost.is_spent
    wait_until(lambda: len(attempts(stage)) == 2, 120, "both runs' attempts", 1.0)


@fault("zombie commits late", ONE_OUTPUT)
def zombie_commits_late(stage: Stage) -> None:
    loss = LoseResponse()
    lost = stage.strike("glue", "StartJobRun", loss)

    def of_zombie(call: Call) -> bool:
        return any(zombie in call.text for zombie in _started(loss)) and of_part(call)

    held = stage.strike("s3", "PutObject", hold := Hold(), None, where=of_zombie)
    run = stage.ended(stage.glue_csv(), "SUCCESS")
    held.wait()
    (zombie,) = _started(loss)
    assert zombie not in attempts(stage)
    hold.release()
    wait_until(lambda: zombie in attempts(stage), 120, "the zombie's attempt", 1.0)
    assert lost.is_spent
    assert zombie not in str(run.publication)


@fault("job FAILED", TOLD)
def job_failed(stage: Stage) -> None:
    run = stage.ended(stage.put("late.csv", files.contradicted_csv().body), "FAILURE")
    assert "no bigint" in stage.error(run)


@fault("job TIMEOUT", TOLD)
def job_timeout(stage: Stage) -> None:
    glue, job = stage.world.aws.glue, stage.world.deployment.glue_job_names[PARQUET_JOB]
    set_timeout(stage, job, minutes=1)
    held = stage.strike("s3", "", Hold(), None, where=by_spark)
    body = io.BytesIO()
    pq.write_table(pa.table({"id": range(GLUE_ROWS * 100)}), body)
    one = stage.put("a.parquet", body.getvalue())
    held.wait()
    run = stage.ended(one, "FAILURE")
    assert "TIMEOUT" in stage.error(run)
    states = [each["JobRunState"] for each in glue.get_job_runs(JobName=job)["JobRuns"]]
    assert "TIMEOUT" in states


@fault("job STOPPED", TOLD)
def job_stopped(stage: Stage) -> None:
    """By a person, in Glue's console."""
    held = stage.strike("s3", "", Hold(), None, where=by_spark)
    one = stage.glue_csv()
    held.wait()
    job = stage.world.deployment.glue_job_names["process_csv_data"]
    (run_id,) = runs_of(stage, job)
    stage.world.aws.glue.batch_stop_job_run(JobName=job, JobRunIds=[run_id])
    run = stage.ended(one, "FAILURE")
    assert "STOPPED" in stage.error(run)


@fault("kill in the middle of a write", TOLD)
def killed_in_a_write(stage: Stage) -> None:
    killed = stage.strike("s3", "PutObject", KillCaller(after=True), where=of_part)
    stage.ended(stage.glue_csv(), "FAILURE")
    assert killed.is_spent
    assert stage.processed("processed") == []


@fault("killed job, redriven", "Only the failed part runs again, and its output is the one")
def killed_and_redriven(stage: Stage) -> None:
    killed = stage.strike("s3", "PutObject", KillCaller(), where=of_part)
    one = stage.glue_csv()
    run = stage.ended(one, "FAILURE")
    assert killed.is_spent
    validated = len([visit for visit in stage.visits(run) if visit.state == "ValidateFile"])
    stage.world.aws.step_functions.redrive_execution(executionArn=run.arn)
    wait_until(lambda: stage.ended(one).outcome == "SUCCESS", 300, "the redriven run", 1.0)
    states = [visit.state for visit in stage.visits(run)]
    assert states.count("ValidateFile") == validated, states


def attempts(stage: Stage) -> set[str]:
    """Return the ids of the attempts that have written their results."""
    keys = stage.processed("attempts")
    return {key.split("/")[-2] for key in keys if key.endswith("/_result.json")}


def runs_of(stage: Stage, job: str) -> list[str]:
    """Return the ids of a job's runs that are about this stage's files."""
    pages = stage.world.aws.glue.get_paginator("get_job_runs").paginate(JobName=job)
    return [
        run["Id"]
        for page in pages
        for run in page["JobRuns"]
        if f"/{stage.folder}/" in run.get("Arguments", {}).get("--source_uri", "")
    ]


def set_timeout(stage: Stage, job: str, minutes: int) -> None:
    """Give the runs of a job fewer minutes."""
    glue = stage.world.aws.glue
    found = glue.get_job(JobName=job)["Job"]
    kept = ("Role", "Command", "DefaultArguments", "ExecutionProperty", "GlueVersion")
    update = {name: found[name] for name in kept if name in found}  # type: ignore[literal-required]
    glue.update_job(
        JobName=job,
        JobUpdate={  # type: ignore[typeddict-item]
            **update,
            "Timeout": minutes,
            "WorkerType": found["WorkerType"],
            "NumberOfWorkers": found["NumberOfWorkers"],
        },
    )


def _started(loss: LoseResponse) -> list[str]:
    return [json.loads(answer.body)["JobRunId"] for answer in loss.lost]
