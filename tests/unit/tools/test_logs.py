"""Which log groups a deployment writes to."""

from types import SimpleNamespace
from typing import Any

from tools.logs import job_groups

ROLE = "arn:aws:iam::111111111111:role/csv-2026"


def groups(**jobs: dict[str, Any]) -> list[str]:
    glue = SimpleNamespace(get_job=lambda JobName: {"Job": {"Role": ROLE, **jobs[JobName]}})  # noqa: N803
    deployment = SimpleNamespace(glue_job_names={name: name for name in jobs})
    return job_groups(SimpleNamespace(glue=glue), deployment)  # type: ignore[arg-type]


def test_jobs_without_a_key_share_two_groups() -> None:
    assert groups(csv={}, json={}) == ["/aws-glue/jobs/output", "/aws-glue/jobs/error"]


def test_encrypted_jobs_have_groups_of_their_own() -> None:
    """https://docs.aws.amazon.com/glue/latest/webapi/API_JobRun.html"""
    found = groups(csv={"SecurityConfiguration": "sealed"})
    assert found[0] == "/aws-glue/jobs-csv-2026-sealed/output"


def test_without_jobs_there_are_no_groups() -> None:
    assert groups() == []
