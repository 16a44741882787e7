"""All of Glue of one account in one region: its components behind one table of operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from local_aws.glue import constraints
from local_aws.glue.bookmarks.service import Bookmarks
from local_aws.glue.catalog.changes import Changes
from local_aws.glue.catalog.connections import Connections
from local_aws.glue.catalog.databases import Databases
from local_aws.glue.catalog.functions import Functions
from local_aws.glue.catalog.indexes import Indexes
from local_aws.glue.catalog.partitions import Partitions
from local_aws.glue.catalog.search import Search
from local_aws.glue.catalog.statistics import Statistics
from local_aws.glue.catalog.store import Store
from local_aws.glue.catalog.tables import Tables
from local_aws.glue.crawlers.classifiers import Classifiers
from local_aws.glue.crawlers.component import CrawlerService
from local_aws.glue.crawlers.crawl import Clients
from local_aws.glue.crawlers.runner import Runner as CrawlRunner
from local_aws.glue.jobs.execution import Workshop
from local_aws.glue.jobs.ports import Launcher, Roles, Storage
from local_aws.glue.jobs.service import JobService
from local_aws.glue.security import SecurityConfigurations
from local_aws.glue.tags import Tags
from local_aws.glue.workflows.component import Workflows
from local_aws.host.ports import (
    Clock,
    Component,
    EventSink,
    LogSink,
    Operation,
    Request,
    Response,
    Site,
)


@dataclass(frozen=True)
class Surroundings:
    """What an engine is given.

    ``clients`` reach the site's other services and its catalog, as a crawler does; ``runs_dir`` is
    for the folders of job runs; ``environment`` is the part of a job's environment
    that no run changes; ``minute`` is how long a minute of the API lasts (tests shorten it).
    """

    clock: Clock
    events: EventSink
    logs: LogSink
    storage: Storage
    roles: Roles
    launcher: Launcher
    clients: Clients
    runs_dir: Path
    environment: Mapping[str, str]
    minute: timedelta = timedelta(minutes=1)


class Engine:
    """The components of one site."""

    def __init__(self, site: Site, around: Surroundings) -> None:
        workshop = Workshop(
            site=site,
            launcher=around.launcher,
            storage=around.storage,
            roles=around.roles,
            logs=around.logs,
            runs_dir=around.runs_dir,
            environment=around.environment,
        )
        self.tags = Tags()
        self.jobs = JobService(workshop, around.clock, around.events, self.tags, around.minute)
        bookmarks = Bookmarks()
        self.jobs.on_job_deleted(bookmarks.forget)
        classifiers = Classifiers(around.clock)
        crawl_runner = CrawlRunner(site, around.clock, around.events, around.logs, around.clients)
        self.crawlers = CrawlerService(crawl_runner, classifiers, self.tags)
        self.workflows = Workflows(site, around.clock, self.tags, self.jobs, self.crawlers)
        store, changes = Store(site, around.clock), Changes(site, around.events)
        self._components: tuple[Component, ...] = (
            self.tags,
            Databases(store, changes, self.tags),
            Tables(store, changes),
            Partitions(store, changes),
            Indexes(store),
            Search(store),
            Statistics(store),
            Functions(store),
            Connections(site, around.clock, self.tags),
            SecurityConfigurations(around.clock),
            classifiers,
            self.jobs,
            bookmarks,
            self.crawlers,
            self.workflows,
        )
        self._operations = _table(self._components)
        self._internal_operations = bookmarks.internal_operations()

    def answers(self, operation: str) -> bool:
        """Say whether a component answers ``operation``."""
        return operation in self._operations

    def handle(self, operation: str, request: Request) -> Response:
        """Answer one request. Raises GlueError, or PassOn where the request is none of ours."""
        constraints.check(operation, request)
        return self._operations[operation](request)

    def handle_internal(self, operation: str, request: Request) -> Response:
        """Answer what only job processes ask. Raises GlueError, or KeyError if there is no such."""
        return self._internal_operations[operation](request)

    def close(self) -> None:
        """End every component, the last one first: the later ones use the earlier ones."""
        for component in reversed(self._components):
            component.close()


def _table(components: tuple[Component, ...]) -> dict[str, Operation]:
    table: dict[str, Operation] = {}
    for component in components:
        operations = component.operations()
        twice = table.keys() & operations.keys()
        if twice:
            raise ValueError(f"two components answer {', '.join(sorted(twice))}")
        table |= operations
    return table
