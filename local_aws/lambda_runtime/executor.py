"""The executor that LocalStack drives: one instance per execution environment."""

import functools
import hashlib
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from localstack import config
from localstack.services.lambda_.invocation.lambda_models import FunctionVersion, InvocationResult
from localstack.services.lambda_.invocation.runtime_executor import (
    LambdaRuntimeException,
    RuntimeExecutor,
)

from local_aws.internal_endpoint import internal_endpoint_url
from local_aws.lambda_runtime import runtime_home, runtimes
from local_aws.lambda_runtime.environment import Environment, Function, Request
from local_aws.lambda_runtime.output import LogEvent

LOG = logging.getLogger(__name__)

_LAYERS_LOCK = threading.Lock()


@dataclass
class LoggedInvocationResult(InvocationResult):
    """LocalStack's result, with the log as events beside the log as text."""

    events: tuple[LogEvent, ...] = ()


class ProcessRuntimeExecutor(RuntimeExecutor):
    """Executes Python functions with Amazon's runtime interface client in subprocesses."""

    def __init__(self, id: str, function_version: FunctionVersion) -> None:
        super().__init__(id=id, function_version=function_version)
        self._environment: Environment | None = None

    def start(self, env_vars: Mapping[str, object]) -> None:
        """Create the environment and run its init phase."""
        function = _function(self.function_version, env_vars)
        self._environment = Environment(function, _runtime_home(), _work_dir() / "env" / self.id)
        self._environment.start()

    def stop(self) -> None:
        """End the environment."""
        if self._environment:
            self._environment.stop()

    def invoke(self, payload: Mapping[str, str]) -> InvocationResult:
        """Run one invocation. ``payload`` is LocalStack's, with the event and its identifiers."""
        if self._environment is None:
            raise LambdaRuntimeException("The environment was not started.")
        request = Request(
            request_id=payload["invoke-id"],
            function_arn=payload["invoked-function-arn"],
            payload=payload["payload"].encode(),
            trace_id=payload["trace-id"],
        )
        outcome = self._environment.invoke(request)
        return LoggedInvocationResult(
            request_id=request.request_id,
            payload=outcome.payload,
            is_error=outcome.is_error,
            logs="".join(f"{event.message}\n" for event in outcome.events),
            events=outcome.events,
        )

    def get_logs(self) -> str:
        """Return nothing: each invocation's result carries its logs."""
        return ""

    def get_address(self) -> str:
        """Return where environments live."""
        return "127.0.0.1"

    def get_endpoint_from_executor(self) -> str:
        """Return the host at which functions reach the local AWS."""
        return "127.0.0.1"

    def get_runtime_endpoint(self) -> str:
        """Return the address for callbacks, of which there are none."""
        return f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}"

    @classmethod
    def prepare_version(cls, function_version: FunctionVersion) -> None:
        """Unpack code and layers. An error's text becomes the function's StateReason."""
        _check_runtime(function_version)
        function_version.config.code.prepare_for_execution()
        for layer in function_version.config.layers:
            layer.code.prepare_for_execution()

    @classmethod
    def cleanup_version(cls, function_version: FunctionVersion) -> None:
        """Leave the code: LocalStack deletes it when no version uses it."""


def _check_runtime(function_version: FunctionVersion) -> None:
    runtime = function_version.config.runtime
    if reason := runtimes.refusal(runtime):
        raise LambdaRuntimeException(reason)
    if runtime != runtimes.RUNTIME:
        LOG.warning("%s runs on %s.", function_version.id.qualified_arn(), runtimes.RUNTIME)


def _function(version: FunctionVersion, env_vars: Mapping[str, object]) -> Function:
    settings = version.config
    return Function(
        version=version.id.qualifier,
        runtime=settings.runtime,
        timeout=settings.timeout,
        memory_mb=settings.memory_size,
        task_root=Path(settings.code.get_unzipped_code_location()),
        layers=_layers(version),
        environment=_environment_variables(version, env_vars),
    )


def _environment_variables(
    version: FunctionVersion, env_vars: Mapping[str, object]
) -> dict[str, str]:
    """Return LocalStack's variables as AWS would set them.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    own = version.config.environment or {}
    internal = ("LOCALSTACK_", "_AWS_XRAY", "EDGE_PORT", "AWS_LAMBDA_FUNCTION_TIMEOUT")
    given = {
        name: str(value)
        for name, value in env_vars.items()
        if name in own or not name.startswith(internal)
    }
    if "AWS_ENDPOINT_URL" in given and "AWS_ENDPOINT_URL" not in own:
        given["AWS_ENDPOINT_URL"] = internal_endpoint_url()
    if "AWS_ENDPOINT_URL" in given:
        # There is no host sync-127.0.0.1, where botocore would look for StartSyncExecution.
        # https://docs.aws.amazon.com/sdkref/latest/guide/feature-host-prefix.html
        given.setdefault("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "NO_PROXY": "localhost,127.0.0.1",
        # Nothing of this machine's own AWS set-up.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **given,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{version.config.runtime}",
    }


def _layers(version: FunctionVersion) -> Path | None:
    """Unpack the layers over one another, in their order, into a folder that stands for /opt."""
    layers = version.config.layers
    if not layers:
        return None
    names = "\n".join(layer.layer_version_arn for layer in layers)
    folder = _work_dir() / "opt" / hashlib.sha256(names.encode()).hexdigest()[:16]
    with _LAYERS_LOCK:
        if not folder.exists():
            partial = folder.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            for layer in layers:
                shutil.copytree(
                    layer.code.get_unzipped_code_location(), partial, dirs_exist_ok=True
                )
            partial.rename(folder)
    return folder


@functools.cache
def _runtime_home() -> Path:
    return runtime_home.build(_work_dir() / "runtime")


def _work_dir() -> Path:
    # The server's own temporary folder (TMPDIR), emptied at each start.
    return Path(tempfile.gettempdir()) / "lambda_runtime"
