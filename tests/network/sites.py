"""A web server on loopback that says what a test tells it, and remembers what it heard."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.network.proxies import ended

DROP, SILENT = "DROP", "SILENT"


def says(status, body=b"", **headers):
    """An HTTP/1.1 answer; a header's name has _ for -."""
    lines = [f"HTTP/1.1 {status} Because"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Heard:
    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """`answers` are used up one by one, the last one stays."""

    tls: ssl.SSLContext | None = None
    answers: list[bytes | str] = field(default_factory=lambda: [says(200, b"ok")])
    heard: list[Heard] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    hang_up_after: int = 0
    """The connection ends after so many answers; 0: it does not."""
    peers: list[str] = field(default_factory=list)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://localhost:{self.port}"

    def drop_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    @asynccontextmanager
    async def open(self, host: str = "127.0.0.1") -> AsyncIterator[Site]:
        server = await asyncio.start_server(self._take, host, 0, limit=2**23)
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
        self.connections += 1
        self.peers.append(writer.get_extra_info("peername")[0])
        self._writers.add(writer)
        try:
            if self.tls is not None:
                await writer.start_tls(self.tls)
            while True:
                self.heard.append(await _request(reader))
                answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if answer == DROP:
                    return
                if answer == SILENT:
                    self.hanging.set()
                    await reader.read()
                    return
                writer.write(answer)
                await writer.drain()
                if len(self.heard) == self.hang_up_after:
                    writer.close()  # sends what is still to be sent, which `abort` may drop
                    await writer.wait_closed()
                    return
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.gone.set()
            self._writers.discard(writer)
            writer.transport.abort()


async def _request(reader: asyncio.StreamReader) -> Heard:
    line, *rest = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
    headers = {name.lower(): value for name, _, value in (one.partition(": ") for one in rest)}
    return Heard(
        line, headers, await reader.readexactly(int(headers.get("content-length", "0")))
    )
