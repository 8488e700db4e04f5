"""Stand-ins for the outside world, for our tests and for those of plug-in authors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from noroshi.core.mail import DIRECT, Answer, Envelope, Network, Receipt, Verdict
from noroshi.core.translation import NOTHING, Message, plain
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
    SelfFacts,
    Store,
    StoreError,
    SystemFacts,
    Unmeasurable,
    Volume,
)

T = TypeVar("T")
DAWN = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)


class ManualClocks:
    """Two clocks that a test moves: together as time passes, or the wall's alone."""

    def __init__(self, now: datetime = DAWN) -> None:
        self.now, self.steady_seconds = now, 1000.0

    @property
    def clocks(self) -> Clocks:
        return Clocks(wall=lambda: self.now, steady=lambda: self.steady_seconds)

    def pass_by(self, **amount: float) -> None:
        self.now += timedelta(**amount)
        self.steady_seconds += timedelta(**amount).total_seconds()

    def jump(self, **amount: float) -> None:
        self.now += timedelta(**amount)


class FakeHost:
    """A host that answers with what the test put in; None means it cannot be asked.

    Of several `processors` each look takes the next one; the last one stays.
    """

    def __init__(
        self,
        volumes: Iterable[Volume] | None = (),
        processes: Iterable[Process] | None = (),
        ran: ProgramResult | None = None,
        address: str = "127.0.0.1",
        *,
        memory: Memory | None = None,
        processors: Iterable[Processor] = (),
        beats: Mapping[str, Beat] | None = None,
        now: datetime = DAWN,
        files: Files | None = None,
        own: SelfFacts | None = None,
        listeners: Iterable[Listener] | None = (),
        network: Network = DIRECT,
        secrets: Mapping[str, str] | None = None,
        system: SystemFacts | None = None,
    ) -> None:
        self._volumes, self._processes = volumes, processes
        self._listeners = listeners
        self._program_result, self._address = ran, address
        self._memory, self._processors = memory, list(processors)
        self._beats, self._now, self._files, self._self_facts = beats, now, files, own
        self._network, self._secrets, self._system = network, secrets, system
        self.forbidden: Sequence[Message] = ()

    def computer_problem(self) -> Message:
        return NOTHING

    async def address(self) -> str:
        return self._address

    async def network(self) -> Network:
        return self._network

    async def secret(self, entry: str) -> str:
        return _available(self._secrets or None)[entry]

    async def volumes(self) -> Sequence[Volume]:
        return list(_available(self._volumes))

    async def processes(self) -> Sequence[Process]:
        return list(_available(self._processes))

    async def listeners(self) -> Sequence[Listener]:
        return list(_available(self._listeners))

    async def memory(self) -> Memory:
        return _available(self._memory)

    async def processor(self) -> Processor:
        if len(self._processors) > 1:
            return self._processors.pop(0)
        return _available(self._processors[0] if self._processors else None)

    async def objections(self, program: Program) -> Sequence[Message]:
        return self.forbidden

    async def now(self) -> datetime:
        return self._now

    async def beat(self, job: str) -> Beat | None:
        return _available(self._beats).get(job)

    async def self_facts(self) -> SelfFacts:
        return _available(self._self_facts)

    async def system_facts(self) -> SystemFacts:
        return _available(self._system)

    async def run(self, program: Program) -> ProgramResult:
        return _available(self._program_result)

    async def with_files(self, work: Callable[[Files], T]) -> T:
        files = _available(self._files)
        return await asyncio.to_thread(work, files)


def _available(fact: T | None) -> T:
    if fact is None:
        raise Unmeasurable(plain("the host cannot be asked"))
    return fact


class ScriptedTransport:
    """Answers with the verdicts given, the last one again and again; remembers all.

    A script's step is one verdict for everyone, or a verdict for each address.
    """

    def __init__(
        self, wall: Callable[[], datetime], *script: Verdict | Mapping[str, Verdict]
    ) -> None:
        self.wall, self.script = wall, list(script or [Verdict.ACCEPTED])
        self.sent_envelopes: list[Envelope] = []
        self.open = True

    async def send(self, envelope: Envelope) -> Receipt:
        self.sent_envelopes.append(envelope)
        step = self.script[0] if len(self.script) == 1 else self.script.pop(0)
        verdicts = dict.fromkeys(envelope.to, step) if isinstance(step, Verdict) else step
        answers = {
            address: Answer(verdict, verdict.value) for address, verdict in verdicts.items()
        }
        taken = any(answer.verdict is Verdict.ACCEPTED for answer in answers.values())
        ids = (f"<{envelope.id}@example.com>",) if taken else ()
        return Receipt(at=self.wall(), answers=answers, message_ids=ids)

    async def probe(self) -> Answer:
        """Answer as the next mail would be answered."""
        step = self.script[0]
        verdict = step if isinstance(step, Verdict) else next(iter(step.values()))
        return Answer(verdict, verdict.value, early=True)

    async def close(self) -> None:
        self.open = False


class Killed(BaseException):
    """The process ended here; nothing in it may run on."""


KNOWING = ("current", "version", "versions", "states", "events", "decisions", "samples")
READS = {
    *KNOWING,
    "beats",
    "queue",
    "tally",
    "find_by_message_id",
    "latest_by_prefix",
    "arrivals",
    "get_values",
    "envelope",
    "route_outages",
    "get_secret",
    "secret_names",
    "suppressions",
    "remarks",
    "silences",
    "users",
    "agents",
    "invitations",
    "last_seen",
    "api_tokens",
    "session",
    "audit_log",
    "wait",
}


class FaultyStore:
    """A store that fails while told to, or that kills the process at its n-th call.

    `is_failing`: every call fails; `read_only`: those that write do, as on a full disk; `locked`:
    they wait until `unlock`. `answer_lost`: the call still reached the disk. After the death
    every call dies.
    """

    def __init__(self, inner: Store, dies_at: int = 0, answer_lost: bool = False) -> None:
        self.inner, self.dies_at, self.answer_lost = inner, dies_at, answer_lost
        self.calls: list[str] = []
        self.is_failing = self.read_only = False
        self.loses_answers = False
        self._free = asyncio.Event()
        self._free.set()

    def lock(self) -> None:
        self._free.clear()

    def unlock(self) -> None:
        self._free.set()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.inner, name)
        if not callable(call):
            return call

        async def wrapped(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            if name not in READS:
                await self._free.wait()
            if self.is_failing or (self.read_only and name not in READS):
                raise StoreError("database or disk is full")
            count = len(self.calls)
            last = count == self.dies_at
            dead = 0 < self.dies_at < count or (last and not self.answer_lost)
            answer = None if dead else await call(*args, **kwargs)
            if dead or last:
                raise Killed
            if self.loses_answers and name == "commit":
                raise StoreError("the answer was lost")
            return answer

        return wrapped
