"""The store behind all catalog operations."""

import threading

from local_aws.glue.catalog.entities import Database, Table, folded
from local_aws.glue.errors import EntityNotFoundException
from local_aws.host.ports import Clock, Request, Site


class Store:
    """The databases of one account and region.

    ``lock`` is held by the operations around each use of what the lookups return.
    """

    def __init__(self, site: Site, clock: Clock) -> None:
        self.site = site
        self.clock = clock
        self.lock = threading.RLock()
        self.databases: dict[str, Database] = {}

    def database(self, request: Request, member: str = "DatabaseName") -> Database:
        """Return the database that ``request`` names. Raises EntityNotFoundException."""
        self.check_catalog(request)
        name = folded(request[member])
        if name not in self.databases:
            raise EntityNotFoundException(f"Database {name} not found.")
        return self.databases[name]

    def table(self, request: Request, member: str = "TableName") -> Table:
        """Return the table that ``request`` names. Raises EntityNotFoundException."""
        tables = self.database(request).tables
        name = folded(request[member])
        if name not in tables:
            raise EntityNotFoundException(f"Table {name} not found.")
        return tables[name]

    def check_catalog(self, request: Request) -> None:
        """Raise EntityNotFoundException if ``request`` names another account's catalog."""
        catalog = request.get("CatalogId") or self.site.account_id
        if catalog != self.site.account_id:
            raise EntityNotFoundException(
                f"Catalog {catalog} not found; the local AWS has that of {self.site.account_id}."
            )
