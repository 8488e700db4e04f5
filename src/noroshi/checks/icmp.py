"""ICMP echo (ping) by asyncio's sockets: RFC 792 for IPv4, RFC 4443 for IPv6.

A datagram ICMP socket where the kernel lets us have one (net.ipv4.ping_group_range), else a
raw one, which takes root. Each is connected, so it hears its peer alone, and a thousand of
them do not read each other's answers. On Windows its own service sends the echoes, and a thread
waits for each answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import itertools
import os
import socket
import struct
import sys
from collections.abc import Iterator

from noroshi.checks.addresses import Place

HEADER = struct.Struct("!BBHHH")  # type, code, checksum, identifier, sequence
MARK = struct.Struct("!QQ")  # whose echo it is: the process, and a number of its own
ASK = {socket.AF_INET: 8, socket.AF_INET6: 128}
ANSWER = {socket.AF_INET: 0, socket.AF_INET6: 129}
PROTOCOL = {socket.AF_INET: socket.IPPROTO_ICMP, socket.AF_INET6: socket.IPPROTO_ICMPV6}
LONGEST = 2048  # bytes; more than any answer to so small an echo
NOT_OFFERED = (errno.EPROTONOSUPPORT, errno.ESOCKTNOSUPPORT, errno.EPROTOTYPE, errno.EINVAL)
"""Windows and others have no datagram ICMP sockets."""

_serials = itertools.count(1)


class NoEcho(Exception):
    """This process may have no ICMP socket."""


if sys.platform == "win32":
    from noroshi.system.windows_echo import send_echo

    class Echo:
        """Echoes to one place, one after another. Used within `opened_echo`."""

        def __init__(self, place: Place) -> None:
            address, _, *further = place[1]
            self._address, self._scope = address, further[1] if further else 0

        async def ask(self, sequence: int, seconds: float) -> float | None:
            """Return how long the answer took, in seconds; None: there was none in time. NoEcho if
            this process may not ask; OSError: what the network or the system said instead."""
            try:
                return await asyncio.to_thread(send_echo, self._address, self._scope, seconds)
            except PermissionError:
                raise NoEcho from None

    @contextlib.contextmanager
    def opened_echo(place: Place) -> Iterator[Echo]:
        """Prepare for echoes to that place."""
        yield Echo(place)
else:

    class Echo:
        """Echoes to one place, one after another. Used within `opened_echo`."""

        def __init__(self, sock: socket.socket) -> None:
            self._sock, self._family = sock, sock.family
            self._raw = sock.type == socket.SOCK_RAW
            self._serial = next(_serials)
            self._mark = MARK.pack(os.getpid(), self._serial)

        async def ask(self, sequence: int, seconds: float) -> float | None:
            """Return how long the answer took, in seconds; None: there was none in time. OSError:
            what the network or the kernel said instead."""
            loop = asyncio.get_running_loop()
            packet = request(self._family, self._serial & 0xFFFF, sequence, self._mark)
            start = loop.time()
            try:
                async with asyncio.timeout(seconds):
                    await loop.sock_sendall(self._sock, packet)
                    while not self._is_answer(
                        await loop.sock_recv(self._sock, LONGEST), sequence
                    ):
                        pass  # a late answer to an earlier one, or somebody else's
            except TimeoutError:
                return None
            return loop.time() - start

        def _is_answer(self, packet: bytes, sequence: int) -> bool:
            if self._raw and self._family == socket.AF_INET:
                packet = without_header(packet)
            return is_answer(packet, self._family, sequence, self._mark)

    @contextlib.contextmanager
    def opened_echo(place: Place) -> Iterator[Echo]:
        """Open a socket for echoes to that place. NoEcho if this process may have none; OSError if
        there is no way there."""
        family, address = place
        with _socket(family) as sock:
            sock.setblocking(False)
            sock.connect(address)
            yield Echo(sock)

    def _socket(family: int) -> socket.socket:
        for sort in (socket.SOCK_DGRAM, socket.SOCK_RAW):
            try:
                return socket.socket(family, sort, PROTOCOL[socket.AddressFamily(family)])
            except PermissionError:
                continue
            except OSError as error:
                if error.errno not in NOT_OFFERED:
                    raise
        raise NoEcho


def request(family: int, identifier: int, sequence: int, mark: bytes) -> bytes:
    """Make an echo request. A datagram socket replaces the identifier; the kernel sums up
    ICMPv6 (RFC 3542, 3.1)."""
    kind = ASK[socket.AddressFamily(family)]
    blank = HEADER.pack(kind, 0, 0, identifier, sequence) + mark
    total = checksum(blank) if family == socket.AF_INET else 0
    return HEADER.pack(kind, 0, total, identifier, sequence) + mark


def is_answer(packet: bytes, family: int, sequence: int, mark: bytes) -> bool:
    """Return True if a packet is the answer to that echo request of ours."""
    if len(packet) < HEADER.size:
        return False
    kind, _, _, _, number = HEADER.unpack_from(packet)
    answer_type = ANSWER[socket.AddressFamily(family)]
    return (kind, number, packet[HEADER.size :]) == (answer_type, sequence, mark)


def without_header(packet: bytes) -> bytes:
    """Return what follows the IPv4 header, which says its own length in words of four bytes."""
    return packet[(packet[0] & 0x0F) * 4 :] if packet else packet


def checksum(packet: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = packet + b"\0" * (len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
