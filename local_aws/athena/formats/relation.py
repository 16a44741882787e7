"""What a reader of files gets and gives."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from local_aws.athena.errors import QueryFailed
from local_aws.athena.sql.quoting import list_of, literal, name
from local_aws.athena.sql.session import Session
from local_aws.athena.tables.definition import Column, Storage, Table
from local_aws.athena.tables.objects import LocalFile

FILE = '"$file"'  # the column that names the file a row comes from


@dataclass(frozen=True)
class Source:
    """Files of one format, to be read as ``columns`` of ``table``.

    A reader returns a SELECT of ``$file`` (a local path) and of the columns, each with its type.
    """

    session: Session
    table: Table
    storage: Storage
    columns: Sequence[Column]
    files: Sequence[LocalFile]

    @property
    def paths(self) -> str:
        """The files' paths as a list in SQL."""
        return list_of(str(file.path) for file in self.files)

    def parameter(self, *names: str, default: str = "") -> str:
        """Return the first parameter of the SerDe or the table that is set, by any name of it."""
        for parameters in (self.storage.parameters, self.table.parameters):
            for key in names:
                if parameters.get(key):
                    return parameters[key]
        return default

    def uri(self, path: str) -> str:
        """Return the S3 URI of a local file."""
        return next(file.uri for file in self.files if str(file.path) == path)


def select(columns: Iterable[tuple[Column, str]], relation: str, file: str = FILE) -> str:
    """Return a SELECT of the file and each column by its expression."""
    listed = "".join(f", {expression} AS {name(column.name)}" for column, expression in columns)
    return f"SELECT {file} AS {FILE}{listed} FROM {relation}"


def no_rows(columns: Iterable[Column]) -> str:
    """Return a SELECT with the columns and no rows."""
    typed = ((column, f"CAST(NULL AS {column.duckdb_type})") for column in columns)
    return select(typed, "(SELECT 1) WHERE false", "CAST(NULL AS VARCHAR)")


def bad_data(message: str) -> str:
    """Return an expression that ends the query; ``message`` is an expression of a text."""
    return f"error('HIVE_BAD_DATA: ' || {message})"


def unparsable(value: str, position: int) -> str:
    """Return an expression that ends the query because of a field that is not of its type."""
    return bad_data(
        f"'Error parsing field value ''' || {value} || ''' for field {position}: "
        f"For input string: \"' || {value} || '\"'"
    )


def header_lines(source: Source) -> int:
    """Return how many lines each file begins with that are no data. Raises QueryFailed."""
    text = source.parameter("skip.header.line.count", default="0")
    if not text.isdigit():
        raise QueryFailed(
            "HIVE_INVALID_METADATA", f"skip.header.line.count is {text!r}, not a number of lines"
        )
    return int(text)


def text_lines(source: Source, skip: int = 0) -> str:
    """Return a relation of ``$file`` and ``line`` over text files; a blank line is NULL.

    A line is a CSV of one column, with a delimiter that no text has: U+10FFFF is no character.
    """
    return (
        f"(SELECT filename AS {FILE}, line FROM read_csv({source.paths}, "
        "delim = chr(1114111), quote = '', escape = '', header = false, "
        f"columns = {{'line': 'VARCHAR'}}, auto_detect = false, skip = {skip}, "
        "filename = true, max_line_size = 268435456))"
    )


def checked(condition: str, expression: str, otherwise: str) -> str:
    """Return ``expression`` where ``condition`` holds."""
    return f"CASE WHEN {condition} THEN {expression} ELSE {otherwise} END"


def matches(value: str, pattern: str) -> str:
    """Return a condition: the whole of ``value`` matches a regular expression."""
    return f"regexp_full_match({value}, {literal(pattern)})"
