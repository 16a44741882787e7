"""Reads a trigger's definition from a request and refuses what AWS refuses.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html#aws-glue-api-jobs-trigger-CreateTrigger
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local_aws.glue import schedules
from local_aws.glue.errors import InvalidInputException
from local_aws.glue.workflows.trigger import (
    Action,
    Condition,
    EventBatch,
    Node,
    NodeKind,
    Predicate,
    TriggerKind,
)
from local_aws.host.ports import Request

# https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html
MAX_CRAWLERS = 2
# https://docs.aws.amazon.com/general/latest/gr/glue.html ("Max jobs per trigger")
MAX_JOBS = 50

# "Currently, the only job states that a trigger can listen for are …": Condition.State of the page.
_WATCHABLE = {
    NodeKind.JOB: ("SUCCEEDED", "STOPPED", "FAILED", "TIMEOUT"),
    NodeKind.CRAWLER: ("SUCCEEDED", "FAILED", "CANCELLED"),
}


@dataclass(frozen=True)
class Definition:
    """What ``CreateTrigger`` and ``UpdateTrigger`` set alike."""

    actions: tuple[Action, ...]
    description: str | None
    schedule: str | None
    predicate: Predicate | None
    event_batch: EventBatch | None

    def nodes(self) -> set[Node]:
        """Return every job and crawler that is started or watched."""
        watched = self.predicate.conditions if self.predicate else ()
        return {action.node for action in self.actions} | {watch.node for watch in watched}


def read(kind: TriggerKind, request: Request) -> Definition:
    """Read the definition of a trigger of ``kind`` from ``CreateTrigger`` or a ``TriggerUpdate``.

    Raises InvalidInputException.
    """
    definition = Definition(
        actions=_actions(request.get("Actions") or ()),
        description=request.get("Description"),
        schedule=request.get("Schedule") or None,
        predicate=_predicate(request.get("Predicate") or {}),
        event_batch=_event_batch(request.get("EventBatchingCondition")),
    )
    _check(kind, definition)
    return definition


def _actions(given: Sequence[Mapping[str, Any]]) -> tuple[Action, ...]:
    if not given:
        raise InvalidInputException("Actions cannot be null or empty")
    actions = tuple(_action(action) for action in given)
    for kind, most in ((NodeKind.CRAWLER, MAX_CRAWLERS), (NodeKind.JOB, MAX_JOBS)):
        if sum(action.node.kind is kind for action in actions) > most:
            number = "two" if most == MAX_CRAWLERS else str(most)
            raise InvalidInputException(
                f"Actions cannot contain more than {number} {kind.value.lower()}s"
            )
    return actions


def _action(given: Mapping[str, Any]) -> Action:
    return Action(
        node=_node(given, "An action"),
        arguments=dict(given.get("Arguments") or {}),
        timeout=given.get("Timeout"),
        security_configuration=given.get("SecurityConfiguration"),
        notify_delay_after=(given.get("NotificationProperty") or {}).get("NotifyDelayAfter"),
    )


def _node(given: Mapping[str, Any], what: str) -> Node:
    job, crawler = given.get("JobName"), given.get("CrawlerName")
    if bool(job) == bool(crawler):
        raise InvalidInputException(f"{what} takes either a JobName or a CrawlerName")
    return Node(NodeKind.JOB, str(job)) if job else Node(NodeKind.CRAWLER, str(crawler))


def _predicate(given: Mapping[str, Any]) -> Predicate | None:
    conditions = tuple(_condition(condition) for condition in given.get("Conditions") or ())
    if not conditions:
        return None
    if len(conditions) > 1 and not given.get("Logical"):
        raise InvalidInputException("Logical cannot be null or empty with several conditions")
    return Predicate(conditions, given.get("Logical"))


def _condition(given: Mapping[str, Any]) -> Condition:
    node = _node(given, "A condition")
    state = given.get("State" if node.kind is NodeKind.JOB else "CrawlState")
    if not given.get("LogicalOperator"):
        raise InvalidInputException("Logical operator cannot be null or empty")
    if not state:
        raise InvalidInputException("State cannot be null or empty")
    allowed = _WATCHABLE[node.kind]
    if state not in allowed:
        raise InvalidInputException(
            f"A trigger cannot listen for the {node.kind.value.lower()} state {state}, "
            f"only for {', '.join(allowed)}"
        )
    return Condition(node, str(state))


def _event_batch(given: Mapping[str, Any] | None) -> EventBatch | None:
    if not given:
        return None
    return EventBatch(given["BatchSize"], given.get("BatchWindow") or EventBatch.window)


def _check(kind: TriggerKind, definition: Definition) -> None:
    if kind is TriggerKind.SCHEDULED:
        if definition.schedule is None:
            raise InvalidInputException("Schedule cannot be null or empty for a SCHEDULED trigger")
        schedules.parse(definition.schedule)
    if kind is TriggerKind.CONDITIONAL:
        if definition.predicate is None:
            raise InvalidInputException(
                "Predicate cannot be null or empty for a CONDITIONAL trigger"
            )
        _check_apart(definition.actions, definition.predicate)


def _check_apart(actions: Sequence[Action], predicate: Predicate) -> None:
    for action in actions:
        if predicate.watches(action.node):
            noun = action.node.kind.value.capitalize()
            raise InvalidInputException(
                f"{noun} cannot be a Predicate and Action for Conditional Trigger."
            )
