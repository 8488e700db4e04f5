"""Every seam of Noroshi on one page: what the engine asks of the world.

A plug-in is a record of functions (Check, Action, TransportKind) or an object (Transport,
Host, Store). Nothing here imports an implementation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar, dataclass_transform

from noroshi.core.delivery import Fate
from noroshi.core.model import (
    NOTHING,
    Alarm,
    Change,
    Contact,
    Decision,
    Envelope,
    Event,
    Limits,
    Monitor,
    Parcel,
    Reading,
    Receipt,
    Sample,
    Standing,
    State,
)
from noroshi.core.notices import Notice
from noroshi.core.words import Words, plain

T = TypeVar("T")
LEASE = timedelta(seconds=15)
"""How long a block of monitors is held without a renewal."""
PARCEL_LEASE = timedelta(minutes=5)
"""How long an envelope may be out: longer than any transport's time-outs together."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`wall` is what people read and what is stored; `steady` (seconds) measures what passes."""

    wall: Callable[[], datetime]
    steady: Callable[[], float]


@dataclass_transform(frozen_default=True, kw_only_default=True)
def options(cls: type[T]) -> type[T]:
    """Make a plug-in's settings: frozen, by keyword, and strict about unknown names.

    A string under a field is its help text, in the web manager as in the reference.
    """
    cls = dataclass(frozen=True, kw_only=True)(cls)
    strict = {"extra": "forbid", "use_attribute_docstrings": True}
    cls.__pydantic_config__ = strict  # type: ignore[attr-defined]
    return cls


class Unmeasurable(Exception):
    """The check could not be made; the words are shown to the operator as they stand.

    `memory` is what the check shall remember all the same; None: what it remembered before.
    """

    def __init__(self, words: Words, memory: Mapping[str, Any] | None = None) -> None:
        super().__init__(words.en)
        self.words, self.memory = words, memory


class Away(Enum):
    """Why the store cannot do it now, for whoever has to tell one from the other."""

    OTHER = ""
    SAVING = "saving"
    """Room is short: samples alone are refused, as everything else is still taken."""
    FULL = "full"
    """Not even the reserve has room: nothing can be written."""
    LOCKED = "locked"
    READ_ONLY = "read-only"
    BROKEN = "broken"
    """The disk answers with errors, or the file is not whole."""


class StoreError(Exception):
    """The store cannot do it now (full, locked, gone). It never ends the engine."""

    def __init__(self, what: Words | str, away: Away = Away.OTHER) -> None:
        self.words = plain(what) if isinstance(what, str) else what
        super().__init__(self.words.en)
        self.away = away


class Conflict(Exception):
    """Somebody else changed it first; nothing was written."""


@dataclass(frozen=True, slots=True)
class Volume:
    """A mounted file system; sizes in bytes."""

    mount: str
    size: int
    free: int

    @property
    def used_percent(self) -> float:
        return 100 * (1 - self.free / self.size) if self.size else 0.0


