"""Writes what a crawl found into the Data Catalog, as the crawler's policies say.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from local_aws.glue.crawlers import schemas, tables
from local_aws.glue.crawlers.changes import Changes
from local_aws.glue.crawlers.configuration import CrawlOptions
from local_aws.glue.crawlers.definition import SchemaChangePolicy
from local_aws.glue.crawlers.grouping import PlannedPartition, PlannedTable
from local_aws.glue.crawlers.tables import DEPRECATED, UPDATED_BY, Signature

type Json = dict[str, Any]

# What GetTable returns and TableInput does not take.
_TABLE_INPUT = frozenset(
    {
        "Name",
        "Description",
        "Owner",
        "LastAccessTime",
        "LastAnalyzedTime",
        "Retention",
        "StorageDescriptor",
        "PartitionKeys",
        "ViewOriginalText",
        "ViewExpandedText",
        "TableType",
        "Parameters",
        "TargetTable",
    }
)
# "A fundamental Amazon S3 table attribute …, such as classification, compression type, or CSV
# delimiter", says the page above.
_FUNDAMENTAL = ("classification", "compressionType", "delimiter")
_BATCH = 100


@dataclass(frozen=True)
class Rules:
    """How to write: policies, options, names and who signs."""

    database: str
    signature: Signature
    policy: SchemaChangePolicy
    options: CrawlOptions
    prefix: str = ""


@dataclass
class CatalogWriter:
    """Writes one crawl's finds. ``glue`` is a boto3 client; ``say`` writes into the crawl's log."""

    glue: Any
    rules: Rules
    say: Callable[[str, str], None]
    now: Callable[[], datetime]
    changes: Changes = field(default_factory=Changes)

    def __post_init__(self) -> None:
        self._written: set[str] = set()

    def with_rules(self, rules: Rules) -> "CatalogWriter":
        """Return a writer for another target of the same crawl: it knows what was written."""
        other = replace(self, rules=rules)
        other._known, other._written = self._known, self._written
        return other

    def tables(self) -> list[Json]:
        """Return the database's tables as they were when the crawl began to write."""
        return list(self._known.values())

    @cached_property
    def _known(self) -> dict[str, Json]:
        pages = self.glue.get_paginator("get_tables").paginate(DatabaseName=self.rules.database)
        return {table["Name"]: table for page in pages for table in page["TableList"]}

    def write(self, planned: PlannedTable, *, name: str | None = None) -> None:
        """Create or update one table and its partitions. ``name`` is a catalog target's table."""
        name = name or self._name(planned)
        self._written.add(name)
        wanted = tables.table_input(name, planned, self.rules.signature)
        known = self._known.get(name)
        if known is None:
            self.glue.create_table(DatabaseName=self.rules.database, TableInput=wanted)
            self._note_table("ADD", name)
            table = wanted
        else:
            table = self._update(known, wanted)
        self.write_partitions(name, table, planned.partitions)
        if known is not None:
            self._remove_partitions(name, planned)

    def write_partitions(
        self, name: str, table: Mapping[str, Any], planned: Sequence[PlannedPartition]
    ) -> None:
        """Create the partitions that are new and update those that changed."""
        if not planned:
            return
        known = {tuple(item["Values"]): item for item in self._partitions(name)}
        new = []
        for partition in planned:
            wanted = self._partition(partition, table)
            old = known.get(partition.values)
            if old is None:
                new.append(wanted)
            else:
                self._update_partition(name, old, wanted)
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._create_partitions(name, batch)

    def remove_missing(self, is_covered: Callable[[str], bool]) -> None:
        """Treat this crawler's tables whose data are gone as the delete behaviour says.

        ``is_covered`` says whether a location lies in what this crawl looked at.
        """
        for name, table in self._known.items():
            ours = table.get("Parameters", {}).get(UPDATED_BY) == self.rules.signature.crawler
            location = table.get("StorageDescriptor", {}).get("Location", "")
            if name not in self._written and ours and is_covered(location):
                self._remove_table(name, table)

    def _name(self, planned: PlannedTable) -> str:
        """Return a name that is free or already this location's."""
        name = tables.table_name(planned, self.rules.prefix)
        if name in self._written or not self._is_at(name, planned.location):
            return tables.distinct_name(name, planned.location)
        return name

    def _is_at(self, name: str, location: str) -> bool:
        if name not in self._known:
            return True
        known = self._known[name].get("StorageDescriptor", {}).get("Location", "")
        return str(known).rstrip("/") == location.rstrip("/")

    def _update(self, known: Json, wanted: Json) -> Json:
        """Update a table as the policy says; return it as the catalog has it then."""
        name = wanted["Name"]
        if self.rules.options.merge_new_columns:
            wanted = self._merged(known, wanted)
        elif self.rules.policy.update == "LOG":
            if schemas.shape(known) != schemas.shape(wanted):
                self.say("INFO", f"Schema change of table {name} was ignored, as configured")
            return known
        if schemas.comparable(known) != schemas.comparable(wanted):
            self.glue.update_table(DatabaseName=self.rules.database, TableInput=wanted)
            self._note_table("UPDATE", name)
        return wanted

    def _merged(self, known: Json, wanted: Json) -> Json:
        """Add new columns only; deprecate the table if a fundamental attribute changed."""
        merged = {key: value for key, value in known.items() if key in _TABLE_INPUT}
        old, new = known.get("Parameters", {}), wanted["Parameters"]
        changed = [
            attribute
            for attribute in _FUNDAMENTAL
            if attribute in old and old[attribute] != new.get(attribute)
        ]
        if changed:
            self.say(
                "WARN",
                f"Table {known['Name']} was marked deprecated: its {', '.join(changed)} changed "
                "and the difference needs to be resolved",
            )
            return {**merged, "Parameters": {**old, DEPRECATED: self._millis()}}
        descriptor = known.get("StorageDescriptor", {})
        parameters = {**old, **new}
        parameters.pop(DEPRECATED, None)
        merged["Parameters"] = parameters
        merged["StorageDescriptor"] = {
            **descriptor,
            "Columns": schemas.with_new_columns(descriptor, wanted["StorageDescriptor"]),
            "Parameters": {**descriptor.get("Parameters", {}), **new},
        }
        return merged

    def _partition(self, planned: PlannedPartition, table: Mapping[str, Any]) -> Json:
        if self.rules.options.inherit_from_table:
            return tables.inherited_partition_input(planned, table, self.rules.signature)
        return tables.partition_input(planned, self.rules.signature)

    def _update_partition(self, name: str, old: Json, wanted: Json) -> None:
        options = self.rules.options
        if options.merge_new_columns and not options.inherit_from_table:
            descriptor = wanted["StorageDescriptor"]
            columns = schemas.with_new_columns(old.get("StorageDescriptor", {}), descriptor)
            wanted = {**wanted, "StorageDescriptor": {**descriptor, "Columns": columns}}
        elif self.rules.policy.update == "LOG" and not options.inherit_from_table:
            return
        if schemas.comparable(old) == schemas.comparable(wanted):
            return
        self.glue.update_partition(
            DatabaseName=self.rules.database,
            TableName=name,
            PartitionValueList=wanted["Values"],
            PartitionInput=wanted,
        )
        self.changes.note("PARTITION", "UPDATE", _partition_name(name, wanted["Values"]))

    def _create_partitions(self, name: str, batch: list[Json]) -> None:
        answer = self.glue.batch_create_partition(
            DatabaseName=self.rules.database, TableName=name, PartitionInputList=batch
        )
        failed = {tuple(error["PartitionValues"]): error for error in answer.get("Errors", [])}
        for partition in batch:
            shown = _partition_name(name, partition["Values"])
            error = failed.get(tuple(partition["Values"]))
            if error:
                self.say("ERROR", f"Partition {shown}: {error['ErrorDetail']}")
            else:
                self.changes.note("PARTITION", "ADD", shown)
        self.say("INFO", f"Created {len(batch) - len(failed)} partitions of table {name}")

    def _remove_partitions(self, name: str, planned: PlannedTable) -> None:
        """Delete partitions whose folders are gone, if tables would be deleted too.

        Deprecation is for tables only:
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-glue-crawler-schemachangepolicy.html
        """
        if not planned.keys:
            return
        found = {partition.values for partition in planned.partitions}
        for partition in list(self._partitions(name)):
            if tuple(partition["Values"]) in found:
                continue
            shown = _partition_name(name, partition["Values"])
            if self.rules.policy.delete != "DELETE_FROM_DATABASE":
                self.say("INFO", f"Partition {shown} has no data any more")
                continue
            self.glue.delete_partition(
                DatabaseName=self.rules.database,
                TableName=name,
                PartitionValues=partition["Values"],
            )
            self.changes.note("PARTITION", "DELETE", shown)
            self.say("INFO", f"Deleted partition {shown}")

    def _remove_table(self, name: str, table: Json) -> None:
        behaviour = self.rules.policy.delete
        if behaviour == "LOG":
            self.say("INFO", f"Table {name} has no data any more")
        elif behaviour == "DELETE_FROM_DATABASE":
            self.glue.delete_table(DatabaseName=self.rules.database, Name=name)
            self._note_table("DELETE", name)
        elif DEPRECATED not in table.get("Parameters", {}):
            kept = {key: value for key, value in table.items() if key in _TABLE_INPUT}
            marked = {**kept.get("Parameters", {}), DEPRECATED: self._millis()}
            self.glue.update_table(
                DatabaseName=self.rules.database, TableInput={**kept, "Parameters": marked}
            )
            self.changes.note("TABLE", "UPDATE", name)
            self.say("INFO", f"Marked table {name} as deprecated: it has no data any more")

    def _note_table(self, action: Any, name: str) -> None:
        self.changes.note("TABLE", action, name)
        done = {"ADD": "Created", "UPDATE": "Updated", "DELETE": "Deleted"}[action]
        self.say("INFO", f"{done} table {name} in database {self.rules.database}")

    def _partitions(self, name: str) -> Iterator[Json]:
        pages = self.glue.get_paginator("get_partitions").paginate(
            DatabaseName=self.rules.database, TableName=name
        )
        for page in pages:
            yield from page["Partitions"]

    def _millis(self) -> str:
        return str(int(self.now().timestamp() * 1000))


def _partition_name(table: str, values: Sequence[str]) -> str:
    return f"{table}:{','.join(values)}"
