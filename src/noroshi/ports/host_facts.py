"""Hold the facts that a computer tells of itself, and a node of itself and its routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from noroshi.core.mail import Fault
from noroshi.core.translation import NOTHING, Message


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


@dataclass(frozen=True, slots=True)
class Listener:
    """A TCP port that takes connections, and the address at which it does ("::" or "0.0.0.0":
    at all of them)."""

    address: str
    port: int


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
    """The work of all cores together since the computer started, in seconds.

    `total` counts every second of every core, whatever it did. None: not told there.
    """

    cores: int
    total: float
    busy: float
    iowait: float | None = None
    steal: float | None = None
    load: float | None = None
    """Processes that ran or waited to run, over the last minute."""


USUAL_BITS = 64
"""The PowerShell that a .ps1 file gets unless its monitor asks for the other one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program to run without a shell: argv, and what its environment has beside PATH and
    LANG.

    `timeout` in seconds; the program and all its children are ended then. `bits` are those of the
    PowerShell that runs a .ps1 file on Windows.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    runs_as: str = ""
    bits: int = USUAL_BITS
    timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class ProgramResult:
    """The end of a program: its exit code, and at most 64 KiB of each output."""

    code: int
    output: str
    errors: str
    is_truncated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFact:
    """A file as it lies there. `identity` stays while it is renamed; another file may take
    it over once this one is deleted. `size` in bytes, `modified_ns` (mtime) in nanoseconds."""

    path: str
    identity: str
    size: int
    modified_ns: int
    regular: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTripFacts:
    """The state of the mails that go by a route to the account's own mailbox: when one was last
    seen arrived (None: not yet) and how many seconds it took, from when on the time without one
    counts, and what stands against the last one. `person`: who had it in hand, if a person had."""

    counts_from: datetime
    last_arrival: datetime | None = None
    duration: float = 0.0
    trouble: Message = NOTHING
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """The state of a route: down since then, by whose fault and why; or well (None).

    `last_accepted` is when a provider last took a mail by it. `retiring`: it signs in by a
    password where that is about to end. `trip` is None where no mailbox is read.
    `never_signed_in`: nobody has signed its account in yet. `unready_reason` says why it could
    take no mail, though none was tried by it. `open_until` is until when it is left alone.
    `account`: the one whose sign-in does not hold ("": it does, or there is none); of that its
    own monitor tells.
    """

    down_since: datetime | None = None
    fault: Fault | None = None
    reason: Message = NOTHING
    last_accepted: datetime | None = None
    retiring: bool = False
    trip: RoundTripFacts | None = None
    never_signed_in: bool = False
    unready_reason: Message = NOTHING
    open_until: datetime | None = None
    account: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """The state of an account's sign-in: `reason` says what somebody has to do unless it is well.

    `ends` is when its secret or certificate does, as far as that is known; `renewed_at` when
    its refresh token was, None where nothing ends by resting. `never_signed_in`: nobody has
    signed it in yet. `mailbox`, `client_id` and `routes` are whose and whereof it is.
    """

    name: str = ""
    mailbox: str = ""
    client_id: str = ""
    routes: tuple[str, ...] = ()
    is_well: bool
    reason: Message = NOTHING
    ends: date | None = None
    renewed_at: datetime | None = None
    never_signed_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFacts:
    """Counts of the queue: how many mails wait, since when the oldest does, how many were set
    aside, how many alarms are lost."""

    waiting: int = 0
    oldest: datetime | None = None
    set_aside: int = 0
    lost: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """The state of an agent of this node: the seconds since it was last heard, or since the node
    started if that is less; how many rows wait there, by how many seconds its clock is ahead,
    how many of its rows were refused within the last hour, and how many of its reports were put off, as
    it makes more of them than the node takes. `instances` are the titles of those
    that it measures. `is_windows`: its computer runs Windows."""

    name: str
    silence: float = 0.0
    backlog: int = 0
    clock_offset: float = 0.0
    refused_rows: int = 0
    excessive_reports: int = 0
    instances: tuple[str, ...] = ()
    is_windows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeFacts:
    """The state of the node: by how many seconds its turns began late at worst within the last
    minute, what is wrong with its store, how many bytes the store's volume has free, and by how
    many seconds the clock was last set within the last hour."""

    lateness: float = 0.0
    trouble: Message | None = None
    free_bytes: int = 0
    clock_set: float = 0.0
