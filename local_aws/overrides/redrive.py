"""Step Functions: RedriveExecution, which LocalStack lacks.

https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html

Where AWS redrives only the branches and iterations that failed, a Parallel or inline Map state is
run whole here; of a Map Run, those that failed. The history tells the state again that is run
again, after ``ExecutionRedriven``.
"""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api import RequestContext, handler
from localstack.aws.api.stepfunctions import (
    ExecutionNotRedrivable,
    ExecutionRedrivenEventDetails,
    ExecutionStatus,
    HistoryEventType,
    StateMachineType,
)
from localstack.services.stepfunctions.asl.component.common.flow.start_at import StartAt
from localstack.services.stepfunctions.asl.component.program.program import Program
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.evaluation_details import EvaluationDetails
from localstack.services.stepfunctions.asl.eval.event.event_detail import EventDetails
from localstack.services.stepfunctions.asl.eval.event.event_manager import EventHistoryContext
from localstack.services.stepfunctions.asl.eval.variable_store import VariableStore
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker
from localstack.services.stepfunctions.provider import StepFunctionsProvider
from localstack.utils.patch import patch

from local_aws.stepfunctions.redrive import Ended, Position, Redrives, position, refusal

_lock = threading.Lock()


def add_redrive_execution() -> None:
    """Give LocalStack's Step Functions the action, and what other actions tell of it."""
    _remember_where_executions_are_cut()
    _tell_context_of_redrives()
    _describe_redrives()
    _filter_by_redrives()
    StepFunctionsProvider.redrive_execution = redrive_execution


@handler("RedriveExecution")
def redrive_execution(
    self: Any,
    context: RequestContext,
    execution_arn: str,
    client_token: str | None = None,
    **_: Any,
) -> dict[str, datetime]:
    """Run an execution on from where it failed. Raises ExecutionNotRedrivable."""
    self._validate_state_machine_execution_arn(execution_arn)
    execution = self._get_execution(context=context, execution_arn=execution_arn)
    if execution.sm_type != StateMachineType.STANDARD:
        self._raise_resource_type_not_in_context(resource_type=execution.sm_type)
    with _lock:
        now = datetime.now(UTC)
        redrives = _redrives(execution)
        if answered := redrives.answered(client_token, now):
            return {"redriveDate": answered}
        if reason := refusal(_ended(execution), now):
            raise ExecutionNotRedrivable(reason)
        redrives.add(client_token, now)
        _redrive(execution, redrives)
    return {"redriveDate": now}


def redrive_to_the_end(execution: Any) -> None:
    """Run a child of a Map Run on, in the caller's thread."""
    redrives = _redrives(execution)
    redrives.add(None, datetime.now(UTC))
    _prepare(execution, redrives)
    execution.exec_worker._execution_logic()


def _redrive(execution: Any, redrives: Redrives) -> None:
    _prepare(execution, redrives)
    execution.exec_worker.start()


def _prepare(execution: Any, redrives: Redrives) -> None:
    execution.exec_worker = RedrivenWorker(execution, redrives)
    execution.exec_status = ExecutionStatus.RUNNING
    execution.stop_date = execution.error = execution.cause = None
    execution.publish_execution_status_change_event()


