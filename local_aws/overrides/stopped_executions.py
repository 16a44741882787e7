"""Step Functions: executions that are stopped.

LocalStack lets a stopped execution end FAILED if the stop comes while a Choice or a Catch finds the
next state: it cannot be set any more, and that is taken for an error. It ignores a stop that comes
before the first state, and forgets why an execution was stopped.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_StopExecution.html
"""

import time
from collections.abc import Callable
from typing import Any

from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.program_state import ProgramStopped
from localstack.services.stepfunctions.backend.execution import BaseExecutionWorkerCommunication
from localstack.utils.patch import patch

_UNTIL_FIRST_STATE = 10.0
"""Seconds; the first state is set as soon as the execution's thread runs."""


def correct_stopped_executions() -> None:
    """Let an execution that is stopped end ABORTED, with its reason."""
    _stop_before_the_first_state()
    _stay_stopped()
    _remember_why()


def _stop_before_the_first_state() -> None:
    @patch(Environment.set_stop)
    def set_stop(stop: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
        deadline = time.monotonic() + _UNTIL_FIRST_STATE
        while self._program_state is None and time.monotonic() < deadline:
            time.sleep(0.01)
        stop(self, *args, **kwargs)


def _stay_stopped() -> None:
    def unless_stopped(end: Callable[..., None], self: Any, *args: Any, **kwargs: Any) -> None:
        if not isinstance(self._program_state, ProgramStopped):
            end(self, *args, **kwargs)

    patch(Environment.set_error)(unless_stopped)
    patch(Environment.set_timed_out)(unless_stopped)


def _remember_why() -> None:
    @patch(BaseExecutionWorkerCommunication._reflect_execution_status)
    def reflect(reflect: Callable[..., None], self: Any) -> None:
        reflect(self)
        state = self.execution.exec_worker.env.program_state()
        if isinstance(state, ProgramStopped):
            self.execution.error, self.execution.cause = state.error, state.cause
