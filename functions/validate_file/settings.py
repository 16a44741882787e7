"""What the operator of the function decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.common.limits import Limits
from functions.common.settings import positive_integer, required


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
