"""Carry bytes over a named pipe of this computer: its listening end, and the end of who calls.

https://learn.microsoft.com/windows/win32/ipc/named-pipes
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import os
    import threading
    from collections.abc import Callable
    from ctypes import wintypes
    from hashlib import sha256
    from time import monotonic

    from noroshi.system.windows_security import (
        described,
        owner_of_handle,
        token_groups,
        token_user,
    )

    PIPES = "\\\\.\\pipe\\"
    BUFFER = 1 << 16
    FOREVER = 0xFFFFFFFF
    """Milliseconds of a wait that has no end."""

    DUPLEX, FIRST_INSTANCE, OVERLAPPED = 0x3, 0x80000, 0x40000000
    REJECT_REMOTE, UNLIMITED = 0x8, 255
    OPEN_EXISTING = 3
    IDENTIFY_US_ONLY = 0x110000
    """SECURITY_SQOS_PRESENT and SECURITY_IDENTIFICATION: the other end may ask who we are, and
    not act as us."""
    ACCESS = 0x12018B
    """Read and write, and see the owner; not GENERIC_WRITE, which holds the right to make
    another instance of the pipe (FILE_APPEND_DATA)."""
    PENDING, CONNECTED, MORE, BUSY = 997, 535, 234, 231
    GONE = frozenset({109, 232, 233})
    """ERROR_BROKEN_PIPE, ERROR_NO_DATA, ERROR_PIPE_NOT_CONNECTED."""
    WAIT_TIMED_OUT = 121
    QUERY = 0x0008

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _security = ctypes.WinDLL("advapi32", use_last_error=True)
    _Handle, _Number = wintypes.HANDLE, wintypes.DWORD

    class _Overlapped(ctypes.Structure):
        """Mirror OVERLAPPED: what the kernel keeps of a transfer, and the event of its end."""

        _fields_ = (
            ("internal", ctypes.c_void_p),
            ("internal_high", ctypes.c_void_p),
            ("offset", ctypes.c_uint64),
            ("event", _Handle),
        )

    class _SecurityAttributes(ctypes.Structure):
        """Mirror SECURITY_ATTRIBUTES."""

        _fields_ = (
            ("length", _Number),
            ("descriptor", ctypes.c_void_p),
            ("inherit", wintypes.BOOL),
        )

    _OverlappedPointer = ctypes.POINTER(_Overlapped)
    _NumberPointer = ctypes.POINTER(_Number)
    _kernel.CreateNamedPipeW.argtypes = (wintypes.LPCWSTR, *(_Number,) * 6, ctypes.c_void_p)
    _kernel.CreateNamedPipeW.restype = _Handle
    _kernel.CreateFileW.argtypes = (
        wintypes.LPCWSTR,
        _Number,
        _Number,
        ctypes.c_void_p,
        _Number,
        _Number,
        _Handle,
    )
    _kernel.CreateFileW.restype = _Handle
    _kernel.CreateEventW.argtypes = (
        ctypes.c_void_p,
        wintypes.BOOL,
        wintypes.BOOL,
        wintypes.LPCWSTR,
    )
    _kernel.CreateEventW.restype = _Handle
    _kernel.SetEvent.argtypes = (_Handle,)
    _kernel.CloseHandle.argtypes = (_Handle,)
    _kernel.ConnectNamedPipe.argtypes = (_Handle, _OverlappedPointer)
    _kernel.WaitNamedPipeW.argtypes = (wintypes.LPCWSTR, _Number)
    _transfer_arguments = (
        _Handle,
        ctypes.c_void_p,
        _Number,
        _NumberPointer,
        _OverlappedPointer,
    )
    _kernel.ReadFile.argtypes = _kernel.WriteFile.argtypes = _transfer_arguments
    _kernel.CancelIoEx.argtypes = (_Handle, _OverlappedPointer)
    _kernel.GetOverlappedResult.argtypes = (
        _Handle,
        _OverlappedPointer,
        _NumberPointer,
        wintypes.BOOL,
    )
    _kernel.WaitForMultipleObjects.argtypes = (
        _Number,
        ctypes.POINTER(_Handle),
        wintypes.BOOL,
        _Number,
    )
    _kernel.GetCurrentThread.restype = _Handle
    _security.ImpersonateNamedPipeClient.argtypes = (_Handle,)
    _security.OpenThreadToken.argtypes = (
        _Handle,
        _Number,
        wintypes.BOOL,
        ctypes.POINTER(_Handle),
    )

    def pipe_name(path: str) -> str:
        """Return the name of the pipe that stands for a door's path: pipes have no folders. A path
        that is a pipe's is its own name."""
        if path.lower().startswith(PIPES):
            return path.rstrip("\\")
        place = os.path.normcase(os.path.realpath(path))
        return f"{PIPES}noroshi-{sha256(place.encode('utf-16-le', 'surrogatepass')).hexdigest()[:32]}"

    class Pipe:
        """Carry bytes over an open pipe. One thread uses it at a time; any may close it."""

        def __init__(self, handle: int) -> None:
            self._handle, self._seconds = handle, float("inf")
            self._in_use = threading.Lock()
            self._closing, self._event = _new_event(), _new_event()

        def __enter__(self) -> Pipe:
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

        def settimeout(self, seconds: float) -> None:
            """Let each transfer take so long."""
            self._seconds = seconds

        def recv(self, size: int) -> bytes:
            """Return what came, b"" at the end. Raises OSError, and TimeoutError."""
            buffer = ctypes.create_string_buffer(size)
            try:
                count = self._transfer(
                    lambda overlapped: _kernel.ReadFile(
                        self._handle, buffer, size, None, overlapped
                    )
                )
            except BrokenPipeError:
                return b""
            return buffer.raw[:count]

        def sendall(self, data: bytes) -> None:
            """Send all of it. Raises OSError, BrokenPipeError if nobody is there any more, and
            TimeoutError."""
            for start in range(0, len(data), BUFFER):
                part = data[start : start + BUFFER]
                while part:
                    part = part[self._send(part) :]

        def _send(self, part: bytes) -> int:
            return self._transfer(
                lambda overlapped: _kernel.WriteFile(
                    self._handle, part, len(part), None, overlapped
                )
            )

        def wait_for_client(self) -> None:
            """Wait until somebody opens the other end. Raises OSError."""
            self._transfer(
                lambda overlapped: _kernel.ConnectNamedPipe(self._handle, overlapped)
            )

        def client(self) -> tuple[str, frozenset[str]]:
            """Return the SIDs of the user at the other end and of the user's groups, as the
            kernel knows them. Something must have been read before. Raises OSError."""
            _require(_security.ImpersonateNamedPipeClient(self._handle))
            token = _Handle()
            try:
                opened = _security.OpenThreadToken(
                    _kernel.GetCurrentThread(), QUERY, True, ctypes.byref(token)
                )
                error = ctypes.get_last_error()
            finally:
                _require(_security.RevertToSelf())
            if not opened:
                raise ctypes.WinError(error)
            try:
                return token_user(token), token_groups(token)
            finally:
                _kernel.CloseHandle(token)

        def owner(self) -> str:
            """Return the SID of whoever made the pipe. Raises OSError."""
            return owner_of_handle(self._handle)

        def close(self) -> None:
            """Close it; who waits at it gets ConnectionAbortedError."""
            _kernel.SetEvent(self._closing)
            with self._in_use:
                for handle in (self._handle, self._closing, self._event):
                    if handle:
                        _kernel.CloseHandle(handle)
                self._handle = self._closing = self._event = 0

        def _transfer(self, begin: Callable[[object], int]) -> int:
            """Begin a transfer and wait for its end; return the number of bytes."""
            with self._in_use:
                if not self._handle:
                    raise ConnectionAbortedError
                overlapped = _Overlapped(event=self._event)
                if not begin(ctypes.byref(overlapped)):
                    error = ctypes.get_last_error()
                    if error == CONNECTED:
                        return 0
                    if error not in (PENDING, MORE):
                        raise _error(error)
                return self._result(overlapped)

        def _result(self, overlapped: _Overlapped) -> int:
            ended = _wait(self._event, self._closing, self._seconds)
            if ended != 0:
                _kernel.CancelIoEx(self._handle, ctypes.byref(overlapped))
            count = _Number()
            if _kernel.GetOverlappedResult(
                self._handle, ctypes.byref(overlapped), ctypes.byref(count), True
            ):
                return count.value
            error = ctypes.get_last_error()
            if ended == 0:
                raise _error(error)
            raise ConnectionAbortedError if ended == 1 else TimeoutError

    def make_pipe(name: str, sddl: str, *, is_first: bool) -> Pipe:
        """Make an instance of a pipe, for those whom the text in SDDL lets in, and for nobody on
        another computer. Raises OSError; PermissionError if it is to be the first and is not."""
        with described(sddl) as descriptor:
            attributes = _SecurityAttributes(
                ctypes.sizeof(_SecurityAttributes), descriptor.pointer, False
            )
            mode = DUPLEX | OVERLAPPED | (FIRST_INSTANCE if is_first else 0)
            handle = _kernel.CreateNamedPipeW(
                name,
                mode,
                REJECT_REMOTE,
                UNLIMITED,
                BUFFER,
                BUFFER,
                0,
                ctypes.byref(attributes),
            )
        return Pipe(_opened(handle))

    def open_pipe(name: str, seconds: float) -> Pipe:
        """Open the caller's end of a pipe. Raises FileNotFoundError if there is no such pipe,
        TimeoutError if none of its instances is free in time, else OSError."""
        end = monotonic() + seconds
        while True:
            handle = _kernel.CreateFileW(
                name, ACCESS, 0, None, OPEN_EXISTING, OVERLAPPED | IDENTIFY_US_ONLY, None
            )
            error = ctypes.get_last_error()
            if handle != _NONE or error != BUSY:
                pipe = Pipe(_opened(handle))
                pipe.settimeout(seconds)
                return pipe
            left = max(1, int((end - monotonic()) * 1000))
            if not _kernel.WaitNamedPipeW(name, left) and monotonic() >= end:
                raise TimeoutError

    def is_pipe_open(name: str) -> bool:
        """Return whether somebody listens at a pipe, whether free now or not."""
        is_free: int = _kernel.WaitNamedPipeW(name, 1)
        return bool(is_free) or ctypes.get_last_error() == WAIT_TIMED_OUT

    _NONE = ctypes.c_void_p(-1).value
    """INVALID_HANDLE_VALUE."""

    def _opened(handle: int | None) -> int:
        if handle is None or handle == _NONE:
            raise _error(ctypes.get_last_error())
        return handle

    def _new_event() -> int:
        handle: int | None = _kernel.CreateEventW(None, True, False, None)
        if not handle:
            raise _error(ctypes.get_last_error())
        return handle

    def _wait(event: int, closing: int, seconds: float) -> int:
        """Return which of the two came first, 0 or 1; else something larger."""
        handles = (_Handle * 2)(event, closing)
        limit = FOREVER if seconds == float("inf") else int(seconds * 1000)
        number: int = _kernel.WaitForMultipleObjects(2, handles, False, limit)
        return number

    def _require(succeeded: int) -> None:
        if not succeeded:
            raise _error(ctypes.get_last_error())

    def _error(number: int) -> OSError:
        if number in GONE:
            return BrokenPipeError()
        return ctypes.WinError(number)
