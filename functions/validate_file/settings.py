"""What the operator of the function decides."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.common.limits import Limits
from functions.common.settings import positive_integer, required
from functions.validate_file.workers import Workers


@dataclass(frozen=True)
class Settings:
    """The function's settings."""

    processed_bucket: str
    limits: Limits
    workers: Workers = field(default_factory=Workers)

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
        usual = Workers()
        workers = Workers(
            least=number("MIN_WORKERS", usual.least),
            most=number("MAX_WORKERS", usual.most),
            bytes_per_worker=number("BYTES_PER_WORKER", usual.bytes_per_worker),
        )
        return cls(required(environment, "PROCESSED_BUCKET"), limits, workers)
