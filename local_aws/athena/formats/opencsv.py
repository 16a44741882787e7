"""CSV of OpenCSVSerde: quoted fields, one line a row.

https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
"""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice

import pyarrow as pa

from local_aws.athena.errors import QueryFailed
from local_aws.athena.formats.relation import (
    Source,
    checked,
    header_lines,
    matches,
    select,
    unparsable,
)
from local_aws.athena.formats.scalars import from_text
from local_aws.athena.sql.quoting import name
from local_aws.athena.tables import hive_types
from local_aws.athena.tables.definition import Column
from local_aws.athena.tables.objects import LocalFile

_BATCH_ROWS = 10_000
_NUMERIC = r"[+-]?\d+"


def opencsv(source: Source) -> str:
    """Read quoted CSV. Dates are days and timestamps milliseconds since 1970, says the page."""
    width = len(source.columns)
    batches = [
        batch
        for file in source.files
        for batch in _batches(source, file, header_lines(source), width)
    ]
    fields = [
        pa.field("$file", pa.string()),
        *(pa.field(str(i), pa.string()) for i in range(width)),
    ]
    data = source.session.add_table(pa.Table.from_batches(batches, pa.schema(fields)))
    columns = [(column, _value(name(str(i)), i, column)) for i, column in enumerate(source.columns)]
    return select(columns, data)


def _batches(source: Source, file: LocalFile, skip: int, width: int) -> Iterator[pa.RecordBatch]:
    schema = pa.schema([("$file", pa.string()), *((str(i), pa.string()) for i in range(width))])
    rows = islice(_rows(source, file), skip, None)
    while batch := list(islice(rows, _BATCH_ROWS)):
        columns = [[row[i] if i < len(row) else None for row in batch] for i in range(width)]
        paths = [str(file.path)] * len(batch)
        yield pa.RecordBatch.from_arrays(
            [pa.array(values, pa.string()) for values in [paths, *columns]], schema=schema
        )


def _rows(source: Source, file: LocalFile) -> Iterator[Sequence[str]]:
    escape = source.parameter("escapeChar", default="\\")
    quote = source.parameter("quoteChar", default='"')
    with file.path.open(encoding="utf-8", newline="") as lines:
        try:
            # Line by line: "Does not support embedded line breaks in CSV files".
            for line in lines:
                yield from csv.reader(
                    [line.rstrip("\r\n")],
                    delimiter=source.parameter("separatorChar", default=","),
                    quotechar=quote,
                    escapechar=None if escape == quote else escape,
                )
        except (csv.Error, UnicodeDecodeError) as error:
            raise QueryFailed("HIVE_BAD_DATA", f"Error reading {file.uri}: {error}") from error


def _value(raw: str, position: int, column: Column) -> str:
    kind = hive_types.base(column.type)
    wrong = unparsable(raw, position)
    if kind == "date":
        days = f"DATE '1970-01-01' + CAST({raw} AS INTEGER)"
        return checked(f"{raw} IS NULL OR {matches(raw, _NUMERIC)}", days, wrong)
    if kind == "timestamp":
        instant = f"make_timestamp_ms(CAST({raw} AS BIGINT))"
        return checked(f"{raw} IS NULL OR {matches(raw, _NUMERIC)}", instant, wrong)
    return from_text(raw, column.type, otherwise=wrong)
