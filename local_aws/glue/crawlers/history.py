"""Crawls as they happened, and the listings and metrics made of them."""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from statistics import median
from typing import Any, Literal

from local_aws.glue.crawlers.changes import Changes
from local_aws.glue.crawlers.interface import CrawlEndState
from local_aws.glue.errors import InvalidInputException
from local_aws.host.ports import Response

LOG_GROUP = "/aws-glue/crawlers"

type CrawlState = Literal["RUNNING", "CANCELLING"] | CrawlEndState

# CrawlerHistory names a crawl's states in its own way:
# https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlerHistory.html
_HISTORY_STATES: dict[CrawlState, str] = {
    "RUNNING": "RUNNING",
    "CANCELLING": "RUNNING",
    "SUCCEEDED": "COMPLETED",
    "FAILED": "FAILED",
    "CANCELLED": "STOPPED",
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "GT": operator.gt,
    "GE": operator.ge,
    "LT": operator.lt,
    "LE": operator.le,
    "EQ": operator.eq,
    "NE": operator.ne,
}


@dataclass
class CrawlRecord:
    """One crawl. ``started`` and ``ended`` in UTC."""

    crawl_id: str
    crawler_name: str
    started: datetime
    ended: datetime | None = None
    end_state: CrawlEndState | None = None
    is_cancelled: bool = False
    error: str | None = None
    changes: Changes = field(default_factory=Changes)
    trigger_name: str | None = None
    workflow_run_id: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, however."""
        return self.ended is not None

    @property
    def state(self) -> CrawlState:
        """Where the crawl stands."""
        return self.end_state or ("CANCELLING" if self.is_cancelled else "RUNNING")

    def seconds(self, now: datetime) -> float:
        """Return how long it has taken so far."""
        return ((self.ended or now) - self.started).total_seconds()

    def describe(self) -> Response:
        """Return the API's ``Crawl``, as workflow runs show it."""
        answer: Response = {
            "State": self.state,
            "StartedOn": self.started,
            "LogGroup": LOG_GROUP,
            "LogStream": self.crawler_name,
        }
        if self.ended:
            answer["CompletedOn"] = self.ended
        if self.error:
            answer["ErrorMessage"] = self.error
        return answer

    def describe_last(self) -> Response:
        """Return the API's ``LastCrawlInfo``."""
        answer = self._log_place() | {"Status": self.state, "StartTime": self.started}
        return answer | ({"ErrorMessage": self.error} if self.error else {})

    def describe_history(self) -> Response:
        """Return the API's ``CrawlerHistory``."""
        answer = self._log_place() | {
            "CrawlId": self.crawl_id,
            "State": _HISTORY_STATES[self.state],
            "StartTime": self.started,
            "DPUHour": _dpu_hours(self),
        }
        if self.ended:
            answer["EndTime"] = self.ended
            answer["Summary"] = self.changes.summary()
        return answer | ({"ErrorMessage": self.error} if self.error else {})

    def _log_place(self) -> Response:
        return {
            "LogGroup": LOG_GROUP,
            "LogStream": self.crawler_name,
            "MessagePrefix": self.crawl_id,
        }


def matching(
    crawls: Sequence[CrawlRecord], filters: Sequence[Mapping[str, str]]
) -> list[CrawlRecord]:
    """Return the crawls that pass every filter of ListCrawls. Raises InvalidInputException.

    https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlsFilter.html
    """
    tests = [_test(item) for item in filters]
    return [crawl for crawl in crawls if all(test(crawl) for test in tests)]


def metrics(name: str, crawls: Sequence[CrawlRecord], now: datetime) -> Response:
    """Return the API's ``CrawlerMetrics`` of a crawler, from its crawls, oldest first.

    https://docs.aws.amazon.com/glue/latest/webapi/API_CrawlerMetrics.html: the tables are those
    "created by this crawler", so all crawls count.
    """
    over = [crawl for crawl in crawls if crawl.is_over]
    durations = [crawl.seconds(now) for crawl in over]
    running = next((crawl for crawl in crawls if not crawl.is_over), None)
    middle = median(durations) if durations else 0.0
    left = max(middle - running.seconds(now), 0.0) if running and durations else 0.0
    return {
        "CrawlerName": name,
        "TimeLeftSeconds": left,
        "StillEstimating": running is not None and not durations,
        "LastRuntimeSeconds": durations[-1] if durations else 0.0,
        "MedianRuntimeSeconds": middle,
        "TablesCreated": sum(crawl.changes.count("TABLE", "ADD") for crawl in over),
        "TablesUpdated": sum(crawl.changes.count("TABLE", "UPDATE") for crawl in over),
        "TablesDeleted": sum(crawl.changes.count("TABLE", "DELETE") for crawl in over),
    }


def _test(item: Mapping[str, str]) -> Callable[[CrawlRecord], bool]:
    name, value = item.get("FieldName"), item.get("FieldValue", "")
    compare = _COMPARE.get(item.get("FilterOperator", ""))
    if name is None or compare is None:
        raise InvalidInputException("A filter needs FieldName, FilterOperator and FieldValue.")
    read, wanted = _field(name, value)
    return lambda crawl: read(crawl) is not None and compare(read(crawl), wanted)


def _field(name: str, value: str) -> tuple[Callable[[CrawlRecord], Any], Any]:
    if name == "CRAWL_ID":
        return (lambda crawl: crawl.crawl_id), value
    if name == "STATE":
        return (lambda crawl: _HISTORY_STATES[crawl.state]), value
    if name == "DPU_HOUR":
        return _dpu_hours, _number(value)
    when = _time(value)
    if name == "START_TIME":
        return (lambda crawl: crawl.started), when
    return (lambda crawl: crawl.ended), when


def _dpu_hours(_: CrawlRecord) -> float:
    # A laptop bills none.
    return 0.0


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise InvalidInputException(f"FieldValue {text!r} is no number.") from None


def _time(text: str) -> datetime:
    """Read a time: the reference does not say how it is written; milliseconds or ISO 8601."""
    try:
        if text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, UTC)
        when = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        raise InvalidInputException(
            f"FieldValue {text!r} is no time: use milliseconds since 1970 or ISO 8601."
        ) from None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
