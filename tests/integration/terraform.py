"""A Terraform root with a state of its own, so that tests beside each other never meet."""

import json
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tools import terraform
from tools.provider import attached

TAIL_LINES = 60
NOTHING_TO_DO, CHANGES = 0, 2
"""https://developer.hashicorp.com/terraform/cli/commands/plan#detailed-exitcode"""


class TerraformFailedError(AssertionError):
    """A command failed; the text holds the end of what Terraform said."""


@dataclass(frozen=True)
class Terraform:
    """Runs commands in ``directory``, whose backend must be ``local`` with no path of its own.

    State, provider links and plans are kept in ``state_dir``; ``variables`` are the root's, strings
    as they are and anything else as JSON. Variables of the caller's own shell are not seen.
    """

    directory: Path
    variables: Mapping[str, object]
    state_dir: Path
    tool: terraform.Terraform = field(default_factory=terraform.find)

    def init(self) -> None:
        """Make the root ready; once per instance."""
        state = self.state_dir / "terraform.tfstate"
        self._run("init", f"-backend-config=path={state}")

    def having(self, **variables: object) -> "Terraform":
        """The same root and state with other values for these variables."""
        return replace(self, variables={**self.variables, **variables})

    def apply(self, refresh: bool = True) -> str:
        """Create or change what differs; return what Terraform said.

        Without ``refresh`` it trusts the state, where nobody else can have changed a thing.
        """
        refreshing = [] if refresh else ["-refresh=false"]
        return self._run("apply", "-auto-approve", *refreshing, *self._variables())

    def apply_planned(self) -> None:
        """Apply what the last plan found, without a second look at what is there."""
        self._run("apply", str(self._plan_file))

    def destroy(self) -> None:
        """Remove all that the state holds, without a look at what is there."""
        self._run("destroy", "-auto-approve", "-refresh=false", *self._variables())

    def plan(self) -> list[dict[str, Any]]:
        """What an apply would change: Terraform's ``resource_changes``, without those that stay.

        Shape: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
        """
        planned = self._answer(
            "plan", "-detailed-exitcode", f"-out={self._plan_file}", *self._variables()
        )
        if planned.returncode == NOTHING_TO_DO:
            return []
        shown = json.loads(self._run("show", "-json", str(self._plan_file), merge=False))
        return [
            change
            for change in shown.get("resource_changes", [])
            if change["change"]["actions"] not in (["no-op"], ["read"])
        ]

    def assert_nothing_to_do(self) -> None:
        """Fail with the plan's text unless a plan is empty, that of the outputs too."""
        planned = self._answer("plan", "-detailed-exitcode", *self._variables())
        assert planned.returncode == NOTHING_TO_DO, planned.stdout

    def resources(self) -> list[str]:
        """Addresses of all that the state holds, data sources left out."""
        listed = self._run("state", "list", merge=False).splitlines()
        return [address for address in listed if ".data." not in f".{address}"]

    def outputs(self) -> dict[str, Any]:
        """The root's outputs, by name."""
        shown = json.loads(self._run("output", "-json", merge=False))
        return {name: output["value"] for name, output in shown.items()}

    def _run(self, command: str, *arguments: str, merge: bool = True) -> str:
        """Standard output, with standard error in it if ``merge``. Raises TerraformFailedError."""
        return self._answer(command, *arguments, merge=merge).stdout

    def _answer(
        self, command: str, *arguments: str, merge: bool = True
    ) -> subprocess.CompletedProcess[str]:
        interactive = command in ("init", "plan", "apply", "destroy")
        options = ["-no-color", "-input=false"] if interactive else []
        environment = self._environment()
        with self._provider(command, environment) as attaching:
            answer = subprocess.run(
                self.tool.command(self.directory, [command, *options, *arguments]),
                env={**environment, **attaching},
                text=True,
                check=False,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT if merge else subprocess.PIPE,
            )
        if answer.returncode not in (0, CHANGES if command == "plan" else 0):
            said = (answer.stdout + (answer.stderr or "")).splitlines()
            end = "\n".join(said[-TAIL_LINES:])
            raise TerraformFailedError(f"terraform {command} in {self.directory} failed:\n{end}")
        return answer

    def _provider(
        self, command: str, environment: Mapping[str, str]
    ) -> AbstractContextManager[Mapping[str, str]]:
        if command not in ("plan", "apply", "destroy", "show"):
            return nullcontext({})
        return attached(self.directory, self._data, environment)

    @property
    def _data(self) -> Path:
        return self.state_dir / "data"

    @property
    def _plan_file(self) -> Path:
        return self.state_dir / "plan"

    def _variables(self) -> list[str]:
        return [
            f"-var={name}={value if isinstance(value, str) else json.dumps(value)}"
            for name, value in self.variables.items()
        ]

    def _environment(self) -> dict[str, str]:
        """The tool's environment without what would change the outcome of a test.

        With AWS_CA_BUNDLE a provider also refuses to be configured a second time.
        """
        foreign = ("TF_VAR_", "TF_CLI_ARGS", "TF_WORKSPACE", "AWS_")
        kept = {k: v for k, v in self.tool.environment.items() if not k.startswith(foreign)}
        return {**kept, "TF_DATA_DIR": str(self._data)}
