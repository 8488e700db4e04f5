"""Open files, reserve room for them and make their names durable, on each system."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    BINARY = os.O_BINARY
    """A flag of os.open: the bytes as they are. Without it Windows changes the ends of lines."""
    PIECE = 1 << 20

    def sync_folder(folder: Path) -> None:
        """Do nothing: Windows cannot open a folder, and keeps its entries by itself."""

    def is_read_only(folder: Path) -> bool:
        """Return False: Windows has no volumes that become so while a file is open."""
        return False

    def allocate(file: int, start: int, length: int) -> None:
        """Fill part of an open file with zeros, so that the volume has room for it. Raises
        OSError."""
        os.lseek(file, start, os.SEEK_SET)
        for offset in range(0, length, PIECE):
            os.write(file, bytes(min(PIECE, length - offset)))
        os.fsync(file)
else:
    BINARY = 0
    """A flag of os.open: the bytes as they are, which this system gives anyway."""

    def sync_folder(folder: Path) -> None:
        """Make the names of a folder durable. Raises OSError."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def is_read_only(folder: Path) -> bool:
        """Return whether the volume of a folder takes no writes. Raises OSError."""
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)

    def allocate(file: int, start: int, length: int) -> None:
        """Reserve the room of part of an open file on the volume. Raises OSError."""
        os.posix_fallocate(file, start, length)
