"""CSV files: the delimiter, whether there is a header, and the columns' types.

https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-builtin-rules
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from local_aws.glue.crawlers import classified
from local_aws.glue.crawlers.classified import Classified
from local_aws.glue.crawlers.hive_types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    NULL,
    STRING,
    Column,
    HiveType,
    Scalar,
    merge,
    render,
)
from local_aws.glue.crawlers.samples import Sample

# In the page's order.
DELIMITERS = (",", "|", "\t", ";", "\u0001")
MOST_ROWS = 1000
LONGEST_HEADING = 150

# The page speaks of Glue's regular expression for column names without giving it: this is the API's
# pattern for a Column's Name, less what is empty.
# https://docs.aws.amazon.com/glue/latest/webapi/API_Column.html
_HEADING = re.compile(r"[^\x00-\x08\x0a-\x1f]+")
_WHOLE = re.compile(r"[+-]?\d{1,19}")
_REAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,9})?")

type HeaderRule = Literal["UNKNOWN", "PRESENT", "ABSENT"]
type Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class CsvRules:
    """How to read a CSV. The defaults are the built-in classifier's.

    ``types`` are the Hive types that may be inferred beside ``string``. AWS does not say which ones
    the built-in classifier knows; numbers and booleans are those that LazySimpleSerDe reads back
    whatever a file's dialect of dates.
    """

    delimiters: tuple[str, ...] = DELIMITERS
    quote: str = '"'
    header_rule: HeaderRule = "UNKNOWN"
    header: tuple[str, ...] = ()
    trim: bool = True
    single_column: bool = False
    types: frozenset[str] = frozenset({"bigint", "double", "boolean"})
    serde: str = classified.LAZY_SIMPLE


BUILT_IN = CsvRules()


def classify(sample: Sample, size: int, rules: CsvRules = BUILT_IN) -> Classified | None:
    """Recognise a CSV file by the first delimiter that cuts every row alike; else None."""
    text = _text(sample)
    if text is None:
        return None
    for delimiter in rules.delimiters:
        rows = _rows(text, delimiter, rules)
        if rows and _is_table(rows, rules):
            return _describe(_Table(rows, delimiter, text), sample, size, rules)
    return None


def _text(sample: Sample) -> str | None:
    """Return the sample's whole lines; None if it is no UTF-8 text."""
    data = sample.data
    if not sample.complete:
        data = data[: data.rfind(b"\n") + 1]
    if not data or b"\x00" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _rows(text: str, delimiter: str, rules: CsvRules) -> list[list[str]]:
    lines = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, quotechar=rules.quote)
    rows: list[list[str]] = []
    try:
        for row in lines:
            if row:
                rows.append([cell.strip() for cell in row] if rules.trim else row)
            if len(rows) == MOST_ROWS:
                break
    except csv.Error:
        return []
    return rows


def _is_table(rows: Rows, rules: CsvRules) -> bool:
    """At least two columns and two rows, and every row as long as the first.

    The page leaves open whether the header counts as one of the "two rows of data"; here it does.
    """
    width = len(rows[0])
    if width < 2 and not rules.single_column:
        return False
    if len(rows) < 2 and not rules.header and rules.header_rule == "UNKNOWN":
        return False
    return all(len(row) == width for row in rows)


@dataclass(frozen=True)
class _Table:
    """A sample's text, cut into rows at a delimiter that fits."""

    rows: Rows
    delimiter: str
    text: str