@dataclass(frozen=True, slots=True)
class Process:
    """A running process: its number, its short name, its whole command line, its owner."""

    pid: int
    name: str
    command: tuple[str, ...]
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """Main memory and swap; sizes in bytes. `available` is what programs can still get.

    That counts what the kernel only keeps for speed (MemAvailable in proc_meminfo(5)).
    """

    total: int
    available: int
    swap_total: int = 0
    swap_free: int = 0

    @property
    def used_percent(self) -> float:
        return 100 * (1 - self.available / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Processor:
    """What all cores together have done since the computer started, in seconds.

    `total` counts every second of every core, whatever it did. None: not told there.
    """

    cores: int
    total: float
    busy: float
    iowait: float | None = None
    steal: float | None = None
    load: float | None = None
    """How many processes ran or waited to run, over the last minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run, without a shell: argv, what its environment has beside PATH and LANG.

    `timeout` in seconds; the program and all its children are ended then.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    runs_as: str = ""
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit code, and at most 64 KiB of each output."""

    code: int
    output: str
    errors: str
    cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """A file as it lies there. `identity` stays while it is renamed; another file may take
    it over once this one is deleted. `size` in bytes, `changed` (mtime) in nanoseconds."""

    path: str
    identity: str
    size: int
    changed: int
    regular: bool = True


class Files(Protocol):
    """The files of a computer, for work that runs in a thread of its own. OSError as usual."""

    def found(self, pattern: str) -> Sequence[FileFact]:
        """What matches a path with * ? [ ], links followed, in the order of the names."""

    def open(self, path: str) -> tuple[BinaryIO, FileFact]:
        """A regular file, read without a buffer, and what it is once it is open: the path
        may have been another's a moment before. OSError for what is no regular file."""


class Host(Protocol):
    """A computer, near or far. Checks ask it for facts and never for how it knows them.

    Each method raises Unmeasurable when the fact cannot be had.
    """

    async def address(self) -> str:
        """Where network checks reach it: a name or an address."""

    async def volumes(self) -> Sequence[Volume]: ...

    async def processes(self) -> Sequence[Process]:
        """All of them; asked twice within a second, it looks once."""

    async def memory(self) -> Memory: ...

    async def processor(self) -> Processor: ...

    async def now(self) -> datetime:
        """The node's wall clock, in the instance's time zone."""

    async def beat(self, job: str) -> Beat | None:
        """What a job last reported of itself; None: it never did."""

    async def run(self, program: Program) -> Ran:
        """Run a program from an allowed folder; Unmeasurable if it may not run or hangs."""

    async def with_files(self, work: Callable[[Files], T]) -> T:
        """Do blocking work on files in a thread of its own, and raise what it raises."""

    async def objections(self, program: Program) -> Sequence[Words]:
        """All that forbids to run this program; none if it may run. It never raises."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check brings back. `memory` (at most 256 KiB of JSON) comes in at its next run."""

    readings: tuple[Reading, ...]
    memory: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A kind of monitor. `run` raises Unmeasurable, and nothing else on purpose.

    `blocks`: it may hold a thread or a process, so it runs in a small pool for its kind
    and instance; else it only waits for a socket, and thousands may wait together.
    `names` are its readings as a person reads them; a reading not in it shows its own name.
    `may_vanish`: its items come and go, and none that went is an alarm (logs of a day).
    `goes_to` names the address that a network check is about, from its options and the
    instance's own; None: it stays on the computer. Another one is another thing to watch.
    `occurrences` are those of its readings that count what happened (lines of a log): found
    at the next look too, it is news, and it has no end to be told of.
    `try_out` lists what is wrong with the options on that host, without measuring anything.
    `preview` shows more of what is read than the readings tell (lines of a log, and what each
    term says of them); it may be None. It raises as `run` does.
    """

    kind: str
    title: Words
    help: Words
    options: type
    limits: Mapping[str, Limits]
    names: Mapping[str, Words]
    run: Callable[[Any, Host, Mapping[str, Any]], Awaitable[Outcome]]
    blocks: bool = False
    may_vanish: bool = False
    goes_to: Callable[[Any, str], str] | None = None
    occurrences: frozenset[str] = frozenset()
    try_out: Callable[[Any, Host], Awaitable[Sequence[Words]]] | None = None
    preview: Callable[[Any, Host], Awaitable[Sequence[Words]]] | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """What alarms are about: the monitor, its kind's title, its readings' names, and on which
    computer it runs."""

    monitor: Monitor
    kind: Words
    names: Mapping[str, Words]
    runs_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A kind of reaction. `draft` is pure: from a contact's alarms of one turn to a payload.

    `finish` does what of it must not hold up the loop (a user's template); it may be None.
    It answers with the finished payload, and with a plain one, marked, when it cannot.
    `notice` drafts what tells a contact of an instance or of Noroshi itself; without it the
    plain words are sent.
    `try_out` lists what is wrong with the options, found by using them on a made-up alarm.
    """

    kind: str
    title: Words
    help: Words
    options: type
    draft: Callable[[Any, Contact, Topic, tuple[Alarm, ...]], Mapping[str, Any]]
    notice: Callable[[Contact, Notice], Mapping[str, Any]] | None = None
    finish: Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]] | None = None
    try_out: Callable[[Any], Awaitable[Sequence[Words]]] | None = None


