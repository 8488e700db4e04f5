"""The messages by which an agent reports: rows of its log, and samples; and what the hub tells of
the notifications that it sent. All times are the hub's.

The body of a row is the JSON of one of the classes here, by the row's kind (`core.report.RowKind`).
What an agent says is its text: names of items, values, lines. It names monitors, rules and contacts of
its own configuration, and neither an address nor a text of a message: the hub drafts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from noroshi.core.alarms import AcknowledgementOfHub, Silence
from noroshi.core.mail import Receipt
from noroshi.core.model import Decision, Event, Sample, State
from noroshi.core.report import Position, ReportRow
from noroshi.core.sender_lease import DEFAULT_TERMS, Custody, Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmOfRow:
    """Tell that a rule notifies a contact of an event of the same row. `reason` is the value of
    `core.levels.Reason`; `id` and `thread` are those of `core.model.Alarm`."""

    id: str
    event: str
    rule: str
    contact: str
    reason: str
    thread: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOfRow:
    """RowKind.CHANGE: what one turn of a monitor led to. The alarms of one notification, in
    order, are those of one rule and contact. `is_retired`: the monitor is no longer there.
    `custody` is that of the notifications: AGENT if the agent sends them itself."""

    monitor: str
    state: State
    events: tuple[Event, ...] = ()
    alarms: tuple[AlarmOfRow, ...] = ()
    decisions: tuple[Decision, ...] = ()
    is_retired: bool = False
    custody: Custody = Custody.HUB


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationsOfRow:
    """RowKind.TAKEN_OVER and HANDED_OVER: the envelopes by their ids."""

    envelopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentOfRow:
    """RowKind.SENT: the end of a notification. `sent_by` is the agent's name, or "hub"; `fate` the
    value of a `DeliveryState`: ACCEPTED, DROPPED, or SET_ASIDE, after which the hub sends it."""

    envelope: str
    fate: str
    receipt: Receipt | None = None
    sent_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GapOfRow:
    """RowKind.GAP: `count` rows, or samples, from and to these instants no longer exist."""

    count: int
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedRow:
    """Name a row that the hub could not apply, and why, in English, for the agent's log."""

    seq: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubFate:
    """Tell an agent what became of a notification at the hub: `fate` is the value of a
    `DeliveryState`. `number` grows with each, so that the agent can say which it knows."""

    number: int
    envelope: str
    fate: str
    receipt: Receipt | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRequest:
    """Send rows that follow each other, from the one after `start`; `last` is the end of the log.
    `sender` is what the agent promises, with the `alone_after` that it goes by; `fates` is the
    number of the last `HubFate` that is stored here."""

    start: Position
    rows: tuple[ReportRow, ...] = ()
    last: Position = Position()
    has_gap: bool = False
    sender: Sender = Sender.HUB_ONLY
    alone_after: float = DEFAULT_TERMS.alone_after.total_seconds()
    fates: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer:
    """Tell what became of a report: `reception` is the value of `core.report.Reception`,
    `position` the hub's after it, `clock` the hub's wall time."""

    reception: str
    position: Position
    refused_rows: tuple[RefusedRow, ...] = ()
    fates: tuple[HubFate, ...] = ()
    clock: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesOfMonitor:
    """Hold samples of one monitor, oldest first, without what its check remembers."""

    monitor: str
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesRequest:
    """Send the samples that were measured from `start` up to `end`, this excluded, and were not
    sent before. They follow by their own cursor, and some may be missing."""

    start: datetime
    end: datetime
    monitors: tuple[SamplesOfMonitor, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesAnswer:
    """Tell up to when the hub has the samples, and how often to send them (in seconds); `clock` is
    the hub's wall time."""

    position: datetime
    interval: float = 60.0
    clock: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StatesOfHub:
    """Hold the states that the hub has of the agent's monitors, by their ids: an agent without
    them begins there, or its first events would have ids that are known."""

    states: Mapping[str, State] = field(default_factory=dict)
    position: Position = Position()


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressionsOfHub:
    """Hold all that people at the hub say of the agent's monitors, under the SHA-256 of it. Times
    are those of the hub's clock. What is planned (maintenance) is in the configuration."""

    name: str
    silences: tuple[Silence, ...] = ()
    acknowledgements: tuple[AcknowledgementOfHub, ...] = ()
