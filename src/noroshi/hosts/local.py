"""Ask the computer that this node runs on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

import psutil

from noroshi.core.mail import Network
from noroshi.core.translation import NOTHING, Message, _
from noroshi.hosts import counters
from noroshi.hosts.computer import Computer
from noroshi.hosts.files import FileWork, LocalFiles
from noroshi.hosts.foreign import NOT_A_NODE
from noroshi.hosts.jobs import Jobs, no_beats
from noroshi.hosts.programs import ProgramRules
from noroshi.hosts.threads import run_in_thread
from noroshi.imports import called_later
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
    SystemFacts,
    Unmeasurable,
    Volume,
)

if sys.platform == "linux" or sys.platform == "win32":  # its modules are not there elsewhere
    from noroshi.hosts.program_runner import ProgramRunner

T = TypeVar("T")
local_system = called_later("noroshi.hosts.operating_system.local_system", "local_system")
"""Imported by monitors of what an operating system manages, and by no others."""
NO_PROCESSES = _("cannot read the process table: {why}")
NO_PORTS = _("cannot read the list of open ports: {why}")
NOT_ALLOWED = _("the system shows it to administrators only")
OTHER_SYSTEM = _("monitors of this type work on Linux and Windows only")
NOT_HERE = _(
    "programs can run on Linux and Windows only: on other systems, Noroshi cannot yet verify "
    "who may write to them, or ensure that all their child processes end"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedParts:
    """Hold what all hosts of one computer share. Whoever hands in `running` closes it."""

    jobs: Jobs | None = None
    computer: Computer | None = None
    files: LocalFiles | None = None
    program_runner: ProgramRunner | None = None


class LocalHost:
    """Read facts from this computer's own kernel. `zone` is the instance's; `egress` is the way
    out for checks that read a reply, and says where none of them may lead; `secret` raises
    RouteError, as that of ports.TransportContext does."""

    def __init__(
        self,
        rules: ProgramRules,
        clocks: Clocks,
        address: str = "127.0.0.1",
        *,
        zone: tzinfo = UTC,
        own_facts: SelfFacts | None = None,
        egress: Egress = NetworkEgress(),
        shared_parts: SharedParts = SharedParts(),
    ) -> None:
        self._rules, self._clocks, self._address = rules, clocks, address
        self._zone, self._jobs = zone, shared_parts.jobs or Jobs(no_beats, clocks.steady)
        self._computer = shared_parts.computer or Computer(clocks.steady)
        self._files = FileWork(shared_parts.files)
        self._own_facts, self._egress = own_facts, egress
        self._system_facts: SystemFacts | None = None
        if sys.platform == "linux" or sys.platform == "win32":
            self._program_runner = shared_parts.program_runner or ProgramRunner()

    def computer_problem(self) -> Message:
        return NOTHING

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
            return await run_in_thread(listening_ports)
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
        if self._own_facts is None:
            raise Unmeasurable(NOT_A_NODE)
        return self._own_facts

    async def system_facts(self) -> SystemFacts:
        if sys.platform != "linux" and sys.platform != "win32":
            raise Unmeasurable(OTHER_SYSTEM)
        if self._system_facts is None:
            self._system_facts = local_system(self._program_runner)
        return self._system_facts

    async def run(self, program: Program) -> ProgramResult:
        if sys.platform != "linux" and sys.platform != "win32":
            raise Unmeasurable(NOT_HERE)
        cleared_program = await self._program_runner.clearance.clear(self._rules, program)
        return await self._program_runner.run(program, cleared_program)

    async def objections(self, program: Program) -> Sequence[Message]:
        if sys.platform != "linux" and sys.platform != "win32":
            return (NOT_HERE,)
        return await run_in_thread(lambda: self._rules.problems(program))


def listening_ports() -> Sequence[Listener]:
    """Return the listening ports of all programs and users; each place once, by address and
    port."""
    listeners = {
        Listener(connection.laddr.ip, connection.laddr.port)
        for connection in psutil.net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN and connection.laddr
    }
    return sorted(listeners, key=lambda connection: (connection.port, connection.address))
