"""Carry a connection that is passed on: in pieces, so that each direction can end by itself.

asyncio cannot end one direction of TLS alone, and a broken link must not look like an end.
"""

from __future__ import annotations

import asyncio

from noroshi.cluster.node_requests import NodeLinkError

PIECE = 16 * 1024 - 2
"""Bytes of a piece: with its head it fills one record of TLS."""
HEAD = 2


class NodeStream:
    """Read and write one connection of the link, after the line each way."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def read(self) -> bytes:
        """Return the next bytes; b"" at the end. Raise NodeLinkError if the link breaks."""
        try:
            head = await self._reader.readexactly(HEAD)
            return await self._reader.readexactly(int.from_bytes(head, "big"))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise NodeLinkError("broken off") from error

    async def write(self, data: bytes) -> None:
        """Send, and wait while the other side is slow. Raise NodeLinkError if the link breaks."""
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            await self._send(len(piece).to_bytes(HEAD, "big") + piece)

    async def write_end(self) -> None:
        """Say that nothing more comes. Raise NodeLinkError if the link breaks."""
        await self._send(bytes(HEAD))

    def close(self) -> None:
        """End both ways once what was written is sent."""
        self._writer.close()

    def abort(self) -> None:
        """Break the link off."""
        self._writer.transport.abort()

    async def _send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as error:
            raise NodeLinkError("broken off") from error
