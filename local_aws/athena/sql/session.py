"""One query's DuckDB."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from local_aws.athena.sql.quoting import list_of, name

_SETTINGS = (
    "SET TimeZone = 'UTC'",
    # 7 / 2 is 3, as in Trino; nonzero() sees to a divisor of 0.
    "SET integer_division = true",
    "SET error_on_division_by_zero = false",
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
    "SET threads = 2",
    # Beyond it queries spill to their folder: the server has other work.
    "SET memory_limit = '1GB'",
)
# Functions that sqlglot does not translate, and a guard. Macros with types would know doubles from
# integers, but not where an aggregate is their argument: DuckDB takes the first type then.
_MACROS = (
    # DuckDB's integer division makes 1e0 / 0 NULL, where Athena has Infinity: better an error.
    """nonzero(divisor, dividend) AS CASE
         WHEN divisor = 0 AND (typeof(divisor) IN ('DOUBLE', 'FLOAT')
           OR typeof(dividend) IN ('DOUBLE', 'FLOAT'))
         THEN error('NOT_SUPPORTED: Infinity, as the result of a division by zero, is not '
           || 'supported by the local AWS')
         WHEN divisor = 0 THEN error('DIVISION_BY_ZERO: Division by zero') ELSE divisor END""",
    "map_agg(k, v) AS map_from_entries(list({'k': k, 'v': v}) FILTER (k IS NOT NULL))",
    "codepoint(x) AS unicode(x)",
    "at_timezone(x, zone) AS timezone(zone, x)",
    "to_iso8601(x) AS CASE typeof(x) WHEN 'DATE' THEN strftime(x, '%Y-%m-%d') "
    "ELSE strftime(x, '%Y-%m-%dT%H:%M:%S.%g') END",
    "json_array_contains(x, y) AS json_contains(x, to_json(y))",
    "json_size(x, path) AS len(json_keys(x, path))",
    "url_extract_host(x) AS regexp_extract(x, '^[a-z]+://([^/:?#]+)', 1)",
    "url_extract_path(x) AS regexp_extract(x, '^[a-z]+://[^/?#]+([^?#]*)', 1)",
)


class Session:
    """A database in memory that reads files of one folder only, and nothing of the network."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._connection = duckdb.connect(":memory:")
        self._names = 0
        for setting in _SETTINGS:
            self._connection.execute(setting)
        for macro in _MACROS:
            self._connection.execute(f"CREATE MACRO {macro}")
        self._connection.execute(f"SET temp_directory = '{folder}/spill'")
        self._connection.execute(f"SET allowed_directories = {list_of([f'{folder}/'])}")
        self._connection.execute("SET enable_external_access = false")

    def run(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """Run a statement of DuckDB's; return its cursor. Raises duckdb.Error."""
        return self._connection.execute(sql, list(values))

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a query of DuckDB's; return its rows. Raises duckdb.Error."""
        found: list[tuple[Any, ...]] = self.run(sql, values).fetchall()
        return found

    def add_table(self, data: Any) -> str:
        """Make an Arrow table known; return its quoted name."""
        label = self.fresh_name()
        self._connection.register(label, data)
        return name(label)

    def fresh_name(self) -> str:
        """Return a name that no table has; no user's table has it either."""
        self._names += 1
        return f"$relation {self._names}"

    def interrupt(self) -> None:
        """Stop what runs; it raises duckdb.InterruptException. From any thread."""
        # It may have been closed just now.
        with contextlib.suppress(duckdb.ConnectionException):
            self._connection.interrupt()

    def close(self) -> None:
        """Forget everything."""
        self._connection.close()