class Transport(Protocol):
    """One way out. `send` answers with a Receipt; it raises only for a bug."""

    async def send(self, envelope: Envelope) -> Receipt: ...

    async def close(self) -> None:
        """Let go of its connections. It may be called at any time, and twice."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What a transport is given of the world: clocks, and where tokens and passwords come from.

    `token(account, force)` gives the text of an access token for the account of that name,
    `secret(entry)` that of the vault's entry of that name; both raise RouteTrouble when there
    is none to be had.
    """

    clocks: Clocks
    token: Callable[[str, bool], Awaitable[str]]
    secret: Callable[[str], Awaitable[str]]


class RouteTrouble(Exception):
    """The route cannot be used now: whose fault it is, and what mends it. `code` as in SMTP."""

    def __init__(self, words: Words, code: int = 0) -> None:
        super().__init__(words.en)
        self.words, self.code = words, code


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportKind:
    """A kind of route. `open` makes a transport without any I/O.

    `try_out` lists what is wrong with the options on this computer (a file that is missing).
    """

    kind: str
    title: Words
    help: Words
    options: type
    open: Callable[[Any, Outside], Transport]
    try_out: Callable[[Any], Awaitable[Sequence[Words]]] | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """One life of a running Noroshi. What an earlier life held ends when a new one begins.

    `seen` is when the life before it last held on to its monitors; None: there was none.
    """

    name: str
    life: int
    seen: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """Monitors lent to a node, by id, which keeps their schedule and states in memory."""

    states: Mapping[str, State]
    memories: Mapping[str, Mapping[str, Any]]
    fence: int


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a node hears when it holds on to its block: standing by monitor, the version."""

    standing: Mapping[str, Standing]
    version: int


@dataclass(frozen=True, slots=True)
class Document:
    """One definition as it is kept: `key` is "type/name", `body` is canonical JSON."""

    key: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """All definitions at one time; number 0 is before any were given."""

    number: int
    documents: tuple[Document, ...] = ()
    who: str = ""
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An envelope in the spool. `due`: when it may next be lent; `out`: it is lent now.

    `fate` is "" while it waits, else "accepted", "set aside", "held" or "dropped"; `why` the
    last trouble, or who held or dropped it.
    """

    envelope: Envelope
    due: datetime
    out: bool = False
    fate: str = ""
    why: Words = NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """What a job last reported of itself: when, whether it went well, and its own words."""

    at: datetime
    ok: bool = True
    text: str = ""


@dataclass(frozen=True, slots=True)
class Resting:
    """A route that is down: since when, until when it is left alone, and why."""

    route: str
    since: datetime
    until: datetime
    why: Words


