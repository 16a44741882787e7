"""Step Functions: the child executions of a distributed Map state.

Each is an execution of its own, with its own name, context and history.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""

import copy
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from localstack.aws.api.stepfunctions import ExecutionStatus, StateMachineType
from localstack.services.stepfunctions.asl.component.program.program import Program
from localstack.services.stepfunctions.asl.eval.environment import Environment
from localstack.services.stepfunctions.asl.eval.evaluation_details import EvaluationDetails
from localstack.services.stepfunctions.asl.eval.event.logging import CloudWatchLoggingSession
from localstack.services.stepfunctions.backend.execution import Execution
from localstack.services.stepfunctions.backend.execution_worker import ExecutionWorker
from localstack.services.stepfunctions.backend.models import sfn_stores
from localstack.utils.aws.arns import (
    stepfunctions_express_execution_arn,
    stepfunctions_standard_execution_arn,
)
from localstack.utils.strings import long_uid

from local_aws.overrides.redrive import redrive_to_the_end
from local_aws.stepfunctions.distributed_map.plan import MapPlan
from local_aws.stepfunctions.payload import compact

_COUNTED = {"SUCCEEDED": "succeeded", "TIMED_OUT": "timed_out", "ABORTED": "aborted"}


@dataclass
class Child:
    """One child execution, before, while and after it runs. ``items`` is how many it handles."""

    input: Any
    items: int
    execution: Any = None

    @property
    def status(self) -> str:
        """PENDING before it was started, then the execution's status."""
        return "PENDING" if self.execution is None else str(self.execution.exec_status)

    @property
    def counted(self) -> str:
        """The counter of a Map Run in which it stands when it has ended."""
        return _COUNTED.get(self.status, "failed")

    def record(self) -> dict[str, Any]:
        """Return what is told of it in the results."""
        if self.execution is None:
            given = {"input": compact(self.input), "inputDetails": {"included": True}}
            return given | {"status": "PENDING"}
        described: dict[str, Any] = self.execution.to_describe_output()
        return described

    def stop(self) -> None:
        """Abort it, if it runs."""
        if self.status == ExecutionStatus.RUNNING and self.execution.exec_worker.env is not None:
            self.execution.stop(datetime.now(UTC), None, None)


class ChildExecution(Execution):
    """An execution that was started by a Map Run; ``start`` returns when it has ended."""

    def __init__(self, map_run_arn: str, program: Program, **members: Any) -> None:
        super().__init__(**members)
        self.map_run_arn = map_run_arn
        self._program = program

    def _get_start_execution_worker(self) -> ExecutionWorker:
        return _ChildWorker(
            self._program,
            evaluation_details=EvaluationDetails(
                aws_execution_details=self._get_start_aws_execution_details(),
                execution_details=self.get_start_execution_details(),
                state_machine_details=self.get_start_state_machine_details(),
            ),
            exec_comm=self._get_start_execution_worker_comm(),
            cloud_watch_logging_session=self._cloud_watch_logging_session,
            activity_store=self._activity_store,
        )

    def to_describe_output(self) -> dict[str, Any]:
        """Tell the Map Run too."""
        return super().to_describe_output() | {"mapRunArn": self.map_run_arn}

    def to_execution_list_item(self) -> dict[str, Any]:
        """Tell the Map Run too."""
        return super().to_execution_list_item() | {"mapRunArn": self.map_run_arn}


class _ChildWorker(ExecutionWorker):
    """Evaluates a program that was parsed once for all children, in the caller's thread."""

    def __init__(self, program: Program, **members: Any) -> None:
        super().__init__(**members)
        self._program = program

    def start(self) -> None:
        self._execution_logic()

    def _get_evaluation_entrypoint(self) -> Program:
        return self._program


class Nursery:
    """Makes and runs the children of one Map Run."""

    def __init__(self, env: Environment, plan: MapPlan, program: Program, record: Any) -> None:
        details = env.aws_execution_details
        self._store = sfn_stores[details.account][details.region]
        told = env.states.context_object.context_object_data["Execution"]
        self._parent = self._store.executions[told["Id"]]
        self._details, self._program, self._record = details, program, record
        self._type = StateMachineType.EXPRESS if plan.express else StateMachineType.STANDARD
        self._machine = self._child_machine(plan)

    def run(self, child: Child) -> None:
        """Run a child to its end; one that has failed before, from where it failed."""
        if child.execution is not None:
            redrive_to_the_end(child.execution)
            return
        child.execution = self._make(child.input)
        self._store.executions[child.execution.exec_arn] = child.execution
        child.execution.start()

    def _child_machine(self, plan: MapPlan) -> Any:
        """Return the state machine that a child names as its own: parent/label."""
        machine = copy.copy(self._parent.state_machine)
        machine.arn = self._record.map_state_machine_arn
        machine.name = machine.arn.rpartition(":")[2]
        machine.definition, machine.sm_type = plan.definition, self._type
        return machine

    def _make(self, child_input: Any) -> ChildExecution:
        name, express = long_uid(), self._type == StateMachineType.EXPRESS
        to_arn = (
            stepfunctions_express_execution_arn if express else stepfunctions_standard_execution_arn
        )
        arn = to_arn(self._machine.arn, name)
        return ChildExecution(
            self._record.map_run_arn,
            self._program,
            name=name,
            sm_type=self._type,
            role_arn=self._details.role_arn,
            exec_arn=arn,
            account_id=self._details.account,
            region_name=self._details.region,
            state_machine=self._machine,
            start_date=datetime.now(UTC),
            cloud_watch_logging_session=self._logging(arn),
            activity_store=self._store.activities,
            input_data=child_input,
        )

    def _logging(self, arn: str) -> CloudWatchLoggingSession | None:
        configuration = self._machine.cloud_watch_logging_configuration
        return configuration and CloudWatchLoggingSession(arn, configuration)
