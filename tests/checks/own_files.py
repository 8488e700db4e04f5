"""Count what this process has open, and make it short of file handles."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil


def open_handles() -> int:
    """How many files and sockets are open; on Windows, how many handles of any kind."""
    if sys.platform == "win32":
        return psutil.Process().num_handles()
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208  only how many


@contextmanager
def none_left() -> Iterator[None]:
    """As long as this lasts, no more can be opened."""
    import resource  # not on Windows, which has no such limit

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
