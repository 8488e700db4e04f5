"""Define what the engine asks of the world, and what plug-ins are made of.

A plug-in is a record of functions (Check, Action, TransportKind) or an object (Transport, Host,
Store). Nothing here imports an implementation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Protocol, TypeVar, dataclass_transform

from noroshi.core.mail import DIRECT, Answer, Envelope, Fault, Network, Receipt
from noroshi.core.model import Alarm, Contact, Limits, Monitor, Reading
from noroshi.core.notices.notice import Notice
from noroshi.core.translation import NOTHING, Message
from noroshi.help_texts import describe_fields

if TYPE_CHECKING:  # as plug-ins are there for commands that measure nothing, too
    from noroshi.ports.examination import Exam, Examination
    from noroshi.ports.host_facts import (
        AccountFacts,
        AgentFacts,
        FileFact,
        Listener,
        Memory,
        NodeFacts,
        Process,
        Processor,
        Program,
        ProgramResult,
        QueueFacts,
        RouteFacts,
        Volume,
    )
    from noroshi.ports.store_records import Beat, NodeLease
    from noroshi.ports.system_facts import SystemFacts

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clocks:
    """`wall` is what people read and what is stored; `steady` (seconds) measures what passes."""

    wall: Callable[[], datetime]
    steady: Callable[[], float]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def options(cls: type[T]) -> type[T]:
    """Make a plug-in's settings: frozen, by keyword, and strict about unknown names.

    A string under a field is its help text, in the web manager as in the reference. What it names
    between backticks, a setting or a value as a file has it, a form shows by its label. A string
    with a blank line begins with the field's own label.
    """
    strict = {"extra": "forbid", "json_schema_extra": describe_fields}
    cls.__pydantic_config__ = strict  # type: ignore[attr-defined]
    return dataclass(frozen=True, kw_only=True, slots=True)(cls)


class Unmeasurable(Exception):
    """Report that a check could not be made; the operator reads the words as they stand.

    `memory` is what the check shall remember all the same; None: what it remembered before.
    """

    def __init__(self, words: Message, memory: Mapping[str, Any] | None = None) -> None:
        super().__init__(words.en)
        self.words, self.memory = words, memory


class MeasuredByAgent(Unmeasurable):
    """Report a monitor that an agent measures: nothing is wrong with it, but it is not measured
    here."""


class Files(Protocol):
    """The files of a computer, for work that runs in a thread of its own. OSError as usual."""

    def find(self, pattern: str) -> Sequence[FileFact]:
        """Return what matches a path with * ? [ ], links followed, in the order of the
        names."""

    def open(self, path: str) -> tuple[BinaryIO, FileFact]:
        """Open a regular file without a buffer, and return what it is once it is open: the path
        may have been another's a moment before. Raise OSError for what is no regular file."""


class SelfFacts(Protocol):
    """The facts that this node knows of itself and its routes. None: there is no such route, or
    no such account, which goes by the id that it is kept under, whatever its name is."""

    async def route(self, name: str) -> RouteFacts | None: ...

    async def account(self, id: str) -> AccountFacts | None: ...

    async def queue(self) -> QueueFacts: ...

    async def agents(self) -> Sequence[AgentFacts]: ...

    async def nodes(self) -> Sequence[NodeLease]: ...

    async def node(self) -> NodeFacts: ...