class Store(Protocol):
    """Where all that must survive a crash lives. Each method is atomic, or a StoreError.

    `now` is the wall clock's, as what is stored outlives the steady one.
    """

    # definitions

    async def publish(self, version: Version, monitors: Iterable[str], base: int) -> int:
        """Make a version current, with just these monitor ids; its number. Conflict if the
        current one is not `base`. A monitor with a known id keeps its state; one that is no
        longer named stays until it is forgotten (`retire`). One that comes back after that
        begins anew, but for its serial, which goes on after its last event's."""

    async def current(self) -> Version:
        """The current version with its documents."""

    async def version(self, number: int) -> Version | None:
        """An earlier version, or the current one, with its documents; None: there is none."""

    async def versions(self, last: int = 100) -> Sequence[Version]:
        """The newest versions without their documents, newest first."""

    # monitors

    async def begin(self, name: str, now: datetime) -> Node:
        """Start a life of this node: what its earlier life held is free at once. It hears
        when that one last renewed a block, or ended."""

    async def end(self, node: Node, now: datetime) -> None:
        """Give back what this life holds: blocks and envelopes alike."""

    async def lease_monitors(self, node: Node, now: datetime, fence: int = 0) -> Block:
        """Lend all monitors that nobody holds, with the next fencing number; with a fence
        that still holds, what is free is lent under it as well, and only that is answered."""

    async def renew(self, fence: int, now: datetime) -> Renewal | None:
        """Hold on to a block, and hear its monitors' standing; None: it is lost."""

    async def commit(self, fence: int, change: Change) -> bool:
        """Write a change whole, its samples too; False, and nothing written, if the block
        was lost."""

    async def recall(self, monitor: str) -> tuple[State, Mapping[str, Any]]:
        """A monitor's state and memory as they were last written."""

    async def retire(self, fence: int, change: Change) -> bool:
        """Write a monitor's last change and forget the monitor; as `commit` otherwise."""

    async def append(self, samples: Sequence[tuple[str, Sample]]) -> None:
        """Add samples that led to no change to the history, and keep the newest memories."""

    async def drop_samples(self, before: datetime, most: int) -> int:
        """Delete at most that many of the oldest samples before an instant; how many."""

    async def states(self) -> Mapping[str, State]:
        """Each monitor's state as it was last written."""

    async def events(self, monitor: str = "", last: int = 100) -> Sequence[Event]:
        """The newest events, of one monitor or of all, newest first."""

    async def decisions(self, monitor: str) -> Sequence[Decision]:
        """What each rule last answered about each item of a monitor."""

    async def samples(self, monitor: str, last: int = 100) -> Sequence[Sample]:
        """The newest samples of a monitor, newest first; without memory."""

    async def stand(self, monitor: str, standing: Standing) -> bool:
        """Write what is said of a monitor; False if there is none of that id."""

    # jobs that report in

    async def beat(self, name: str, beat: Beat) -> None:
        """Keep what a job reports of itself, in the place of what it reported before."""

    async def beats(self) -> Mapping[str, Beat]:
        """The last report of each job, by its name."""

    # envelopes

    async def post(self, *envelopes: Envelope) -> int:
        """Put envelopes into the spool by themselves: all of those whose ids are not there
        yet, or none; how many they are."""

    async def claim_parcel(self, node: Node, route: str, now: datetime) -> Parcel | None:
        """Lend an envelope whose turn on this route it is, the oldest of its order key."""

    async def settle(
        self, parcel: Parcel, receipt: Receipt, fate: Fate, envelopes: Sequence[Envelope] = ()
    ) -> bool:
        """Write down an attempt's end, and with it the envelopes that tell of it; False if
        the parcel's lease was lost. Any answer of a route that is not RestRoute says that it
        is well again."""

    async def waiting(self) -> Sequence[Waiting]:
        """What has not left yet, and what was set aside, oldest first."""

    async def tally(self, since: datetime) -> Mapping[str, int]:
        """The alarms of the envelopes born since then, by their fate: "" for those that wait."""

    async def envelope(self, id: str) -> tuple[Waiting, Sequence[Receipt]] | None:
        """One envelope, settled or not, with what each attempt brought; None: unknown."""

    async def retry(self, id: str, now: datetime) -> bool:
        """Make it due now, and its routes too; one set aside waits again. False: unknown,
        out, or accepted."""

    async def hold(self, id: str, who: str) -> bool:
        """Keep it from leaving until it is released; what is of its order key waits behind it.
        False: unknown, out, settled, or held already."""

    async def release(self, id: str, now: datetime) -> bool:
        """Let one that was held or set aside wait again, due now. False: it is neither."""

    async def drop(self, id: str, who: str) -> bool:
        """A person gives it up: it is kept, and never sent. False: unknown, out, accepted, or
        dropped already."""

    async def readdress(self, id: str, to: Sequence[str], routes: Sequence[str]) -> bool:
        """Give it other addresses, routes, or both (none given: as they are); its attempts begin
        anew. False: unknown, out, accepted or dropped."""

    async def resting(self) -> Sequence[Resting]:
        """The routes that are down."""

    # secrets, sealed by the vault

    async def put_secret(self, name: str, sealed: bytes) -> None: ...

    async def get_secret(self, name: str) -> bytes | None: ...

    async def secret_names(self) -> Sequence[str]: ...

    async def drop_secret(self, name: str) -> bool:
        """Forget that entry. False: there is none of that name."""

    # all

    async def shift(self, by: timedelta) -> None:
        """The wall clock was set: move with it all that waits for an instant. A mail that was
        never tried does not: it is due, and may have been written after the clock was set."""

    async def wait(self, longest: timedelta) -> None:
        """Return when something was committed, or after a while."""

    async def trouble(self) -> Words | None:
        """What is wrong with the store itself, as a person should read it; None: nothing."""

    async def copy_to(self, path: Path) -> None:
        """Write a copy of all of it, as it is at one instant, while work goes on; the file
        (0600) appears under its name when it is whole. Conflict if there is one already."""

    async def faults(self) -> Sequence[Words]:
        """Look through all of it for what should not be so; nothing is changed."""

    async def close(self) -> None:
        """Write what is under way, and let go."""
