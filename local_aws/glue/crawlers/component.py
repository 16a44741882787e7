"""The crawlers of one account and region: their operations, schedules and running crawls.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-crawling.html
https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-scheduler.html
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from local_aws.glue.crawlers import definition as definitions
from local_aws.glue.crawlers import history
from local_aws.glue.crawlers.classifiers import Classifiers
from local_aws.glue.crawlers.definition import CrawlerDefinition
from local_aws.glue.crawlers.history import CrawlRecord
from local_aws.glue.crawlers.interface import CrawlEnded, CrawlListener, WorkflowRunRef
from local_aws.glue.crawlers.runner import Runner
from local_aws.glue.crawlers.timetable import Timetable
from local_aws.glue.errors import (
    AlreadyExistsException,
    CrawlerNotRunningException,
    CrawlerRunningException,
    CrawlerStoppingException,
    EntityNotFoundException,
    InvalidInputException,
    NoScheduleException,
    SchedulerNotRunningException,
    SchedulerRunningException,
)
from local_aws.glue.paging import page
from local_aws.glue.tags import Tags
from local_aws.host.ports import Operation, Request, Response


@dataclass
class _Crawler:
    """A crawler with its crawls, oldest first."""

    definition: CrawlerDefinition
    crawls: list[CrawlRecord] = field(default_factory=list)
    # Folders that its crawls have read, for incremental crawls.
    seen: set[str] = field(default_factory=set)

    @property
    def running(self) -> CrawlRecord | None:
        """The crawl that has not ended."""
        last = self.crawls[-1] if self.crawls else None
        return last if last and not last.is_over else None


class CrawlerService:
    """Answers the crawler operations, and is ``interface.Crawlers`` for the rest of the model."""

    def __init__(self, runner: Runner, classifiers: Classifiers, tags: Tags) -> None:
        self._runner = runner
        self._classifiers = classifiers
        self._tags = tags
        self._clock = runner.clock
        self._lock = threading.RLock()
        self._crawlers: dict[str, _Crawler] = {}
        self._by_id: dict[str, CrawlRecord] = {}
        self._listeners: list[CrawlListener] = []
        self._timetable = Timetable(runner.clock, self.start, runner.note)

    def operations(self) -> Mapping[str, Operation]:
        """Return the crawler operations."""
        return {
            "CreateCrawler": self._create,
            "UpdateCrawler": self._update,
            "GetCrawler": lambda request: {"Crawler": self._describe(request["Name"])},
            "GetCrawlers": self._list_descriptions,
            "BatchGetCrawlers": self._batch_get,
            "ListCrawlers": self._list_names,
            "DeleteCrawler": self._delete,
            "StartCrawler": self._start_by_hand,
            "StopCrawler": self._stop_by_hand,
            "GetCrawlerMetrics": self._metrics,
            "ListCrawls": self._list_crawls,
            "UpdateCrawlerSchedule": self._update_schedule,
            "StartCrawlerSchedule": self._start_schedule,
            "StopCrawlerSchedule": self._stop_schedule,
        }

    def close(self) -> None:
        """Cancel schedules and crawls, and wait for the latter's threads."""
        self._timetable.close()
        self._runner.close()

    # What triggers and workflows call: interface.Crawlers.

    def exists(self, name: str) -> bool:
        """Say whether a crawler of that name is defined."""
        with self._lock:
            return name in self._crawlers

    def start(
        self,
        name: str,
        *,
        trigger_name: str | None = None,
        workflow: WorkflowRunRef | None = None,
    ) -> str:
        """Start a crawl in the background and return its id; see ``interface.Crawlers``."""
        with self._lock:
            crawler = self._find(name)
            if crawler.running:
                raise CrawlerRunningException(f"Crawler with name {name} has already started")
            classifiers = [
                self._classifiers.describe(classifier)
                for classifier in crawler.definition.classifiers
            ]
            record = self._runner.new_record(name)
            record.trigger_name = trigger_name
            record.workflow_run_id = workflow.run_id if workflow else None
            crawler.crawls.append(record)
            self._by_id[record.crawl_id] = record
            self._runner.start(
                record, crawler.definition, classifiers, crawler.seen, self._announce
            )
            return record.crawl_id

    def stop(self, name: str) -> None:
        """Ask a running crawl to end as CANCELLED; see ``interface.Crawlers``."""
        with self._lock:
            record = self._find(name).running
            if record is None:
                raise CrawlerNotRunningException(f"Crawler with name {name} isn't running")
            if record.is_cancelled:
                raise CrawlerStoppingException(f"Crawler with name {name} is stopping")
            record.is_cancelled = True

    def on_crawl_ended(self, listener: CrawlListener) -> None:
        """Call ``listener`` after each crawl's end, on the crawl's thread, holding no lock."""
        with self._lock:
            self._listeners.append(listener)

    def describe_crawl(self, crawl_id: str) -> dict[str, Any]:
        """Return a crawl as the API's ``Crawl``; see ``interface.Crawlers``."""
        with self._lock:
            if crawl_id not in self._by_id:
                raise EntityNotFoundException(f"Crawl {crawl_id} not found")
            return self._by_id[crawl_id].describe()

    def _announce(self, record: CrawlRecord) -> None:
        with self._lock:
            listeners = list(self._listeners)
        ended = CrawlEnded(
            crawler_name=record.crawler_name,
            crawl_id=record.crawl_id,
            state=record.end_state or "CANCELLED",
            error_message=record.error,
            trigger_name=record.trigger_name,
            workflow_run_id=record.workflow_run_id,
        )
        for listener in listeners:
            listener(ended)

    # Operations.

    def _create(self, request: Request) -> Response:
        new = definitions.create(request, self._clock.now())
        with self._lock:
            if new.name in self._crawlers:
                raise AlreadyExistsException(f"Crawler {new.name} already exists")
            self._check_classifiers(new)
            self._tags.register(self._arn(new.name), request.get("Tags"))
            self._crawlers[new.name] = _Crawler(new)
            self._timetable.set(new)
        return {}

    def _update(self, request: Request) -> Response:
        with self._lock:
            crawler = self._find(request["Name"])
            self._refuse_running(crawler, "update")
            changed = definitions.update(crawler.definition, request, self._clock.now())
            self._check_classifiers(changed)
            crawler.definition = changed
            if "Schedule" in request:
                self._timetable.set(crawler.definition)
        return {}

    def _delete(self, request: Request) -> Response:
        with self._lock:
            crawler = self._find(request["Name"])
            self._refuse_running(crawler, "delete")
            self._timetable.remove(request["Name"])
            del self._crawlers[request["Name"]]
            self._tags.forget(self._arn(request["Name"]))
        return {}

    def _start_by_hand(self, request: Request) -> Response:
        self.start(request["Name"])
        return {}

    def _stop_by_hand(self, request: Request) -> Response:
        self.stop(request["Name"])
        return {}

    def _list_descriptions(self, request: Request) -> Response:
        with self._lock:
            cut = page(list(self._crawlers), request)
            found = [self._describe(name) for name in cut.items]
        return {"Crawlers": found} | cut.next_token()

    def _batch_get(self, request: Request) -> Response:
        names = list(dict.fromkeys(request["CrawlerNames"]))
        with self._lock:
            return {
                "Crawlers": [self._describe(name) for name in names if name in self._crawlers],
                "CrawlersNotFound": [name for name in names if name not in self._crawlers],
            }

    def _list_names(self, request: Request) -> Response:
        wanted = request.get("Tags")
        with self._lock:
            names = [name for name in self._crawlers if self._tags.matches(self._arn(name), wanted)]
        cut = page(names, request)
        return {"CrawlerNames": list(cut.items)} | cut.next_token()

    def _metrics(self, request: Request) -> Response:
        now = self._clock.now()
        with self._lock:
            names = request.get("CrawlerNameList") or list(self._crawlers)
            known = [name for name in names if name in self._crawlers]
            cut = page(known, request)
            found = [history.metrics(name, self._crawlers[name].crawls, now) for name in cut.items]
        return {"CrawlerMetricsList": found} | cut.next_token()

    def _list_crawls(self, request: Request) -> Response:
        with self._lock:
            crawls = self._find(request["CrawlerName"]).crawls
            newest_first = history.matching(crawls[::-1], request.get("Filters") or ())
            cut = page(newest_first, request, largest=1000)
            found = [crawl.describe_history() for crawl in cut.items]
        return {"Crawls": found} | cut.next_token()

    def _update_schedule(self, request: Request) -> Response:
        with self._lock:
            crawler = self._find(request["CrawlerName"])
            crawler.definition = definitions.reschedule(crawler.definition, request.get("Schedule"))
            self._timetable.set(crawler.definition)
        return {}

    def _start_schedule(self, request: Request) -> Response:
        name = request["CrawlerName"]
        with self._lock:
            crawler = self._find(name)
            if not crawler.definition.schedule:
                raise NoScheduleException(f"There is no schedule for crawler {name}")
            if crawler.definition.schedule_state == "SCHEDULED":
                raise SchedulerRunningException(f"The schedule of crawler {name} runs already")
            crawler.definition = replace(crawler.definition, schedule_state="SCHEDULED")
            self._timetable.set(crawler.definition)
        return {}

    def _stop_schedule(self, request: Request) -> Response:
        name = request["CrawlerName"]
        with self._lock:
            crawler = self._find(name)
            if crawler.definition.schedule_state != "SCHEDULED":
                raise SchedulerNotRunningException(f"The schedule of crawler {name} is not running")
            crawler.definition = replace(crawler.definition, schedule_state="NOT_SCHEDULED")
            self._timetable.set(crawler.definition)
        return {}

    # Inside.

    def _describe(self, name: str) -> Response:
        with self._lock:
            crawler = self._find(name)
            running = crawler.running
            now = self._clock.now()
            answer = crawler.definition.describe() | {
                "State": _state(running),
                # In milliseconds, as a Java clock has it; the reference names no unit.
                "CrawlElapsedTime": int(running.seconds(now) * 1000) if running else 0,
            }
            over = [crawl for crawl in crawler.crawls if crawl.is_over]
            return answer | ({"LastCrawl": over[-1].describe_last()} if over else {})

    def _find(self, name: str) -> _Crawler:
        if name not in self._crawlers:
            raise EntityNotFoundException(f"Crawler with name {name} does not exist")
        return self._crawlers[name]

    def _refuse_running(self, crawler: _Crawler, verb: str) -> None:
        if crawler.running:
            raise CrawlerRunningException(
                f"Cannot {verb} crawler with name {crawler.definition.name} while it is running"
            )

    def _check_classifiers(self, definition: CrawlerDefinition) -> None:
        for name in definition.classifiers:
            try:
                self._classifiers.describe(name)
            except EntityNotFoundException as error:
                raise InvalidInputException(error.message) from error

    def _arn(self, name: str) -> str:
        return self._runner.site.arn("glue", f"crawler/{name}")


def _state(running: CrawlRecord | None) -> str:
    if running is None:
        return "READY"
    return "STOPPING" if running.is_cancelled else "RUNNING"
