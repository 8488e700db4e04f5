"""Ask a computer for an echo (ping) by Windows' own service, which takes no rights of an administrator.

https://learn.microsoft.com/windows/win32/api/icmpapi/
"""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import errno
    import socket
    import struct
    from collections.abc import Iterator
    from contextlib import contextmanager
    from ctypes import wintypes
    from time import perf_counter

    BODY = b"noroshi."
    ROOM = 256
    """Bytes for the reply: its head, what was sent, and an ICMP error."""
    STATUS_4, STATUS_6 = 4, 28
    """Where the status stands in ICMP_ECHO_REPLY and ICMPV6_ECHO_REPLY."""
    STATUS = struct.Struct("<I")
    SUCCESS, TIMED_OUT = 0, 11010
    NO_NETWORK = frozenset({1231})
    """ERROR_NETWORK_UNREACHABLE: this computer has no way there."""
    NO_HOST = frozenset({1232, 11002, 11003, 11004, 11005, 11012, 11013, 11040})
    """Answers of a router in place of the computer: no network, host, protocol or port there, or
    too far away (IP_STATUS)."""
    ADDRESS_6 = struct.Struct("=HHI16sI")
    """sockaddr_in6; the port and the flow are in no order of bytes, as both are 0."""

    _service = ctypes.WinDLL("iphlpapi", use_last_error=True)
    _service.IcmpCreateFile.restype = _service.Icmp6CreateFile.restype = wintypes.HANDLE
    _service.IcmpCloseHandle.argtypes = (wintypes.HANDLE,)
    _rest = (
        ctypes.c_char_p,
        wintypes.WORD,
        ctypes.c_void_p,
        ctypes.c_void_p,
        wintypes.DWORD,
        wintypes.DWORD,
    )
    _service.IcmpSendEcho.argtypes = (wintypes.HANDLE, wintypes.DWORD, *_rest)
    _service.Icmp6SendEcho2.argtypes = (
        wintypes.HANDLE,
        *(ctypes.c_void_p,) * 3,
        *(ctypes.c_char_p,) * 2,
        *_rest,
    )
    NONE = ctypes.c_void_p(-1).value
    """INVALID_HANDLE_VALUE."""

    def send_echo(address: str, scope: int, seconds: float) -> float | None:
        """Return how long the reply took, in seconds; None: there was none in time. Waits for it.
        Raises PermissionError if this process may not ask, else OSError for what the network or
        the system said instead."""
        reply, is_6 = ctypes.create_string_buffer(ROOM), ":" in address
        tail = (BODY, len(BODY), None, reply, ROOM, max(1, int(seconds * 1000)))
        with _opened(is_6=is_6) as handle:
            start = perf_counter()
            if is_6:
                count = _send_6(handle, address, scope, tail)
            else:
                count = _send_4(handle, address, tail)
            took, error = perf_counter() - start, ctypes.get_last_error()
        if count:
            (error,) = STATUS.unpack_from(reply, STATUS_6 if is_6 else STATUS_4)
        if error in (SUCCESS, TIMED_OUT):
            return took if count and error == SUCCESS else None
        raise _error(error)

    @contextmanager
    def _opened(*, is_6: bool) -> Iterator[int]:
        """Open the service. One thread has it for one echo: who gives up leaves the thread behind."""
        handle = _service.Icmp6CreateFile() if is_6 else _service.IcmpCreateFile()
        if handle is None or handle == NONE:
            raise PermissionError
        try:
            yield handle
        finally:
            _service.IcmpCloseHandle(handle)

    _Tail = tuple[bytes, int, None, ctypes.Array[ctypes.c_char], int, int]

    def _send_4(handle: int, address: str, tail: _Tail) -> int:
        (number,) = struct.unpack("=I", socket.inet_pton(socket.AF_INET, address))
        count: int = _service.IcmpSendEcho(handle, number, *tail)
        return count

    def _send_6(handle: int, address: str, scope: int, tail: _Tail) -> int:
        packed = socket.inet_pton(socket.AF_INET6, address.partition("%")[0])
        source = ADDRESS_6.pack(socket.AF_INET6, 0, 0, bytes(16), 0)
        target = ADDRESS_6.pack(socket.AF_INET6, 0, 0, packed, scope)
        count: int = _service.Icmp6SendEcho2(handle, None, None, None, source, target, *tail)
        return count

    def _error(number: int) -> OSError:
        if number in NO_NETWORK:
            return OSError(errno.ENETUNREACH, ctypes.FormatError(number))
        if number in NO_HOST:
            return OSError(errno.EHOSTUNREACH, ctypes.FormatError(number))
        return ctypes.WinError(number)
