"""Terraform makes, reads, changes and removes triggers and workflows."""

from pathlib import Path
from typing import Any

from tests.integration.local_aws.own_server import OwnServer
from tests.integration.local_aws.terraform_root import terraform_root

PREFIX = "glue-workflows-test"


def test_every_kind_of_trigger_and_every_mutable_field(
    local_aws: OwnServer, tmp_path: Path
) -> None:
    glue = local_aws.client("glue")

    def trigger(name: str) -> dict[str, Any]:
        found: dict[str, Any] = glue.get_trigger(Name=f"{PREFIX}-{name}")["Trigger"]
        return found

    with terraform_root("glue_workflows", tmp_path, local_aws.endpoint_url) as root:
        root.apply()
        names = ("scheduled", "conditional", "dormant")
        states = {name: trigger(name)["State"] for name in names}
        expected = {"scheduled": "ACTIVATED", "conditional": "ACTIVATED", "dormant": "CREATED"}
        assert states == expected
        root.assert_nothing_to_do()

        assert "0 added, 7 changed, 0 destroyed" in root.having(changed="true").apply()
        root.having(changed="true").assert_nothing_to_do()
        scheduled = trigger("scheduled")
        assert scheduled["State"] == "DEACTIVATED"
        assert scheduled["Schedule"] == "cron(30 4 ? * MON-FRI *)"
        assert "Description" not in scheduled
        assert trigger("dormant")["State"] == "ACTIVATED"

        # And back again: a disabled trigger changes, what was taken away comes back.
        assert "0 added, 7 changed, 0 destroyed" in root.apply()

    left = glue.list_triggers()["TriggerNames"] + glue.list_workflows()["Workflows"]
    assert [name for name in left if name.startswith(PREFIX)] == []
