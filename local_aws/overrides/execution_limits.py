"""Step Functions: how much data and how many events an execution may have.

- A payload is measured as AWS measures it: bytes of UTF-8 without spaces, of parameters too.
  LocalStack counts an ``ä`` as six bytes, and takes an input of any size.
- ``States.ALL`` catches neither ``States.DataLimitExceeded`` nor ``States.Runtime``.
- An execution whose history is full fails.
- An execution of an Express workflow is over after five minutes.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import re
from collections.abc import Callable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.stepfunctions import (
    HistoryEventType,
    InvalidName,
    StateMachineType,
    TaskFailedEventDetails,
)
from localstack.services.stepfunctions.asl.component.common.error_name.error_equals_decl import (
    ErrorEqualsDecl,
)
from localstack.services.stepfunctions.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from localstack.services.stepfunctions.asl.component.common.error_name.states_error_name_type import (  # noqa: E501
    StatesErrorNameType,
)
from localstack.services.stepfunctions.asl.component.common.timeouts.timeout import TimeoutSeconds
from localstack.services.stepfunctions.asl.component.program.program import Program
from localstack.services.stepfunctions.asl.component.state import state as states
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task import (
    state_task_lambda,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
    state_task_service,
)
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.state_task import (  # noqa: E501
    StateTask,
)
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventManager
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from localstack.utils.patch import patch

from local_aws.stepfunctions.payload import LIMIT, fits, size

HISTORY_LIMIT = 25_000
EXPRESS_SECONDS = 300
_LAST = frozenset(
    {
        HistoryEventType.ExecutionAborted,
        HistoryEventType.ExecutionFailed,
        HistoryEventType.ExecutionSucceeded,
        HistoryEventType.ExecutionTimedOut,
    }
)
_NOT_BY_ALL = (
    StatesErrorName(typ=StatesErrorNameType.StatesStatesDataLimitExceeded),
    StatesErrorName(typ=StatesErrorNameType.StatesRuntime),
)
# https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
_NAME = re.compile(r"[^\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f]{1,80}")


def limit_executions() -> None:
    """Hold executions to AWS's quotas."""
    for module in (states, state_task_lambda, state_task_service):
        module.is_within_size_quota = fits
    _limit_parameters()
    _let_no_wildcard_catch_what_is_final()
    _check_start()
    _limit_history()
    _limit_express()


class HistoryFullError(Exception):
    """More events than a history holds; ends the execution."""

    def __init__(self) -> None:
        super().__init__(
            f"The execution reached the maximum number of history events ({HISTORY_LIMIT})."
        )


def _limit_parameters() -> None:
    @patch(StateTask._eval_parameters)
    def evaluate(evaluate: Callable[..., Any], self: Any, env: Environment) -> Any:
        parameters = evaluate(self, env)
        if fits(parameters):
            return parameters
        error = StatesErrorNameType.StatesStatesDataLimitExceeded
        cause = (
            f"The state/task '{self.name}' provided parameters with a size exceeding the maximum "
            "number of bytes service limit."
        )
        details = TaskFailedEventDetails(error=error.to_name(), cause=cause)
        raise FailureEventException(
            FailureEvent(
                env=env,
                error_name=StatesErrorName(typ=error),
                event_type=HistoryEventType.TaskFailed,
                event_details=EventDetails(taskFailedEventDetails=details),
            )
        )


def _let_no_wildcard_catch_what_is_final() -> None:
    """ "States.ALL … can't catch the States.DataLimitExceeded terminal error and Runtime error
    types."
    """

    @patch(ErrorEqualsDecl._eval_body)
    def evaluate(evaluate: Callable[..., None], self: Any, env: Environment) -> None:
        error = env.stack[-1]
        if ErrorEqualsDecl._STATE_ALL_ERROR in self.error_names and error in _NOT_BY_ALL:
            env.stack[-1] = False
        else:
            evaluate(self, env)


def _check_start() -> None:
    for action in ("start_execution", "start_sync_execution"):

        @patch(getattr(StepFunctionsProvider, action))
        def start(
            start: Callable[..., Any], self: Any, context: RequestContext, *given: Any, **named: Any
        ) -> Any:
            _check_name(named.get("name"))
            _check_input(named.get("input"))
            return start(self, context, *given, **named)


def _check_name(name: str | None) -> None:
    if name is not None and not _NAME.fullmatch(name):
        raise InvalidName(f"Invalid Name: '{name}'")


def _check_input(given: str | None) -> None:
    if given is not None and size(given) > LIMIT:
        raise CommonServiceException(
            "ValidationException",
            "1 validation error detected: Value at 'input' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LIMIT}",
            sender_fault=True,
        )


def _limit_history() -> None:
    @patch(EventManager.add_event)
    def add_event(
        add: Callable[..., int],
        self: Any,
        context: Any,
        event_type: HistoryEventType,
        *others: Any,
        **members: Any,
    ) -> int:
        # The last place is for the event that tells of the end.
        full = len(self._history_event_list) >= HISTORY_LIMIT - 1
        if full and event_type not in _LAST:
            raise HistoryFullError
        return add(self, context, event_type, *others, **members)


def _limit_express() -> None:
    """ "Maximum execution time: 5 minutes. If exceeded, … a States.Timeout error." """

    @patch(Program.eval)
    def evaluate(evaluate: Callable[..., None], self: Any, env: Environment) -> None:
        if env.execution_type == StateMachineType.EXPRESS and not env.is_frame():
            own = self.timeout_seconds.timeout_seconds if self.timeout_seconds else EXPRESS_SECONDS
            self.timeout_seconds = TimeoutSeconds(min(own, EXPRESS_SECONDS))
        evaluate(self, env)
