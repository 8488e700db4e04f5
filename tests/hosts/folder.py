"""A folder whose programs may run, and a way to see what a program has left behind."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.program_runner import ProgramRunner
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Program, ProgramResult
from noroshi.system.owners import make_private_folder
from noroshi.system.privileges import is_administrator
from noroshi.testing import ManualClocks

ROOT = is_administrator()


RUNNING = list[ProgramRunner]()
"""What runs the programs of a test; `running` closes it."""


@pytest.fixture
async def running():
    """What runs programs, as `local` hands it to its hosts."""
    RUNNING.append(ProgramRunner())
    yield RUNNING[0]
    await RUNNING.pop().close()


if sys.platform == "win32":

    @pytest.fixture
    def folder(tmp_path):
        folder = tmp_path / "programs"
        make_private_folder(folder)
        return folder
else:

    @pytest.fixture
    def folder():
        """Not below /tmp, where anybody may write; as root, where `nobody` may look as well."""
        place = tempfile.mkdtemp(prefix="noroshi-", dir="/var/lib" if ROOT else Path.home())
        path = Path(place).resolve()
        path.chmod(0o755)
        yield path
        shutil.rmtree(path)


def script(folder: Path, text: str, name: str = "script") -> str:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def local(*folders: Path, **rules: object) -> LocalHost:
    return LocalHost(
        ProgramRules(folders, **rules),
        ManualClocks().clocks,
        shared_parts=SharedParts(program_runner=RUNNING[0] if RUNNING else None),
    )


async def run(folder: Path, text: str, **how: object) -> ProgramResult:
    return await local(folder).run(Program(argv=(script(folder, text),), **how))


class Sleeper:
    """A `sleep` that can be told from all others by how long it would sleep."""

    def __init__(self) -> None:
        self.command = f"sleep 86400.{uuid.uuid4().int}"

    @property
    def pids(self) -> list[int]:
        wanted = self.command.split()
        return [p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == wanted]

    async def runs(self) -> None:
        await _until(lambda: self.pids)

    async def is_gone(self) -> None:
        """SIGKILL has been sent when we are told so; the kernel may need a moment more."""
        await _until(lambda: not self.pids)


async def _until(claim: Callable[[], object]) -> None:
    while not claim():  # noqa: ASYNC110  the kernel tells nobody but the parent
        await asyncio.sleep(0.01)
