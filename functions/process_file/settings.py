"""What the operator of the function decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from functions.common.limits import MIB, Limits
from functions.common.settings import positive_integer, required

_DEFAULT_MAX_FILE_MB = 1024


@dataclass(frozen=True)
class Settings:
    """The function's settings. ``max_file_bytes`` is what its disk has room for."""

    processed_bucket: str
    max_file_bytes: int
    max_record_bytes: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises MissingSettingError."""
        max_mb = positive_integer(environment, "MAX_FILE_MB", _DEFAULT_MAX_FILE_MB)
        return cls(
            processed_bucket=required(environment, "PROCESSED_BUCKET"),
            max_file_bytes=max_mb * MIB,
            max_record_bytes=positive_integer(
                environment, "MAX_RECORD_BYTES", Limits().max_record_bytes
            ),
        )
