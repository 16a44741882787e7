"""What an ItemReader makes of objects in S3.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
"""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

type Fetch = Callable[[str, str], bytes]
"""Returns the content of an object, given bucket and key."""

_DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}


class ItemReaderError(Exception):
    """A dataset that cannot be read; its text is the cause of States.ItemReaderFailed."""


def listed(objects: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield an item for each object of ListObjectsV2."""
    for one in objects:
        yield {
            "Etag": one["ETag"],
            "Key": one["Key"],
            "LastModified": int(one["LastModified"].timestamp()),
            "Size": one["Size"],
            "StorageClass": one.get("StorageClass", "STANDARD"),
        }


def read(content: bytes, config: Mapping[str, Any], fetch: Fetch) -> Iterator[Any]:
    """Yield the items of an object. Raises ItemReaderError."""
    match config["InputType"]:
        case "JSON":
            return iter(_array(content, config.get("ItemsPointer")))
        case "JSONL":
            return _lines(content)
        case "CSV":
            return _rows(content, config)
        case _:
            return _inventory(content, fetch)


def at_most(items: Iterable[Any], limit: int | None) -> list[Any]:
    """Return the first items, all if there is no limit."""
    return list(items if limit is None else islice(items, limit))


def _array(content: bytes, pointer: str | None) -> list[Any]:
    value = _json(content)
    # https://www.rfc-editor.org/rfc/rfc6901
    for part in (pointer or "").split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(value, dict) or key not in value:
            raise ItemReaderError(f"ItemsPointer {pointer} is not in the file")
        value = value[key]
    if not isinstance(value, list):
        raise ItemReaderError("Attempting to map over non-iterable node.")
    return value


def _lines(content: bytes) -> Iterator[Any]:
    return (_json(line) for line in content.splitlines() if line.strip())


def _json(content: bytes) -> Any:
    try:
        return json.loads(content.decode("utf-8-sig"))
    except ValueError as error:
        raise ItemReaderError(f"The file is no valid JSON: {error}") from None


def _rows(content: bytes, config: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield a row as an object; what a short row lacks is empty, what a long one has is cut."""
    delimiter = _DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ",")
    rows = csv.reader(io.StringIO(_text(content), newline=""), delimiter=delimiter)
    given = config["CSVHeaderLocation"] == "GIVEN"
    headers = list(config["CSVHeaders"]) if given else next(rows, [])
    if len(set(headers)) < len(headers):
        raise ItemReaderError("CSV headers cannot contain duplicates.")
    for row in rows:
        if row:
            padded = row + [""] * (len(headers) - len(row))
            yield dict(zip(headers, padded, strict=False))


def _inventory(content: bytes, fetch: Fetch) -> Iterator[dict[str, str]]:
    """Yield the objects that an inventory names; its keys are URL-encoded, and stay so.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html
    """
    manifest = _json(content)
    try:
        bucket = manifest["destinationBucket"].rpartition(":")[2]
        schema = [name.strip() for name in manifest["fileSchema"].split(",")]
        format_, keys = manifest["fileFormat"], [file["key"] for file in manifest["files"]]
    except (KeyError, TypeError, AttributeError) as error:
        raise ItemReaderError(f"The file is no manifest of S3 Inventory: {error}") from None
    if format_ != "CSV":
        raise ItemReaderError(f"An inventory in format {format_} is not read here, only CSV is")
    for key in keys:
        data = fetch(bucket, key)
        text = _text(gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data)
        for row in csv.reader(io.StringIO(text, newline="")):
            if row:
                yield dict(zip(schema, row, strict=False))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ItemReaderError(f"The file is no UTF-8: {error}") from None
