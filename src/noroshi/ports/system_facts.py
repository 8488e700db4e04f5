"""Hold what an operating system manages: services, updates, scheduled tasks, the registry, the
event log and performance counters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from noroshi.core.translation import Message
from noroshi.ports.host_facts import Volume


class ServiceState(StrEnum):
    """The state of a service. FAILED: it ended with an error. MISSING: there is no such service.
    UNREADABLE: the system does not tell Noroshi."""

    RUNNING = "running"
    STARTING = "starting"
    STOPPING = "stopping"
    PAUSED = "paused"
    STOPPED = "stopped"
    FAILED = "failed"
    MISSING = "missing"
    UNREADABLE = "unreadable"


class StartType(StrEnum):
    """The start type of a service. MANUAL: when something asks for it."""

    AUTOMATIC = "automatic"
    MANUAL = "manual"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceFact:
    """A service. `title` is its display name, `detail` how it failed, in the system's own words.

    `ends_by_itself`: it may be stopped though it starts automatically, as its work is done then, or
    something starts it when there is work.
    `run` identifies the present run; "" if it does not run. `restarts` is how often the system
    has started it anew after a failure; None: the system does not count.
    """

    name: str
    title: str = ""
    state: ServiceState
    start_type: StartType = StartType.UNKNOWN
    detail: str = ""
    ends_by_itself: bool = False
    run: str = ""
    restarts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateFacts:
    """The updates that can be installed, by name; the names of those for security. These and
    `needs_reboot` are None if the system does not tell. `listed_at` is when the list came from the vendor.
    `is_partial`: there are more, which were not counted."""

    names: tuple[str, ...] = ()
    security_names: tuple[str, ...] | None = ()
    needs_reboot: bool | None = None
    listed_at: datetime | None = None
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFact:
    """A scheduled task. `failure` says how its last run failed; "" if it did not. `missed_runs` is
    None if the system does not count them. Times are in UTC."""

    name: str
    is_enabled: bool = True
    is_running: bool = False
    last_run: datetime | None = None
    next_run: datetime | None = None
    failure: str = ""
    missed_runs: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryValue:
    """A value of Windows' registry as text; `number` is None if it is no number."""

    text: str
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """A query for records of an event log: those after the number `after_number`, in `levels`
    (1 critical, 2 error, 3 warning, 4 information); () stands for any. At most `most` of them."""

    log: str
    levels: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()
    ids: tuple[int, ...] = ()
    after_number: int = 0
    most: int = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRecord:
    """A record of an event log. `text` is the message as Windows shows it."""

    number: int
    created_at: datetime
    source: str
    event_id: int
    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventBatch:
    """The records that a query found, oldest first, and the number of the log's newest record, 0 if
    the log is empty. `is_partial`: more than was asked for is there."""

    records: tuple[EventRecord, ...] = ()
    newest: int = 0
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterValue:
    """The value of a performance counter; `item` is its instance, "" if there is but one."""

    value: float
    item: str = ""


class SystemFacts(Protocol):
    """Ask the operating system of a computer. Each method raises Unmeasurable."""

    async def services(self, names: Sequence[str]) -> Sequence[ServiceFact]:
        """Return the services of these names; * stands for any text. One that is named in full and
        is not there is MISSING."""

    async def updates(self) -> UpdateFacts: ...

    async def tasks(self, names: Sequence[str]) -> Sequence[TaskFact]:
        """Return all tasks that are scheduled, and those of these names that are disabled."""

    async def registry_value(
        self, key: str, name: str, *, is_32_bit: bool = False
    ) -> RegistryValue | None:
        """Return the value of a key; None if there is none."""

    async def events(self, query: EventQuery) -> EventBatch: ...

    async def share_volume(self, path: str, user: str, password: str) -> Volume | Message:
        """Return the sizes of a network share, or why it cannot be reached. Without a user, the
        account of this process is used."""

    async def counter_values(
        self, path: str, *, is_english: bool = True
    ) -> Sequence[CounterValue]:
        """Return the values of a performance counter; * in the path stands for all instances."""
