"""Terraform over Glue's jobs and catalog: apply, an empty second plan, changes, destroy."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.local_aws.own_server import OwnServer, own_server
from tests.integration.local_aws.terraform_root import terraform_root


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("glue_terraform")) as server:
        yield server


def test_every_resource_applies_changes_and_goes(aws: OwnServer, tmp_path: Path) -> None:
    glue = aws.client("glue")
    with terraform_root("glue_resources", tmp_path, aws.endpoint_url) as root:
        root.apply()
        root.assert_nothing_to_do()

        root.having(changed="true").apply()
        root.having(changed="true").assert_nothing_to_do()
        job = glue.get_job(JobName="full")["Job"]
        # What the second values leave out is gone, not left behind.
        assert not job.keys() & {"NonOverridableArguments", "SecurityConfiguration"}
        assert (job["WorkerType"], job["ExecutionClass"], job["Timeout"]) == (
            "G.2X",
            "STANDARD",
            20,
        )
        table = glue.get_table(DatabaseName="db", Name="t")["Table"]
        columns = table["StorageDescriptor"]["Columns"]
        assert [column["Name"] for column in columns] == ["id", "added"]

    assert glue.get_jobs()["Jobs"] == []
    assert glue.get_databases()["DatabaseList"] == []
    assert glue.get_connections()["ConnectionList"] == []
    assert glue.get_security_configurations()["SecurityConfigurations"] == []
