"""Step Functions: tracing is described and can be updated, executions can be redriven.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
https://docs.aws.amazon.com/step-functions/latest/apireference/API_UpdateStateMachine.html
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services import providers
from localstack.services.plugins import Service, aws_provider
from localstack.utils.patch import patch
from localstack.utils.strings import long_uid

from local_aws.overrides.assumed_roles import keep_assumed_roles
from local_aws.overrides.distributed_map import run_distributed_maps
from local_aws.overrides.execution_encryption import keep_encryption_configuration
from local_aws.overrides.execution_events import correct_execution_events
from local_aws.overrides.execution_limits import limit_executions
from local_aws.overrides.execution_starts import begin_executions_once
from local_aws.overrides.express_answers import tell_what_is_billed
from local_aws.overrides.json_paths import remember_json_paths
from local_aws.overrides.redrive import add_redrive_execution
from local_aws.overrides.stopped_executions import correct_stopped_executions
from local_aws.overrides.sync_tasks import correct_glue_sync_tasks
from local_aws.overrides.task_calls import correct_task_calls


@aws_provider(api="stepfunctions", name="local_aws")
def stepfunctions() -> Service:
    """Return LocalStack's service, corrected."""
    _describe_tracing()
    _update_tracing()
    keep_encryption_configuration()
    begin_executions_once()
    add_redrive_execution()
    correct_glue_sync_tasks()
    correct_task_calls()
    correct_execution_events()
    correct_stopped_executions()
    run_distributed_maps()
    limit_executions()
    tell_what_is_billed()
    keep_assumed_roles()
    remember_json_paths()
    return providers.stepfunctions.factory().create_service()


def _describe_tracing() -> None:
    """Without it, Terraform finds ``tracing_configuration`` changed in every plan."""
    from localstack.services.stepfunctions.backend.state_machine import StateMachineInstance

    @patch(StateMachineInstance.describe)
    def describe(describe: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        return describe(self) | {"tracingConfiguration": self.tracing_config or {"enabled": False}}


def _update_tracing() -> None:
    from localstack.services.stepfunctions.backend.state_machine import StateMachineRevision
    from localstack.services.stepfunctions.provider import StepFunctionsProvider

    @patch(StepFunctionsProvider.update_state_machine)
    def update_state_machine(
        update: Callable[..., dict[str, Any]],
        self: Any,
        context: RequestContext,
        state_machine_arn: str,
        **changes: Any,
    ) -> dict[str, Any]:
        tracing = changes.get("tracing_configuration")
        machine = self.get_store(context).state_machines.get(state_machine_arn)
        if tracing is None or not isinstance(machine, StateMachineRevision):
            return update(self, context, state_machine_arn, **changes)
        if not any(changes.get(name) for name in ("definition", "role_arn")):
            # LocalStack refuses tracing alone; AWS does not.
            changes["role_arn"] = machine.role_arn
        if machine.tracing_config != tracing:
            machine.tracing_config = tracing
            machine.revision_id = long_uid()
        return update(self, context, state_machine_arn, **changes)
