"""Runs the statements that write a query's rows: CREATE TABLE AS, INSERT INTO, UNLOAD."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.formats.serdes import READERS
from local_aws.athena.queries.definitions import column_shapes
from local_aws.athena.queries.outcome import Outcome, wrote
from local_aws.athena.queries.partitioning import partition_location
from local_aws.athena.queries.selection import Selection
from local_aws.athena.sql import statements as st
from local_aws.athena.sql.create_table import JSON, LAZY_SIMPLE, PARQUET, STORED_AS
from local_aws.athena.sql.quoting import name
from local_aws.athena.tables.catalog import Catalog
from local_aws.athena.tables.definition import VIEW, Column, Table, read_table
from local_aws.athena.tables.iceberg import is_iceberg
from local_aws.athena.tables.objects import Objects, split
from local_aws.athena.tables.writing import FileFormat, Writer, Written, file_format, hive_type

_SERDES = {"PARQUET": PARQUET, "JSON": JSON, "TEXTFILE": STORED_AS["TEXTFILE"]}
_CTAS_PROPERTIES = frozenset(
    {"format", "external_location", "write_compression", "parquet_compression", "field_delimiter"}
    | {"table_type", "is_external"}
)


@dataclass
class Insertions:
    """Writes for one query. ``output`` is where a table lies whose statement does not say."""

    selection: Selection
    catalog: Catalog
    objects: Objects
    database: str | None
    folder: Path
    query_id: str
    output: str

    def create_table_as(self, statement: st.CreateTableAs) -> Outcome:
        """Run CREATE TABLE AS."""
        self._check(statement)
        database = statement.name.database or self.database or "default"
        if self.catalog.database(database) is None:
            raise QueryFailed("SCHEMA_NOT_FOUND", f"Schema {database} not found")
        if self.catalog.table(database, statement.name.table) is not None:
            if statement.if_not_exists:
                return wrote(0, ())
            where = f"{database}.{statement.name.table}"
            raise QueryFailed(
                "TABLE_ALREADY_EXISTS",
                f"line 1:1: Destination table 'awsdatacatalog.{where}' already exists",
            )
        location = statement.properties.get("external_location") or f"{self.output}/{self.query_id}"
        self._check_empty(location)
        form = _format(statement.properties)
        relation, columns = self._rows(statement.query, statement.with_data)
        plain, keys = _split_keys(_typed(columns), statement.lists.get("partitioned_by", ()))
        shape = _table_shape(statement.name.table, location, plain, keys, form)
        self.catalog.create_table(database, shape)
        table = read_table({**shape, "DatabaseName": database})
        return self._fill(table, relation, form)

    def insert(self, statement: st.Insert) -> Outcome:
        """Run INSERT INTO."""
        database = statement.name.database or self.database or "default"
        where = f"{database}.{statement.name.table}"
        table = self.catalog.table(database, statement.name.table)
        if table is None:
            raise QueryFailed(
                "TABLE_NOT_FOUND", f"line 1:1: Table 'awsdatacatalog.{where}' does not exist"
            )
        if table.kind == VIEW:
            raise QueryFailed("NOT_SUPPORTED", "line 1:1: Inserting into views is not supported")
        if is_iceberg(table):
            raise not_supported(f"Writing the Iceberg table {where}")
        form = _format_of(table)
        relation, columns = self._rows(statement.query, with_data=True)
        targets = statement.columns or [column.name for column in table.columns]
        unknown = set(targets) - {column.name for column in table.columns}
        if unknown:
            raise QueryFailed(
                "COLUMN_NOT_FOUND", f"line 1:1: Insert column name does not exist: {min(unknown)}"
            )
        if len(targets) != len(columns):
            raise QueryFailed(
                "TYPE_MISMATCH",
                f"Insert query has mismatched column types: Table has {len(targets)} columns, "
                f"query has {len(columns)}",
            )
        sources = {target: own for target, (own, _) in zip(targets, columns, strict=True)}
        return self._fill(table, self._arranged(relation, table, sources), form)

    def unload(self, statement: st.Unload) -> Outcome:
        """Run UNLOAD."""
        self._check_empty(statement.location)
        if "format" not in statement.properties:
            raise QueryFailed("INVALID_TABLE_PROPERTY", "UNLOAD needs the property format")
        properties = {"write_compression": statement.properties.get("compression", "")}
        form = _format({**statement.properties, **properties})
        relation, columns = self._rows(statement.query, with_data=True)
        plain, keys = _split_keys(_typed(columns), statement.lists.get("partitioned_by", ()))
        shape = _table_shape("unload", statement.location, plain, keys, form)
        written = self._write(read_table({**shape, "DatabaseName": ""}), relation, form)
        return wrote(written.rows, written.files)

    def _rows(self, query: exp.Query, with_data: bool) -> tuple[str, Sequence[tuple[str, Any]]]:
        """Run a query; return a table of its rows, and their names and types."""
        names = [column.lower() for column in query.named_selects if column != "*"]
        for column in names:
            if names.count(column) > 1:
                raise QueryFailed(
                    "DUPLICATE_COLUMN_NAME", f"Column name '{column}' specified more than once"
                )
        relation = name(self.selection.session.fresh_name())
        return relation, self.selection.into_table(query, relation, with_data)

    def _arranged(self, relation: str, table: Table, sources: dict[str, str]) -> str:
        """Return the rows as the table has its columns; those that are not written are NULL."""
        view = name(self.selection.session.fresh_name())
        columns = ", ".join(
            f"CAST({name(sources[c.name]) if c.name in sources else 'NULL'} AS {c.duckdb_type}) "
            f"AS {name(c.name)}"
            for c in table.columns
        )
        self.selection.session.run(f"CREATE TABLE {view} AS SELECT {columns} FROM {relation}")
        return view

    def _fill(self, table: Table, relation: str, form: FileFormat) -> Outcome:
        written = self._write(table, relation, form)
        known = {partition.values for partition in self.catalog.partitions(table)}
        missing = {v: place for v, place in written.partitions.items() if v not in known}
        shape = self.catalog.table_shape(table.database, table.name) or {}
        self.catalog.create_partitions(
            table,
            [
                {
                    "Values": list(v),
                    "StorageDescriptor": {**shape["StorageDescriptor"], "Location": p},
                }
                for v, p in missing.items()
            ],
        )
        return wrote(written.rows, written.files)

    def _write(self, table: Table, relation: str, form: FileFormat) -> Written:
        known = {}
        if table.database:
            known = {p.values: p.storage.location for p in self.catalog.partitions(table)}

        def place(values: tuple[str, ...]) -> str:
            if not values:
                return table.storage.location
            return known.get(values) or partition_location(table, values)

        writer = Writer(self.selection.session, self.objects, self.folder, self.query_id)
        return writer.write(relation, table.storage.columns, table.partition_keys, form, place)

    def _check(self, statement: st.CreateTableAs) -> None:
        if statement.properties.get("table_type", "HIVE").upper() != "HIVE":
            raise not_supported(f"The table type {statement.properties['table_type']}")
        if "bucketed_by" in statement.lists or "bucket_count" in statement.properties:
            raise not_supported("Bucketing")
        unknown = statement.properties.keys() - _CTAS_PROPERTIES
        if unknown:
            raise QueryFailed(
                "INVALID_TABLE_PROPERTY",
                f"line 1:1: Table property '{min(unknown)}' does not exist",
            )

    def _check_empty(self, location: str) -> None:
        split(location)
        if self.objects.below(location):
            raise QueryFailed(
                "HIVE_PATH_ALREADY_EXISTS", f"Target directory for table already exists: {location}"
            )


def _format(given: Mapping[str, str]) -> FileFormat:
    compression = given.get("write_compression") or given.get("parquet_compression")
    return file_format(given.get("format", "PARQUET"), compression, given.get("field_delimiter"))


def _format_of(table: Table) -> FileFormat:
    """Return the format in which a table's files are written."""
    own = table.storage.serde.rsplit(".", maxsplit=1)[-1].lower()
    if own not in READERS:
        raise not_supported(f"The SerDe {table.storage.serde}")
    parameters = table.storage.parameters
    if own == "parquethiveserde":
        codec = table.parameters.get("parquet.compression") or table.parameters.get(
            "write.compression"
        )
        return file_format("PARQUET", codec, None)
    if own == "jsonserde":
        return file_format("JSON", None, None)
    if table.storage.serde == LAZY_SIMPLE:
        return file_format("TEXTFILE", None, parameters.get("field.delim"))
    raise not_supported(f"Writing with the SerDe {table.storage.serde}")


