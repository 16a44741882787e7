"""JSON files: whole values, one after another or a line each, and the schema they suggest."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.glue.crawlers import classified
from local_aws.glue.crawlers.classified import Classified
from local_aws.glue.crawlers.hive_types import (
    BIGINT,
    BOOLEAN,
    DOUBLE,
    INT,
    NULL,
    STRING,
    Array,
    Column,
    HiveType,
    Struct,
    merge,
)
from local_aws.glue.crawlers.samples import Sample
from local_aws.glue.errors import InvalidInputException

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"[ \t\r\n]*")
_STEP = re.compile(
    r"\.(?P<name>[^.\[\]'\"]+)|\['(?P<quoted>[^']+)'\]|\[(?P<index>\d+)\]|(?P<all>\[\*\]|\.\*)"
)


@dataclass(frozen=True)
class JsonPath:
    """A path to the values that are a table's rows: ``$``, ``.name``, ``['name']``, ``[0]``, ``*``.

    https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
    """

    steps: tuple[str | int, ...]

    def find(self, value: Any) -> list[Any]:
        """Return the values below ``value`` to which the path points."""
        found = [value]
        for step in self.steps:
            found = [below for item in found for below in _below(item, step)]
        return found


def parse_path(text: str) -> JsonPath:
    """Read a JSON path; ``*`` becomes the step "*". Raises InvalidInputException."""
    if not text.startswith("$"):
        raise InvalidInputException(f"JSON path {text!r} must start with $, such as $[*].")
    steps: list[str | int] = []
    at = 1
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            raise InvalidInputException(
                f"JSON path {text!r} cannot be read at {text[at:]!r}: "
                "use .name, ['name'], [0], [*] or .*"
            )
        if match["all"] or match["name"] == "*":
            steps.append("*")
        elif match["index"]:
            steps.append(int(match["index"]))
        else:
            steps.append(match["name"] or match["quoted"])
        at = match.end()
    return JsonPath(tuple(steps))


def classify(sample: Sample, size: int, path: JsonPath | None = None) -> Classified | None:
    """Infer the schema of a JSON file; None if it is none or has no whole record in the sample.

    Without a path an array at the top is one object, "that is, just an array", and so becomes a
    single column; the page's example for ``$[*]``:
    https://docs.aws.amazon.com/glue/latest/dg/custom-classifier.html#custom-classifier-json
    AWS's tables name that column ``array``.
    """
    values = _values(sample)
    if not values:
        return None
    if path is not None:
        rows = [row for value in values for row in path.find(value)]
    else:
        rows = [{"array": value} if isinstance(value, list) else value for value in values]
        if not all(isinstance(row, dict) for row in rows):
            return None
    if not rows:
        return None
    # A path that points at plain values gives one column, "record", says the same page.
    rows = [row if isinstance(row, dict) else {"record": row} for row in rows]
    columns = _columns(rows)
    records = len(rows) if sample.complete else len(rows) * size // sample.consumed
    return Classified(
        "json",
        columns,
        sample.compression,
        records=records,
        record_size=len(sample.data) // len(rows),
        serde=classified.OPENX_JSON,
        serde_parameters={"paths": ",".join(sorted(column.name for column in columns))},
    )


def _columns(rows: list[dict[str, Any]]) -> tuple[Column, ...]:
    merged: HiveType = Struct(())
    for row in rows:
        merged = merge(merged, infer(row))
    fields = merged.fields if isinstance(merged, Struct) else ()
    return tuple(Column(name, kind) for name, kind in fields)


def infer(value: Any) -> HiveType:
    """Return the Hive type of a parsed JSON value."""
    result: HiveType = STRING
    match value:
        case None:
            result = NULL
        case bool():
            result = BOOLEAN
        case int() if -(2**31) <= value < 2**31:
            result = INT
        case int() if -(2**63) <= value < 2**63:
            result = BIGINT
        case float():
            result = DOUBLE
        case list():
            element: HiveType = NULL
            for item in value:
                element = merge(element, infer(item))
            result = Array(element)
        case dict():
            result = Struct(tuple((name, infer(item)) for name, item in value.items()))
    return result


def _values(sample: Sample) -> list[Any]:
    """Return the whole values in the sample; of a cut array those elements that are whole.

    Empty if there is anything else between them, so that a text that merely starts like JSON is
    not taken for it.
    """
    try:
        text = sample.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if sample.complete or error.start < len(sample.data) - 4:
            return []
        text = sample.data[: error.start].decode("utf-8-sig")
    values: list[Any] = []
    at = _skip(text, 0)
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError):
            if sample.complete:
                return []
            return values or _cut_array(text, at)
        values.append(value)
        at = _skip(text, at)
    return values


def _cut_array(text: str, at: int) -> list[Any]:
    if not text.startswith("[", at):
        return []
    elements = list(_elements(text, _skip(text, at + 1)))
    return [elements] if elements else []


def _elements(text: str, at: int) -> Iterator[Any]:
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except json.JSONDecodeError:
            return
        yield value
        at = _skip(text, at)
        if not text.startswith(",", at):
            return
        at = _skip(text, at + 1)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _below(value: Any, step: str | int) -> list[Any]:
    if step == "*":
        if isinstance(value, list):
            return value
        return list(value.values()) if isinstance(value, dict) else []
    if isinstance(step, int):
        return [value[step]] if isinstance(value, list) and step < len(value) else []
    return [value[step]] if isinstance(value, dict) and step in value else []
