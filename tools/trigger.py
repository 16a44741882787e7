"""The pipeline's trigger: it starts executions, and knows under which names it has done so."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from tools.aws import Aws
from tools.deployment import Deployment
from tools.errors import ToolError


class Trigger:
    """Asks the function ``trigger_pipeline``. A version is ``{"bucket", "key", "version_id"}``."""

    def __init__(self, aws: Aws, deployment: Deployment) -> None:
        self._aws = aws
        self._name = deployment.function_names["trigger_pipeline"]

    def runs_of(self, version: Mapping[str, Any]) -> list[str]:
        """Return the ARNs of a version's executions so far; those of Express have ended."""
        answer = self._ask({"runs_of": dict(version)})
        return [run["execution_arn"] for run in answer["runs"]]

    def replay(self, version: Mapping[str, Any]) -> str:
        """Start a version once more; return the execution's ARN."""
        # A call whose answer is lost is repeated with the same token, and starts nothing more.
        answer = self._ask({"replay": dict(version), "token": uuid4().hex})
        return str(answer["execution_arn"])

    def _ask(self, request: Mapping[str, Any]) -> Any:
        answer = self._aws.functions.invoke(
            FunctionName=self._name, Payload=json.dumps(request).encode()
        )
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise ToolError(f"{self._name}: {said.get('errorMessage', said)}")
        return said
