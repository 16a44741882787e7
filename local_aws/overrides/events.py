"""EventBridge: a Glue workflow can be a rule's target.

https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

from typing import Any

from localstack.services import providers
from localstack.services.events.models import ValidationException
from localstack.services.events.target import TargetSender, TargetSenderFactory
from localstack.services.plugins import SERVICE_PLUGINS, Service, aws_provider

_WORKFLOW = "workflow/"


@aws_provider(api="events", name="local_aws")
def events() -> Service:
    """Return LocalStack's service, corrected."""
    TargetSenderFactory.register_target_sender("glue", GlueWorkflowTargetSender)
    return providers.events.factory().create_service()


class GlueWorkflowTargetSender(TargetSender):
    """Delivers events to workflows as ``glue:NotifyEvent`` does, an action without a public API."""

    def process_event(self, event: dict[str, Any], trace_header: Any) -> None:
        """Send the event itself: a workflow learns its id alone, whatever a target's input says."""
        self.send_event(event, trace_header)

    def send_event(self, event: dict[str, Any], trace_header: Any) -> None:  # noqa: ARG002
        """Tell the workflow of the event. Raises GlueError, which LocalStack logs."""
        glue = SERVICE_PLUGINS.require("glue").lifecycle_hook
        glue.notify_event(
            account_id=self.target_account_id,
            region=self.target_region,
            workflow_name=self._workflow_name(),
            event_id=event["id"],
        )

    def _validate_input(self, target: dict[str, Any]) -> None:
        super()._validate_input(target)
        if not self._workflow_name():
            raise ValidationException(
                f"Target {target['Id']} names no workflow: write "
                "arn:aws:glue:<region>:<account>:workflow/<name>"
            )
        if not target.get("RoleArn"):
            # Identity-based targets need a role:
            # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
            raise ValidationException(f"RoleArn is required for target {target['Arn']}.")

    def _workflow_name(self) -> str:
        resource = str(self.target["Arn"]).split(":", 5)[-1]
        return resource.removeprefix(_WORKFLOW) if resource.startswith(_WORKFLOW) else ""
