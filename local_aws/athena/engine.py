"""All of Athena of one account in one region: its components behind one table of operations."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.athena.data_catalogs import DataCatalogs
from local_aws.athena.named_queries import NamedQueries
from local_aws.athena.prepared_statements import PreparedStatements
from local_aws.athena.queries.execution import Execution
from local_aws.athena.queries.interpreter import Context, Interpreter
from local_aws.athena.queries.runner import Runner
from local_aws.athena.queries.service import Queries
from local_aws.athena.tables.catalog import Catalog, Clients
from local_aws.athena.tables.objects import Objects
from local_aws.athena.tags import Tags
from local_aws.athena.work_groups import WorkGroups
from local_aws.host.ports import Clock, Component, EventSink, Operation, Request, Response, Site


@dataclass(frozen=True)
class Surroundings:
    """What an engine is given.

    ``clients`` reach the site's Glue and S3; ``folder`` is for the files of queries.
    """

    clock: Clock
    events: EventSink
    clients: Clients
    folder: Path


class Engine:
    """The components of one site."""

    def __init__(self, site: Site, around: Surroundings) -> None:
        self._clients = around.clients
        tags = Tags()
        work_groups = WorkGroups(site, around.clock, tags)
        named, prepared = NamedQueries(work_groups), PreparedStatements(work_groups, around.clock)
        work_groups.hold(named, prepared)
        runner = Runner(
            around.clock, around.events, around.clients, self._interpreter, around.folder
        )
        self._components: tuple[Component, ...] = (
            tags,
            work_groups,
            named,
            prepared,
            DataCatalogs(site, Catalog(around.clients), tags),
            Queries(runner, Objects(around.clients), work_groups, prepared),
        )
        self._operations: Mapping[str, Operation] = {
            name: operation
            for component in self._components
            for name, operation in component.operations().items()
        }

    @property
    def operations(self) -> frozenset[str]:
        """The names of the operations that are answered."""
        return frozenset(self._operations)

    def handle(self, operation: str, request: Request) -> Response:
        """Answer one request. Raises AthenaError."""
        return self._operations[operation](request)

    def close(self) -> None:
        """End every component."""
        for component in reversed(self._components):
            component.close()

    def _interpreter(self, execution: Execution, folder: Path) -> Interpreter:
        settings = execution.settings
        context = Context(
            query_id=execution.query_id,
            database=settings.database,
            parameters=tuple(settings.parameters),
            output=settings.output,
            folder=folder,
        )
        return Interpreter(self._clients, context)
