"""Which objects a batch names, however it came to name them.

A Distributed Map's child gets ``{"BatchInput": {"bucket", "list", …}, "Items": […]}``. By ``list``
an item is

- prefix: one of ListObjectsV2, ``{"Key": …, "Size": …}``, in the bucket of the batch;
- list: a line of somebody's list, ``{"key": …}`` with ``bucket`` and ``version_id`` if need be;
- inventory: a row of an S3 inventory, ``{"Bucket": …, "Key": …}``, whose key is URL-encoded.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from functions.common.errors import InvalidInputError

LISTS = ("prefix", "list", "inventory")


@dataclass(frozen=True)
class Named:
    """An object that is to be processed; ``version_id`` is None for the current one.

    ``sequencer`` is what the event that announced it said of its place in the order.
    """

    bucket: str
    key: str
    version_id: str | None = None
    sequencer: str | None = None


@dataclass(frozen=True)
class Batch:
    """The objects of one call, each once, and the execution that they are processed in.

    ``announced`` says that an event told of them: one that had its run has no other, and its
    sender is told if it is not valid. Whoever names files in a list means them to be done, and
    reads the result.
    """

    objects: tuple[Named, ...]
    execution_arn: str
    started_at: str
    announced: bool = False

    @property
    def execution_name(self) -> str:
        """The batch execution's own name: what the files' outputs are said to come from."""
        return self.execution_arn.rpartition(":")[2]

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "Batch":
        """Read a child's input. Raises InvalidInputError."""
        shared, items = data.get("BatchInput"), data.get("Items")
        if not isinstance(shared, Mapping) or not isinstance(items, list):
            raise InvalidInputError("The input is no batch: it needs 'BatchInput' and 'Items'.")
        kind, bucket = shared.get("list"), shared.get("bucket")
        if kind not in LISTS or not isinstance(bucket, str):
            raise InvalidInputError(
                f"'BatchInput' needs 'bucket', and 'list', one of {', '.join(LISTS)}: {shared}."
            )
        execution, started_at = shared.get("execution_arn"), shared.get("started_at")
        if not isinstance(execution, str) or not isinstance(started_at, str):
            raise InvalidInputError("'BatchInput' needs 'execution_arn' and 'started_at'.")
        named = (_named(item, bucket, kind == "inventory") for item in items)
        objects = dict.fromkeys(one for one in named if one is not None)
        return cls(tuple(objects), execution, started_at)


def _named(item: Any, bucket: str, encoded: bool) -> Named | None:
    """Return the object that an item names; None for a folder's marker and a deleted object."""
    if not isinstance(item, Mapping):
        raise InvalidInputError(f"An item must be an object with a key, not {item!r}.")
    key = _first(item, "key", "Key")
    if not key:
        raise InvalidInputError(f"An item has no key: {dict(item)!r}.")
    marked = str(item.get("IsDeleteMarker", "")).lower() == "true"
    if marked or (key.endswith("/") and str(item.get("Size", "0")) == "0"):
        return None
    version = _first(item, "version_id", "VersionId")
    return Named(
        _first(item, "bucket", "Bucket") or bucket,
        unquote_plus(key) if encoded else key,
        version if version not in ("", "null") else None,
    )


def _first(item: Mapping[str, Any], *names: str) -> str | None:
    found = (item.get(name) for name in names)
    return next((value for value in found if isinstance(value, str)), None)