def _describe(table: _Table, sample: Sample, size: int, rules: CsvRules) -> Classified:
    rows = table.rows
    has_header = _has_header(rows, rules)
    data = rows[1:] if has_header else rows
    names = _names(rows, has_header, rules)
    types = _types(data, len(names), rules)
    parameters = {
        "delimiter": table.delimiter,
        "columnsOrdered": "true",
        "areColumnsQuoted": str(rules.serde == classified.OPEN_CSV).lower(),
    }
    if has_header:
        parameters["skip.header.line.count"] = "1"
    plain = len(table.text.encode())
    read_rows = len(rows) if len(rows) < MOST_ROWS else max(len(rows), table.text.count("\n"))
    all_rows = read_rows if sample.complete else read_rows * size // sample.consumed
    return Classified(
        "csv",
        tuple(Column(name, kind) for name, kind in zip(names, types, strict=True)),
        sample.compression,
        records=max(all_rows - has_header, 0),
        record_size=plain // read_rows,
        serde=rules.serde,
        serde_parameters=_serde_parameters(table.delimiter, rules),
        parameters=parameters,
    )


def _serde_parameters(delimiter: str, rules: CsvRules) -> dict[str, str]:
    if rules.serde == classified.OPEN_CSV:
        return {"separatorChar": delimiter, "quoteChar": rules.quote, "escapeChar": "\\"}
    return {"field.delim": delimiter}


def _has_header(rows: Rows, rules: CsvRules) -> bool:
    if rules.header_rule != "UNKNOWN":
        return rules.header_rule == "PRESENT"
    first, data = rows[0], rows[1:]
    if rules.header:
        return tuple(first) == rules.header
    return (
        all(_type_of(cell, rules) in (STRING, NULL) for cell in first)
        and all(len(cell) < LONGEST_HEADING for cell in first[:-1])
        and all(_HEADING.fullmatch(cell) for cell in first[:-1])
        and _last_heading_fits(rows)
        and any(_type_of(cell, rules) not in (STRING, NULL) for row in data for cell in row)
    )


def _last_heading_fits(rows: Rows) -> bool:
    """A trailing delimiter makes an empty last column: allowed if it is empty throughout."""
    last = rows[0][-1]
    return bool(_HEADING.fullmatch(last)) or not any(row[-1] for row in rows)


def _names(rows: Rows, has_header: bool, rules: CsvRules) -> list[str]:
    """Return the columns' names: given, of the header, else ``col1``, ``col2``, ….

    (The page counts from 1. Tables of the service have been seen to count from 0.)
    """
    width = len(rows[0])
    headings: Sequence[str] = rules.header or (rows[0] if has_header else ())
    names: list[str] = []
    for index in range(width):
        name = headings[index] if index < len(headings) else ""
        names.append(_unique(name or f"col{index + 1}", names))
    return names


def _unique(name: str, taken: list[str]) -> str:
    known = {other.lower() for other in taken}
    number, candidate = 1, name
    while candidate.lower() in known:
        candidate, number = f"{name}_{number}", number + 1
    return candidate


def _types(data: Rows, width: int, rules: CsvRules) -> list[HiveType]:
    types: list[HiveType] = [NULL] * width
    for row in data:
        for index, cell in enumerate(row):
            if types[index] != STRING:
                types[index] = merge(types[index], _type_of(cell, rules))
    return [STRING if kind == NULL else kind for kind in types]


def _type_of(cell: str, rules: CsvRules) -> HiveType:
    """Return the narrowest allowed type of a cell; an empty one says nothing."""
    if not cell:
        return NULL
    candidates: list[HiveType] = []
    if _WHOLE.fullmatch(cell):
        if -(2**31) <= int(cell) < 2**31:
            candidates.append(Scalar("int"))
        if -(2**63) <= int(cell) < 2**63:
            candidates.append(BIGINT)
    if _REAL.fullmatch(cell):
        candidates += [DOUBLE, Scalar("float"), Scalar("decimal(38,18)")]
    if cell.lower() in ("true", "false"):
        candidates.append(BOOLEAN)
    if _DATE.fullmatch(cell):
        candidates.append(Scalar("date"))
    if _TIMESTAMP.fullmatch(cell):
        candidates.append(Scalar("timestamp"))
    return next((kind for kind in candidates if render(kind) in rules.types), STRING)
