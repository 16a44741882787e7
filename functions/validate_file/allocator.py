"""The C library's memory, kept by the process between one chunk and the next.

glibc takes every block of 128 KiB or more from the kernel anew, gives it back when it is freed, and
hands back the end of its heap too. So the kernel clears the same few pages for every chunk, which
took up to two fifths of a validation's time. Freeing one large block teaches glibc better: both
bounds grow with the largest block that was freed.
https://man7.org/linux/man-pages/man3/mallopt.3.html (M_MMAP_THRESHOLD, M_TRIM_THRESHOLD)
"""

from functions.common.limits import MIB

_BLOCK_BYTES = 4 * MIB


def keep_freed_memory() -> None:
    """Have blocks of up to 4 MiB used again, at most twice that kept. Elsewhere it does nothing.

    The block is never written to, so it costs address space for a moment and no memory.
    """
    bytes(_BLOCK_BYTES)
