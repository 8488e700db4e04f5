"""Answer for a Windows computer by WinRM, and pass on what the network shows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from noroshi.core.translation import NOTHING, Message, _
from noroshi.core.winrm_login import WinrmLogin
from noroshi.hosts.foreign import NOT_A_NODE, ForeignHost
from noroshi.hosts.winrm import answer_facts
from noroshi.hosts.winrm.fact_questions import Question, question
from noroshi.hosts.winrm.windows_computer import RemoteComputer
from noroshi.hosts.winrm.windows_facts import WinrmSystem
from noroshi.hosts.winrm.winrm_problem import WinrmProblem
from noroshi.ports import (
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
NO_PROGRAMS = _(
    "scripts do not run over WinRM; to run scripts, install the agent on that computer"
)
NO_FILES = _("log files are not read over WinRM; use the type eventlog, or install the agent")


class WinrmHost(ForeignHost):
    """See ports.Host. `network_host` passes on what the network shows of the computer."""

    def __init__(self, login: WinrmLogin, computer: RemoteComputer, network_host: Host) -> None:
        super().__init__(network_host, NOT_A_NODE)
        self._asker = Asker(login, computer)

    def computer_problem(self) -> Message:
        return NOTHING

    async def volumes(self) -> Sequence[Volume]:
        return await self._asker.ask(question("volumes"), answer_facts.volumes_in)

    async def processes(self) -> Sequence[Process]:
        return await self._asker.ask(question("processes"), answer_facts.processes_in)

    async def listeners(self) -> Sequence[Listener]:
        return await self._asker.ask(question("listeners"), answer_facts.listeners_in)

    async def memory(self) -> Memory:
        return await self._asker.ask(question("memory"), answer_facts.memory_in)

    async def processor(self) -> Processor:
        return await self._asker.ask(question("processor"), answer_facts.processor_in)

    async def system_facts(self) -> SystemFacts:
        return WinrmSystem(self._asker.ask)

    async def run(self, program: Program) -> ProgramResult:
        raise Unmeasurable(NO_PROGRAMS)

    async def objections(self, program: Program) -> Sequence[Message]:
        return (NO_PROGRAMS,)

    async def with_files(self, work: Callable[[Files], T]) -> T:
        raise Unmeasurable(NO_FILES)


class Asker:
    """Ask a computer, and make a fact of its answer."""

    def __init__(self, login: WinrmLogin, computer: RemoteComputer) -> None:
        self._login, self._computer = login, computer

    async def ask(self, question: Question, read: Callable[[Any], T]) -> T:
        """Return a fact. Raises Unmeasurable."""
        answer = await self._computer.ask(question)
        if answer.error:
            row = "not_allowed" if answer.is_denied else "not_told"
            raise WinrmProblem(row, self._login, answer.error)
        try:
            return read(answer.value)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
            raise WinrmProblem("no_form", self._login) from None
