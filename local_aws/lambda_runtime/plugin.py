"""How LocalStack finds the executor (an entry point names this class)."""

from typing import Any

from localstack.services.lambda_.invocation.plugins import RuntimeExecutorPlugin


class ProcessRuntimeExecutorPlugin(RuntimeExecutorPlugin):
    """Chosen with ``LAMBDA_RUNTIME_EXECUTOR=local_aws``."""

    name = "local_aws"

    def load(self, *_args: Any, **_kwargs: Any) -> type:
        """Return the executor class."""
        from local_aws.lambda_runtime.executor import ProcessRuntimeExecutor

        return ProcessRuntimeExecutor
