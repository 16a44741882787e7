"""The columns of a file, as validation found them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline_spark.errors import BadArgumentError


@dataclass(frozen=True)
class Column:
    """A name as the file spells it and a Spark SQL type, such as ``bigint`` or ``array<string>``.

    Every column may be null, whatever validation's sample held.
    """

    name: str
    type: str

    def ddl(self) -> str:
        """Return the column as Spark's DDL writes it, with the name quoted."""
        quoted = self.name.replace("`", "``")
        return f"`{quoted}` {self.type}"


def parse_columns(text: str, argument: str = "columns") -> tuple[Column, ...]:
    """Read the columns of an argument: a JSON list of ``{"name": …, "type": …}``.

    Raises BadArgumentError where the text is anything else, or an empty list.
    """
    try:
        columns = tuple(Column(item["name"], item["type"]) for item in json.loads(text))
    except (ValueError, TypeError, KeyError) as error:
        raise BadArgumentError(
            f'--{argument} must be a JSON list like [{{"name": "id", "type": "bigint"}}]: {error!r}'
        ) from error
    if not columns:
        raise BadArgumentError(f"--{argument} is an empty list; a file has columns")
    return columns


def schema_of(columns: Sequence[Column]) -> str:
    """Return the columns as one DDL schema, as ``DataFrameReader.schema`` takes it."""
    return ", ".join(column.ddl() for column in columns)
