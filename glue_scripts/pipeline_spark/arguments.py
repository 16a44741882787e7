"""What a run of a processing job is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import urlsplit

from pipeline_spark.columns import Column, parse_columns
from pipeline_spark.errors import BadArgumentError

Compression = Literal["gzip", "none"]
JsonShape = Literal["array", "object", "lines"]

ABSENT = "-"
"""Glue's arguments cannot be empty, so this stands for none."""

REQUIRED = (
    "source_uri",
    "source_version_id",
    "json_shape",
    "compression",
    "delimiter",
    "columns",
    "expected_rows",
    "output_path",
    "processing_date",
    "execution_name",
)
"""The names that getResolvedOptions is asked for."""


@dataclass(frozen=True)
class S3Location:
    """A bucket and a key or prefix. The key is raw: it may hold ``%``, ``#`` or ``?``."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "S3Location":
        """Split ``s3://bucket/key``. Raises BadArgumentError where either half is missing."""
        scheme, _, rest = uri.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or not bucket or not key:
            raise BadArgumentError(f"{uri!r} is not of the form s3://bucket/key")
        return cls(bucket, key)

    def uri(self) -> str:
        """Return the location as ``s3://bucket/key``."""
        return f"s3://{self.bucket}/{self.key}"


@dataclass(frozen=True)
class JobArguments:
    """The arguments of one run, parsed. ``delimiter`` and ``json_shape`` may not apply."""

    source: S3Location
    source_version_id: str | None
    json_shape: JsonShape | None
    compression: Compression
    delimiter: str | None
    columns: tuple[Column, ...]
    expected_rows: int
    output: S3Location
    processing_date: date
    execution_name: str

    @classmethod
    def parse(cls, options: Mapping[str, str]) -> "JobArguments":
        """Parse what getResolvedOptions returned for REQUIRED. Raises BadArgumentError."""
        return cls(
            source=S3Location.parse(options["source_uri"]),
            source_version_id=_optional(options["source_version_id"]),
            json_shape=_json_shape(options["json_shape"]),
            compression=_compression(options["compression"]),
            delimiter=_optional(options["delimiter"]),
            columns=parse_columns(options["columns"]),
            expected_rows=_count("expected_rows", options["expected_rows"]),
            output=_folder(options["output_path"]),
            processing_date=_date("processing_date", options["processing_date"]),
            execution_name=options["execution_name"],
        )


def _optional(text: str) -> str | None:
    return None if text in (ABSENT, "") else text


def _json_shape(text: str) -> JsonShape | None:
    for shape in get_args(JsonShape):
        if text == shape:
            return shape  # type: ignore[no-any-return]
    if _optional(text) is None:
        return None
    raise BadArgumentError(f"--json_shape is {text!r}; use array, object, lines or {ABSENT}")


def _compression(text: str) -> Compression:
    if text == "gzip":
        return "gzip"
    if text == "none":
        return "none"
    raise BadArgumentError(f"--compression is {text!r}; use gzip or none")


def _count(name: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise BadArgumentError(f"--{name} is {text!r}; use a whole number of rows")
    return int(text)


def _date(name: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadArgumentError(f"--{name} is {text!r}; use YYYY-MM-DD") from error


def _folder(uri: str) -> S3Location:
    # A prefix without its slash would also match a neighbour: people/x and people/x2.
    if not uri.endswith("/") or urlsplit(uri).path in ("", "/"):
        raise BadArgumentError(
            f"--output_path is {uri!r}; use a folder below a bucket, ending in /"
        )
    return S3Location.parse(uri)