class Host(Protocol):
    """A computer, near or far. Checks ask it for facts and never for how it knows them.

    Each method raises Unmeasurable when the fact cannot be had.
    """

    def computer_problem(self) -> Message:
        """Return why the computer itself cannot be asked from here, for anything but what the
        network shows of it; NOTHING if it can. It never raises."""

    async def address(self) -> str:
        """Return where network checks reach it: a name or an address."""

    async def network(self) -> Network:
        """Return by which network its checks leave, and where none of them may lead."""

    async def secret(self, entry: str) -> str:
        """Return the text of the vault's entry of that name, for the one whom it is meant
        for."""

    async def volumes(self) -> Sequence[Volume]: ...

    async def processes(self) -> Sequence[Process]:
        """Return all processes; asked twice within a second, it looks once."""

    async def listeners(self) -> Sequence[Listener]:
        """Return the TCP ports at which some program of it takes connections."""

    async def memory(self) -> Memory: ...

    async def processor(self) -> Processor: ...

    async def now(self) -> datetime:
        """Return the node's wall clock, in the instance's time zone."""

    async def beat(self, job: str) -> Beat | None:
        """Return what a job last reported of itself; None if it never did."""

    async def self_facts(self) -> SelfFacts:
        """Return what the node knows of itself; raise Unmeasurable for any other computer."""

    async def system_facts(self) -> SystemFacts:
        """Return what asks the operating system for what it manages: services, updates and the
        like."""

    async def run(self, program: Program) -> ProgramResult:
        """Run a program from an allowed folder; raise Unmeasurable if it may not run or
        hangs."""

    async def with_files(self, work: Callable[[Files], T]) -> T:
        """Do blocking work on files in a thread of its own, and raise what it raises."""

    async def objections(self, program: Program) -> Sequence[Message]:
        """Return all that forbids to run this program; nothing if it may run. It never
        raises."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a check. `memory` (at most 256 KiB of JSON) comes in at its next run."""

    readings: tuple[Reading, ...]
    memory: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A kind of monitor. `run` raises Unmeasurable, and nothing else on purpose.

    `runs`: it runs a program that the options name, so whoever brings it in must be sure.
    `blocks`: it may hold a thread or a process, so it runs in a small pool for its kind
    and instance; else it only waits for a socket, and thousands may wait together.
    `names` are its readings as a person reads them; a reading not in it shows its own name.
    `may_vanish`: its items come and go, and none that went is an alarm (logs of a day).
    `asks_computer`: it asks the computer itself, for its disks, files or programs.
    `goes_to` names the address that a network check is about, from its options and the
    instance's own; None: it stays on the computer. Another one is another thing to watch.
    `occurrences` are those of its readings that count what happened (lines of a log): found
    at the next look too, it is news, and it has no end to be told of.
    `shares` are those of its readings that are a share of a whole: from 0 to 100, in %.
    `units` are those of its other readings, as they come with each of them.
    `yes_no` are those of its readings that answer a question: 1 is yes, 0 is no.
    `try_out` lists what is wrong with the options on that host, without measuring anything.
    `by_network`: it leaves by its host's `network`, so a monitor of this kind may name one.
    `preview` shows more of what is read than the readings tell (lines of a log, and what each
    term says of them); it may be None. It raises as `run` does.
    `setting_up` says from its memory until when nothing is told of which readings, as somebody is
    just setting up what they are about; their level is shown all the same.
    `spoken_for` says from its memory whether another monitor tells of what is behind it.
    `modules` are those that a look needs and that take long to import: they are loaded before
    the first monitor of this kind has a turn.
    """

    kind: str
    title: Message
    help: Message
    options: type
    limits: Mapping[str, Limits]
    names: Mapping[str, Message]
    run: Callable[[Any, Host, Mapping[str, Any]], Awaitable[Outcome]]
    runs: bool = False
    blocks: bool = False
    may_vanish: bool = False
    asks_computer: bool = False
    goes_to: Callable[[Any, str], str] | None = None
    occurrences: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    units: Mapping[str, str] = field(default_factory=dict)
    yes_no: frozenset[str] = frozenset()
    by_network: bool = False
    modules: tuple[str, ...] = ()
    setting_up: Callable[[Mapping[str, Any], datetime], Mapping[str, datetime]] | None = None
    spoken_for: Callable[[Mapping[str, Any]], bool] | None = None
    try_out: Callable[[Any, Host], Awaitable[Sequence[Message]]] | None = None
    preview: Callable[[Any, Host], Awaitable[Sequence[Message]]] | None = None

    def unit(self, reading: str) -> str:
        """Return a reading's unit, as far as that is known before anything is measured."""
        return "%" if reading in self.shares else self.units.get(reading, "")


