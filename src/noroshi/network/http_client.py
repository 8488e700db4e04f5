"""Ask HTTP servers on connections that are kept, and made as every other way out is."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from noroshi.network.byte_stream import ByteStream
from noroshi.network.connection_errors import ConnectError, NoAnswerError
from noroshi.network.connector import Egress
from noroshi.network.dialer import dial
from noroshi.network.http import LARGEST, Patience, Reply
from noroshi.network.http1 import (
    HttpConnection,
    HttpError,
    HttpRequest,
    HungUpError,
    Target,
    target_of,
)
from noroshi.network.trust import client_context


@dataclass(frozen=True, slots=True)
class _Exchange:
    """Hold a request, and how many bytes of the answer are wanted. `needs_body`: without a body
    there is no answer; else the status is enough, as the request has arrived by then."""

    request: HttpRequest
    max_bytes: int
    needs_body: bool = True

    async def run(self, connection: HttpConnection) -> Reply:
        """Read as much of the body as is wanted; the rest is not waited for."""
        head, body = await connection.ask(self.request), bytearray()
        try:
            await connection.read_into(body, self.max_bytes)
        except (HttpError, TimeoutError):
            if self.needs_body:
                raise
        return Reply(head.status, head.headers, bytes(body[: self.max_bytes]))


class HttpClient:
    """See `http.Http`."""

    def __init__(self, egress: Egress, ca_files: tuple[str, ...], patience: Patience) -> None:
        self._egress, self._patience = egress, patience
        self._ca_files = (*ca_files, egress.network.ca_file)
        self._context: ssl.SSLContext | None = None
        self._idle = IdleConnections(patience.idle)

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        request = HttpRequest(target_of(url), "POST", headers, content)
        return await self._ask(_Exchange(request, LARGEST, needs_body=False))

    async def get(
        self, url: str, headers: Mapping[str, str], max_bytes: int = LARGEST
    ) -> Reply:
        return await self.ask("GET", url, headers, None, max_bytes)

    async def ask(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None,
        max_bytes: int,
    ) -> Reply:
        """Ask as `get` does: an answer whose body breaks off is none."""
        request = HttpRequest(target_of(url), method, headers, content)
        return await self._ask(_Exchange(request, max_bytes))

    async def close(self) -> None:
        self._idle.close()

    async def _ask(self, exchange: _Exchange) -> Reply:
        """Ask on a kept connection; on a new one if the server had closed that meanwhile."""
        target = exchange.request.target
        idle_connection = self._idle.take(target)
        try:
            if idle_connection is not None:
                # A server that is silent may be at work on it: only one that hung up had done so
                # before it was asked.
                with suppress(HungUpError):
                    return await self._ask_on(idle_connection, exchange)
            return await self._ask_on(await self._connect(target), exchange)
        except (HttpError, TimeoutError) as error:
            raise NoAnswerError(type(error).__name__) from None

    async def _ask_on(self, connection: HttpConnection, exchange: _Exchange) -> Reply:
        try:
            reply = await exchange.run(connection)
        except BaseException:  # also when cancelled: nobody else knows this connection
            connection.abort()
            raise
        self._idle.keep(exchange.request.target, connection)
        return reply

    async def _connect(self, target: Target) -> HttpConnection:
        """Make a connection. Raises ConnectError."""
        patience = self._patience
        try:
            context = await self._tls() if target.is_tls else None
            stream = await dial(
                ByteStream, target.host, target.port, context, self._egress, patience.connect
            )
        except ConnectError:
            self._context = None  # a CA's file may have been mended since it was read
            raise
        return HttpConnection(stream, patience.answer)

    async def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = await asyncio.to_thread(client_context, self._ca_files)
        return self._context


ConnectionKey = tuple[str, int, bool]
"""Host, port, and whether by TLS."""


class IdleConnections:
    """Keep connections for a while, for the next request to the same place."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._timers: dict[ConnectionKey, dict[HttpConnection, asyncio.TimerHandle]] = {}

    def take(self, target: Target) -> HttpConnection | None:
        """Return a connection that can be used, the newest first."""
        timers = self._timers.get(_connection_key(target), {})
        while timers:
            connection, timer = timers.popitem()
            timer.cancel()
            if connection.is_idle:
                return connection
            connection.abort()
        return None

    def keep(self, target: Target, connection: HttpConnection) -> None:
        """Keep a connection, or close it if the next request cannot follow on it."""
        if not connection.is_idle:
            connection.abort()
            return
        timers = self._timers.setdefault(_connection_key(target), {})
        loop = asyncio.get_running_loop()
        timers[connection] = loop.call_later(self._seconds, self._drop, timers, connection)

    def close(self) -> None:
        """Close all."""
        for timers in self._timers.values():
            for connection, timer in timers.items():
                timer.cancel()
                connection.abort()  # nothing is on its way, and TLS would wait for a goodbye
        self._timers.clear()

    def _drop(
        self, timers: dict[HttpConnection, asyncio.TimerHandle], connection: HttpConnection
    ) -> None:
        del timers[connection]
        connection.close()


def _connection_key(target: Target) -> ConnectionKey:
    return target.host, target.port, target.is_tls
