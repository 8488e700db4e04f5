"""Give memory that was freed back to the system."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""The parameters of mallopt(3)."""
LARGE_BLOCK = 1 << 20
"""The size in bytes from which glibc gives a block separate pages. glibc begins with 128 KiB, but
doubles that each time such a block is freed. TLS reads into blocks of 256 KiB: in pages of their
own each of them would cost a mail a quarter of its CPU time."""
KEPT_FREE = 2 * LARGE_BLOCK
"""The bytes at the end of the heap that glibc keeps for the next block, as it does by itself."""


def give_back() -> None:
    """Give back what the C library keeps of freed memory, where it can be asked to (glibc). It takes
    milliseconds, and the interpreter's lock is not held meanwhile."""
    library = _c_library()
    if library is not None:
        library.malloc_trim(0)


def keep_large_blocks_apart() -> None:
    """Have each large block in separate pages, where the C library can do so (glibc): the text
    of a request of megabytes then leaves no hole among small blocks when it is freed."""
    library = _c_library()
    if library is not None:
        library.mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK)
        library.mallopt(M_TRIM_THRESHOLD, KEPT_FREE)


@cache
def _c_library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
