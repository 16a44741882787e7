"""One version of one S3 object: what an execution is about."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from functions.common.errors import InvalidInputError


@dataclass(frozen=True)
class ObjectVersion:
    """An object version, with what the event that announced it said about it.

    ``key`` is raw, never URL-encoded. ``size`` is in bytes. ``version_id`` is None where the bucket
    keeps no versions. ``event_time`` is ISO 8601.
    """

    bucket: str
    key: str
    version_id: str | None = None
    size: int | None = None
    etag: str | None = None
    sequencer: str | None = None
    event_time: str | None = None

    @classmethod
    def from_input(cls, data: Mapping[str, Any]) -> "ObjectVersion":
        """Read an execution's input, where only bucket and key must be there.

        Raises InvalidInputError.
        """
        size = data.get("size")
        return cls(
            bucket=_text(data, "bucket"),
            key=_text(data, "key"),
            version_id=_optional_text(data, "version_id"),
            size=size if isinstance(size, int) else None,
            etag=_optional_text(data, "etag"),
            sequencer=_optional_text(data, "sequencer"),
            event_time=_optional_text(data, "event_time"),
        )

    def to_input(self) -> dict[str, Any]:
        """Return the input of the object's execution."""
        return asdict(self)

    @property
    def identity(self) -> tuple[str, str, str]:
        """What tells this version from every other one: bucket, key and version.

        Without versions in the bucket, the content's hash and the event's place in the order of
        events stand in, so that an overwritten object is another one and a repeated event is not.
        """
        version = self.version_id or f"{self.etag or ''}:{self.sequencer or ''}"
        return self.bucket, self.key, version

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidInputError(
            f"The input needs {name!r}, a text that is not empty; it has {value!r}. "
            'The least input is {"bucket": "…", "key": "…"}.'
        )
    return value


def _optional_text(data: Mapping[str, Any], name: str) -> str | None:
    value = data.get(name)
    return value if isinstance(value, str) and value else None
