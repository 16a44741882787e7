"""Lambda: logs as the function wrote them, and functions that cannot be executed.

- Each event keeps its own time, and one of several lines stays one event.
  https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
- ``LoggingConfig.LogGroup`` is honoured.
  https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
- A runtime that is not executed here is refused at once, as AWS refuses one that it does not know.
  LocalStack would make a function of it that fails later and that it cannot delete.
  https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services import providers
from localstack.services.plugins import Service, aws_provider
from localstack.utils.patch import patch

from local_aws.lambda_runtime import runtimes
from local_aws.overrides.lambda_keys import keep_environment_keys
from local_aws.overrides.queue_polling import poll_queues_long


@aws_provider(api="lambda", name="local_aws")
def lambda_() -> Service:
    """Return LocalStack's service, corrected."""
    _deliver_events()
    _honour_log_group()
    _refuse_other_runtimes()
    keep_environment_keys()
    poll_queues_long()
    return providers.lambda_.factory().create_service()


def _deliver_events() -> None:
    from localstack.services.lambda_.invocation import version_manager

    from local_aws.lambda_runtime.log_delivery import EventLogHandler, EventLogItem

    version_manager.LogHandler = EventLogHandler

    @patch(version_manager.LambdaVersionManager.store_logs)
    def store_logs(
        _store: Callable[..., None], self: Any, invocation_result: Any, execution_env: Any
    ) -> None:
        item = EventLogItem(
            execution_env.get_log_group_name(),
            execution_env.get_log_stream_name(),
            invocation_result.logs,
            events=invocation_result.events,
        )
        self.log_handler.add_logs(item)


def _honour_log_group() -> None:
    from localstack.services.lambda_.invocation.execution_environment import ExecutionEnvironment

    @patch(ExecutionEnvironment.get_log_group_name)
    def get_log_group_name(default: Callable[..., str], self: Any) -> str:
        logging_config = self.function_version.config.logging_config or {}
        return logging_config.get("LogGroup") or default(self)


def _refuse_other_runtimes() -> None:
    from localstack.aws.api.lambda_ import InvalidParameterValueException
    from localstack.services.lambda_.provider import LambdaProvider

    def check(runtime: str | None) -> None:
        if reason := runtimes.refusal(runtime):
            raise InvalidParameterValueException(reason, Type="User")

    @patch(LambdaProvider.create_function)
    def create_function(
        create: Callable[..., Any], self: Any, context: RequestContext, request: dict[str, Any]
    ) -> Any:
        check(request.get("Runtime"))
        return create(self, context, request)

    @patch(LambdaProvider.update_function_configuration)
    def update_function_configuration(
        update: Callable[..., Any], self: Any, context: RequestContext, request: dict[str, Any]
    ) -> Any:
        if "Runtime" in request:
            check(request["Runtime"])
        return update(self, context, request)
