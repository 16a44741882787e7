"""Puts triggers, workflows and workflow runs together."""

from collections.abc import Mapping

from local_aws.glue.crawlers.interface import CrawlEnded, Crawlers
from local_aws.glue.errors import InvalidInputException
from local_aws.glue.jobs.interface import JobRunEnded, Jobs
from local_aws.glue.tags import Tags
from local_aws.glue.workflows.batches import Batches
from local_aws.glue.workflows.chains import Chains
from local_aws.glue.workflows.dispatcher import Dispatcher
from local_aws.glue.workflows.launcher import Launcher
from local_aws.glue.workflows.mailbox import Mailbox
from local_aws.glue.workflows.run_operations import RunOperations
from local_aws.glue.workflows.runner import Runner
from local_aws.glue.workflows.store import Store
from local_aws.glue.workflows.timetable import Timetable
from local_aws.glue.workflows.trigger import Node, NodeKind, TriggerKind
from local_aws.glue.workflows.trigger_operations import TriggerOperations
from local_aws.glue.workflows.workflow_operations import WorkflowOperations
from local_aws.host.ports import Clock, Operation, Request, Response, Site


class Workflows:
    """The triggers and workflows of one account and region, over its jobs and crawlers."""

    def __init__(
        self, site: Site, clock: Clock, tags: Tags, jobs: Jobs, crawlers: Crawlers
    ) -> None:
        self._mailbox = Mailbox()
        self._store = Store()
        launcher = Launcher(jobs, crawlers, clock)
        runner = Runner(launcher, clock)
        chains = Chains(self._store, launcher)
        self._dispatcher = Dispatcher(self._store, runner, chains)
        self._timetable = Timetable(clock, self._mailbox, self._dispatcher.fire_unattended)
        self._batches = Batches(clock, self._mailbox, self._dispatcher.start_from_events)
        triggers = TriggerOperations(
            store=self._store,
            site=site,
            tags=tags,
            launcher=launcher,
            dispatcher=self._dispatcher,
            chains=chains,
            timetable=self._timetable,
            batches=self._batches,
        )
        workflows = WorkflowOperations(self._store, site, tags, clock, launcher, triggers.delete)
        runs = RunOperations(self._store, launcher, runner, self._dispatcher)
        self._operations = {
            name: self._locked(operation)
            for part in (triggers, workflows, runs)
            for name, operation in part.operations().items()
        }
        jobs.on_run_ended(self._job_ended)
        crawlers.on_crawl_ended(self._crawl_ended)

    def operations(self) -> Mapping[str, Operation]:
        """Return the operations on triggers, workflows and workflow runs."""
        return self._operations

    def close(self) -> None:
        """Cancel every timer."""
        with self._mailbox:
            self._timetable.close()
            self._batches.close()

    def notify_event(self, workflow_name: str, event_id: str) -> None:
        """Take in an event that a rule of EventBridge sends to a workflow (``NotifyEvent``).

        https://docs.aws.amazon.com/glue/latest/dg/starting-workflow-eventbridge.html
        Raises EntityNotFoundException, or InvalidInputException without an event trigger.
        """
        with self._mailbox:
            workflow = self._store.workflow(workflow_name)
            trigger = self._store.start_trigger(workflow.name)
            if trigger is None or trigger.kind is not TriggerKind.EVENT:
                raise InvalidInputException(
                    f"Workflow {workflow_name} is not started by events: give it a trigger of "
                    "type EVENT"
                )
            self._batches.add(trigger, event_id)

    def _locked(self, operation: Operation) -> Operation:
        def call(request: Request) -> Response:
            with self._mailbox:
                return operation(request)

        return call

    def _job_ended(self, ended: JobRunEnded) -> None:
        node = Node(NodeKind.JOB, ended.job_name)
        self._node_ended(node, ended.run_id, ended.state, ended.workflow_run_id)

    def _crawl_ended(self, ended: CrawlEnded) -> None:
        node = Node(NodeKind.CRAWLER, ended.crawler_name)
        self._node_ended(node, ended.crawl_id, ended.state, ended.workflow_run_id)

    def _node_ended(
        self, node: Node, node_run_id: str, state: str, workflow_run_id: str | None
    ) -> None:
        self._mailbox.post(
            lambda: self._dispatcher.node_ended(node, node_run_id, state, workflow_run_id)
        )
