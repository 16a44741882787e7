"""The dataset's table in the Data Catalog, which shows what the manifests name and nothing else.

Its columns are those of the first file; later files add theirs. A type stays as it is: of a file
that has another one a warning tells.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.common.errors import PublishConflictError
from functions.common.layout import PROCESSED, Layout

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import ColumnTypeDef, TableInputTypeDef, TableTypeDef

MAX_TRIES = 5
# https://docs.aws.amazon.com/athena/latest/ug/parquet-serde.html
_FORMAT = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
}
_SERDE = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
# Somebody else made or changed the table since it was looked at.
_CHANGED = frozenset({"AlreadyExistsException", "ConcurrentModificationException"})
# Spark's types that Hive, whose names the catalog uses, calls otherwise.
_QUOTED = re.compile(r"`((?:[^`]|``)*)`")
_HIVE_TYPES = {"timestamp_ntz": "timestamp", "timestamp_ltz": "timestamp"}


@dataclass(frozen=True)
class Catalog:
    """The database of the Data Catalog that holds the datasets' tables."""

    glue: "GlueClient"
    database: str


@dataclass(frozen=True)
class Table:
    """The table of one dataset."""

    catalog: Catalog
    layout: Layout

    def __str__(self) -> str:
        return f"{self.catalog.database}.{self.layout.dataset}"

    @property
    def location(self) -> str:
        """The folder of the dataset's manifests."""
        return f"s3://{self.layout.processed_bucket}/{PROCESSED}{self.layout.dataset}/"

    def take_in(self, columns: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
        """Make the table, or add the columns that it lacks; return warnings.

        Raises PublishConflictError (try again) and botocore's errors.
        """
        found = [
            _column(str(column["name"]).lower(), _hive(str(column["type"]))) for column in columns
        ]
        for _ in range(MAX_TRIES):
            try:
                return self._take_in(found)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _CHANGED:
                    raise
        raise PublishConflictError(
            f"The table {self} was changed by others at each of {MAX_TRIES} tries."
        )

    def _take_in(self, found: Sequence["ColumnTypeDef"]) -> tuple[str, ...]:
        table = self._look()
        if table is None:
            self.catalog.glue.create_table(
                DatabaseName=self.catalog.database, TableInput=self._input(found)
            )
            return ()
        location = table.get("StorageDescriptor", {}).get("Location", "")
        if location.rstrip("/") != self.location.rstrip("/"):
            return (
                f"The table {self} is not about {self.location} and was left as it is. Give the "
                "pipeline a database of its own.",
            )
        columns = table["StorageDescriptor"].get("Columns", [])
        known = [_column(column["Name"], column.get("Type", "")) for column in columns]
        names = {column["Name"] for column in known}
        new = [column for column in found if column["Name"] not in names]
        if new:
            self._update(table, [*columns, *new])
        return tuple(_clashes(known, found))

    def _look(self) -> "TableTypeDef | None":
        glue, database = self.catalog.glue, self.catalog.database
        try:
            return glue.get_table(DatabaseName=database, Name=self.layout.dataset)["Table"]
        except glue.exceptions.EntityNotFoundException:
            return None

    def _update(self, table: "TableTypeDef", columns: Sequence[Any]) -> None:
        # What others noted in the table, descriptions and parameters, stays.
        changed: Any = {
            name: value
            for name, value in table.items()
            if name in ("Name", "Description", "Owner", "Retention", "TableType", "Parameters")
        }
        changed["StorageDescriptor"] = {**table["StorageDescriptor"], "Columns": list(columns)}
        self.catalog.glue.update_table(
            DatabaseName=self.catalog.database,
            TableInput=changed,
            VersionId=table["VersionId"],
        )

    def _input(self, columns: Sequence["ColumnTypeDef"]) -> "TableInputTypeDef":
        return {
            "Name": self.layout.dataset,
            "Description": "What is published of the dataset; made by publish_output.",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
            "StorageDescriptor": {
                "Columns": list(columns),
                "Location": self.location,
                **_FORMAT,  # type: ignore[typeddict-item]
                "SerdeInfo": {
                    "SerializationLibrary": _SERDE,
                    "Parameters": {"serialization.format": "1"},
                },
            },
        }


def _column(name: str, kind: str) -> "ColumnTypeDef":
    return {"Name": name, "Type": kind}


def _hive(kind: str) -> str:
    """Return the catalog's name of a type; Spark quotes odd names of fields, Hive quotes none."""
    plain = _QUOTED.sub(lambda found: found[1].replace("``", "`"), kind)
    return _HIVE_TYPES.get(plain, plain)


def _clashes(known: Iterable["ColumnTypeDef"], found: Iterable["ColumnTypeDef"]) -> Iterable[str]:
    types = {column["Name"]: column.get("Type") for column in known}
    for column in found:
        theirs = types.get(column["Name"], column.get("Type"))
        if theirs != column.get("Type"):
            yield (
                f"The column {column['Name']} is {theirs} in the table and {column.get('Type')} in "
                "this file; the table stays as it is, and queries of the column may fail."
            )