def _typed(columns: Sequence[tuple[str, Any]]) -> Sequence[Column]:
    return [Column(column.lower(), hive_type(kind)) for column, kind in columns]


def _split_keys(
    columns: Sequence[Column], keys: Sequence[str]
) -> tuple[Sequence[Column], Sequence[Column]]:
    """Return the columns of files and those of partitions, which must be the last ones."""
    wanted = [key.lower() for key in keys]
    last = columns[len(columns) - len(wanted) :]
    if [column.name for column in last] != wanted:
        raise QueryFailed(
            "HIVE_COLUMN_ORDER_MISMATCH",
            "Partition keys must be the last columns in the table and in the same order as the "
            f"table properties: [{', '.join(wanted)}]",
        )
    return columns[: len(columns) - len(wanted)], last


def _table_shape(
    table: str, location: str, columns: Sequence[Column], keys: Sequence[Column], form: FileFormat
) -> dict[str, object]:
    serde, input_format, output_format = _SERDES[form.kind]
    parameters = {"serialization.format": "1"}
    if form.kind == "TEXTFILE":
        parameters = {"field.delim": form.delimiter, "serialization.format": form.delimiter}
    return {
        "Name": table,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "has_encrypted_data": "false"},
        "PartitionKeys": column_shapes(keys),
        "StorageDescriptor": {
            "Columns": column_shapes(columns),
            "Location": location,
            "InputFormat": input_format,
            "OutputFormat": output_format,
            "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters},
        },
    }
