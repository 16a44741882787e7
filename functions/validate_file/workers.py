"""How many workers a Glue job is to have for a file."""

from dataclasses import dataclass

from functions.common.limits import MIB

_DRIVER = 1
_GZIP_RATIO = 8


@dataclass(frozen=True)
class Workers:
    """Bounds, the driver included, and what a worker reads in about the minute that Glue charges.

    A worker of G.1X has four cores, of which each reads some 20 MB of CSV in a second.
    https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
    """

    least: int = 2
    most: int = 10
    bytes_per_worker: int = 4096 * MIB

    def for_size(self, size_bytes: int, is_gzip: bool) -> int:
        """Return the number of workers for an object of that size."""
        expected = size_bytes * _GZIP_RATIO if is_gzip else size_bytes
        wanted = _DRIVER + -(-expected // self.bytes_per_worker)
        return max(self.least, min(wanted, self.most))
