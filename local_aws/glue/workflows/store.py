"""The triggers, workflows and runs of one account and region."""

from dataclasses import dataclass, field

from local_aws.glue.errors import EntityNotFoundException
from local_aws.glue.workflows.graph import Graph
from local_aws.glue.workflows.run import WorkflowRun
from local_aws.glue.workflows.trigger import Trigger, TriggerState
from local_aws.glue.workflows.workflow import Workflow


@dataclass
class Store:
    """What was defined and what has run, by name. ``runs`` has each workflow's oldest run first.

    The getters raise EntityNotFoundException.
    """

    triggers: dict[str, Trigger] = field(default_factory=dict)
    workflows: dict[str, Workflow] = field(default_factory=dict)
    runs: dict[str, dict[str, WorkflowRun]] = field(default_factory=dict)

    def trigger(self, name: str) -> Trigger:
        """Return a trigger."""
        try:
            return self.triggers[name]
        except KeyError:
            raise EntityNotFoundException(f"Trigger {name} not found") from None

    def workflow(self, name: str) -> Workflow:
        """Return a workflow."""
        try:
            return self.workflows[name]
        except KeyError:
            raise EntityNotFoundException(f"Workflow {name} not found") from None

    def run(self, workflow_name: str, run_id: str) -> WorkflowRun:
        """Return a run of a workflow."""
        self.workflow(workflow_name)
        try:
            return self.runs[workflow_name][run_id]
        except KeyError:
            raise EntityNotFoundException(f"Workflow {workflow_name} has no run {run_id}") from None

    def find_run(self, run_id: str) -> WorkflowRun | None:
        """Return a run by its id alone; None if it went with its workflow."""
        return next((runs[run_id] for runs in self.runs.values() if run_id in runs), None)

    def graph(self, workflow_name: str) -> Graph:
        """Return a workflow's graph as it is designed now."""
        triggers = self.triggers.values()
        return Graph(
            workflow_name, tuple(one for one in triggers if one.workflow_name == workflow_name)
        )

    def start_trigger(self, workflow_name: str) -> Trigger | None:
        """Return the trigger that begins a workflow's runs, if it has one yet."""
        triggers = self.graph(workflow_name).triggers
        return next((trigger for trigger in triggers if trigger.starts_workflows), None)

    def standalone(self) -> list[Trigger]:
        """Return the active triggers that belong to no workflow."""
        return [
            trigger
            for trigger in self.triggers.values()
            if trigger.workflow_name is None and trigger.state is TriggerState.ACTIVATED
        ]

    def last_run(self, workflow_name: str) -> WorkflowRun | None:
        """Return the run of a workflow that started last."""
        runs = self.runs.get(workflow_name) or {}
        return next(reversed(runs.values()), None)
