"""Through an HTTP proxy: CONNECT (RFC 9110, 9.3.6), with a Basic log-in (RFC 7617)."""

from __future__ import annotations

import asyncio
import re
import socket
from base64 import b64encode

from noroshi.core.host_port import authority
from noroshi.core.mail import Fault, Network
from noroshi.core.printable import printable
from noroshi.network import connection_errors

LONGEST_HEAD = 16_384
STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})(?: ([^\r\n]*))?\r?\n")
SCHEME = re.compile(rb"(?im)^proxy-authenticate:[ \t]*([\w-]+)")
NOT_IN_A_LINE = re.compile(r"[^!-~]")
LONGEST_REASON = 80


def basic(user: str, password: str) -> str:
    """Return the value of Proxy-Authorization; in UTF-8, as RFC 7617, 2.1 asks for."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode("ascii")


def proxy_of(network: Network) -> tuple[str, int]:
    """Return the proxy's own host and port; they were checked when they were saved."""
    host, _, port = network.proxy.rpartition(":")
    return host.strip("[]"), int(port)


async def tunnel(
    sock: socket.socket, network: Network, password: str, host: str, port: int
) -> None:
    """Have the proxy at the other end of the socket connect us. Raises ConnectError, OSError."""
    target = authority(host, port)
    if NOT_IN_A_LINE.search(target):
        raise connection_errors.of_name(target, ValueError("no host name"))
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if network.proxy_user:
        lines.append(f"Proxy-Authorization: {basic(network.proxy_user, password)}")
    request = "\r\n".join([*lines, "", ""]).encode("ascii")
    await asyncio.get_running_loop().sock_sendall(sock, request)
    head = await _head(sock)
    match = STATUS.match(head)
    if match is None:
        arguments = {"proxy": network.proxy, "name": network.name}
        raise connection_errors.not_reached(
            connection_errors.NOT_A_PROXY, Fault.SETUP, **arguments
        )
    if match[1][:1] != b"2":
        reason = _printable_reason(match[2] or b"")
        schemes = [scheme.decode("ascii") for scheme in SCHEME.findall(head)]
        raise connection_errors.of_proxy_answer(network, target, int(match[1]), reason, schemes)


async def _head(sock: socket.socket) -> bytes:
    """Read the proxy's answer up to the empty line, byte by byte: what follows is the
    server's."""
    loop, head = asyncio.get_running_loop(), bytearray()
    while not head.endswith((b"\r\n\r\n", b"\n\n")) and len(head) < LONGEST_HEAD:
        piece = await loop.sock_recv(sock, 1)
        if not piece:
            break
        head += piece
    return bytes(head)


def _printable_reason(reason: bytes) -> str:
    return printable(reason.decode("latin-1")[:LONGEST_REASON])