class RedrivenWorker(ExecutionWorker):
    """Runs an execution on, with the definition that it was started with."""

    def __init__(self, execution: Any, redrives: Redrives) -> None:
        before = execution.exec_worker.env
        super().__init__(
            evaluation_details=EvaluationDetails(
                aws_execution_details=execution._get_start_aws_execution_details(),
                execution_details=execution.get_start_execution_details(),
                state_machine_details=execution.get_start_state_machine_details(),
            ),
            exec_comm=execution._get_start_execution_worker_comm(),
            cloud_watch_logging_session=execution._cloud_watch_logging_session,
            activity_store=execution._activity_store,
        )
        self._execution = execution
        self._before = before
        # An evaluation that was timed out may still write to the former environment, so that one
        # is left to it.
        self.env = self._get_evaluation_environment()
        take_over(self.env, before)
        self.env.event_manager.add_event(
            context=self.env.event_history_context,
            event_type=HistoryEventType.ExecutionRedriven,
            event_details=EventDetails(
                executionRedrivenEventDetails=ExecutionRedrivenEventDetails(
                    redriveCount=redrives.count
                )
            ),
        )

    def _execution_logic(self) -> None:
        program = self._get_evaluation_entrypoint()
        start = self._start(program)
        program.start_at = StartAt(start.state)
        self.env.states.reset(input_value=start.input)
        program.eval(self.env)
        self._execution_communication.terminated()

    def _start(self, program: Program) -> Position:
        history = self._before.event_manager.get_event_history()
        cut_before = getattr(self._before, "cut_before", None)
        found = position(history, program.states.states, cut_before)
        return found or Position(program.start_at.start_at_name, self._execution.input_data)


def take_over(environment: Environment, before: Environment) -> None:
    """Go on with the history and the variables of an execution's former environment."""
    history = before.event_manager.get_event_history()
    manager = environment.event_manager
    manager._history_event_list.extend(history)
    last = history[-1]["id"] if history else 0
    manager._event_id_gen._next_id = last + 1
    environment.event_history_context = EventHistoryContext(previous_event_id=last)
    environment.variable_store = VariableStore(before.variable_store._inner_scope)
    environment.variable_store.reset_tracing()
    environment.map_run_record_pool_manager = before.map_run_record_pool_manager


def _remember_where_executions_are_cut() -> None:
    """Keep the state that was to come: being stopped or timed out, LocalStack forgets it."""
    for name in ("set_stop", "set_timed_out"):

        @patch(getattr(Environment, name))
        def cut(cut: Callable[..., None], self: Any, *arguments: Any, **named: Any) -> None:
            if self.is_running():
                self.cut_before = self.next_state_name
            cut(self, *arguments, **named)


def _tell_context_of_redrives() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html."""

    @patch(ExecutionWorker._get_evaluation_environment)
    def make(make: Callable[..., Environment], self: Any) -> Environment:
        environment = make(self)
        redrives = _redrives(self._execution_communication.execution)
        told = environment.states.context_object.context_object_data["Execution"]
        told["RedriveCount"] = redrives.count
        if redrives.last is not None:
            told["RedriveTime"] = Execution._to_serialized_date(redrives.last)
        return environment


def _describe_redrives() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html."""

    @patch(Execution.to_describe_output)
    def describe(describe: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        told = describe(self) | _redrives(self).describe()
        reason = refusal(_ended(self), datetime.now(UTC))
        if reason is None:
            return told | {"redriveStatus": "REDRIVABLE"}
        return told | {"redriveStatus": "NOT_REDRIVABLE", "redriveStatusReason": reason}

    @patch(Execution.to_execution_list_item)
    def list_item(item: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        return item(self) | _redrives(self).describe()


def _filter_by_redrives() -> None:
    """https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html."""

    @patch(StepFunctionsProvider.list_executions)
    def list_executions(
        list_executions: Callable[..., dict[str, Any]],
        self: Any,
        context: RequestContext,
        redrive_filter: str | None = None,
        **members: Any,
    ) -> dict[str, Any]:
        page = list_executions(self, context, **members)
        if redrive_filter is None:
            return page
        redriven = redrive_filter == "REDRIVEN"
        found = [one for one in page["executions"] if bool(one["redriveCount"]) == redriven]
        return page | {"executions": found}


def _redrives(execution: Any) -> Redrives:
    found: Redrives = execution.__dict__.setdefault("redrives", Redrives())
    return found


def _ended(execution: Any) -> Ended:
    environment = execution.exec_worker.env if execution.exec_worker else None
    # LocalStack hands a history out as a deep copy: a second's work for a long one.
    events = len(environment.event_manager._history_event_list) if environment else 0
    return Ended(execution.exec_status, execution.start_date, execution.stop_date, events)
