"""Step Functions: what a ``.sync`` task does with its Glue job run.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-sync
https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnectedError
from localstack.services.stepfunctions.asl.component.state.state_execution.state_task.service import (  # noqa: E501
    state_task_service_callback,
    state_task_service_glue,
)
from localstack.services.stepfunctions.asl.eval.program_state import ProgramError, ProgramStopped
from localstack.utils.patch import patch

from local_aws.glue.jobs.ended import ended_runs

LOG = logging.getLogger(__name__)
_LOOK_SECONDS = 0.5


def correct_glue_sync_tasks() -> None:
    """Let a stopped run fail its task, and an aborted task stop its run."""
    # LocalStack takes STOPPED for a success, and the next state would go on with half an output.
    state_task_service_glue._JOB_RUN_STATE_ABNORMAL_TERMINAL_VALUE.add("STOPPED")
    _know_the_job_run()
    _stop_the_job_run()


@dataclass(frozen=True)
class JobRunWait:
    """Waits for the end of one job run; ``stop`` ends it early."""

    env: Any
    ask: Callable[[], Any]
    glue: Any
    started: Mapping[str, str]

    def __call__(self) -> Any:
        """Return the run when it has ended; None if the execution ends before."""
        while self.env.is_running():
            if run := self._look():
                return run
            ended_runs.wait(_LOOK_SECONDS)
        return None

    def _look(self) -> Any:
        """Return the run if it has ended.

        AWS hears of the end by an event. A question without an answer is asked again, and so is
        one that was put too fast.
        """
        try:
            return self.ask()
        except (HTTPClientError, NotConnectedError):
            LOG.info("No answer about job run %s, asking again", self.started["JobRunId"])
        except ClientError as error:
            if not _passes(error):
                raise
        return None

    def stop(self) -> None:
        """Stop the run as far as possible: "a best-effort attempt"."""
        job, run = self.started["JobName"], self.started["JobRunId"]
        try:
            self.glue.batch_stop_job_run(JobName=job, JobRunIds=[run])
        except (BotoCoreError, ClientError):
            LOG.warning("Job run %s of an aborted task goes on", run, exc_info=True)


def _passes(error: ClientError) -> bool:
    details = error.response
    status = details["ResponseMetadata"]["HTTPStatusCode"]
    return status >= 500 or "Throttl" in details["Error"]["Code"]


def _know_the_job_run() -> None:
    task = state_task_service_glue.StateTaskServiceGlue

    @patch(task._sync_to_start_job_run)
    def wait(
        wait: Callable[..., Any], self: Any, env: Any, resource: Any, *others: Any
    ) -> JobRunWait:
        started = env.stack[-1]
        ask = wait(self, env, resource, *others)
        *_, credentials = others
        return JobRunWait(env, ask, self._get_glue_client(resource, credentials), started)


def _stop_the_job_run() -> None:
    task = state_task_service_callback.StateTaskServiceCallback

    @patch(task._eval_sync)
    def evaluate(evaluate: Callable[..., Any], self: Any, env: Any, **members: Any) -> Any:
        outcome = evaluate(self, env=env, **members)
        resolver = members["sync_resolver"]
        aborted = isinstance(env.program_state(), ProgramStopped | ProgramError)
        if outcome is None and aborted and isinstance(resolver, JobRunWait):
            resolver.stop()
        return outcome
