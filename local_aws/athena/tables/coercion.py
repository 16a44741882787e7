"""Whether a partition's columns can be read as the table's.

https://docs.aws.amazon.com/athena/latest/ug/updates-and-partitions.html: formats whose columns go
by name need no check; for the others each type must be the table's or one that widens to it.
"""

from local_aws.athena.errors import QueryFailed
from local_aws.athena.tables import hive_types
from local_aws.athena.tables.definition import Column, Partition, Table
from local_aws.glue.crawlers.hive_types import Scalar

_BY_NAME = ("parquet", "orc", "avro")
_TEXT = frozenset({"string", "varchar", "char"})


def check_partition(table: Table, partition: Partition) -> None:
    """Raise QueryFailed (HIVE_PARTITION_SCHEMA_MISMATCH) for columns of other types."""
    if any(kind in partition.storage.serde.lower() for kind in _BY_NAME):
        return
    for own, declared in zip(partition.storage.columns, table.storage.columns, strict=False):
        if own.text != declared.text and not _widens(own, declared):
            keys = (key.name for key in table.partition_keys)
            place = "/".join(f"{k}={v}" for k, v in zip(keys, partition.values, strict=False))
            raise QueryFailed(
                "HIVE_PARTITION_SCHEMA_MISMATCH",
                "There is a mismatch between the table and partition schemas. The types are "
                f"incompatible and cannot be coerced. The column '{declared.name}' in table "
                f"'{table.database}.{table.name}' is declared as type '{declared.text}', but "
                f"partition '{place}' declared column '{own.name}' as type '{own.text}'.",
            )


def _widens(own: Column, declared: Column) -> bool:
    before, after = hive_types.base(own.type), hive_types.base(declared.type)
    if not (isinstance(own.type, Scalar) and isinstance(declared.type, Scalar)):
        return before == after
    whole = hive_types.WHOLE
    if before in whole and after in whole:
        return whole.index(before) <= whole.index(after)
    if before in _TEXT or after in _TEXT:
        return before in {*_TEXT, *whole} and after in {*_TEXT, *whole}
    return before == after or (before, after) == ("float", "double")
