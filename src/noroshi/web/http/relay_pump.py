"""Join a connection of this computer and one that another node passes on, until both have ended."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from contextlib import suppress

from noroshi.cluster.node_stream import NodeStream

RESET = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
"""For SO_LINGER: do not wait for what is not sent."""
PIECE = 64 * 1024
LINGER = 5.0
"""Seconds that a client may take to end the connection after the last answer."""


async def join(
    stream: NodeStream,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    linger: float | None = None,
) -> None:
    """Copy bytes both ways. The end of a direction is passed on; if one side breaks off, break off the
    other. `linger`: seconds that the client may take to end after the last answer."""
    outward = asyncio.create_task(_carry_out(stream, reader))
    inward = asyncio.create_task(_carry_in(stream, writer))
    if linger is not None:
        loop = asyncio.get_running_loop()
        inward.add_done_callback(lambda _task: loop.call_later(linger, outward.cancel))
    try:
        await asyncio.wait((outward, inward), return_when=asyncio.FIRST_EXCEPTION)
    finally:
        await _end(stream, writer, outward, inward)


async def _end(
    stream: NodeStream,
    writer: asyncio.StreamWriter,
    outward: asyncio.Task[None],
    inward: asyncio.Task[None],
) -> None:
    """Close both connections; what has not ended by itself breaks off."""
    for task in (outward, inward):
        task.cancel()
    await asyncio.wait((outward, inward))
    was_taken, was_answered = (_ended_well(task) for task in (outward, inward))
    if was_taken and was_answered:
        stream.close()
    else:
        stream.abort()
    if was_answered:  # who is slow to read it still gets all of it
        writer.close()
    else:
        _break_off(writer)


def _ended_well(task: asyncio.Task[None]) -> bool:
    return not task.cancelled() and task.exception() is None


def _break_off(writer: asyncio.StreamWriter) -> None:
    """Reset a connection: half an answer must not look like a whole one."""
    connection = writer.get_extra_info("socket")
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()


async def _carry_out(stream: NodeStream, reader: asyncio.StreamReader) -> None:
    while data := await reader.read(PIECE):
        await stream.write(data)
    await stream.write_end()


async def _carry_in(stream: NodeStream, writer: asyncio.StreamWriter) -> None:
    while data := await stream.read():
        writer.write(data)
        await writer.drain()
    if writer.can_write_eof():
        with suppress(OSError):  # it has gone already
            writer.write_eof()
    else:
        writer.close()
