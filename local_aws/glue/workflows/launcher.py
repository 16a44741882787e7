"""Starts and stops what a trigger's actions name."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from local_aws.glue.crawlers import interface as crawlers_interface
from local_aws.glue.crawlers.interface import Crawlers
from local_aws.glue.errors import GlueError
from local_aws.glue.jobs import interface as jobs_interface
from local_aws.glue.jobs.interface import Jobs
from local_aws.glue.workflows.trigger import Action, Node, NodeKind
from local_aws.host.ports import Clock

LOG = logging.getLogger(__name__)

RUNNING = "RUNNING"
# What could not even be started. A trigger cannot listen for it.
ERROR = "ERROR"


@dataclass(frozen=True)
class Attempt:
    """One start of a job or a crawler by a trigger.

    ``run_id`` is the job run's or the crawl's, None if the start was refused; ``state`` is RUNNING
    until the end state is known; ``error`` says why a start was refused.
    """

    node: Node
    trigger_name: str
    started_on: datetime
    run_id: str | None
    state: str = RUNNING
    error: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether its end is still awaited."""
        return self.state == RUNNING

    def ended(self, state: str) -> "Attempt":
        """Return it with its end state."""
        return replace(self, state=state)


@dataclass(frozen=True)
class Launcher:
    """Starts, stops and describes attempts over the jobs and the crawlers."""

    jobs: Jobs
    crawlers: Crawlers
    clock: Clock

    def exists(self, node: Node) -> bool:
        """Say whether there is such a job or crawler."""
        if node.kind is NodeKind.JOB:
            return self.jobs.exists(node.name)
        return self.crawlers.exists(node.name)

    def start(
        self, action: Action, trigger_name: str, workflow: tuple[str, str] | None = None
    ) -> Attempt:
        """Start an action, in the run (name, id) of ``workflow`` if it belongs to one.

        A refusal (the job is gone, too many runs at once) becomes an attempt in state ERROR. AWS
        documents the state, not what leads to it.
        """
        now = self.clock.now()
        try:
            run_id = self._start(action, trigger_name, workflow)
        except GlueError as error:
            LOG.warning(
                "Trigger %s could not start %s: %s", trigger_name, action.node.name, error.message
            )
            message = f"{error.code}: {error.message}"
            return Attempt(action.node, trigger_name, now, None, ERROR, message)
        return Attempt(action.node, trigger_name, now, run_id)

    def _start(self, action: Action, trigger_name: str, workflow: tuple[str, str] | None) -> str:
        if action.node.kind is NodeKind.CRAWLER:
            return self.crawlers.start(
                action.node.name,
                trigger_name=trigger_name,
                workflow=workflow and crawlers_interface.WorkflowRunRef(*workflow),
            )
        return self.jobs.start(
            action.node.name,
            action.arguments,
            trigger_name=trigger_name,
            workflow=workflow and jobs_interface.WorkflowRunRef(*workflow),
            overrides=jobs_interface.RunOverrides(
                timeout=action.timeout,
                security_configuration=action.security_configuration,
                notify_delay_after=action.notify_delay_after,
            ),
        )

    def stop(self, attempt: Attempt) -> None:
        """Begin to stop a running attempt. One that has just ended by itself is left alone."""
        if attempt.run_id is None:
            return
        try:
            if attempt.node.kind is NodeKind.JOB:
                self.jobs.stop(attempt.node.name, attempt.run_id)
            else:
                self.crawlers.stop(attempt.node.name)
        except GlueError as error:
            LOG.info("%s was not stopped: %s", attempt.node.name, error.message)

    def describe(self, attempt: Attempt) -> list[dict[str, Any]]:
        """Return the attempt, with its retries, as the API's ``JobRun`` or ``Crawl``."""
        if attempt.run_id is None:
            return [_describe_refused(attempt)]
        try:
            if attempt.node.kind is NodeKind.JOB:
                return self.jobs.describe_attempts(attempt.node.name, attempt.run_id)
            return [self.crawlers.describe_crawl(attempt.run_id)]
        except GlueError:  # deleted since
            return [_describe_gone(attempt)]


def _describe_refused(attempt: Attempt) -> dict[str, Any]:
    return _describe_gone(attempt) | {
        "CompletedOn": attempt.started_on,
        "ErrorMessage": attempt.error,
    }


def _describe_gone(attempt: Attempt) -> dict[str, Any]:
    started: Mapping[str, Any] = {"StartedOn": attempt.started_on}
    if attempt.node.kind is NodeKind.CRAWLER:
        return {"State": attempt.state, **started}
    run_id = {"Id": attempt.run_id} if attempt.run_id else {}
    return {
        **run_id,
        "JobName": attempt.node.name,
        "TriggerName": attempt.trigger_name,
        "JobRunState": attempt.state,
        **started,
    }
