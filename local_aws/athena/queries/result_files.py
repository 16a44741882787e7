"""Result files in S3.

https://docs.aws.amazon.com/athena/latest/ug/querying.html#query-results-overview: a query's result
is a CSV, that of a DDL statement a text; beside it lies the metadata, "a binary file".
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local_aws.athena.queries.columns import ResultColumn
from local_aws.athena.tables.objects import Objects

type Row = Sequence[str | None]
_OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class ResultRow:
    """A row of a result; ``end`` is the byte after it in the result's file."""

    values: Row
    end: int


def csv_line(values: Row) -> str:
    """Return a line of the CSV: every value in quotes, NULL as nothing."""
    quoted = ('"' + value.replace('"', '""') + '"' if value is not None else "" for value in values)
    return ",".join(quoted) + "\n"


def write_csv(
    objects: Objects,
    uri: str,
    columns: Sequence[ResultColumn],
    rows: Iterable[Row],
    spool: Path,
) -> int:
    """Write a result; return how many rows it has."""
    count = 0
    with spool.open("w", encoding="utf-8", newline="") as lines:
        lines.write(csv_line([column.name for column in columns]))
        for row in rows:
            lines.write(csv_line(row))
            count += 1
    objects.upload(spool, uri, _OCTETS)
    return count


def read_csv(objects: Objects, uri: str, start: int) -> Iterator[ResultRow]:
    """Return the rows of a result from the byte ``start`` on; the first one is the header."""
    record, end = b"", start
    for line in objects.lines(uri, start):
        record += line
        if record.count(b'"') % 2:
            continue  # a line break inside a value
        end += len(record)
        yield ResultRow(_values(record.decode()), end)
        record = b""


def _values(record: str) -> Row:
    text = io.StringIO(record, newline="")
    # An empty value without quotes is None.
    (row,) = csv.reader(text, quoting=csv.QUOTE_NOTNULL) if record != "\n" else ([None],)
    return row


def write_text(objects: Objects, uri: str, rows: Iterable[Row]) -> None:
    """Write the result of a DDL statement: its rows, a line each, without a header."""
    text = "\n".join("\t".join(value or "" for value in row) for row in rows)
    objects.put(uri, text.encode())


def read_text(objects: Objects, uri: str, start: int) -> Iterator[ResultRow]:
    """Return the rows of a text from the byte ``start`` on, each of one value."""
    end = start
    for line in objects.lines(uri, start):
        end += len(line)
        yield ResultRow([line.decode().removesuffix("\n")], end)


def write_metadata(
    objects: Objects, uri: str, query_id: str, columns: Sequence[ResultColumn]
) -> None:
    """Write the ``.metadata`` file, which the JDBC driver reads instead of calling the API.

    Its format is protobuf; AWS documents none. The numbers of its fields are those that the
    open-source driver of burtcorp reads.
    """
    body = _text(1, query_id) + b"".join(_bytes(4, _column(column)) for column in columns)
    objects.put(f"{uri}.metadata", body, _OCTETS)


def _column(column: ResultColumn) -> bytes:
    shape = column.to_api()
    return b"".join(
        [
            _text(1, shape["CatalogName"]),
            _text(4, shape["Name"]),
            _text(5, shape["Label"]),
            _text(6, shape["Type"]),
            _number(7, shape["Precision"]),
            _number(8, shape["Scale"]),
            _number(9, 3),  # UNKNOWN
            _number(10, int(shape["CaseSensitive"])),
        ]
    )


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _varint(value: int) -> bytes:
    body = bytearray()
    while value > 0x7F:
        body.append(value & 0x7F | 0x80)
        value >>= 7
    body.append(value)
    return bytes(body)
