"""What a run of a processing job is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args
from urllib.parse import urlsplit

from pipeline_spark.columns import Column, parse_columns
from pipeline_spark.contradiction import OnContradiction
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
    "multi_line",
    "schema",
    "expected_rows",
    "attempts_path",
    "processing_date",
    "execution_name",
)
OPTIONAL = ("on_contradiction", "partition_by")


def names_of(arguments: Sequence[str]) -> list[str]:
    """Return the names to ask getResolvedOptions for, which refuses those that are not given.

    ``arguments`` are the process's. Glue's own JOB_RUN_ID comes unasked.
    """
    return [*REQUIRED, *(name for name in OPTIONAL if f"--{name}" in arguments)]


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


Fetch = Callable[[S3Location], str]
"""Returns the text of an object."""


@dataclass(frozen=True)
class JobArguments:
    """The arguments of one run, parsed. ``delimiter`` and ``json_shape`` may not apply.

    ``multi_line`` says whether a quoted field of a CSV file holds a line break; where nobody knows
    it is True. ``attempt`` is the folder that this run alone writes to, named after the run.
    ``partition_by`` names columns, of which a file may lack some.
    """

    source: S3Location
    source_version_id: str | None
    json_shape: JsonShape | None
    compression: Compression
    delimiter: str | None
    multi_line: bool
    columns: tuple[Column, ...]
    expected_rows: int
    attempt_id: str
    attempt: S3Location
    processing_date: date
    execution_name: str
    on_contradiction: OnContradiction = "fail"
    partition_by: tuple[str, ...] = ()

    @property
    def is_read_by_one_task(self) -> bool:
        """Whether no task can begin in the middle of the file: it is compressed, or multi-line.

        An array or object is rewritten as lines, uncompressed, before Spark reads it.
        """
        if self.json_shape in ("array", "object"):
            return False
        return self.compression == "gzip" or (self.delimiter is not None and self.multi_line)

    @property
    def rejected_rows(self) -> S3Location:
        """Where rows go that are put aside: one object of JSON Lines."""
        # attempts/<dataset>/<source object>/<attempt id>/
        middle = self.attempt.key.split("/", 1)[1].removesuffix(f"{self.attempt_id}/")
        name = f"rows/{self.attempt_id}-00000.jsonl"
        return S3Location(self.attempt.bucket, f"quarantine/{middle}{self.execution_name}/{name}")

    @classmethod
    def parse(cls, options: Mapping[str, str], fetch: Fetch) -> "JobArguments":
        """Parse what getResolvedOptions returned. Raises BadArgumentError.

        ``fetch`` is called for a schema that is too long to be an argument.
        """
        attempt_id = options["JOB_RUN_ID"]
        attempts = _folder(options["attempts_path"])
        return cls(
            source=S3Location.parse(options["source_uri"]),
            source_version_id=_optional(options["source_version_id"]),
            json_shape=_json_shape(options["json_shape"]),
            compression=_compression(options["compression"]),
            delimiter=_optional(options["delimiter"]),
            multi_line=options["multi_line"] != "false",
            columns=_columns(options["schema"], fetch),
            expected_rows=_count("expected_rows", options["expected_rows"]),
            attempt_id=attempt_id,
            attempt=S3Location(attempts.bucket, f"{attempts.key}{attempt_id}/"),
            processing_date=_date("processing_date", options["processing_date"]),
            execution_name=options["execution_name"],
            on_contradiction=_on_contradiction(options.get("on_contradiction", "fail")),
            partition_by=_names(options.get("partition_by", ABSENT)),
        )


def _columns(schema: str, fetch: Fetch) -> tuple[Column, ...]:
    text = fetch(S3Location.parse(schema)) if schema.startswith("s3://") else schema
    return parse_columns(text, "schema")


def _optional(text: str) -> str | None:
    return None if text in (ABSENT, "") else text


def _json_shape(text: str) -> JsonShape | None:
    for shape in get_args(JsonShape):
        if text == shape:
            return shape  # type: ignore[no-any-return]
    if _optional(text) is None:
        return None
    raise BadArgumentError(f"--json_shape is {text!r}; use array, object, lines or {ABSENT}")


def _on_contradiction(text: str) -> OnContradiction:
    for choice in get_args(OnContradiction):
        if text == choice:
            return choice  # type: ignore[no-any-return]
    raise BadArgumentError(
        f"--on_contradiction is {text!r}; use {', '.join(get_args(OnContradiction))}"
    )


def _names(text: str) -> tuple[str, ...]:
    return () if _optional(text) is None else tuple(text.split(","))


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
            f"--attempts_path is {uri!r}; use a folder below a bucket, ending in /"
        )
    return S3Location.parse(uri)
