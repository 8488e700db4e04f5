"""Answers of the operation that shows servers: values of now, and the last day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from noroshi.core.levels import Level
from noroshi.core.sources import SourceKind
from noroshi.core.translation import Message


class KeyQuantity(Enum):
    """Name what a key value of a server tells."""

    CPU = "cpu"
    MEMORY = "memory"
    DISK = "disk"
    RESPONSE = "response"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyValue:
    """One of the few values by which a server is judged at a glance: of the volumes, the one that
    is nearest to full. `title` is the volume, or the monitor of a response. `value` is None where
    the newest measurement failed; `warning` and `critical` are the limits, `rising` if bad is
    high. `measured_at` is when it was measured."""

    quantity: KeyQuantity
    path: str
    item: str
    title: str
    value: float | None
    unit: str
    warning: float | None
    critical: float | None
    rising: bool
    level: Level
    measured_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A time during which an item was not OK; `ends` is None while it still is not. `follows`: the
    item had another level before that was not OK either."""

    path: str
    item: str
    title: str
    level: Level
    begins: datetime
    ends: datetime | None = None
    follows: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRow:
    """A server in short: an instance, or an agent that measures none yet (`name` is "").

    `source` is where the instance is measured, `agent` the name of the agent that does, with its
    `system`, `version` and `last_contact`; `is_silent`: it was not heard of late. `is_known` once
    something of it was judged; `is_stopped`: none of it is measured. `monitors` are those of the
    instance. `spells` are those of the last day, which is known from `begins` on; the server is
    quiet since `quiet_since`, None while it is not OK or always was.
    """

    name: str
    title: str
    address: str
    source: SourceKind
    level: Level
    is_known: bool
    is_stopped: bool
    monitors: int
    key_values: tuple[KeyValue, ...]
    spells: tuple[Spell, ...]
    begins: datetime
    quiet_since: datetime | None = None
    silenced_until: datetime | None = None
    maintenance_until: datetime | None = None
    problem: Message | None = None
    agent: str = ""
    agent_id: str = ""
    is_silent: bool = False
    last_contact: datetime | None = None
    system: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The servers by title, at one time. Of very many, those that are not OK come before the
    others, and `more` were left out. The last day begins at `day_begins`."""

    at: datetime
    day_begins: datetime
    rows: tuple[ServerRow, ...]
    more: int = 0
