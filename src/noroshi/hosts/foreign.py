"""Answer for a computer that is not this one: what the network shows of it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NoReturn, TypeVar

from noroshi.core.mail import Network
from noroshi.core.sources import Source, SourceKind
from noroshi.core.translation import NOTHING, Message, _
from noroshi.ports import (
    Beat,
    Files,
    Host,
    Listener,
    MeasuredByAgent,
    Memory,
    Process,
    Processor,
    Program,
    ProgramResult,
    SelfFacts,
    SystemFacts,
    Unmeasurable,
    Volume,
)

T = TypeVar("T")


NOT_A_NODE = _("only the instance noroshi, which is the node itself, supports this")
NOT_ASKED = _(
    "the running node monitors that computer over SSH or WinRM; this command does not"
)


class ForeignHost:
    """A computer that checks over the network reach by way of `host`. Of itself it tells nothing:
    each question raises Unmeasurable with `problem`."""

    def __init__(self, host: Host, problem: Message) -> None:
        self._host, self._problem = host, problem

    def computer_problem(self) -> Message:
        return self._problem

    def _refuse(self) -> NoReturn:
        raise Unmeasurable(self._problem)

    async def address(self) -> str:
        return await self._host.address()

    async def network(self) -> Network:
        return await self._host.network()

    async def secret(self, entry: str) -> str:
        return await self._host.secret(entry)

    async def now(self) -> datetime:
        return await self._host.now()

    async def beat(self, job: str) -> Beat | None:
        return await self._host.beat(job)

    async def volumes(self) -> Sequence[Volume]:
        self._refuse()

    async def processes(self) -> Sequence[Process]:
        self._refuse()

    async def listeners(self) -> Sequence[Listener]:
        self._refuse()

    async def memory(self) -> Memory:
        self._refuse()

    async def processor(self) -> Processor:
        self._refuse()

    async def self_facts(self) -> SelfFacts:
        self._refuse()

    async def system_facts(self) -> SystemFacts:
        self._refuse()

    async def run(self, program: Program) -> ProgramResult:
        self._refuse()

    async def with_files(self, work: Callable[[Files], T]) -> T:
        self._refuse()

    async def objections(self, program: Program) -> Sequence[Message]:
        return (self._problem,)


class UnaskedHost(ForeignHost):
    """A computer that could be asked, and is not: definitions are checked without it."""

    def __init__(self, host: Host) -> None:
        super().__init__(host, NOT_ASKED)

    def computer_problem(self) -> Message:
        return NOTHING

    async def objections(self, program: Program) -> Sequence[Message]:
        return ()


def host_by_source(source: Source, host: Host) -> Host:
    """Return whom a check asks: `host`, or what shows no more of a computer than the network
    does; of a computer that is asked by SSH or WinRM, nothing. Raises Unmeasurable where another node
    measures the instance, MeasuredByAgent where an agent does."""
    if source.kind is SourceKind.AGENT:
        raise MeasuredByAgent(source.problem)
    if source.kind in (SourceKind.SSH, SourceKind.WINRM):
        return UnaskedHost(host)
    if source.kind is SourceKind.OTHER_NODE:
        raise Unmeasurable(source.problem)
    return host if source.kind is SourceKind.NODE else ForeignHost(host, source.problem)
