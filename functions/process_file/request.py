"""What process_file is asked to do."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from functions.common.arrow_columns import Column
from functions.common.errors import InvalidInputError
from functions.common.objects import ObjectVersion
from functions.process_file.contradiction import OnContradiction
from functions.process_file.json_records import JsonShape

FILE_TYPES = ("csv", "json", "json_lines", "parquet")


@dataclass(frozen=True)
class Request:
    """A validated file and how to turn it into Parquet. ``size_bytes`` is as it lies in S3."""

    item: ObjectVersion
    file_type: str
    json_shape: JsonShape
    compressed: bool
    delimiter: str
    multi_line: bool
    schema: str
    expected_rows: int
    size_bytes: int
    execution_name: str
    processing_date: date
    on_contradiction: OnContradiction

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Request":
        """Read the function's input. Raises InvalidInputError."""
        item = ObjectVersion.from_input(data)
        validation = data.get("validation")
        if not isinstance(validation, Mapping):
            raise InvalidInputError("The input needs 'validation', the answer of validate_file.")
        try:
            return cls(
                item=item,
                file_type=_one_of(validation["file_type"], FILE_TYPES),
                json_shape=_one_of(validation.get("json_shape") or "lines", get_args(JsonShape)),
                compressed=_one_of(validation["compression"], ("gzip", "none")) == "gzip",
                delimiter=validation.get("delimiter") or ",",
                multi_line=validation.get("multi_line") is not False,
                schema=validation["schema"],
                expected_rows=int(validation["row_count"]),
                size_bytes=int(validation["size_bytes"]),
                execution_name=data["execution_name"],
                processing_date=date.fromisoformat(data["processing_date"]),
                on_contradiction=OnContradiction(data.get("on_contradiction") or "fail"),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise InvalidInputError(
                f"The input is not that of the state ProcessFile: {error!r}."
            ) from error

    def columns(self, read_text: Callable[[str], str]) -> tuple[Column, ...]:
        """Return the columns; ``read_text`` reads an ``s3://`` URI, where a long schema lies.

        Raises InvalidInputError.
        """
        text = read_text(self.schema) if self.schema.startswith("s3://") else self.schema
        try:
            columns = tuple(Column.of(item["name"], item["type"]) for item in json.loads(text))
        except (ValueError, TypeError, KeyError) as error:
            raise InvalidInputError(f"The schema is no list of columns: {error!r}.") from error
        if not columns:
            raise InvalidInputError("The schema has no columns; such a file is not valid.")
        return columns


def _one_of(value: Any, allowed: tuple[Any, ...]) -> Any:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
    return value
