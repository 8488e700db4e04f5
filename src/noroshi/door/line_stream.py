"""The lines of a connection: a short one is read at once, a long one is handed on as it comes, and
none is kept that is longer than it may be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from noroshi.core.size import SMALL_TEXT
from noroshi.door.caller_connection import Reader
from noroshi.service.large_requests import too_long

CHUNK = 1 << 16
IDLE = 60.0
"""Seconds that a connection may be silent."""
LONG = 300.0
"""Seconds that a long line may take."""


class Lines:
    """Read lines of at most `longest_line` bytes each."""

    def __init__(self, reader: Reader, longest_line: int) -> None:
        self._reader, self._longest_line = reader, longest_line
        self._buffer, self._is_over = b"", True

    async def short_line(self) -> bytes | None:
        """Return the next line; b"" at the end; None if the line is long: `parts` yields it."""
        self._is_over = False
        while b"\n" not in self._buffer and len(self._buffer) <= SMALL_TEXT:
            part = await self._receive()
            if not part:
                self._is_over = True
                line, self._buffer = self._buffer, b""
                return line
            self._buffer += part
        line, end, remainder = self._buffer.partition(b"\n")
        if not end:
            return None
        self._is_over, self._buffer = True, remainder
        return line + end

    async def parts(self) -> AsyncIterator[bytes]:
        """Yield a long line in parts, as it comes, without its end. Raises InvalidArgumentError
        after the last part if the line is too long, and TimeoutError."""
        length = 0
        async with asyncio.timeout(LONG):
            while part := await self._next_part():
                length += len(part)
                if length <= self._longest_line:
                    yield part
        if length > self._longest_line:
            raise too_long(self._longest_line)

    async def read_to_end(self) -> None:
        """Read a long line to its end, and keep nothing of it: closing the connection with
        something unread would take the answer away as well."""
        async with asyncio.timeout(LONG):
            while await self._next_part():
                pass

    async def _next_part(self) -> bytes:
        """Return what comes next of this line; b"" once it is over."""
        if self._is_over:
            return b""
        part = self._buffer or await self._receive()
        part, end, self._buffer = part.partition(b"\n")
        self._is_over = bool(end) or not part
        return part

    async def _receive(self) -> bytes:
        async with asyncio.timeout(IDLE):
            return await self._reader.read(CHUNK)
