"""Runs a statement, whatever it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws.athena.errors import QueryFailed
from local_aws.athena.queries.definitions import Definitions
from local_aws.athena.queries.insertions import Insertions
from local_aws.athena.queries.listings import Listings
from local_aws.athena.queries.outcome import Outcome
from local_aws.athena.queries.partitioning import Partitioning
from local_aws.athena.queries.selection import Selection
from local_aws.athena.sql import statements as st
from local_aws.athena.sql import translation
from local_aws.athena.sql.parameters import bind
from local_aws.athena.sql.session import Session
from local_aws.athena.tables.catalog import Catalog, Clients
from local_aws.athena.tables.objects import Objects
from local_aws.athena.tables.scan import Scanner
from local_aws.athena.tables.sources import Sources
from local_aws.athena.tables.writing import hive_type


@dataclass(frozen=True)
class Context:
    """What a statement is run with. ``output`` is the result's location."""

    query_id: str
    database: str | None
    parameters: tuple[str, ...]
    output: str
    folder: Path


class Interpreter:
    """Runs one statement. Its methods raise QueryFailed, or what DuckDB raises when interrupted."""

    def __init__(self, clients: Clients, context: Context) -> None:
        self._context = context
        self._catalog, self._objects = Catalog(clients), Objects(clients)
        self._session = Session(context.folder)
        self._scanner = Scanner(
            self._session, self._catalog, self._objects, context.folder / "data"
        )
        sources = Sources(self._session, self._catalog, self._scanner)
        self._selection = Selection(self._session, sources, context.database)

    @property
    def scanned(self) -> int:
        """How many bytes were read from S3."""
        return self._scanner.scanned

    def interrupt(self) -> None:
        """End what runs, from any thread."""
        self._session.interrupt()

    def close(self) -> None:
        """Forget the session."""
        self._session.close()

    def run(self, statement: st.Statement) -> Outcome:
        """Run a statement."""
        run = self._runners.get(type(statement))
        if run is None:
            raise QueryFailed("GENERIC_INTERNAL_ERROR", f"{type(statement).__name__} cannot be run")
        return run(statement)

    @property
    def _runners(self) -> Mapping[type[st.Statement], Callable[[Any], Outcome]]:
        database = self._context.database
        definitions = Definitions(self._catalog, database)
        partitioning = Partitioning(self._catalog, self._objects, database)
        insertions = self._insertions()
        return {
            st.Select: self._select,
            st.Show: Listings(self._catalog, database).show,
            st.CreateDatabase: definitions.create_database,
            st.DropDatabase: definitions.drop_database,
            st.CreateTable: definitions.create_table,
            st.CreateView: self._create_view,
            st.Drop: definitions.drop,
            st.AddColumns: definitions.add_columns,
            st.SetProperties: definitions.set_properties,
            st.SetLocation: definitions.set_location,
            st.AddPartitions: partitioning.add,
            st.DropPartitions: partitioning.drop,
            st.RepairTable: partitioning.repair,
            st.CreateTableAs: insertions.create_table_as,
            st.Insert: insertions.insert,
            st.Unload: insertions.unload,
            # They did their work when they were submitted: the workgroup keeps the statements.
            st.Prepare: _nothing,
            st.Deallocate: _nothing,
        }

    def _insertions(self) -> Insertions:
        return Insertions(
            selection=self._selection,
            catalog=self._catalog,
            objects=self._objects,
            database=self._context.database,
            folder=self._context.folder,
            query_id=self._context.query_id,
            output=f"{self._context.output.rstrip('/')}/tables",
        )

    def _select(self, statement: st.Select) -> Outcome:
        bound = bind(statement.text, self._context.parameters)
        return self._selection.select(
            statement.query if bound == statement.text else translation.parse(bound)
        )

    def _create_view(self, statement: st.CreateView) -> Outcome:
        # The query is run for its columns alone.
        columns = [
            (column, hive_type(kind)) for column, kind in self._selection.described(statement.query)
        ]
        unnamed = [column.name for column, _ in columns if column.name.startswith("_col")]
        if unnamed:
            raise QueryFailed(
                "MISSING_COLUMN_NAME",
                f"line 1:1: Column name not specified at position {unnamed[0][4:]}",
            )
        return Definitions(self._catalog, self._context.database).create_view(statement, columns)


def _nothing(_statement: st.Statement) -> Outcome:
    return Outcome()
