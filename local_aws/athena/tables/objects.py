"""Data files in S3."""

import bz2
import gzip
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.athena.errors import QueryFailed, not_supported
from local_aws.athena.tables.catalog import Clients

_DOWNLOADS_AT_ONCE = 4
_OPENERS: Mapping[str, Callable[[BinaryIO], Any]] = {".gz": gzip.open, ".bz2": bz2.open}
# https://docs.aws.amazon.com/athena/latest/ug/compression-formats.html
_OTHER_CODECS = frozenset({".deflate", ".lz4", ".lzo", ".snappy", ".zst"})


@dataclass(frozen=True)
class S3Object:
    """An object; ``size`` in bytes."""

    bucket: str
    key: str
    size: int

    @property
    def uri(self) -> str:
        """The object's S3 URI."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class LocalFile:
    """A copy of an object, decompressed if it was text. ``size`` is what S3 was read for."""

    path: Path
    uri: str
    size: int


class Objects:
    """Lists, reads and writes objects. Methods raise QueryFailed where S3 refuses."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def below(self, location: str) -> list[S3Object]:
        """Return the data objects below a table's location.

        Objects and folders whose names begin with ``_`` or ``.`` are hidden:
        https://docs.aws.amazon.com/athena/latest/ug/tables-location-format.html
        """
        bucket, prefix = split(location)
        prefix = f"{prefix.rstrip('/')}/" if prefix else ""
        found = self._list(bucket, prefix)
        return [
            S3Object(bucket, item["Key"], item["Size"])
            for item in found
            if item["Size"] and not _is_hidden(item["Key"].removeprefix(prefix))
        ]

    def folders(self, location: str) -> set[str]:
        """Return the paths, relative to ``location``, of all folders that hold data objects."""
        _, prefix = split(location)
        prefix = f"{prefix.rstrip('/')}/" if prefix else ""
        keys = (item.key.removeprefix(prefix) for item in self.below(location))
        return {str(PurePosixPath(key).parent) for key in keys if "/" in key}

    def head(self, uri: str) -> S3Object:
        """Return one object."""
        bucket, key = split(uri)
        answer = self._try(lambda: self._s3.head_object(Bucket=bucket, Key=key), uri)
        return S3Object(bucket, key, answer["ContentLength"])

    def read(self, uri: str) -> bytes:
        """Return an object's content."""
        bucket, key = split(uri)
        body: bytes = self._try(
            lambda: self._s3.get_object(Bucket=bucket, Key=key)["Body"].read(),  # noqa: PLW0108
            uri,
        )
        return body

    def download(self, objects: Iterable[S3Object], folder: Path, text: bool) -> list[LocalFile]:
        """Copy objects into ``folder``; those of ``text`` formats are decompressed by suffix."""
        folder.mkdir(parents=True, exist_ok=True)
        numbered = list(enumerate(objects))
        with ThreadPoolExecutor(_DOWNLOADS_AT_ONCE) as pool:
            return list(
                pool.map(lambda item: self._fetch(item[1], folder, item[0], text), numbered)
            )

    def upload(self, path: Path, uri: str, content_type: str = "binary/octet-stream") -> None:
        """Write a file to ``uri``."""
        bucket, key = split(uri)
        extra = {"ContentType": content_type}
        self._try(lambda: self._s3.upload_file(str(path), bucket, key, ExtraArgs=extra), uri)

    def put(self, uri: str, body: bytes, content_type: str = "binary/octet-stream") -> None:
        """Write ``body`` to ``uri``."""
        bucket, key = split(uri)
        request = {"Bucket": bucket, "Key": key, "Body": body, "ContentType": content_type}
        self._try(lambda: self._s3.put_object(**request), uri)

    def lines(self, uri: str, start: int) -> Iterator[bytes]:
        """Return the lines of an object from the byte ``start`` on, with their ends."""
        bucket, key = split(uri)
        size = self.head(uri).size
        if start >= size:
            return
        answer = self._try(
            lambda: self._s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={start}-"), uri
        )
        yield from answer["Body"].iter_lines(chunk_size=65536, keepends=True)

    def _fetch(self, item: S3Object, folder: Path, number: int, text: bool) -> LocalFile:
        path = folder / f"{number:06}"
        body = self._try(
            lambda: self._s3.get_object(Bucket=item.bucket, Key=item.key)["Body"], item.uri
        )
        suffix = PurePosixPath(item.key).suffix
        if text and suffix in _OTHER_CODECS:
            raise not_supported(f"The compression of {item.uri}")
        opener = _OPENERS.get(suffix) if text else None
        with path.open("wb") as target:
            try:
                shutil.copyfileobj(opener(body) if opener else body, target)
            except (OSError, EOFError) as error:
                raise QueryFailed(
                    "HIVE_CURSOR_ERROR", f"Failed to read file at {item.uri}: {error}"
                ) from error
        return LocalFile(path, item.uri, item.size)

    def _list(self, bucket: str, prefix: str) -> list[Any]:
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found: list[Any] = self._try(
            lambda: [item for page in pages for item in page.get("Contents", ())],
            f"s3://{bucket}/{prefix}",
        )
        return found

    def _try(self, act: Callable[[], Any], uri: str) -> Any:
        try:
            return act()
        except ClientError as error:
            detail = error.response["Error"]
            raise QueryFailed(
                "HIVE_CURSOR_ERROR",
                f"Failed to read or write {uri}: {detail.get('Message', '')} "
                f"(Service: Amazon S3; Error Code: {detail['Code']})",
            ) from error
        except BotoCoreError as error:
            raise QueryFailed("HIVE_CURSOR_ERROR", f"{uri}: {error}") from error

    @property
    def _s3(self) -> Any:
        return self._clients.client("s3")


def split(uri: str) -> tuple[str, str]:
    """Return the bucket and the key (or prefix) of an S3 URI. Raises QueryFailed."""
    scheme, _, rest = uri.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme not in {"s3", "s3a", "s3n"} or not bucket:
        raise QueryFailed("HIVE_METASTORE_ERROR", f"Location {uri!r} is no S3 path: s3://bucket/…")
    return bucket, key


def _is_hidden(path: str) -> bool:
    return any(part.startswith(("_", ".")) for part in path.split("/"))
