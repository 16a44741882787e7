"""State machines say which key they are encrypted with; here, as elsewhere, nothing is encrypted.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_EncryptionConfiguration.html
Without it, Terraform finds ``encryption_configuration`` changed in every plan.
"""

from collections.abc import Callable
from typing import Any

from localstack.aws.api import RequestContext
from localstack.utils.patch import patch
from localstack.utils.strings import long_uid

KEPT = "local_aws_encryption_configuration"


def keep_encryption_configuration() -> None:
    """Keep what CreateStateMachine and UpdateStateMachine say, and describe it."""
    from localstack.services.stepfunctions.backend.state_machine import StateMachineInstance
    from localstack.services.stepfunctions.provider import StepFunctionsProvider

    @patch(StepFunctionsProvider.create_state_machine)
    def create_state_machine(
        create: Callable[..., dict[str, Any]],
        self: Any,
        context: RequestContext,
        request: dict[str, Any],
        **members: Any,
    ) -> dict[str, Any]:
        created = create(self, context, request, **members)
        if wanted := request.get("encryptionConfiguration"):
            machine = self.get_store(context).state_machines[created["stateMachineArn"]]
            setattr(machine, KEPT, wanted)
        return created

    @patch(StepFunctionsProvider.update_state_machine)
    def update_state_machine(
        update: Callable[..., dict[str, Any]],
        self: Any,
        context: RequestContext,
        state_machine_arn: str,
        **changes: Any,
    ) -> dict[str, Any]:
        wanted = changes.get("encryption_configuration")
        machine = self.get_store(context).state_machines.get(state_machine_arn)
        if wanted is None or machine is None or getattr(machine, KEPT, None) == wanted:
            return update(self, context, state_machine_arn, **changes)
        if not any(changes.get(name) for name in ("definition", "role_arn")):
            # LocalStack refuses it alone; AWS does not.
            changes["role_arn"] = machine.role_arn
        setattr(machine, KEPT, wanted)
        machine.revision_id = long_uid()
        return update(self, context, state_machine_arn, **changes)

    @patch(StateMachineInstance.describe)
    def describe(describe: Callable[..., dict[str, Any]], self: Any) -> dict[str, Any]:
        kept = getattr(self, KEPT, None)
        return describe(self) | ({"encryptionConfiguration": kept} if kept else {})
