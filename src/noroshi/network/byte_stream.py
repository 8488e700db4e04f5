"""Read and write bytes on a connection, with bounds for what is not read yet or not sent yet."""

from __future__ import annotations

import asyncio

MOST_UNREAD = 256 * 1024
"""Bytes; the other side waits while so many were not read."""


class ByteStream(asyncio.Protocol):
    """The bytes of one connection, for one reader and one writer that take turns."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._error: Exception | None = None
        self._is_over = self._is_full = False
        self._change_event = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if len(self._buffer) > MOST_UNREAD:
            self.transport.pause_reading()
        self._change_event.set()

    def eof_received(self) -> None:
        self._is_over = True
        self._change_event.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_over, self._is_full = True, False
        self._error = self._error or exc
        self._change_event.set()

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._change_event.set()

    @property
    def transport(self) -> asyncio.Transport:
        assert self._transport is not None
        return self._transport

    @property
    def has_news(self) -> bool:
        """Tell whether there is something to read, be it the end."""
        return bool(self._buffer) or self._is_over

    async def read(self) -> bytes:
        """Return what has come, at least a byte; b"" at the end. Raises OSError where the
        connection broke."""
        while not self.has_news:
            await self._change()
        if not self._buffer and self._error is not None:
            raise self._error
        data = bytes(self._buffer)
        self._buffer.clear()
        if not self._is_over:
            self.transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send, and wait while too much is unsent, but no longer than until there are news."""
        if not self._is_over:
            self.transport.write(data)
        while self._is_full and not self.has_news:
            await self._change()

    def close(self) -> None:
        """Hang up as the protocols ask for it."""
        self.transport.close()

    def abort(self) -> None:
        """Hang up without a farewell, for which the other side could let us wait."""
        self.transport.abort()

    async def _change(self) -> None:
        self._change_event.clear()
        await self._change_event.wait()
