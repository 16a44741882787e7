"""A crawler's ``Configuration``: a JSON text with a version, output and grouping options.

https://docs.aws.amazon.com/glue/latest/dg/crawler-configuration.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.glue.errors import InvalidInputException


@dataclass(frozen=True)
class CrawlOptions:
    """What ``Configuration`` asks for.

    ``table_level`` is the absolute level of the tables' folders (the bucket is 1), None to let the
    crawler find it; ``table_threshold`` the most tables a crawl may find, None for no limit.
    """

    combine_compatible: bool = False
    table_level: int | None = None
    merge_new_columns: bool = False
    inherit_from_table: bool = False
    table_threshold: int | None = None


def parse(text: str | None) -> CrawlOptions:
    """Read a ``Configuration``. Raises InvalidInputException that says what it should be."""
    if not text:
        return CrawlOptions()
    document = _document(text)
    output = _object(document, "CrawlerOutput")
    tables, partitions = _object(output, "Tables"), _object(output, "Partitions")
    grouping = _object(document, "Grouping")
    return CrawlOptions(
        combine_compatible=_choice(grouping, "TableGroupingPolicy", "CombineCompatibleSchemas"),
        table_level=_positive(grouping, "TableLevelConfiguration"),
        merge_new_columns=_choice(tables, "AddOrUpdateBehavior", "MergeNewColumns"),
        inherit_from_table=_choice(partitions, "AddOrUpdateBehavior", "InheritFromTable"),
        table_threshold=_positive(tables, "TableThreshold"),
    )


def _document(text: str) -> Mapping[str, Any]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidInputException(f"Configuration is no valid JSON: {error}") from None
    if not isinstance(document, dict) or document.get("Version") != 1.0:
        raise InvalidInputException('Configuration needs "Version": 1.0.')
    return document


def _object(parent: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = parent.get(name) or {}
    if not isinstance(value, dict):
        raise InvalidInputException(f"{name} in Configuration must be a JSON object.")
    return value


def _choice(parent: Mapping[str, Any], name: str, only: str) -> bool:
    value = parent.get(name)
    if value not in (None, only):
        raise InvalidInputException(f"{name} in Configuration must be {only}, not {value!r}.")
    return value == only


def _positive(parent: Mapping[str, Any], name: str) -> int | None:
    value = parent.get(name)
    if value is None:
        return None
    number = int(value) if isinstance(value, str) and value.isdigit() else value
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise InvalidInputException(f"{name} in Configuration must be a number above 0.")
    return number