@dataclass(frozen=True, slots=True)
class Topic:
    """The subject of alarms: the monitor, its kind's title, its readings' names, on which
    computer it runs, and whether the store has these alarms: else nobody finds them in the queue
    or the ledger. `agent` is the name of the agent that measures it; "" for this node."""

    monitor: Monitor
    kind: Message
    names: Mapping[str, Message]
    runs_on: str = ""
    is_recorded: bool = True
    yes_no: frozenset[str] = frozenset()
    """Those of its readings that are 1 for yes and 0 for no."""
    agent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A kind of reaction. `draft` is pure: from a contact's alarms of one turn to a payload.

    `finish` does what of it must not hold up the loop (a user's template); it may be None.
    It answers with the finished payload, and with a plain one, marked, when it cannot.
    `notice` drafts what tells a contact of an instance or of Noroshi itself; without it the
    plain words are sent.
    `draft_digest` drafts the digest of several payloads that have rows under
    `core.digest.ALARM_ROWS`;
    without it, the action's drafts must have no such rows.
    `try_out` lists what is wrong with the options, found by using them on a made-up alarm.
    """

    kind: str
    title: Message
    help: Message
    options: type
    draft: Callable[[Any, Contact, Topic, tuple[Alarm, ...]], Mapping[str, Any]]
    notice: Callable[[Contact, Notice], Mapping[str, Any]] | None = None
    draft_digest: (
        Callable[[Sequence[Mapping[str, Any]], datetime], Mapping[str, Any]] | None
    ) = None
    finish: Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]] | None = None
    try_out: Callable[[Any], Awaitable[Sequence[Message]]] | None = None


class Transport(Protocol):
    """One way out. `send` answers with a Receipt; it raises only for a bug."""

    async def send(self, envelope: Envelope) -> Receipt: ...

    async def probe(self) -> Answer:
        """Look whether mails could leave, without sending one. It raises only for a bug."""

    async def close(self) -> None:
        """Let go of its connections. It may be called at any time, and twice."""


Resource = Literal["smtp", "graph", "inbox"]
"""The purpose of an access token: to hand mails to a mail server, to send by the provider's own
interface, or to read the account's own mailbox. A token is for one of them (its audience)."""


@dataclass(frozen=True, slots=True)
class TransportContext:
    """The world as a transport is given it: clocks, and where tokens and passwords come from.

    `token(account, force, resource)` returns the text of an access token for the account of
    that name, `secret(entry)` that of the vault's entry of that name; both raise RouteError
    when there is none to be had. `network` is how the route reaches the outside.
    """

    clocks: Clocks
    token: Callable[[str, bool, Resource], Awaitable[str]]
    secret: Callable[[str], Awaitable[str]]
    network: Network = DIRECT


class RouteError(Exception):
    """Report that the route cannot be used now: whose fault it is, and what mends it.

    `code` is as in SMTP; `retry_at` is before when the other side wants no further try.
    `template` is the sentence before its places were filled: by it a table finds more to say.
    """

    def __init__(
        self,
        words: Message,
        code: int = 0,
        fault: Fault = Fault.NETWORK,
        retry_at: datetime | None = None,
        template: Message = NOTHING,
    ) -> None:
        super().__init__(words.en)
        self.words, self.code, self.fault = words, code, fault
        self.retry_at, self.template = retry_at, template


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportKind:
    """A kind of route. `open` makes a transport without any I/O.

    `try_out` lists what is wrong with the options on this computer (a file that is missing).
    `examine` looks at the route stage by stage, and sends nothing. `modules` are as a Check's.
    """

    kind: str
    title: Message
    help: Message
    options: type
    open: Callable[[Any, TransportContext], Transport]
    try_out: Callable[[Any], Awaitable[Sequence[Message]]] | None = None
    examine: Callable[[Any, TransportContext, Exam], Examination] | None = None
    modules: tuple[str, ...] = ()
