"""Run a program of ours in a separate process that knows nothing: no environment, no folder, no
terminal, no installed packages. The node talks to it through standard input and output."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterable, Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from noroshi import schema
from noroshi.sandbox_reader import CPU_SECONDS, MEMORY
from noroshi.system.job_object import ProcessBounds

if sys.platform == "win32":
    from noroshi.imports import ONE_AT_A_TIME
    from noroshi.system.job_object import NO_WINDOW, SUSPENDED, hold_within
    from noroshi.system.system_folder import system_folder

    START_FLAGS = SUSPENDED | NO_WINDOW
    PROCESSES = 1 if sys.prefix == sys.base_prefix else 2
    """The python.exe of a virtual environment starts the one that it was made of (docs.python.org,
    "venv"), and waits for it."""
    ENVIRONMENT = {"SystemRoot": str(Path(system_folder()).parent)}
    """Libraries of Windows that Python loads look for their files there."""
else:
    START_FLAGS, ENVIRONMENT = 0, dict[str, str]()

LONGEST_LINE = 64 * 1024
READER_BOUNDS = ProcessBounds(memory=MEMORY, cpu_seconds=CPU_SECONDS)
AT_ONCE = 2
"""Readers at a time, as each may take half a gigabyte and a core."""
MOST_WAITING, MOST_OF_ONE = 16, 4
"""The most requests that are received or wait for a reader at a time, and the most of one
person."""
WITHIN = 120.0
"""Seconds: a reader's own limit, of CPU time, comes first unless the machine stands still."""
CHUNK = 64 * 1024


async def start(
    program: Path,
    bounds: ProcessBounds,
    longest_line: int = LONGEST_LINE,
    stdin: int | IO[bytes] = asyncio.subprocess.PIPE,
) -> asyncio.subprocess.Process:
    """Start a program, on Windows within the bounds; elsewhere it sets them itself, before it reads
    anything. Raises OSError if no process can be started."""
    # A session of its own, so that Ctrl-C at a terminal does not reach it before its turn.
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        str(program),
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=ENVIRONMENT,
        cwd=program.anchor,
        start_new_session=True,
        creationflags=START_FLAGS,
        limit=longest_line,
    )
    if sys.platform == "win32":
        _release_within(child, bounds)
    return child


if sys.platform == "win32":

    def _release_within(child: asyncio.subprocess.Process, bounds: ProcessBounds) -> None:
        """Let a child that is suspended go on, within bounds. Raises OSError."""
        with ONE_AT_A_TIME:
            import psutil  # only now: commands that start no child import this module too

        try:
            hold_within(child.pid, replace(bounds, processes=PROCESSES))
            psutil.Process(child.pid).resume()
        except (OSError, psutil.Error) as error:
            kill(child)
            raise OSError(str(error)) from error


def kill(child: asyncio.subprocess.Process) -> None:
    """End a process at once, with whatever it may have started."""
    try:
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it ended in this very moment


class Busy(Exception):
    """Report that too many requests wait for a reader to take one more."""


class Unread(Exception):
    """The reader gave no answer: it needed more memory or time than it may have."""


class Readers:
    """Parse bodies that anybody may have sent, each in a process that ends afterwards: no body,
    whatever it holds, takes this process's memory or its interpreter's lock."""

    def __init__(self) -> None:
        self._turns, self._waiting = asyncio.Semaphore(AT_ONCE), Counter[str]()

    async def ask(
        self, program: Path, head: Mapping[str, Any], body: AsyncIterable[bytes], who: str = ""
    ) -> Any:
        """Return what the program answers to that body, which `who` sends. Raises Busy, Unread,
        and OSError if no process can be started."""
        if self._waiting.total() >= MOST_WAITING or self._waiting[who] >= MOST_OF_ONE:
            raise Busy
        self._waiting[who] += 1
        try:
            with _request_file() as request:
                request.write(json.dumps(head).encode() + b"\n")
                async for (
                    part
                ) in body:  # before its turn: who sends slowly keeps nobody waiting
                    request.write(part)
                request.seek(0)
                async with self._turns:
                    return await _answer_of(program, request)
        finally:
            self._waiting[who] -= 1
            self._waiting += Counter()  # those who have none are not remembered


def _request_file() -> IO[bytes]:
    """Open a file without a name, outside of this process's memory, and on no disk where that
    can be: what is sent may be a secret."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("request"), "w+b")
    return TemporaryFile()


async def _answer_of(program: Path, body: IO[bytes]) -> Any:
    child = await start(program, READER_BOUNDS, CHUNK, body)
    try:
        async with asyncio.timeout(WITHIN):
            output, _ = await child.communicate()
        return schema.parse_json(output)
    except (TimeoutError, ValueError):  # ended by a limit it says nothing, or half of it
        raise Unread from None
    finally:
        if child.returncode is None:
            kill(child)
            await child.communicate()
