"""What triggers and workflows need of the rest of the model.

``local_aws.glue.jobs.interface.Jobs`` and ``local_aws.glue.crawlers.interface.Crawlers`` have all
of it; what is listed here is what we call.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from local_aws.glue.crawlers import interface as crawlers
from local_aws.glue.jobs import interface as jobs


class Jobs(Protocol):
    """Start, stop and follow job runs."""

    def exists(self, job_name: str) -> bool:
        """Say whether there is such a job."""

    def start(
        self,
        job_name: str,
        arguments: Mapping[str, str] | None = None,
        *,
        trigger_name: str | None = None,
        workflow: jobs.WorkflowRunRef | None = None,
        overrides: jobs.RunOverrides | None = None,
    ) -> str:
        """Start a run and return its id. Raises GlueError."""

    def stop(self, job_name: str, run_id: str) -> None:
        """Begin to stop a run. Raises GlueError."""

    def describe_attempts(self, job_name: str, run_id: str) -> list[dict[str, Any]]:
        """Return a run and its retries, newest first, as ``GetJobRun`` shows them."""

    def on_run_ended(self, listener: jobs.JobRunListener) -> None:
        """Call ``listener`` whenever a run has ended for good, holding no lock."""


class Crawlers(Protocol):
    """Start, stop and follow crawls."""

    def exists(self, name: str) -> bool:
        """Say whether there is such a crawler."""

    def start(
        self,
        name: str,
        *,
        trigger_name: str | None = None,
        workflow: crawlers.WorkflowRunRef | None = None,
    ) -> str:
        """Start a crawl and return its id. Raises GlueError."""

    def stop(self, name: str) -> None:
        """Ask a running crawl to end. Raises GlueError."""

    def describe_crawl(self, crawl_id: str) -> dict[str, Any]:
        """Return a crawl in the shape of the API's ``Crawl``."""

    def on_crawl_ended(self, listener: crawlers.CrawlListener) -> None:
        """Call ``listener`` after each crawl's end, holding no lock."""
