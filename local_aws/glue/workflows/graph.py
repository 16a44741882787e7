"""The graph of a workflow: triggers, jobs and crawlers as nodes, and who leads to whom.

https://docs.aws.amazon.com/glue/latest/dg/workflows_api_concepts.html
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from local_aws.glue.workflows.trigger import Node, Trigger

TRIGGER = "TRIGGER"


@dataclass(frozen=True)
class Graph:
    """The graph that a workflow's triggers span."""

    workflow_name: str
    triggers: tuple[Trigger, ...]

    def nodes(self) -> list[Node]:
        """Return every job and crawler once, in the order in which the triggers name them."""
        found: dict[Node, None] = {}
        for trigger in self.triggers:
            for condition in trigger.predicate.conditions if trigger.predicate else ():
                found[condition.node] = None
            for action in trigger.actions:
                found[action.node] = None
        return list(found)

    def node_id(self, node: Node) -> str:
        """Return a node's ``UniqueId``, the same in every run of the workflow."""
        return self._id(node.kind.value, node.name)

    def trigger_id(self, trigger: Trigger) -> str:
        """Return the ``UniqueId`` of a trigger's node."""
        return self._id(TRIGGER, trigger.name)

    def downstream(self, starts: Iterable[Node]) -> tuple[set[Node], set[str]]:
        """Return the nodes that follow after ``starts``, and the names of the triggers between.

        A start is among the nodes only if it follows after another one.
        """
        nodes: set[Node] = set()
        triggers: set[str] = set()
        open_ends = list(starts)
        while open_ends:
            node = open_ends.pop()
            for trigger in self.triggers:
                if trigger.name in triggers or not trigger.predicate:
                    continue
                if trigger.predicate.watches(node):
                    triggers.add(trigger.name)
                    following = {action.node for action in trigger.actions}
                    open_ends += following - nodes
                    nodes |= following
        return nodes, triggers

    def edges(self) -> list[dict[str, Any]]:
        """Return the API's ``Edge`` list."""
        pairs: dict[tuple[str, str], None] = {}
        for trigger in self.triggers:
            here = self.trigger_id(trigger)
            for condition in trigger.predicate.conditions if trigger.predicate else ():
                pairs[self.node_id(condition.node), here] = None
            for action in trigger.actions:
                pairs[here, self.node_id(action.node)] = None
        return [{"SourceId": source, "DestinationId": target} for source, target in pairs]

    def describe(self) -> dict[str, Any]:
        """Return the API's ``WorkflowGraph`` as it is designed, without runs."""
        return {
            "Nodes": [*self.describe_triggers(), *self._describe_nodes()],
            "Edges": self.edges(),
        }

    def describe_triggers(self) -> list[dict[str, Any]]:
        """Return the trigger nodes as the API's ``Node``."""
        return [
            {
                "Type": TRIGGER,
                "Name": trigger.name,
                "UniqueId": self.trigger_id(trigger),
                "TriggerDetails": {"Trigger": trigger.describe()},
            }
            for trigger in self.triggers
        ]

    def describe_node(self, node: Node) -> dict[str, Any]:
        """Return a job or crawler as the API's ``Node``, without details."""
        return {"Type": node.kind.value, "Name": node.name, "UniqueId": self.node_id(node)}

    def _describe_nodes(self) -> list[dict[str, Any]]:
        return [self.describe_node(node) for node in self.nodes()]

    def _id(self, kind: str, name: str) -> str:
        digest = hashlib.sha256("\0".join((self.workflow_name, kind, name)).encode())
        return f"wnode_{digest.hexdigest()}"
