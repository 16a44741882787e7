"""Decides what a trigger's firing and a node's end lead to."""

from collections.abc import Mapping

from local_aws.glue.errors import ConcurrentRunsExceededException, InvalidInputException
from local_aws.glue.workflows.chains import Chains
from local_aws.glue.workflows.run import StartingBatch, WorkflowRun
from local_aws.glue.workflows.runner import Runner
from local_aws.glue.workflows.store import Store
from local_aws.glue.workflows.trigger import EventBatch, Node, Trigger

# https://docs.aws.amazon.com/glue/latest/dg/viewing-start-event-info.html. A run property is a
# string; scripts that read this one take off its brackets to get the event's id.
EVENT_IDS = "aws:eventIds"


class Dispatcher:
    """Starts workflow runs and chains. The caller holds the lock."""

    def __init__(self, store: Store, runner: Runner, chains: Chains) -> None:
        self._store = store
        self._runner = runner
        self._chains = chains

    def fire(self, trigger: Trigger) -> None:
        """Fire a trigger at a caller's wish.

        Raises ConcurrentRunsExceededException if it starts a workflow that runs often enough.
        """
        if trigger.workflow_name is None:
            self._chains.fire(trigger)
        else:
            self._check_concurrency(trigger.workflow_name)
            self._begin(self._new_run(trigger, {}), trigger)

    def fire_unattended(self, name: str) -> None:
        """Fire a trigger because its time has come."""
        trigger = self._store.trigger(name)
        if trigger.workflow_name is None:
            self._chains.fire(trigger)
        else:
            self._begin_unattended(self._new_run(trigger, {}), trigger)

    def start_from_events(self, trigger_name: str, event_ids: list[str]) -> None:
        """Start a workflow with a batch of events."""
        trigger = self._store.trigger(trigger_name)
        run = self._new_run(trigger, {EVENT_IDS: f"[{', '.join(event_ids)}]"})
        run.starting_batch = StartingBatch.of(trigger.event_batch or EventBatch(), len(event_ids))
        self._begin_unattended(run, trigger)

    def start_workflow(self, workflow_name: str, properties: Mapping[str, str]) -> WorkflowRun:
        """Start a workflow by hand, whatever kind of trigger begins it.

        Raises EntityNotFoundException, InvalidInputException, ConcurrentRunsExceededException.
        """
        workflow = self._store.workflow(workflow_name)
        trigger = self._store.start_trigger(workflow.name)
        if trigger is None:
            raise InvalidInputException(
                f"Workflow {workflow.name} has no start trigger: add an on-demand, scheduled or "
                "event trigger to it"
            )
        self._check_concurrency(workflow.name)
        run = self._new_run(trigger, properties)
        self._begin(run, trigger)
        return run

    def resume(
        self, workflow_name: str, run_id: str, node_ids: list[str]
    ) -> tuple[str, list[Node]]:
        """Resume a run; return the new run's id and the nodes that were restarted.

        Raises GlueError.
        """
        previous = self._store.run(workflow_name, run_id)
        run, restarted = self._runner.prepare_resume(previous, node_ids)
        self._check_concurrency(workflow_name)
        self._keep(run)
        self._runner.resume(run, previous, restarted)
        return run.run_id, restarted

    def node_ended(
        self, node: Node, node_run_id: str, state: str, workflow_run_id: str | None
    ) -> None:
        """Go on after the end of a job run or a crawl.

        "If the job or crawler is started from within a workflow, only the triggers inside the
        workflow fire upon job or crawler completion":
        https://docs.aws.amazon.com/glue/latest/dg/blueprint_workflow_restrictions.html
        """
        if workflow_run_id is None:
            self._chains.node_ended(node, node_run_id, state)
        elif run := self._store.find_run(workflow_run_id):
            self._runner.node_ended(run, node, node_run_id, state)

    def _check_concurrency(self, workflow_name: str) -> None:
        limit = self._store.workflow(workflow_name).max_concurrent_runs
        runs = self._store.runs.get(workflow_name, {}).values()
        if limit is not None and sum(run.is_active for run in runs) >= limit:
            raise ConcurrentRunsExceededException(
                f"Concurrent runs exceeded for workflow: {workflow_name}."
            )

    def _new_run(self, trigger: Trigger, properties: Mapping[str, str]) -> WorkflowRun:
        workflow = self._store.workflow(trigger.workflow_name or "")
        merged = {**workflow.default_run_properties, **properties}
        return self._runner.new(self._store.graph(workflow.name), merged)

    def _begin(self, run: WorkflowRun, trigger: Trigger) -> None:
        self._keep(run)
        self._runner.begin(run, trigger)

    def _begin_unattended(self, run: WorkflowRun, trigger: Trigger) -> None:
        """Begin a run; with nobody there to be told of a refusal, the run itself tells it."""
        try:
            self._check_concurrency(run.workflow_name)
        except ConcurrentRunsExceededException as error:
            self._runner.refuse(run, error.message)
            self._keep(run)
        else:
            self._begin(run, trigger)

    def _keep(self, run: WorkflowRun) -> None:
        self._store.runs.setdefault(run.workflow_name, {})[run.run_id] = run
