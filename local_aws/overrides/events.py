"""EventBridge: how a rule reaches its targets.

- A failed delivery is tried again as the target's RetryPolicy says, and ends in its dead-letter
  queue: ``event_delivery``. The first pause is ``LOCAL_AWS_EVENTS_RETRY_SECONDS``, by default 1.
- An answer of an HTTP target that says no is a failed delivery, and so is none within 5 seconds.
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html
- An InputTransformer passes on what stands in the event, or fails: ``event_input``.
- A disabled rule sends nothing.
  https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html
- A scheduled rule fires at its times: ``event_schedules``. LocalStack's fire up to a minute early,
  once for each time that targets were put, and keep the first schedule for ever.
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
- A state machine takes any input. LocalStack names the execution after the input's ``id``, so that
  an InputTransformer had to write one.
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
- A Glue workflow can be a target.
  https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html
  https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
"""

import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import requests
from localstack.aws.api.events import RuleState
from localstack.aws.connect import connect_to
from localstack.services import providers
from localstack.services.events import target as targets
from localstack.services.events.models import ValidationException
from localstack.services.events.provider import EventsProvider
from localstack.services.events.rule import RuleService
from localstack.services.events.target import (
    EventsTargetSender,
    StatesTargetSender,
    TargetSender,
    TargetSenderFactory,
)
from localstack.services.events.utils import to_json_str
from localstack.services.plugins import SERVICE_PLUGINS, Service, aws_provider
from localstack.utils.aws.arns import sqs_queue_url_for_arn
from localstack.utils.aws.client_types import ServicePrincipal
from localstack.utils.patch import patch

from local_aws.cron import CronError
from local_aws.host.clock import SystemClock
from local_aws.overrides.event_delivery import DeadLetter, Deliveries, Delivery, RetryPolicy
from local_aws.overrides.event_input import correct_input
from local_aws.overrides.event_schedules import RuleSchedules, parse

_WORKFLOW = "workflow/"
_LONGEST_REQUEST_SECONDS = 5


@aws_provider(api="events", name="local_aws")
def events() -> Service:
    """Return LocalStack's service, corrected."""
    TargetSenderFactory.register_target_sender("events", EventBusTargetSender)
    TargetSenderFactory.register_target_sender("glue", GlueWorkflowTargetSender)
    TargetSenderFactory.register_target_sender("states", StateMachineTargetSender)
    _respect_disabled_rules()
    correct_input()
    # LocalStack's senders look at no answer of an HTTP endpoint.
    targets.requests = CheckedRequests
    first_pause = float(os.environ.get("LOCAL_AWS_EVENTS_RETRY_SECONDS", "1"))
    clock = SystemClock()
    _retry(Deliveries(clock, timedelta(seconds=first_pause)))
    _schedule(RuleSchedules(clock))
    return providers.events.factory().create_service()


def _respect_disabled_rules() -> None:
    @patch(EventsProvider._process_rules)
    def process_rules(process: Callable[..., None], self: Any, rule: Any, *arguments: Any) -> None:
        if rule.state != RuleState.DISABLED:
            process(self, rule, *arguments)


def _schedule(schedules: RuleSchedules) -> None:
    """Let ``schedules`` fire the rules, and nobody else."""

    @patch(RuleService.create_schedule_job)
    def create_schedule_job(_create: Callable[..., None], _self: Any, _function: Any) -> None:
        """Put no job in LocalStack's own scheduler."""

    @patch(EventsProvider.create_rule_service)
    def create_rule_service(
        create: Callable[..., RuleService], self: Any, *arguments: Any
    ) -> RuleService:
        expression = arguments[3]  # LocalStack passes all by position
        if expression:
            _check_schedule(expression)
        service = create(self, *arguments)
        if expression:
            schedules.start(service.arn, expression, partial(_fire, self, service.rule))
        else:
            schedules.stop(service.arn)
        return service


def _check_schedule(expression: str) -> None:
    try:
        parse(expression)
    except CronError as error:
        raise ValidationException(f"Parameter ScheduleExpression is not valid: {error}") from None


def _fire(provider: Any, rule: Any) -> bool:
    """Send the rule's event to its targets, if it is enabled. Return whether it still exists."""
    bus = provider.get_store(rule.region, rule.account_id).event_buses[rule.event_bus_name]
    if bus.rules.get(rule.name) is not rule:
        return False
    if rule.state != RuleState.DISABLED:
        provider._get_scheduled_rule_job_function(rule.account_id, rule.region, rule)()
    return True


def _retry(deliveries: Deliveries) -> None:
    """Let every sender deliver through ``deliveries``."""

    @patch(TargetSenderFactory.get_target_sender)
    def get_target_sender(make: Callable[..., TargetSender], self: Any) -> TargetSender:
        sender = make(self)
        attempt = sender.process_event

        def process_event(event: Any, trace_header: Any) -> None:
            # An attempt takes members out of the event.
            delivery = Delivery(
                rule_arn=sender.rule_arn,
                target_arn=sender.arn,
                policy=RetryPolicy.of(sender.target),
                send=lambda: attempt(_copy(event), trace_header),
            )
            deliveries.deliver(delivery, partial(_give_up, sender, event))

        sender.process_event = process_event
        return sender


def _copy(event: Any) -> Any:
    return dict(event) if isinstance(event, dict) else event


def _give_up(sender: TargetSender, event: Any, dead: DeadLetter) -> None:
    """Send the event, as the rule saw it, to the target's dead-letter queue if there is one."""
    arn = (sender.target.get("DeadLetterConfig") or {}).get("Arn")
    if not arn:
        return
    body = _copy(event)
    if isinstance(body, dict):
        body.pop("event-bus-name", None)  # LocalStack's own member
    factory = connect_to(aws_access_key_id=sender.account_id, region_name=sender.region)
    sqs = factory.sqs.request_metadata(
        service_principal=ServicePrincipal.events, source_arn=sender.rule_arn
    )
    sqs.send_message(
        QueueUrl=sqs_queue_url_for_arn(arn),
        MessageBody=to_json_str(body),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value}
            for name, value in dead.attributes.items()
        },
    )


class CheckedRequests:
    """Stands where LocalStack's senders expect the module ``requests``."""

    @staticmethod
    def request(timeout: float = _LONGEST_REQUEST_SECONDS, **options: Any) -> requests.Response:
        """Make the request. Raises requests.RequestException, also for an answer that says no."""
        response = requests.request(timeout=timeout, **options)
        response.raise_for_status()
        return response


class EventBusTargetSender(EventsTargetSender):
    """Hands events to another bus."""

    def send_event(self, event: Any, trace_header: Any) -> None:
        """Put the event on the bus. Raises ClientError if there is none: PutEvents does not."""
        there = connect_to(aws_access_key_id=self.target_account_id, region_name=self.target_region)
        there.events.describe_event_bus(Name=self.target["Arn"])
        super().send_event(event, trace_header)


class StateMachineTargetSender(StatesTargetSender):
    """Starts executions."""

    def send_event(self, event: Any, trace_header: Any) -> None:  # noqa: ARG002
        """Start one execution under a name of its own, whatever its input is."""
        self.service = "stepfunctions"  # of boto3; the ARN says "states"
        self.client.start_execution(stateMachineArn=self.target["Arn"], input=to_json_str(event))


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
