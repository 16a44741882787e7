"""Bounds on what a file may make a function do."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB

_MAX_CHUNK_BYTES = MIB


@dataclass(frozen=True)
class Limits:
    """Bounds that keep memory constant and hostile files harmless. All in bytes but the ratio.

    A record is a CSV row, a line of JSON Lines, an element of a JSON array or a single object.
    """

    chunk_bytes: int = 128 * KIB
    max_record_bytes: int = 4 * MIB
    max_gzip_ratio: int = 500
    max_uncompressed_bytes: int = 1024 * GIB
    max_columns_bytes: int = 256 * KIB

    def __post_init__(self) -> None:
        # Verdicts do not depend on the chunks as long as a record may be longer than one.
        if self.chunk_bytes > self.max_record_bytes:
            object.__setattr__(self, "chunk_bytes", self.max_record_bytes)

    def bytes_after(self, held: int) -> int:
        """Return how much to read next where ``held`` bytes of a record wait for their end.

        It grows with the record, so that a long one is not looked through again for every chunk.
        """
        return max(self.chunk_bytes, min(held, self.max_record_bytes, _MAX_CHUNK_BYTES))
