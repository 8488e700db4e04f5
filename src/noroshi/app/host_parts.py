"""Make what all hosts of a process share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from noroshi.app.secret_files import own_files
from noroshi.config.config import Config
from noroshi.hosts.files import LocalFiles
from noroshi.hosts.jobs import Jobs
from noroshi.hosts.local import SharedParts
from noroshi.ports import Clocks, Store

if sys.platform == "linux" or sys.platform == "win32":  # its modules are not there elsewhere
    from noroshi.hosts.program_runner import ProgramRunner


def shared_parts(
    store: Store,
    clocks: Clocks,
    config: Config,
    stack: AsyncExitStack,
    credentials: Callable[[], Path | None],
) -> SharedParts:
    """Return what all hosts share; it is closed with the stack. `credentials` returns the folder of
    systemd's credentials."""
    return SharedParts(
        jobs=Jobs(store.beats, clocks.steady),
        files=LocalFiles(lambda: own_files(config, credentials())),
        program_runner=_program_runner(stack),
    )


def _program_runner(stack: AsyncExitStack) -> ProgramRunner | None:
    """Make the runner of programs, where they can be run; it is closed with the stack."""
    if sys.platform != "linux" and sys.platform != "win32":
        return None
    program_runner = ProgramRunner()
    stack.push_async_callback(program_runner.close)
    return program_runner
