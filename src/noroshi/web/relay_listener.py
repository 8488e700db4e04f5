"""Listen on a node that does not send, and pass each connection on to the one that does.

TLS of agents ends at the sender, whose key they know. TLS of browsers ends here: the certificate has
this node's name, and this node must be able to answer that no node sends.
"""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape

from noroshi.cluster.node_requests import Entry, NodeLinkError, Opening, Purpose
from noroshi.cluster.node_stream import NodeStream
from noroshi.core.translation import _
from noroshi.service import OperationFailedError, refusal_as_json
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import limit_tls_buffers, listen
from noroshi.web.http.relay_pump import LINGER, PIECE, join

MANAGER_LIMITS = ConnectionLimits()
AGENT_LIMITS = ConnectionLimits(most=4000, of_one=1000, one_of=4)
"""For all connections passed on: the sender knows which agents proved their identity, and closes others."""
FIRST_BYTES_TIMEOUT = 15.0
"""Seconds within which a client must send its first bytes."""
LONGEST_HEAD = 16 * 1024
RETRY_AFTER = 5
"""Seconds after which browsers and programs should try again (Retry-After)."""
NOBODY = _(
    "No node is available for the manager and the API at the moment. Monitoring continues. "
    "Try again in a few seconds."
)
PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Noroshi</title></head>
<body><h1>Noroshi</h1><p>{en}</p><p lang="ja">{ja}</p></body></html>
"""
log = logging.getLogger(__name__)
PassOn = Callable[[Opening], Awaitable[NodeStream]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySetting:
    """Describe a listener whose connections are passed on: its purpose, address and TLS."""

    purpose: Purpose
    address: str
    port: int
    hosts: tuple[str, ...] = ()
    context: ssl.SSLContext | None = None
    limits: ConnectionLimits = MANAGER_LIMITS

    @property
    def entry(self) -> Entry:
        """Return the description of this listener for the node that answers."""
        return Entry(port=self.port, hosts=self.hosts, secure=self.context is not None)


class RelayListener:
    """Hold a socket, and the connections that came in by it. `pass_on` opens one to the node that
    sends; it raises NodeLinkError where there is none."""

    def __init__(self, setting: RelaySetting, pass_on: PassOn) -> None:
        self._setting, self._pass_on = setting, pass_on
        self._server: asyncio.Server | None = None
        self._tasks = set[asyncio.Task[None]]()

    async def open(self) -> None:
        """Listen from now on. Raise OSError."""
        limit_tls_buffers()
        setting = self._setting
        listener = listen(setting.address, setting.port, Connections(setting.limits))
        self._server = await asyncio.start_server(
            self._serve, sock=listener, ssl=setting.context
        )

    def cut(self) -> None:
        """End all connections: another node sends now."""
        for task in self._tasks:
            task.cancel()

    async def close(self) -> None:
        """Stop listening, and end all connections."""
        if self._server is not None:
            self._server.close()
        self.cut()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            await self._relay(reader, writer)
        except (OSError, TimeoutError, NodeLinkError) as error:
            log.debug("a connection that is passed on ended: %s", error)
        except asyncio.CancelledError:  # by `cut`; the server's own callback would log it
            pass
        finally:
            if not writer.is_closing():
                writer.transport.abort()

    async def _relay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(FIRST_BYTES_TIMEOUT):
            first = await reader.read(PIECE)
        if not first:
            return
        client = writer.get_extra_info("peername")
        opening = Opening(
            purpose=self._setting.purpose,
            client=(client[0], client[1]),
            entry=self._setting.entry,
        )
        try:
            stream = await self._pass_on(opening)
        except NodeLinkError as error:
            log.info("no node takes a connection for %s: %s", self._setting.purpose, error)
            return await self._refuse(first, reader, writer)
        await stream.write(first)
        await join(stream, reader, writer, LINGER)

    async def _refuse(
        self, first: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Tell browsers and programs that nobody answers; agents try again by themselves."""
        if self._setting.purpose is not Purpose.MANAGER:
            return
        writer.write(refusal(first))
        await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
        async with asyncio.timeout(
            LINGER
        ):  # what is sent and not read would reset the connection
            while await reader.read(PIECE):
                pass
        writer.close()


def refusal(request: bytes) -> bytes:
    """Return the answer to a request that no node can answer."""
    target = request.partition(b"\r\n")[0].split(b" ")[1:2]
    path = target[0] if target else b""
    if path.startswith((b"/api/", b"/healthz", b"/readyz", b"/metrics")):
        kind = "application/json"
        body = json.dumps(refusal_as_json(OperationFailedError(NOBODY)), ensure_ascii=False)
    else:
        kind = "text/html; charset=utf-8"
        body = PAGE.format(en=escape(NOBODY.en), ja=escape(NOBODY.ja))
    head = (
        "HTTP/1.1 503 Service Unavailable\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {len(body.encode())}\r\n"
        f"Retry-After: {RETRY_AFTER}\r\nCache-Control: no-store\r\n"
        "Content-Security-Policy: default-src 'none'\r\nX-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return (head + body).encode()
