"""envs/local from the first apply to the last destroy."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.conftest import ARCHITECTURE, ROOT
from tests.integration.leftovers import leftovers
from tests.integration.terraform import Terraform
from tools.aws import Aws

POLLERS = {"start_glue_job", "check_job_status"}
"""Functions that only the polling style needs."""


def addresses(changes: list[dict[str, object]]) -> list[object]:
    """Of planned changes what is changed, for an assertion's text."""
    return [change["address"] for change in changes]


@pytest.mark.timeout(900)
def test_apply_change_and_destroy(aws: Aws, packages: None, tmp_path: Path) -> None:
    endpoint = str(aws.endpoint_url)
    prefix = f"i{uuid4().hex[:5]}-"
    fixed = {"endpoint_url": endpoint, "architecture": ARCHITECTURE, "name_prefix": prefix}
    sync = Terraform(ROOT / "envs/local", {**fixed, "orchestration": "sync"}, tmp_path)
    sync.init()
    try:
        sync.apply()
        assert addresses(sync.plan()) == [], "a second plan changes nothing"
        there = leftovers(endpoint, prefix)
        folders = set(sync.outputs()["function_names"])
        assert len(there["functions"]) == len(folders)
        assert not folders & POLLERS
        assert len(there["jobs"]) == 3
        assert len(there["buckets"]) == 3

        polling = sync.having(orchestration="polling", log_level="DEBUG")
        kept = [
            change["address"]
            for change in polling.plan()
            if "delete" in change["change"]["actions"]
        ]
        assert kept == [], "another way to wait for jobs removes and replaces nothing"
        polling.apply_planned()
        assert addresses(polling.plan()) == [], "nor does a plan after a change"
        assert set(polling.outputs()["function_names"]) == folders | POLLERS
        assert len(leftovers(endpoint, prefix)["functions"]) == len(folders | POLLERS)

        # Two versions and a delete marker: destroy has to empty a bucket that keeps versions.
        bucket = polling.outputs()["processed_bucket"]
        for body in (b"first", b"second"):
            aws.s3.put_object(Bucket=bucket, Key="processed/left/over.parquet", Body=body)
        aws.s3.delete_object(Bucket=bucket, Key="processed/left/over.parquet")
    finally:
        sync.destroy()
    assert sync.resources() == []
    assert leftovers(endpoint, prefix) == {}, "destroy leaves nothing"
