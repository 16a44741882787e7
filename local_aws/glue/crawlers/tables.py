"""What the catalog is told of a table or partition: the API's TableInput and PartitionInput.

https://docs.aws.amazon.com/glue/latest/dg/table-properties-crawler.html lists the parameters that a
crawler sets.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from typing import Any

from local_aws.glue.crawlers.grouping import Content, PlannedPartition, PlannedTable
from local_aws.glue.crawlers.hive_types import Column, parse, render

LONGEST_NAME = 128

_HIVE = "org.apache.hadoop.hive.ql.io"
_TEXT = ("org.apache.hadoop.mapred.TextInputFormat", f"{_HIVE}.HiveIgnoreKeyTextOutputFormat")
_FORMATS = {
    "avro": (
        f"{_HIVE}.avro.AvroContainerInputFormat",
        f"{_HIVE}.avro.AvroContainerOutputFormat",
    ),
    "orc": (f"{_HIVE}.orc.OrcInputFormat", f"{_HIVE}.orc.OrcOutputFormat"),
    "parquet": (
        f"{_HIVE}.parquet.MapredParquetInputFormat",
        f"{_HIVE}.parquet.MapredParquetOutputFormat",
    ),
    "UNKNOWN": ("", ""),
}
# What a crawler measures rather than recognises.
STATISTICS = frozenset({"averageRecordSize", "objectCount", "recordCount", "sizeKey"})
DEPRECATED = "DEPRECATED_BY_CRAWLER"
UPDATED_BY = "UPDATED_BY_CRAWLER"


@dataclass(frozen=True)
class Signature:
    """What a crawler signs its tables with: its name and the target's exclude patterns."""

    crawler: str
    exclusions: tuple[str, ...] = ()


def table_name(planned: PlannedTable, prefix: str) -> str:
    """Return the table's name: of its folder or file, lower-case, of letters, digits and ``_``.

    https://docs.aws.amazon.com/glue/latest/dg/crawler-running.html: at most 128 characters, cut off
    where longer.
    """
    return (prefix + re.sub(r"[^a-z0-9_]", "_", planned.name.lower()))[:LONGEST_NAME].lower()


def distinct_name(name: str, location: str) -> str:
    """Return the name with a hash string as its suffix, for a name that is taken.

    The page above does not say of what the hash is. Of the location, it stays from crawl to crawl.
    """
    suffix = "_" + md5(location.encode(), usedforsecurity=False).hexdigest()
    return name[: LONGEST_NAME - len(suffix)] + suffix


def table_input(name: str, planned: PlannedTable, signature: Signature) -> dict[str, Any]:
    """Return the TableInput of a table."""
    parameters = _parameters(planned.content, signature)
    if planned.keys:
        # https://docs.aws.amazon.com/glue/latest/dg/crawler-configure-partition-indexes.html
        parameters["partition_filtering.enabled"] = "true"
    return {
        "Name": name,
        "Owner": "owner",
        "Retention": 0,
        "StorageDescriptor": _descriptor(planned.content, planned.location, parameters),
        # The pages show partition keys as strings only.
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in planned.keys],
        "TableType": "EXTERNAL_TABLE",
        "Parameters": parameters,
    }


def partition_input(planned: PlannedPartition, signature: Signature) -> dict[str, Any]:
    """Return the PartitionInput of a partition with a schema of its own."""
    parameters = _parameters(planned.content, signature)
    return {
        "Values": list(planned.values),
        "StorageDescriptor": _descriptor(planned.content, planned.location, parameters),
        "Parameters": parameters,
    }


def inherited_partition_input(
    planned: PlannedPartition, table: Mapping[str, Any], signature: Signature
) -> dict[str, Any]:
    """Return the PartitionInput of a partition that takes its metadata from its table.

    https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html: "such as their
    classification, input format, output format, SerDe information, and schema".
    """
    own = _parameters(planned.content, signature)
    measured = {name: value for name, value in own.items() if name in STATISTICS}
    parameters = {**table.get("Parameters", {}), **measured}
    parameters.pop("partition_filtering.enabled", None)
    descriptor = {
        **table["StorageDescriptor"],
        "Location": planned.location,
        "Parameters": parameters,
    }
    return {
        "Values": list(planned.values),
        "StorageDescriptor": descriptor,
        "Parameters": parameters,
    }


def read_columns(columns: Sequence[Mapping[str, Any]]) -> tuple[Column, ...]:
    """Return the catalog's columns as ours. Raises ValueError for a type that cannot be read."""
    return tuple(Column(column["Name"], parse(column.get("Type", "string"))) for column in columns)


def write_columns(columns: Sequence[Column]) -> list[dict[str, str]]:
    """Return columns as the catalog has them, in lower case."""
    return [{"Name": column.name.lower(), "Type": render(column.type)} for column in columns]


def _descriptor(content: Content, location: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    profile = content.profile
    input_format, output_format = _FORMATS.get(profile.classification, _TEXT)
    serde: dict[str, Any] = {}
    if profile.serde:
        serde = {
            "SerializationLibrary": profile.serde,
            "Parameters": _serde_parameters(content),
        }
    return {
        "Columns": write_columns(content.columns),
        "Location": location,
        "InputFormat": input_format,
        "OutputFormat": output_format,
        "Compressed": profile.compression != "none",
        "NumberOfBuckets": -1,
        "SerdeInfo": serde,
        "BucketColumns": [],
        "SortColumns": [],
        "Parameters": dict(parameters),
        "StoredAsSubDirectories": False,
    }


def _serde_parameters(content: Content) -> dict[str, str]:
    parameters = dict(content.profile.serde_parameters)
    if "paths" in parameters:
        parameters["paths"] = ",".join(sorted(column.name for column in content.columns))
    return parameters


def _parameters(content: Content, signature: Signature) -> dict[str, str]:
    profile = content.profile
    parameters = {
        "CrawlerSchemaDeserializerVersion": "1.0",
        "CrawlerSchemaSerializerVersion": "1.0",
        UPDATED_BY: signature.crawler,
        "averageRecordSize": str(content.record_size),
        "classification": profile.classification,
        "compressionType": profile.compression,
        "objectCount": str(content.objects),
        "recordCount": str(content.records),
        "sizeKey": str(content.size),
        "typeOfData": "file",
        **profile.parameters,
    }
    if signature.exclusions:
        # "These patterns are also stored as a property of tables created by the crawler", says
        # https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html; as a JSON list, since
        # https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-connect.html reads one
        parameters["exclusions"] = json.dumps(list(signature.exclusions))
    return parameters
