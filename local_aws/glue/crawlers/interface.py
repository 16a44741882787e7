"""What other parts of the Glue model may ask of the crawlers.

Triggers and workflows start and stop crawls and hear of their end. They code against this protocol
and know nothing of how a crawl works.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, Protocol

type CrawlEndState = Literal["SUCCEEDED", "FAILED", "CANCELLED"]


@dataclass(frozen=True)
class WorkflowRunRef:
    """The workflow run in whose name a crawl was started."""

    name: str
    run_id: str


@dataclass(frozen=True)
class CrawlEnded:
    """A crawl is over. ``trigger_name`` and ``workflow_run_id`` are None if started by hand."""

    crawler_name: str
    crawl_id: str
    state: CrawlEndState
    error_message: str | None = None
    trigger_name: str | None = None
    workflow_run_id: str | None = None


type CrawlListener = Callable[[CrawlEnded], None]


class Crawlers(Protocol):
    """The crawlers of one account and region."""

    def start(
        self,
        name: str,
        *,
        trigger_name: str | None = None,
        workflow: WorkflowRunRef | None = None,
    ) -> str:
        """Start a crawl in the background and return its id.

        Raises EntityNotFoundException for an unknown crawler, CrawlerRunningException while an
        earlier crawl of it has not ended.
        """

    def stop(self, name: str) -> None:
        """Ask a running crawl to end as CANCELLED; its end is announced to the listeners.

        Raises EntityNotFoundException, CrawlerNotRunningException or CrawlerStoppingException.
        """

    def on_crawl_ended(self, listener: CrawlListener) -> None:
        """Call ``listener`` after each crawl's end, on the crawl's thread."""

    def exists(self, name: str) -> bool:
        """Say whether a crawler of that name is defined."""

    def describe_crawl(self, crawl_id: str) -> dict[str, Any]:
        """Return a crawl in the shape of the API's ``Crawl`` structure.

        ``State`` (RUNNING, CANCELLING, CANCELLED, SUCCEEDED, FAILED), ``StartedOn``,
        ``CompletedOn``, ``ErrorMessage``, ``LogGroup``, ``LogStream``; absent members are left out.
        Raises EntityNotFoundException for an unknown id.
        https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-workflow.html#aws-glue-api-workflow-Crawl
        """
