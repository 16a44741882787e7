"""Step Functions: an execution that can be seen has begun, and a name begins one execution.

LocalStack shows an execution before it has a status, before its history can be read and before it
can be stopped, and of two starts with one name that come at the same moment it begins both.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ExecutionListItem.html
"""

import threading
import time
from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.stepfunctions import ExecutionStatus
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from localstack.utils.patch import patch

_UNTIL_IT_RUNS = 10.0
"""Seconds; an execution's thread makes the environment as soon as it runs."""


def begin_executions_once() -> None:
    """Let no one see an execution that is not quite there."""
    _run_from_the_first_moment()
    _stop_what_is_about_to_run()
    _start_a_name_once()


def _run_from_the_first_moment() -> None:
    @patch(Execution.__init__)
    def init(init: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
        init(self, *args, **kwargs)
        self.exec_status = ExecutionStatus.RUNNING

    @patch(Execution.to_history_output)
    def to_history_output(tell: Callable[..., Any], self: Any) -> Any:
        return {"events": []} if self.exec_worker is None else tell(self)


def _stop_what_is_about_to_run() -> None:
    @patch(Execution.stop)
    def stop(stop: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
        deadline = time.monotonic() + _UNTIL_IT_RUNS
        while not _runs(self) and time.monotonic() < deadline:
            time.sleep(0.01)
        stop(self, *args, **kwargs)


def _runs(execution: Any) -> bool:
    return execution.exec_worker is not None and execution.exec_worker.env is not None


def _start_a_name_once() -> None:
    # Names are many, and those that meet are few: so many locks are enough.
    locks = [threading.Lock() for _ in range(64)]

    @patch(StepFunctionsProvider.start_execution)
    def start_execution(
        start: Callable[..., Any],
        self: Any,
        context: RequestContext,
        state_machine_arn: str,
        name: str | None = None,
        **members: Any,
    ) -> Any:
        with locks[hash((state_machine_arn, name)) % len(locks)]:
            return start(self, context, state_machine_arn, name, **members)
