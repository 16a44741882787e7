"""What the operator of the function decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.common.settings import positive_integer, required

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """Bounds that keep memory constant and hostile files harmless. All in bytes but the ratio.

    A record is a CSV row, a line of JSON Lines, an element of a JSON array or a single object.
    """

    chunk_bytes: int = 256 * KIB
    max_record_bytes: int = 4 * MIB
    max_gzip_ratio: int = 500
    max_uncompressed_bytes: int = 1024 * GIB
    max_columns_bytes: int = 256 * KIB

    def __post_init__(self) -> None:
        # Verdicts do not depend on the chunks as long as a record may be longer than one.
        if self.chunk_bytes > self.max_record_bytes:
            object.__setattr__(self, "chunk_bytes", self.max_record_bytes)


@dataclass(frozen=True)
class Settings:
    """The function's settings."""

    processed_bucket: str
    limits: Limits

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises MissingSettingError."""
        default = Limits()

        def number(name: str, otherwise: int) -> int:
            return positive_integer(environment, name, otherwise)

        limits = Limits(
            max_record_bytes=number("MAX_RECORD_BYTES", default.max_record_bytes),
            max_gzip_ratio=number("MAX_GZIP_RATIO", default.max_gzip_ratio),
            max_uncompressed_bytes=number("MAX_UNCOMPRESSED_BYTES", default.max_uncompressed_bytes),
        )
        return cls(required(environment, "PROCESSED_BUCKET"), limits)
