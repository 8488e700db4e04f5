"""Open files that other programs write, rename and delete meanwhile, and read at a place of them."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    GENERIC_READ, OPEN_EXISTING = 0x80000000, 3
    SHARED = 0x1 | 0x2 | 0x4
    """FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_SHARE_DELETE. Python's own `open` leaves the last one
    out, so that no program could rotate a log while it is read."""
    NONE = ctypes.c_void_p(-1).value
    """INVALID_HANDLE_VALUE."""

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _kernel.CreateFileW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        wintypes.DWORD,
        ctypes.c_void_p,
        wintypes.DWORD,
        wintypes.DWORD,
        wintypes.HANDLE,
    )
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)

    def open_to_read(path: str) -> int:
        """Open a file and return its descriptor. Raises OSError."""
        handle = _kernel.CreateFileW(path, GENERIC_READ, SHARED, None, OPEN_EXISTING, 0, None)
        if handle is None or handle == NONE:
            error = ctypes.WinError(ctypes.get_last_error())
            error.filename = path
            raise error
        try:
            return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)
        except OSError:  # too many files are open
            _kernel.CloseHandle(handle)
            raise

    def read_at(file: int, length: int, offset: int) -> bytes:
        """Return bytes at a place of an open file, whose own position stays. Raises OSError."""
        position = os.lseek(file, 0, os.SEEK_CUR)
        try:
            os.lseek(file, offset, os.SEEK_SET)
            return os.read(file, length)
        finally:
            os.lseek(file, position, os.SEEK_SET)
else:
    FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    """O_NONBLOCK: opening a FIFO without a writer would wait for one."""

    def open_to_read(path: str) -> int:
        """Open a file and return its descriptor. Raises OSError."""
        return os.open(path, FLAGS)

    def read_at(file: int, length: int, offset: int) -> bytes:
        """Return bytes at a place of an open file, whose own position stays. Raises OSError."""
        return os.pread(file, length, offset)
