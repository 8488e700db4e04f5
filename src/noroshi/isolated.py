"""A program of ours in a process of its own that knows nothing: no environment, no folder, no
terminal, nothing of what people installed; it is spoken to by its standard input and output."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

LONGEST_LINE = 64 * 1024


async def start(program: Path, longest_line: int = LONGEST_LINE) -> asyncio.subprocess.Process:
    """Raises OSError if no process can be started."""
    # A session of its own, so that Ctrl-C at a terminal does not reach it before its turn.
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={},
        cwd=program.anchor,
        start_new_session=True,
        limit=longest_line,
    )


def kill(child: asyncio.subprocess.Process) -> None:
    """End it at once, with whatever it may have started."""
    try:
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it ended in this very moment
