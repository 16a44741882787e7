"""Triggers outside workflows: chains of jobs and crawlers that start one another.

https://docs.aws.amazon.com/glue/latest/dg/about-triggers.html: "Dependent jobs or crawlers are only
started if the job or crawler that completes was started by a trigger. All jobs or crawlers in a
dependency chain must be descendants of a single scheduled or on-demand trigger."
"""

from local_aws.glue.workflows.launcher import Launcher
from local_aws.glue.workflows.store import Store
from local_aws.glue.workflows.trigger import Node, Trigger


class Chains:
    """Fires triggers outside workflows and follows what they started. The caller holds the lock."""

    def __init__(self, store: Store, launcher: Launcher) -> None:
        self._store = store
        self._launcher = launcher
        # Which scheduled or on-demand trigger a running job or crawl descends from.
        self._roots: dict[tuple[Node, str], str] = {}
        # Per conditional trigger and root, the last end states since it fired. AWS documents no
        # memory beyond "the watched jobs or crawlers end with the specified statuses".
        self._ends: dict[tuple[str, str], dict[Node, str]] = {}

    def fire(self, trigger: Trigger, root: str | None = None) -> None:
        """Start a trigger's actions; ``root`` is the trigger that began the chain."""
        root = root or trigger.name
        for action in trigger.actions:
            attempt = self._launcher.start(action, trigger.name)
            if attempt.run_id is not None:
                self._roots[action.node, attempt.run_id] = root

    def node_ended(self, node: Node, run_id: str, state: str) -> None:
        """Fire what waits for this end; the end of a run that no trigger started is nobody's."""
        root = self._roots.pop((node, run_id), None)
        if root is None:
            return
        for trigger in self._store.standalone():
            if trigger.predicate is None or not trigger.predicate.watches(node):
                continue
            ends = self._ends.setdefault((trigger.name, root), {})
            ends[node] = state
            if trigger.fires_on(ends):
                self.forget(trigger.name)
                self.fire(trigger, root)

    def forget(self, trigger_name: str) -> None:
        """Drop what a trigger has seen so far."""
        self._ends = {key: ends for key, ends in self._ends.items() if key[0] != trigger_name}
