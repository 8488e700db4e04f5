"""Ask the computer that this node runs on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

import psutil

from noroshi.core.mail import Network
from noroshi.core.translation import Message, _
from noroshi.hosts import counters
from noroshi.hosts.computer import Computer
from noroshi.hosts.files import FileWork, LocalFiles
from noroshi.hosts.jobs import Jobs, nobody
from noroshi.hosts.programs import ProgramRules
from noroshi.hosts.threads import apart
from noroshi.knowledge.os_errors import cause_text
from noroshi.network import Egress, NetworkEgress
from noroshi.ports import (
    Beat,
    Clocks,
    Files,
    Listener,
    Memory,
    Process,
    Processor,
    Program,
    ProgramResult,
    RouteError,
    SelfFacts,
    Unmeasurable,
    Volume,
)

if sys.platform == "linux":  # its modules are not there elsewhere
    from noroshi.hosts.process_runner import Running

T = TypeVar("T")
NO_PROCESSES = _("cannot read the process table: {why}")
NO_PORTS = _("cannot read the list of open ports: {why}")
NOT_ALLOWED = _("the system shows it to administrators only")
NOT_ITSELF = _("only the instance noroshi, which is the node itself, supports this")
NOT_HERE = _(
    "programs can run on Linux only: on other systems it is not yet verified who may write "
    "to them, or that all their child processes end"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedParts:
    """Hold what all hosts of one computer share. Whoever hands in `running` closes it."""

    jobs: Jobs | None = None
    computer: Computer | None = None
    files: LocalFiles | None = None
    running: Running | None = None


class LocalHost:
    """Facts from this computer's own kernel. `zone` is the instance's; `egress` is the way out of
    checks that read what they are answered, with where none of them may lead; its `secret` raises
    RouteError, as that of ports.TransportContext does."""

    def __init__(
        self,
        rules: ProgramRules,
        clocks: Clocks,
        address: str = "127.0.0.1",
        *,
        zone: tzinfo = UTC,
        own: SelfFacts | None = None,
        egress: Egress = NetworkEgress(),
        shared: SharedParts = SharedParts(),
    ) -> None:
        self._rules, self._clocks, self._address = rules, clocks, address
        self._zone, self._jobs = zone, shared.jobs or Jobs(nobody, clocks.steady)
        self._computer = shared.computer or Computer(clocks.steady)
        self._files = FileWork(shared.files)
        self._own, self._egress = own, egress
        if sys.platform == "linux":
            self._running = shared.running or Running()

    async def address(self) -> str:
        return self._address

    async def network(self) -> Network:
        return self._egress.network

    async def secret(self, entry: str) -> str:
        try:
            return await self._egress.secret(entry)
        except RouteError as trouble:
            raise Unmeasurable(trouble.words) from None

    async def volumes(self) -> Sequence[Volume]:
        try:
            return await self._computer.volumes()
        except Unmeasurable as problem:  # it is shared, and would grow with each who raises it
            raise Unmeasurable(problem.words) from None

    async def with_files(self, work: Callable[[Files], T]) -> T:
        return await self._files.do(work)

    async def processes(self) -> Sequence[Process]:
        try:
            return await self._computer.processes()
        except OSError as error:
            raise Unmeasurable(NO_PROCESSES.fill(why=cause_text(error))) from error

    async def listeners(self) -> Sequence[Listener]:
        try:
            return await apart(listening_ports)
        except psutil.AccessDenied:  # macOS, unless it is root that asks
            raise Unmeasurable(NO_PORTS.fill(why=NOT_ALLOWED)) from None
        except OSError as error:
            raise Unmeasurable(NO_PORTS.fill(why=cause_text(error))) from error

    async def memory(self) -> Memory:
        return self._computer.memory()

    async def processor(self) -> Processor:
        return counters.processor()

    async def now(self) -> datetime:
        return self._clocks.wall().astimezone(self._zone)

    async def beat(self, job: str) -> Beat | None:
        return await self._jobs.beat(job)

    async def self_facts(self) -> SelfFacts:
        if self._own is None:
            raise Unmeasurable(NOT_ITSELF)
        return self._own

    async def run(self, program: Program) -> ProgramResult:
        if sys.platform != "linux":
            raise Unmeasurable(NOT_HERE)
        cleared = await self._running.clearance.clear(self._rules, program)
        return await self._running.run(program, cleared)

    async def objections(self, program: Program) -> Sequence[Message]:
        if sys.platform != "linux":
            return (NOT_HERE,)
        return await apart(lambda: self._rules.problems(program))


def listening_ports() -> Sequence[Listener]:
    """Return those of all programs, whoever's they are; each place once, by address and port."""
    found = {
        Listener(one.laddr.ip, one.laddr.port)
        for one in psutil.net_connections("tcp")
        if one.status == psutil.CONN_LISTEN and one.laddr
    }
    return sorted(found, key=lambda one: (one.port, one.address))
