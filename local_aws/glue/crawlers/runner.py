"""Runs crawls in threads, and tells the logs and the event bus of them."""

import logging
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from local_aws.glue.crawlers.changes import KINDS, Action, Changes
from local_aws.glue.crawlers.crawl import Clients, Crawl, CrawlCancelled, CrawlFailed
from local_aws.glue.crawlers.definition import CrawlerDefinition
from local_aws.glue.crawlers.history import LOG_GROUP, CrawlRecord
from local_aws.glue.crawlers.interface import CrawlEndState
from local_aws.host.ports import Clock, EventSink, LogSink, Site

LOG = logging.getLogger(__name__)

_EVENT = "Glue Crawler State Change"
_LONGEST_MESSAGE = 2048
_DONE: dict[Action, str] = {"ADD": "Created", "UPDATE": "Updated", "DELETE": "Deleted"}


class Runner:
    """Starts crawls and sees them to their end."""

    def __init__(
        self, site: Site, clock: Clock, events: EventSink, logs: LogSink, clients: Clients
    ) -> None:
        self.site = site
        self.clock = clock
        self._events = events
        self._logs = logs
        self._clients = clients
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []

    def new_record(self, crawler_name: str) -> CrawlRecord:
        """Return the record of a crawl that is about to start."""
        return CrawlRecord(str(uuid.uuid4()), crawler_name, self.clock.now())

    def start(
        self,
        record: CrawlRecord,
        definition: CrawlerDefinition,
        classifiers: Sequence[Mapping[str, Any]],
        seen: set[str],
        announce: Callable[[CrawlRecord], None],
    ) -> None:
        """Crawl in a thread of its own; ``announce`` is called when all is over."""
        crawl = Crawl(
            definition=definition,
            classifiers=classifiers,
            clients=self._clients,
            say=lambda level, text: self._say(record, level, text),
            now=self.clock.now,
            is_cancelled=lambda: self._closing.is_set() or record.is_cancelled,
            seen=seen,
        )
        thread = threading.Thread(
            target=self._run,
            args=(record, crawl, announce),
            name=f"crawl-{definition.name}",
            daemon=True,
        )
        self._threads = [other for other in self._threads if other.is_alive()]
        self._threads.append(thread)
        thread.start()

    def note(self, crawler_name: str, text: str) -> None:
        """Write a line into a crawler's log outside of any crawl."""
        self._logs.write(LOG_GROUP, crawler_name, [text])

    def close(self) -> None:
        """Cancel the crawls and wait for them."""
        self._closing.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def _run(
        self, record: CrawlRecord, crawl: Crawl, announce: Callable[[CrawlRecord], None]
    ) -> None:
        self._begin(record)
        state: CrawlEndState = "FAILED"
        error: str | None = None
        changes = Changes()
        try:
            changes = crawl.run()
            state = "SUCCEEDED"
        except CrawlCancelled:
            state = "CANCELLED"
        except CrawlFailed as failure:
            error = str(failure)
        except Exception as failure:
            # A crawl's thread has no caller: whatever happened belongs into its record.
            LOG.exception("crawl %s of %s broke", record.crawl_id, record.crawler_name)
            error = f"Internal Service Exception: {failure}"
        self._end(record, state, error, changes)
        announce(record)

    def _begin(self, record: CrawlRecord) -> None:
        name = record.crawler_name
        self._say(record, "BENCHMARK", f"Running Start Crawl for Crawler {name}")
        # https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html
        # and, for the shapes, the events' examples in
        # https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-glue.html
        self._events.put(
            _EVENT,
            {
                "accountId": self.site.account_id,
                "crawlerName": name,
                "startTime": _iso(record.started),
                "state": "Started",
                "message": "Crawler Started",
            },
        )

    def _end(
        self, record: CrawlRecord, state: CrawlEndState, error: str | None, changes: Changes
    ) -> None:
        if error:
            error = error[:_LONGEST_MESSAGE]
            self._say(record, "ERROR", error)
        self._say(record, "BENCHMARK", "Crawler has finished running and is in state READY")
        record.changes, record.error, record.end_state = changes, error, state
        # Last: whoever sees the end sees all of it.
        record.ended = self.clock.now()
        if state == "SUCCEEDED":
            self._events.put(_EVENT, self._succeeded(record))
        elif state == "FAILED":
            self._events.put(_EVENT, self._failed(record))

    def _succeeded(self, record: CrawlRecord) -> dict[str, str]:
        counts = {
            f"{kind.lower()}s{done}": str(record.changes.count(kind, action))
            for kind in KINDS
            for action, done in _DONE.items()
        }
        return {
            **counts,
            "accountId": self.site.account_id,
            "crawlerName": record.crawler_name,
            "state": "Succeeded",
            "message": "Crawler Succeeded",
            "warningMessage": "N/A",
            "runningTime (sec)": str(int(record.seconds(self.clock.now()))),
            "completionDate": _iso(record.ended or self.clock.now()),
            "cloudWatchLogLink": self._log_link(record),
        }

    def _failed(self, record: CrawlRecord) -> dict[str, str]:
        return {
            "accountId": self.site.account_id,
            "crawlerName": record.crawler_name,
            "state": "Failed",
            "message": "Crawler Failed",
            "errorMessage": record.error or "",
            "cloudWatchLogLink": self._log_link(record),
        }

    def _log_link(self, record: CrawlRecord) -> str:
        return (
            f"https://console.aws.amazon.com/cloudwatch/home?region={self.site.region}"
            f"#logEventViewer:group={LOG_GROUP};stream={record.crawler_name}"
        )

    def _say(self, record: CrawlRecord, level: str, text: str) -> None:
        line = f"[{record.crawl_id}] {level} : {text}"
        self._logs.write(LOG_GROUP, record.crawler_name, [line])


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")
