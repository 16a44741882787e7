"""A trigger: what fires it and what it starts.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-trigger.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any


class NodeKind(StrEnum):
    """What a trigger can start or watch."""

    JOB = "JOB"
    CRAWLER = "CRAWLER"


class TriggerKind(StrEnum):
    """What makes a trigger fire."""

    SCHEDULED = "SCHEDULED"
    CONDITIONAL = "CONDITIONAL"
    ON_DEMAND = "ON_DEMAND"
    EVENT = "EVENT"


class TriggerState(StrEnum):
    """The states that last; the model passes through the transitional ones at once."""

    CREATED = "CREATED"
    ACTIVATED = "ACTIVATED"
    DEACTIVATED = "DEACTIVATED"


@dataclass(frozen=True, order=True)
class Node:
    """A job or a crawler, by name."""

    kind: NodeKind
    name: str


@dataclass(frozen=True)
class Action:
    """What a trigger starts, and with what. ``timeout`` and ``notify_delay_after`` in minutes."""

    node: Node
    arguments: Mapping[str, str]
    timeout: int | None = None
    security_configuration: str | None = None
    notify_delay_after: int | None = None

    def describe(self) -> dict[str, Any]:
        """Return the API's ``Action``."""
        described: dict[str, Any] = {_NAME_MEMBER[self.node.kind]: self.node.name}
        if self.arguments:
            described["Arguments"] = dict(self.arguments)
        if self.timeout is not None:
            described["Timeout"] = self.timeout
        if self.security_configuration is not None:
            described["SecurityConfiguration"] = self.security_configuration
        if self.notify_delay_after is not None:
            described["NotificationProperty"] = {"NotifyDelayAfter": self.notify_delay_after}
        return described


@dataclass(frozen=True)
class Condition:
    """The end state of a job or a crawler for which a trigger waits."""

    node: Node
    state: str

    def describe(self) -> dict[str, Any]:
        """Return the API's ``Condition``."""
        member = "State" if self.node.kind is NodeKind.JOB else "CrawlState"
        name = _NAME_MEMBER[self.node.kind]
        return {"LogicalOperator": "EQUALS", name: self.node.name, member: self.state}


@dataclass(frozen=True)
class Predicate:
    """Conditions, all (AND) or one (ANY) of which must hold.

    ``logical`` is None where the API call had none: it may be absent with a single condition.
    """

    conditions: tuple[Condition, ...]
    logical: str | None = None

    def holds(self, ends: Mapping[Node, str]) -> bool:
        """Say whether the trigger fires, given the end states known so far."""
        met = [ends.get(condition.node) == condition.state for condition in self.conditions]
        return any(met) if self.logical == "ANY" else all(met)

    def watches(self, node: Node) -> bool:
        """Say whether a condition is about ``node``."""
        return any(condition.node == node for condition in self.conditions)

    def describe(self) -> dict[str, Any]:
        """Return the API's ``Predicate``."""
        logical = {"Logical": self.logical} if self.logical else {}
        return {**logical, "Conditions": [condition.describe() for condition in self.conditions]}


@dataclass(frozen=True)
class EventBatch:
    """How many events make a batch, and how many seconds the first of them waits for it."""

    size: int = 1
    window: int = 900

    @property
    def duration(self) -> timedelta:
        """The window as a duration."""
        return timedelta(seconds=self.window)

    def describe(self) -> dict[str, Any]:
        """Return the API's ``EventBatchingCondition``."""
        return {"BatchSize": self.size, "BatchWindow": self.window}


@dataclass(frozen=True)
class Trigger:
    """A trigger as it is defined at one moment. ``schedule`` is a ``cron(…)``."""

    name: str
    kind: TriggerKind
    actions: tuple[Action, ...]
    state: TriggerState = TriggerState.CREATED
    workflow_name: str | None = None
    description: str | None = None
    schedule: str | None = None
    predicate: Predicate | None = None
    event_batch: EventBatch | None = None

    @property
    def starts_workflows(self) -> bool:
        """Whether it begins a workflow run; a conditional one continues it."""
        return self.kind is not TriggerKind.CONDITIONAL

    def fires_on(self, ends: Mapping[Node, str]) -> bool:
        """Say whether it is an active conditional trigger whose predicate holds."""
        active = self.state is TriggerState.ACTIVATED
        return active and self.predicate is not None and self.predicate.holds(ends)

    def describe(self) -> dict[str, Any]:
        """Return the API's ``Trigger``."""
        optional = {
            "WorkflowName": self.workflow_name,
            "Description": self.description,
            "Schedule": self.schedule,
            "Predicate": self.predicate and self.predicate.describe(),
            "EventBatchingCondition": self.event_batch and self.event_batch.describe(),
        }
        return {
            "Name": self.name,
            "Type": self.kind.value,
            "State": self.state.value,
            "Actions": [action.describe() for action in self.actions],
            **{member: value for member, value in optional.items() if value is not None},
        }


_NAME_MEMBER = {NodeKind.JOB: "JobName", NodeKind.CRAWLER: "CrawlerName"}
