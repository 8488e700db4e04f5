"""Answer for a computer by SSH, and pass on what the network shows of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import TypeVar

from noroshi.core.ssh_login import SshLogin
from noroshi.core.translation import NOTHING, Message, _
from noroshi.hosts.foreign import NOT_A_NODE, ForeignHost
from noroshi.hosts.operating_system.linux_system import LinuxSystem
from noroshi.hosts.programs import ONLY_ON_WINDOWS
from noroshi.hosts.ssh.remote_computer import RemoteComputer
from noroshi.ports import (
    USUAL_BITS,
    Files,
    Host,
    Listener,
    Memory,
    Process,
    Processor,
    Program,
    ProgramResult,
    SystemFacts,
    Unmeasurable,
    Volume,
)

T = TypeVar("T")
NOT_TOLD = _(
    "{user} cannot read {fact} on {where}: the tool or file is missing there, or the user lacks "
    "permission"
)
VOLUMES, PROCESSES = _("the volumes (df)"), _("the processes (ps)")
PORTS = _("the open ports (/proc/net/tcp, netstat)")
MEMORY, PROCESSOR = _("the memory (/proc/meminfo)"), _("the CPU time (/proc/stat)")
RESTRICTED_KEY = _(
    "the key of {user} on {where} is restricted to Noroshi's script, so it cannot run {program}"
)
OTHER_USER = _("over SSH, programs run as the login user; remove runs_as")
ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC"}
FIRST_PART = "#noroshi "
"""Begins the output of Noroshi's own script (facts.sh)."""
MOST_TEXT = 64 * 1024
NO_EXIT_CODE = 255
"""The code that ssh(1) answers for a program that a signal ended."""


class SshHost(ForeignHost):
    """See ports.Host. `network_host` passes on what the network shows of the computer."""

    def __init__(self, login: SshLogin, computer: RemoteComputer, network_host: Host) -> None:
        super().__init__(network_host, NOT_A_NODE)
        self._login, self._computer = login, computer

    def computer_problem(self) -> Message:
        return NOTHING

    async def volumes(self) -> Sequence[Volume]:
        return self._require((await self._computer.facts()).volumes, VOLUMES)

    async def processes(self) -> Sequence[Process]:
        return self._require((await self._computer.facts()).processes, PROCESSES)

    async def listeners(self) -> Sequence[Listener]:
        return self._require((await self._computer.facts()).listeners, PORTS)

    async def memory(self) -> Memory:
        return self._require((await self._computer.facts()).memory, MEMORY)

    async def processor(self) -> Processor:
        return self._require((await self._computer.facts()).processor, PROCESSOR)

    async def system_facts(self) -> SystemFacts:
        return LinuxSystem(self._run_system_program)

    async def _run_system_program(self, argv: Sequence[str], seconds: float) -> ProgramResult:
        result = await self.run(Program(argv=tuple(argv), env=ENVIRONMENT, timeout=seconds))
        if result.output.lstrip().startswith(FIRST_PART):
            arguments = {"where": self._login.host_and_port, "user": self._login.user}
            raise Unmeasurable(RESTRICTED_KEY.fill(program=argv[0], **arguments))
        return result

    async def run(self, program: Program) -> ProgramResult:
        for problem in await self.objections(program):
            raise Unmeasurable(problem)
        result = await self._computer.connection.run(_command_line(program), program.timeout)
        code = NO_EXIT_CODE if result.code is None else result.code
        is_truncated = len(result.output) > MOST_TEXT
        return ProgramResult(code, result.output[:MOST_TEXT], result.errors, is_truncated)

    async def objections(self, program: Program) -> Sequence[Message]:
        problems = (OTHER_USER,) if program.runs_as else ()
        return (*problems, *((ONLY_ON_WINDOWS,) if program.bits != USUAL_BITS else ()))

    async def with_files(self, work: Callable[[Files], T]) -> T:
        return await self._computer.file_work().do(work)

    def _require(self, fact: T | None, name: Message) -> T:
        if fact is None:
            arguments = {"where": self._login.host_and_port, "user": self._login.user}
            raise Unmeasurable(NOT_TOLD.fill(fact=name, **arguments))
        return fact


def _command_line(program: Program) -> str:
    """Return a command for a login shell: `env` sets the variables in any of them."""
    variables = [f"{name}={value}" for name, value in program.env.items()]
    return shlex.join(["env", *variables, *program.argv] if variables else program.argv)
