"""The computer that this node runs on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence

import psutil

from noroshi.core.words import Words
from noroshi.hosts.programs import ProgramRules
from noroshi.hosts.threads import apart
from noroshi.hosts.volumes import Volumes
from noroshi.ports import Process, Program, Ran, Unmeasurable, Volume

FRESH = 1.0  # seconds for which one look at the process table serves all who ask
ENDED = frozenset({psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})
ASKED = ["pid", "name", "cmdline", "username", "status"]
NO_PROCESSES = Words(
    en="cannot read the process table: {why}", ja="プロセスの一覧を読めません: {why}"
)
NOT_HERE = Words(
    en="programs can be run on Linux only: elsewhere it is not proven yet who may write to "
    "them, nor that all their children end",
    ja="プログラムを実行できるのは Linux だけです。ほかの OS では、書き込める人の確認と"
    "子プロセスの終了をまだ実証していません",
)


class LocalHost:
    """Facts from this computer's own kernel. `steady` is the monotonic clock, in seconds."""

    def __init__(
        self,
        rules: ProgramRules,
        steady: Callable[[], float],
        address: str = "127.0.0.1",
        *,
        volumes: Volumes | None = None,
        look: Callable[[], Sequence[Process]] | None = None,
    ) -> None:
        self._rules, self._steady, self._address = rules, steady, address
        self._volumes = volumes or Volumes()
        self._look = look or running_processes
        self._table: asyncio.Future[Sequence[Process]] | None = None
        self._looked = 0.0

    async def address(self) -> str:
        return self._address

    async def volumes(self) -> Sequence[Volume]:
        return await self._volumes.read()

    async def processes(self) -> Sequence[Process]:
        """A look under way serves whoever asks meanwhile, however long it takes."""
        table = self._table
        if table is None or (table.done() and self._steady() - self._looked >= FRESH):
            table = self._table = apart(self._look)
            self._looked = self._steady()
        try:
            return await asyncio.shield(table)
        except OSError as error:
            raise Unmeasurable(NO_PROCESSES.fill(why=error.strerror or error)) from error

    async def run(self, program: Program) -> Ran:
        if sys.platform != "linux":
            raise Unmeasurable(NOT_HERE)
        from noroshi.hosts import running  # its modules are not there elsewhere

        if problems := await apart(lambda: self._rules.problems(program)):
            raise Unmeasurable(_together(problems))
        return await running.run(program)


def running_processes() -> Sequence[Process]:
    """All but those that have ended and only wait for their parent to notice."""
    found = [process.info for process in psutil.process_iter(ASKED)]
    return [
        Process(
            its["pid"], its["name"] or "", tuple(its["cmdline"] or ()), its["username"] or ""
        )
        for its in found
        if its["status"] not in ENDED
    ]


def _together(problems: Sequence[Words]) -> Words:
    return Words(en="; ".join(p.en for p in problems), ja="。".join(p.ja for p in problems))
