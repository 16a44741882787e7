"""Terraform over Athena: apply, an empty second plan, changes, destroy."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.integration.local_aws.athena import Lake
from tests.integration.local_aws.own_server import OwnServer
from tests.integration.local_aws.terraform_root import terraform_root


def test_every_resource_applies_changes_and_goes(local_aws: OwnServer, tmp_path: Path) -> None:
    lake = Lake(local_aws)
    athena = lake.athena
    with terraform_root("athena", tmp_path, local_aws.endpoint_url, bucket=lake.bucket) as root:
        root.apply()
        root.assert_nothing_to_do()
        described = lake.glue.get_database(Name="by_terraform")["Database"]["Description"]
        assert described == "made with a query"

        root.having(changed="true").apply()
        root.having(changed="true").assert_nothing_to_do()
        group = athena.get_work_group(WorkGroup="full")["WorkGroup"]
        assert (group["State"], group["Description"]) == ("DISABLED", "v2")
        configuration = group["Configuration"]
        # What the second values leave out is gone, not left behind.
        assert "BytesScannedCutoffPerQuery" not in configuration
        results = configuration["ResultConfiguration"]
        assert results["OutputLocation"] == lake.uri("v2/")
        assert results["EncryptionConfiguration"]["EncryptionOption"] == "SSE_KMS"
        statement = athena.get_prepared_statement(StatementName="by_id", WorkGroup="minimal")
        assert statement["PreparedStatement"]["QueryStatement"] == "SELECT ? + 2"

    names = {group["Name"] for group in athena.list_work_groups()["WorkGroups"]}
    assert not names & {"minimal", "full"}
    catalogs = athena.list_data_catalogs()["DataCatalogsSummary"]
    assert [found["CatalogName"] for found in catalogs] == ["AwsDataCatalog"]
    with pytest.raises(ClientError, match="by_terraform not found"):
        lake.glue.get_database(Name="by_terraform")
