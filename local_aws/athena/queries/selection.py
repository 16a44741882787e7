"""Runs a query."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
from sqlglot import exp

from local_aws.athena.queries.columns import ResultColumn, formatter, result_column
from local_aws.athena.queries.outcome import Outcome
from local_aws.athena.queries.result_files import Row
from local_aws.athena.sql import failures, translation
from local_aws.athena.sql.session import Session
from local_aws.athena.tables.sources import Sources

_BATCH_ROWS = 1000
_UNNAMED = re.compile(re.escape(translation.UNNAMED) + r"\d+")


@dataclass
class Selection:
    """A query's session and the tables that it may read. ``database`` is that of its context."""

    session: Session
    sources: Sources
    database: str | None

    def select(self, query: exp.Query) -> Outcome:
        """Run a query; its rows are fetched as they are read. Raises QueryFailed."""
        cursor = self._run(query, self._prepared(query))
        described = [(name, kind) for name, kind, *_ in cursor.description]
        columns = [
            result_column(_shown(name, index), kind) for index, (name, kind) in enumerate(described)
        ]
        return Outcome(columns, self._fetch(query, cursor, [kind for _, kind in described]))

    def into_table(
        self, query: exp.Query, table: str, with_data: bool
    ) -> Sequence[tuple[str, Any]]:
        """Run a query into a new table of this session; return its columns' names and types."""
        sql = f"CREATE TABLE {table} AS {self._prepared(query)}"
        self._run(query, sql if with_data else f"{sql} WITH NO DATA")
        cursor = self.session.run(f"SELECT * FROM {table} LIMIT 0")
        return [(name, kind) for name, kind, *_ in cursor.description]

    def described(self, query: exp.Query) -> Sequence[tuple[ResultColumn, Any]]:
        """Return a query's columns, with their types in DuckDB, without running it."""
        cursor = self._run(query, f"SELECT * FROM ({self._prepared(query)}) LIMIT 0")
        return [
            (result_column(_shown(n, i), k), k) for i, (n, k, *_) in enumerate(cursor.description)
        ]

    def _prepared(self, query: exp.Query) -> str:
        translation.name_columns(query)
        self.sources.resolve(query, self.database)
        return translation.to_duckdb(query, self.sources.types)

    def _run(self, query: exp.Query, sql: str) -> Any:
        try:
            return self.session.run(sql)
        except duckdb.InterruptException:
            raise
        except duckdb.Error as error:
            raise failures.translate(error, query) from error

    def _fetch(self, query: exp.Query, cursor: Any, types: Sequence[Any]) -> Iterator[Row]:
        writers = [formatter(kind) for kind in types]
        while True:
            try:
                rows = cursor.fetchmany(_BATCH_ROWS)
            except duckdb.InterruptException:
                raise
            except duckdb.Error as error:
                raise failures.translate(error, query) from error
            if not rows:
                return
            for row in rows:
                yield [
                    None if value is None else write(value)
                    for write, value in zip(writers, row, strict=True)
                ]


def _shown(name: str, index: int) -> str:
    return f"_col{index}" if _UNNAMED.fullmatch(name) else name
