"""What ``terraform apply`` made in one environment, as its outputs tell."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tools import terraform
from tools.aws import Aws
from tools.errors import NotAppliedError

ENVIRONMENTS = Path("envs")


@dataclass(frozen=True)
class Deployment:
    """The names of a pipeline's parts: the outputs of ``envs/*``.

    ``function_names`` maps a function's folder, ``glue_job_names`` a script's stem, to its name;
    ``dead_letter_queue_urls`` a function's folder to the queue of what it should have got.
    """

    source_bucket: str
    processed_bucket: str
    artifacts_bucket: str
    state_machine_arn: str
    topic_arn: str
    trigger_queue_url: str
    trigger_dead_letter_queue_url: str
    function_names: Mapping[str, str]
    glue_job_names: Mapping[str, str]
    dashboard_name: str | None
    database_name: str | None
    claims_table: str
    dead_letter_queue_urls: Mapping[str, str]

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any]) -> "Deployment":
        """Take the outputs' values. Raises NotAppliedError if one is missing."""
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if name not in outputs]
        if missing:
            raise NotAppliedError(f"The outputs lack {', '.join(missing)}. Apply it: make apply")
        return cls(**{name: outputs[name] for name in names})

    def assert_alive(self, aws: Aws) -> None:
        """Raise NotAppliedError unless the state machine exists; a restarted local AWS is empty."""
        try:
            aws.step_functions.describe_state_machine(stateMachineArn=self.state_machine_arn)
        except aws.step_functions.exceptions.StateMachineDoesNotExist as error:
            raise NotAppliedError(
                f"{self.state_machine_arn} does not exist there (any more). Apply it: make apply"
            ) from error

    @classmethod
    def read(cls, environment: str, directory: Path | None = None) -> "Deployment":
        """Ask Terraform for the outputs of ``envs/<environment>``.

        Raises NotAppliedError, or terraform.TerraformError where there is no Terraform.
        """
        root = directory or ENVIRONMENTS / environment
        if not root.is_dir():
            known = ", ".join(sorted(path.name for path in ENVIRONMENTS.glob("*/")))
            raise NotAppliedError(f"There is no environment {environment!r}. There are: {known}")
        outputs = read_outputs(root)
        if not outputs:
            raise NotAppliedError(
                f"{root} has not been applied. Apply it: make apply ENV={environment}"
            )
        return cls.from_outputs(outputs)


def read_outputs(directory: Path) -> dict[str, Any]:
    """Return the outputs of an initialised root module; none if it was never applied."""
    found = terraform.find()
    answer = subprocess.run(
        found.command(directory, ["output", "-json", "-no-color"]),
        env=dict(found.environment),
        text=True,
        capture_output=True,
        check=False,
    )
    if answer.returncode != 0:
        said = [line for line in answer.stderr.splitlines() if "Error:" in line]
        detail = said[0].lstrip("│╷ ") if said else answer.stderr.strip()
        raise NotAppliedError(
            f"{directory} has not been applied here. Apply it: make apply ENV={directory.name} "
            f"(Terraform says: {detail})"
        )
    return {name: output["value"] for name, output in json.loads(answer.stdout).items()}
