"""Drives workflow runs: fires triggers, hears of ends, stops and resumes."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from local_aws.glue.errors import IllegalWorkflowStateException, InvalidInputException
from local_aws.glue.workflows.graph import Graph
from local_aws.glue.workflows.launcher import Attempt, Launcher
from local_aws.glue.workflows.run import RunStatus, WorkflowRun
from local_aws.glue.workflows.trigger import Action, Node, NodeKind, Trigger
from local_aws.host.ports import Clock


@dataclass(frozen=True)
class Runner:
    """Moves runs on. The caller holds the lock."""

    launcher: Launcher
    clock: Clock

    def new(self, graph: Graph, properties: Mapping[str, str]) -> WorkflowRun:
        """Return a run over a snapshot of the triggers, in which nothing has started yet."""
        return WorkflowRun(
            workflow_name=graph.workflow_name,
            run_id=f"wr_{secrets.token_hex(32)}",
            graph=graph,
            properties=dict(properties),
            started_on=self.clock.now(),
        )

    def begin(self, run: WorkflowRun, first: Trigger) -> None:
        """Fire the trigger with which a run starts."""
        self._fire(run, first)
        self._settle(run)

    def refuse(self, run: WorkflowRun, message: str) -> None:
        """End a run that could not start."""
        run.error_message = message
        self._finish(run, RunStatus.ERROR)

    def node_ended(self, run: WorkflowRun, node: Node, run_id: str, state: str) -> None:
        """Note a node's end and start what depends on it."""
        if run.record_end(node, run_id, state):
            self._settle(run)

    def stop(self, run: WorkflowRun) -> None:
        """Stop what runs and start nothing more.

        https://docs.aws.amazon.com/glue/latest/dg/workflow-stopping.html
        Raises IllegalWorkflowStateException for a run that is not RUNNING.
        """
        if run.status is not RunStatus.RUNNING:
            raise IllegalWorkflowStateException(
                f"Workflow run {run.run_id} is {run.status.value}: "
                "only a RUNNING run can be stopped"
            )
        run.status = RunStatus.STOPPING
        for attempt in run.running():
            self.launcher.stop(attempt)
        self._settle(run)

    def prepare_resume(
        self, previous: WorkflowRun, node_ids: Iterable[str]
    ) -> tuple[WorkflowRun, list[Node]]:
        """Return a new run that goes on from nodes of ``previous``, and the nodes to restart.

        What does not follow after these nodes is copied with its runs.
        https://docs.aws.amazon.com/glue/latest/dg/resuming-workflow.html
        Raises IllegalWorkflowStateException or InvalidInputException.
        """
        if previous.status is not RunStatus.COMPLETED:
            raise IllegalWorkflowStateException(
                f"Workflow run {previous.run_id} is {previous.status.value}: "
                "only a COMPLETED run can be resumed"
            )
        chosen = _chosen(previous, node_ids)
        following, triggers = previous.graph.downstream(chosen)
        restarted = [node for node in chosen if node not in following]
        again = {*restarted, *following}
        run = self.new(previous.graph, previous.properties)
        run.previous_run_id = previous.run_id
        run.attempts = [attempt for attempt in previous.attempts if attempt.node not in again]
        run.fired = previous.fired - triggers
        return run, restarted

    def resume(self, run: WorkflowRun, previous: WorkflowRun, restarted: list[Node]) -> None:
        """Start the nodes from which ``run`` goes on, as their trigger started them before."""
        for node in restarted:
            before = previous.latest(node)
            if before is not None:
                run.attempts.append(self._start(run, _action(run, before), before.trigger_name))
        self._settle(run)

    def _fire(self, run: WorkflowRun, trigger: Trigger) -> None:
        run.fired.add(trigger.name)
        for action in trigger.actions:
            run.attempts.append(self._start(run, action, trigger.name))

    def _start(self, run: WorkflowRun, action: Action, trigger_name: str) -> Attempt:
        return self.launcher.start(action, trigger_name, (run.workflow_name, run.run_id))

    def _settle(self, run: WorkflowRun) -> None:
        if run.status is RunStatus.RUNNING:
            for trigger in run.due():
                self._fire(run, trigger)
        if not run.running() and run.is_active:
            stopping = run.status is RunStatus.STOPPING
            self._finish(run, RunStatus.STOPPED if stopping else RunStatus.COMPLETED)

    def _finish(self, run: WorkflowRun, status: RunStatus) -> None:
        run.status = status
        run.completed_on = self.clock.now()


def _chosen(previous: WorkflowRun, node_ids: Iterable[str]) -> list[Node]:
    by_id = {previous.graph.node_id(node): node for node in previous.graph.nodes()}
    triggers = {previous.graph.trigger_id(trigger) for trigger in previous.graph.triggers}
    chosen: dict[Node, None] = {}
    for node_id in node_ids:
        if node_id in triggers:
            raise InvalidInputException(
                f"Node {node_id} is a trigger: resume from a job or crawler"
            )
        if node_id not in by_id:
            raise InvalidInputException(f"Workflow run {previous.run_id} has no node {node_id}")
        node = by_id[node_id]
        if previous.latest(node) is None:
            raise InvalidInputException(
                f"{_noun(node)} {node.name} has no run attempt in workflow run {previous.run_id}"
            )
        chosen[node] = None
    if not chosen:
        raise InvalidInputException("NodeIds cannot be null or empty")
    return list(chosen)


def _action(run: WorkflowRun, before: Attempt) -> Action:
    for trigger in run.graph.triggers:
        for action in trigger.actions:
            if trigger.name == before.trigger_name and action.node == before.node:
                return action
    raise InvalidInputException(f"Trigger {before.trigger_name} does not start {before.node.name}")


def _noun(node: Node) -> str:
    return "Job" if node.kind is NodeKind.JOB else "Crawler"
