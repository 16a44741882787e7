"""Step Functions: what a task does whose call gets no answer, or whose execution is stopped.

A call that gets no answer (a connection that is cut or cannot be made) is a failure of the client:
``Lambda.SdkClientException``, ``Glue.SdkClientException``; a Retry may name it.
https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#bp-lambda-serviceexception

StopExecution does not wait for a task that is under way.
https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

import threading
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ConnectionError as NotConnectedError
from botocore.exceptions import HTTPClientError
from localstack.aws.api.stepfunctions import HistoryEventType, TaskFailedEventDetails
from localstack.services.stepfunctions.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.execute_state import (
    ExecutionState,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_aws_sdk import (  # noqa: E501
    StateTaskServiceAwsSdk,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service.state_task_service_callback import (  # noqa: E501
    StateTaskServiceCallback,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventManager
from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped
from localstack.services.stepfunctions.backend.execution import BaseExecutionWorkerCommunication
from localstack.utils.patch import patch

LOOK_SECONDS = 0.1

# As the errors of these services are named in a definition.
_PREFIXES = {
    "dynamodb": "DynamoDB",
    "ecs": "ECS",
    "events": "EventBridge",
    "glue": "Glue",
    "lambda": "Lambda",
    "sns": "SNS",
    "sqs": "SQS",
    "states": "StepFunctions",
}


def correct_task_calls() -> None:
    """Name calls without an answer, and let a stop end a task at once."""
    _name_unanswered_calls()
    _leave_stopped_tasks()
    _end_the_history()


def sdk_client_exception(resource: Any) -> str:
    """Return the error's name for a call of a task's resource."""
    service = resource.service_name
    if service == "aws-sdk":
        prefix = StateTaskServiceAwsSdk._normalise_service_error_name(resource.api_name)
    else:
        prefix = _PREFIXES.get(service, service)
    return f"{prefix}.SdkClientException"


def _name_unanswered_calls() -> None:
    @patch(StateTaskServiceCallback._from_error)
    def from_error(
        from_error: Callable[..., FailureEvent], self: Any, env: Any, ex: Exception
    ) -> FailureEvent:
        if not isinstance(ex, HTTPClientError | NotConnectedError):
            return from_error(self, env=env, ex=ex)
        error = sdk_client_exception(self.resource)
        details = TaskFailedEventDetails(
            error=error,
            cause=str(ex),
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=CustomErrorName(error),
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),
        )


def _leave_stopped_tasks() -> None:
    """Let LocalStack's evaluation go on in a thread of its own, and wait for it or for a stop."""

    @patch(ExecutionState._evaluate_with_timeout)
    def evaluate(evaluate: Callable[..., None], self: Any, env: Environment) -> None:
        errors: list[Exception] = []
        over = threading.Event()

        def work() -> None:
            try:
                evaluate(self, env)
            except Exception as error:
                errors.append(error)
            finally:
                over.set()

        threading.Thread(target=work, daemon=True).start()
        while not over.wait(LOOK_SECONDS):
            if isinstance(env.program_state(), ProgramStopped):
                return
        if errors:
            raise errors[0]


def _end_the_history() -> None:
    """Let nothing follow an execution's end: a task that was left behind still tells of itself."""

    @patch(BaseExecutionWorkerCommunication.terminated)
    def terminated(terminated: Callable[..., None], self: Any) -> None:
        self.execution.exec_worker.env.event_manager.is_over = True
        terminated(self)

    @patch(EventManager.add_event)
    def add_event(add_event: Callable[..., int], self: Any, *given: Any, **named: Any) -> int:
        if getattr(self, "is_over", False):
            return 0
        return add_event(self, *given, **named)
