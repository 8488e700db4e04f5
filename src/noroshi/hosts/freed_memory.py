"""Give memory that was freed back to the system."""

from __future__ import annotations

import ctypes
import sys
from functools import cache

M_MMAP_THRESHOLD, LARGE_BLOCK = -3, 128 << 10
"""The parameter of mallopt(3), and the size in bytes from which glibc gives a block separate
pages. glibc begins with this size, but doubles it each time such a block is freed."""


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


@cache
def _c_library() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "malloc_trim") else None
