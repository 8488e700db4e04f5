"""Let a program of the benchmarks be told by lines, and answer by lines (`programs.Helper`)."""

from __future__ import annotations

import asyncio
import sys
import time


async def standard_input() -> asyncio.StreamReader:
    """Return the commands, a line each."""
    loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


def answer(word: str) -> None:
    """Say that a command was done, and when."""
    print(f"{word} {time.time():.6f}", flush=True)
