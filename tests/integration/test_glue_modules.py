"""The Glue modules on a local AWS: every field set and changed, and what their triggers do."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.integration.leftovers import leftovers
from tests.integration.terraform import Terraform
from tests.wait import wait_until
from tools.aws import Aws

MODULES = Path(__file__).parent / "roots/glue_modules"


@pytest.fixture(scope="module")
def prefix() -> str:
    return f"m{uuid4().hex[:5]}-"


@pytest.fixture(scope="module")
def applied(aws: Aws, prefix: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terraform]:
    """The modules with their first values."""
    variables = {"endpoint_url": str(aws.endpoint_url), "prefix": prefix}
    terraform = Terraform(MODULES, variables, tmp_path_factory.mktemp("glue_modules"))
    terraform.init()
    try:
        terraform.apply()
        yield terraform
    finally:
        terraform.destroy()
    assert terraform.resources() == []
    # Without its dash: the database's name has none.
    assert leftovers(str(aws.endpoint_url), prefix.rstrip("-")) == {}


def end(aws: Aws, workflow: str, run_id: str) -> dict[str, str]:
    """Wait for a run's end; return the state of each job and crawler that ran, by its name."""

    def ended() -> Any:
        answer = aws.glue.get_workflow_run(Name=workflow, RunId=run_id, IncludeGraph=True)
        return answer["Run"] if answer["Run"]["Status"] != "RUNNING" else None

    run = wait_until(ended, 300, f"the end of {run_id}")
    states = {}
    for node in run["Graph"]["Nodes"]:
        for job_run in node.get("JobDetails", {}).get("JobRuns", []):
            states[node["Name"]] = job_run["JobRunState"]
        for crawl in node.get("CrawlerDetails", {}).get("Crawls", []):
            states[node["Name"]] = crawl["State"]
    return states


def test_any_and_all_and_other_ends(aws: Aws, prefix: str, applied: Terraform) -> None:
    """One of two jobs fails: what waits for ANY, for the failure or for the other one runs."""
    workflow = applied.outputs()["graph"]
    assert aws.glue.get_workflow_runs(Name=workflow)["Runs"] == [], "an apply must start nothing"
    run_id = aws.glue.start_workflow_run(Name=workflow)["RunId"]
    assert end(aws, workflow, run_id) == {
        f"{prefix}works": "SUCCEEDED",
        f"{prefix}fails": "FAILED",
        f"{prefix}either": "SUCCEEDED",
        f"{prefix}rescue": "SUCCEEDED",
        f"{prefix}raw": "SUCCEEDED",
    }


def test_a_batch_of_events_starts_a_run(aws: Aws, prefix: str, applied: Terraform) -> None:
    """https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html"""
    workflow = applied.outputs()["on_event"]
    entry: Any = {"Source": f"{prefix}shop", "DetailType": "Order", "Detail": json.dumps({})}
    answers = [aws.events.put_events(Entries=[entry]) for _ in range(2)]
    ids = {answer["Entries"][0]["EventId"] for answer in answers}

    def runs() -> Any:
        return aws.glue.get_workflow_runs(Name=workflow)["Runs"]

    wait_until(runs, 120, "two events to start a run")
    (run,) = runs()
    batch = run["WorkflowRunProperties"]["aws:eventIds"]
    assert set(batch.strip("[]").split(", ")) == ids
    assert end(aws, workflow, run["WorkflowRunId"]) == {f"{prefix}works": "SUCCEEDED"}


def test_every_mutable_field_changes_and_changes_back(
    aws: Aws, prefix: str, applied: Terraform
) -> None:
    assert differences(applied.plan()) == {}, "a second plan is empty"
    changed = applied.having(changed=True)
    removed = [each["address"] for each in changed.plan() if "delete" in each["change"]["actions"]]
    # Glue cannot give a trigger another type; all else is changed where it is.
    assert removed == ["module.graph.aws_glue_trigger.start"]
    changed.apply_planned()
    assert differences(changed.plan()) == {}, "so is a plan after a change"

    job = aws.glue.get_job(JobName=f"{prefix}spark")["Job"]
    assert (job["WorkerType"], job["ExecutionClass"], job["GlueVersion"]) == (
        "G.2X",
        "STANDARD",
        "5.1",
    )
    assert job["DefaultArguments"]["--job-bookmark-option"] == "job-bookmark-pause"
    assert not job.get("Connections", {}).get("Connections")
    assert "SecurityConfiguration" not in job
    trigger = aws.glue.get_trigger(Name=f"{prefix}graph-start")["Trigger"]
    assert (trigger["Type"], trigger["State"]) == ("SCHEDULED", "CREATED")
    crawler = aws.glue.get_crawler(Name=f"{prefix}raw")["Crawler"]
    assert json.loads(crawler["Configuration"])["Grouping"] == {
        "TableGroupingPolicy": "CombineCompatibleSchemas",
        "TableLevelConfiguration": 2,
    }
    assert "Schedule" not in crawler

    applied.apply(refresh=False)
    assert differences(applied.plan()) == {}
    assert aws.glue.get_trigger(Name=f"{prefix}graph-start")["Trigger"]["State"] == "CREATED"


def differences(changes: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the attributes that a plan would change, by the resource's address."""
    found = {}
    for each in changes:
        before, after = each["change"]["before"] or {}, each["change"]["after"] or {}
        found[each["address"]] = [name for name in after if before.get(name) != after[name]]
    return found
