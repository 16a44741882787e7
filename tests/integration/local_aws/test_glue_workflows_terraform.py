"""Terraform makes, reads, changes and removes triggers and workflows."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.local_aws.own_server import OwnServer, own_server
from tools import terraform

ROOT = Path(__file__).parent / "terraform/glue_workflows"


class Stack:
    """The root module of this test, in a folder of its own."""

    def __init__(self, directory: Path, endpoint_url: str) -> None:
        shutil.copytree(ROOT, directory)
        self._directory = directory
        self._endpoint_url = endpoint_url
        self._terraform = terraform.find()
        self.run("init", "-input=false")

    def run(self, *arguments: str, **variables: str) -> str:
        environment = {f"TF_VAR_{name}": value for name, value in variables.items()}
        environment["TF_VAR_endpoint_url"] = self._endpoint_url
        answer = self._terraform.run(
            self._directory,
            [*arguments, "-no-color"],
            extra_environment=environment,
            capture=True,
        )
        assert answer.returncode == 0, answer.stdout
        return answer.stdout

    def apply(self, **variables: str) -> str:
        return self.run("apply", "-auto-approve", "-input=false", **variables)

    def plan(self, expected: int, **variables: str) -> str:
        return self.run(
            "plan", "-detailed-exitcode", "-input=false", expected=expected, **variables
        )


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnServer]:
    with own_server(tmp_path_factory.mktemp("server")) as server:
        yield server


def trigger(aws: OwnServer, name: str) -> dict[str, Any]:
    found: dict[str, Any] = aws.client("glue").get_trigger(Name=f"glue-workflows-test-{name}")[
        "Trigger"
    ]
    return found


def test_every_kind_of_trigger_and_every_mutable_field(aws: OwnServer, tmp_path: Path) -> None:
    stack = Stack(tmp_path / "root", aws.endpoint_url)

    stack.apply()
    states = {name: trigger(aws, name)["State"] for name in ("scheduled", "conditional", "dormant")}
    assert states == {"scheduled": "ACTIVATED", "conditional": "ACTIVATED", "dormant": "CREATED"}
    stack.assert_settled()

    applied = stack.apply(changed="true")
    assert "0 added, 7 changed, 0 destroyed" in applied
    stack.assert_settled(changed="true")
    scheduled = trigger(aws, "scheduled")
    assert scheduled["State"] == "DEACTIVATED"
    assert scheduled["Schedule"] == "cron(30 4 ? * MON-FRI *)"
    assert "Description" not in scheduled
    assert trigger(aws, "dormant")["State"] == "ACTIVATED"

    # And back again: what was taken away comes back.
    stack.apply()
    stack.assert_settled()

    stack.run("destroy", "-auto-approve", "-input=false")
    glue = aws.client("glue")
    assert glue.list_triggers()["TriggerNames"] == []
    assert glue.list_workflows()["Workflows"] == []
