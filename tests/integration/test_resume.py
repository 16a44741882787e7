"""An execution that failed, and was told so, is repaired and runs on: only the failed part again.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from tests.integration import files
from tests.integration.conftest import ROOT
from tests.integration.pipeline import Ended, Pipeline
from tests.wait import wait_until

END = ["NotifyFailure", "RememberFailure", "FailUnlessRedriven"]
BROKEN_SCRIPT = b'raise RuntimeError("a bad deployment")\n'


@contextmanager
def broken_job(pipeline: Pipeline, script: str) -> Iterator[None]:
    """Put a script that fails in the place of a job's own."""
    job = pipeline.aws.glue.get_job(JobName=pipeline.deployment.glue_job_names[script])["Job"]
    bucket, _, key = job["Command"]["ScriptLocation"].removeprefix("s3://").partition("/")
    place = {"Bucket": bucket, "Key": key}
    sound = pipeline.aws.s3.get_object(**place)["Body"].read()  # type: ignore[arg-type]
    pipeline.aws.s3.put_object(**place, Body=BROKEN_SCRIPT)  # type: ignore[arg-type]
    try:
        yield
    finally:
        pipeline.aws.s3.put_object(**place, Body=sound)  # type: ignore[arg-type]


@contextmanager
def broken_function(pipeline: Pipeline, function: str) -> Iterator[None]:
    """Let a function have a handler that is not there, as after a bad deployment."""
    name = pipeline.deployment.function_names[function]
    functions = pipeline.aws.functions
    sound = functions.get_function_configuration(FunctionName=name)["Handler"]

    def configure(handler: str) -> None:
        functions.update_function_configuration(FunctionName=name, Handler=handler)
        wait_until(
            lambda: (
                functions.get_function_configuration(FunctionName=name)["LastUpdateStatus"]
                == "Successful"
            ),
            60,
            f"the update of {name}",
        )

    configure("nowhere.handler")
    try:
        yield
    finally:
        configure(sound)


def redriven(pipeline: Pipeline, failed: Ended) -> Ended:
    """Run ``make redrive-execution`` and return how the execution then ended."""
    options = ["--endpoint-url", str(pipeline.aws.endpoint_url), "--region", pipeline.aws.region]
    answer = subprocess.run(
        [sys.executable, "-m", "tools.redrive_execution", *options, failed.progress.arn],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return pipeline.end_of(failed.progress.arn)


def runs_of(pipeline: Pipeline, script: str, ended: Ended) -> int:
    """How many runs a job had for an execution."""
    pages = pipeline.aws.glue.get_paginator("get_job_runs").paginate(
        JobName=pipeline.deployment.glue_job_names[script]
    )
    runs = [run for page in pages for run in page["JobRuns"]]
    return sum(run["Arguments"]["--execution_name"] == ended.progress.name for run in runs)


def test_a_job_that_failed_is_run_again_and_nothing_before_it(pipeline: Pipeline) -> None:
    body = files.parquet(pa.Table.from_pylist(files.PEOPLE))
    with broken_job(pipeline, "process_parquet_data"):
        failed = pipeline.run("resumed/job.parquet", body)
    assert failed.progress.status == "FAILED", failed
    assert failed.progress.error == "Pipeline.States.TaskFailed"
    assert "a bad deployment" in str(failed.outcome.explanation)
    assert failed.states[-4:] == ["ProcessParquetData", *END]
    assert pipeline.notification(failed).attributes["outcome"] == "FAILURE"

    ended = redriven(pipeline, failed)
    assert ended.outcome.kind == "SUCCESS", ended
    assert ended.states[: len(failed.states)] == failed.states
    again = ended.states[len(failed.states) :]
    assert again[0] == "FailUnlessRedriven"
    assert "ValidateFile" not in again
    assert again[-5:] == [
        "ProcessParquetData",
        "PublishOutput",
        "IsPublished",
        "NotifySuccess",
        "Succeeded",
    ]
    assert runs_of(pipeline, "process_parquet_data", ended) == 2
    table = pipeline.table(ended.outcome.manifest_uri)
    assert table.drop(["processing_date"]).to_pylist() == files.PEOPLE
    told = wait_until(
        lambda: notes if len(notes := pipeline.notifications(ended)) == 2 else None,
        60,
        "the second notification",
    )
    assert [note.attributes["outcome"] for note in told] == ["FAILURE", "SUCCESS"]


def test_what_could_not_be_published_is_published_without_another_run_of_the_job(
    pipeline: Pipeline,
) -> None:
    with broken_function(pipeline, "publish_output"):
        failed = pipeline.run("resumed/publish.csv", files.CSV)
    assert failed.progress.status == "FAILED", failed
    assert failed.states[-4:] == ["PublishOutput", *END]

    ended = redriven(pipeline, failed)
    assert ended.outcome.kind == "SUCCESS", ended
    assert ended.states[len(failed.states) :] == [
        "FailUnlessRedriven",
        "ResumeWhereItFailed",
        "PublishOutput",
        "IsPublished",
        "NotifySuccess",
        "Succeeded",
    ]
    assert runs_of(pipeline, "process_csv_data", ended) == 1


def test_what_could_not_be_told_is_told_without_publishing_again(
    auto_pipeline: Pipeline,
) -> None:
    with broken_function(auto_pipeline, "send_notification"):
        failed = auto_pipeline.run("resumed/tell.csv", files.CSV)
    assert failed.progress.status == "FAILED", failed
    assert failed.states[-5:] == [
        "NotifySuccess",
        "NotifyFailure",
        "NotifyFailurePlainly",
        *END[1:],
    ]

    ended = redriven(auto_pipeline, failed)
    assert ended.outcome.kind == "SUCCESS", ended
    assert ended.states[len(failed.states) :] == [
        "FailUnlessRedriven",
        "ResumeWhereItFailed",
        "IsPublished",
        "NotifySuccess",
        "Succeeded",
    ]


def test_a_job_that_nobody_could_ask_about_is_asked_about_and_not_started_again(
    polling_pipeline: Pipeline,
) -> None:
    with broken_function(polling_pipeline, "check_job_status"):
        failed = polling_pipeline.run("resumed/asked.csv", files.CSV)
    assert failed.progress.status == "FAILED", failed
    assert failed.states[-5:] == ["WaitForJob", "CheckJobStatus", *END]

    ended = redriven(polling_pipeline, failed)
    assert ended.outcome.kind == "SUCCESS", ended
    again = ended.states[len(failed.states) :]
    assert again[:3] == ["FailUnlessRedriven", "ResumeWhereItFailed", "CheckJobStatus"]
    assert runs_of(polling_pipeline, "process_csv_data", ended) == 1


def test_what_is_not_repaired_fails_again_and_is_told_again(pipeline: Pipeline) -> None:
    failed = pipeline.run("resumed/late.csv", files.contradicted_csv().body)
    assert failed.states[-3:] == END, failed
    aws = pipeline.aws
    aws.step_functions.redrive_execution(executionArn=failed.progress.arn)
    wait_until(
        lambda: (
            aws.step_functions.describe_execution(executionArn=failed.progress.arn)["status"]
            == "RUNNING"
            or len(pipeline.notifications(failed)) > 1
        ),
        60,
        "the redrive",
    )
    ended = pipeline.end_of(failed.progress.arn)
    assert ended.progress.status == "FAILED", ended
    assert ended.states.count("FailUnlessRedriven") == 3
    assert ended.states[-4:] == ["ProcessCsvData", *END]
    assert runs_of(pipeline, "process_csv_data", ended) == 2
