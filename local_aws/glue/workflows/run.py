"""A run of a workflow.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html#aws-glue-api-workflow-WorkflowRun
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from local_aws.glue.workflows.graph import Graph
from local_aws.glue.workflows.launcher import Attempt
from local_aws.glue.workflows.trigger import EventBatch, Node, Trigger


class RunStatus(StrEnum):
    """A run's states. COMPLETED says that nothing is left to do, not that all went well."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    STOPPING = "STOPPING"
    STOPPED = "STOPPED"
    ERROR = "ERROR"


@dataclass(frozen=True)
class StartingBatch:
    """Which of an event trigger's two conditions started a run: the other one is None."""

    size: int | None = None
    window: int | None = None

    @classmethod
    def of(cls, batch: EventBatch, events: int) -> "StartingBatch":
        """Return the condition that ``events`` events of ``batch`` met."""
        return cls(size=batch.size) if events >= batch.size else cls(window=batch.window)


@dataclass
class WorkflowRun:
    """One run: the triggers as they were at its start, and what they have started since.

    "Snapshots make only triggers immutable": jobs and crawlers are taken as they are when started.
    https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html
    """

    workflow_name: str
    run_id: str
    graph: Graph
    properties: dict[str, str]
    started_on: datetime
    status: RunStatus = RunStatus.RUNNING
    completed_on: datetime | None = None
    previous_run_id: str | None = None
    error_message: str | None = None
    starting_batch: StartingBatch | None = None
    attempts: list[Attempt] = field(default_factory=list)
    # AWS does not document whether an ANY trigger fires again when a second condition is met. Here
    # a trigger fires once in a run, so that a job never runs twice for one cause.
    fired: set[str] = field(default_factory=set)

    @property
    def is_active(self) -> bool:
        """Whether it counts against the workflow's concurrent runs."""
        return self.status in (RunStatus.RUNNING, RunStatus.STOPPING)

    def running(self) -> list[Attempt]:
        """Return what is running now."""
        return [attempt for attempt in self.attempts if attempt.is_running]

    def latest(self, node: Node) -> Attempt | None:
        """Return the last start of ``node`` in this run."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.node == node), None)

    def ends(self) -> dict[Node, str]:
        """Return the end state of every node that has ended."""
        latest = {attempt.node: attempt for attempt in self.attempts}
        return {node: attempt.state for node, attempt in latest.items() if not attempt.is_running}

    def record_end(self, node: Node, run_id: str, state: str) -> bool:
        """Note the end of an attempt; False if it is none of this run's running ones."""
        for index, attempt in enumerate(self.attempts):
            if attempt.node == node and attempt.run_id == run_id and attempt.is_running:
                self.attempts[index] = attempt.ended(state)
                return True
        return False

    def due(self) -> list[Trigger]:
        """Return the triggers that fire now."""
        ends = self.ends()
        return [
            trigger
            for trigger in self.graph.triggers
            if trigger.name not in self.fired and trigger.fires_on(ends)
        ]
