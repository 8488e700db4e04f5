"""HTTP proxies on loopback: one that does as it should, and such as a house has."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

OK = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\n"


@dataclass
class Proxy:
    """`answer` is said in place of connecting; `log_in` is "user:password"; `tls` makes it one
    that looks into TLS: it meets the client with a certificate of its own."""

    answer: str = ""
    log_in: str = ""
    schemes: str = 'Basic realm="office"'
    tls: ssl.SSLContext | None = None
    silent: bool = False
    asked: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    port: int = 0
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Proxy]:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            await ended(server, self._tasks)

    def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.heads.append(head)
            target = head.split(" ")[1]
            self.asked.append(target)
            if self.silent:
                await reader.read()
            writer.write((self._no(head) or OK).encode())
            if self._no(head):
                return
            if self.tls is not None:
                await writer.start_tls(self.tls)
            await self._carry(target, reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    def _no(self, head: str) -> str:
        wanted = b64encode(self.log_in.encode()).decode()
        if self.log_in and f"Proxy-Authorization: Basic {wanted}\r\n" not in head:
            said = f"Proxy-Authenticate: {self.schemes}\r\n" if self.schemes else ""
            return f"HTTP/1.1 407 Proxy Authentication Required\r\n{said}\r\n"
        return self.answer

    async def _carry(
        self, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, _, port = target.rpartition(":")
        own = _unverified() if self.tls is not None else None
        to_reader, to_writer = await asyncio.open_connection(host, int(port), ssl=own)
        try:
            await asyncio.gather(_pump(reader, to_writer), _pump(to_reader, writer))
        finally:
            to_writer.transport.abort()


async def ended(server: asyncio.Server, tasks: set[asyncio.Task[None]]) -> None:
    """No longer listen, and leave no connection, not even one that was accepted just now."""
    server.close()
    await _some_turns()
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await _some_turns()
    await server.wait_closed()


async def _some_turns() -> None:
    """The loop has to call back for each accepted and for each closed connection."""
    for _ in range(5):
        await asyncio.sleep(0)


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(65_536):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        writer.write_eof()
    else:
        writer.close()
