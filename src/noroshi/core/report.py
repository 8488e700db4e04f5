"""Number what an agent reports to its hub, and decide what of a report the hub lacks.

An agent writes a row of its log in the transaction of the change that the row tells of. The tag of
a row is a hash of the row and of the tag before it, so two logs with the same tag at the same
number are the same log. A copied machine, or one that was set back to a snapshot, writes other rows
under known numbers: without tags the hub would take them for repeats, and drop them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum

MOST_ROWS = 1000
"""A report has at most so many rows."""
MOST_BYTES = 1024 * 1024
"""The bodies of a report's rows have together at most so many bytes, unless it is one row."""
TAG_BYTES = 8


class RowKind(StrEnum):
    """Name what a row tells of. The values are stored, and sent."""

    CHANGE = "change"
    """A monitor's state, events, alarms and decisions: one commit."""
    TAKEN_OVER = "taken-over"
    """Notifications that the agent sends itself from now on."""
    SENT = "sent"
    """A notification that the agent sent, with its receipt; or one of which the hub reported so."""
    HANDED_OVER = "handed-over"
    """Notifications that the agent took over and did not send."""
    ANSWER = "answer"
    """The answer to an order of the hub."""
    CONFIGURATION = "configuration"
    """A configuration that was taken up, or why not."""
    GAP = "gap"
    """Rows or samples that no longer exist."""
    LIFE = "life"
    """A life of the agent began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Identify a row of a log, and with it all before: `seq` counts the rows from 1, `tag` is the
    row's. A log that is not the one that the hub has begins anew on the hub's position: `epoch`
    counts these beginnings. Number 0 is before the first row."""

    epoch: int = 0
    seq: int = 0
    tag: str = ""


START = Position()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDraft:
    """Hold a row that is not in the log yet. `body` is JSON, `written_at` the time in the hub's time as
    far as the agent knows it."""

    kind: str
    written_at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """Hold a row of the log. Its tag follows from the one before (`position_after`)."""

    epoch: int
    seq: int
    kind: str
    written_at: datetime
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Hold rows of a log that follow each other, from the one after `start`; `last` is the end
    of the log. `has_gap`: the agent no longer has the rows before them."""

    start: Position
    rows: tuple[ReportRow, ...] = ()
    last: Position
    has_gap: bool = False


class Reception(Enum):
    """Name what the hub does with a report."""

    APPLY = "apply"
    """It applies the rows that it does not know yet, and moves its position."""
    REPEAT = "repeat"
    """It knows all rows: its answer was lost, or there are none."""
    WANT = "want"
    """It lacks rows before these, or these end before its position: the agent is to send from
    there."""
    FORK = "fork"
    """It has other rows under these numbers."""
    BEHIND = "behind"
    """The agent's log ends before the hub's position: the agent was set back, or is new."""
    INVALID = "invalid"
    """The rows do not follow each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDecision:
    """Tell what becomes of a report: the rows to apply, and the hub's position after that."""

    reception: Reception
    position: Position
    new_rows: tuple[ReportRow, ...] = ()


class Resumption(Enum):
    """Name how an agent goes on from the position that the hub has."""

    SEND = "send"
    """It sends the rows that follow."""
    GAP = "gap"
    """Some of these it no longer has: it sends those that it has."""
    FORK = "fork"
    """The hub has other rows: the agent begins anew with the hub's states."""
    BEHIND = "behind"
    """The hub has more rows than there are: the agent begins anew with the hub's states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLog:
    """Hold the bounds of an agent's log: the epoch of new rows, the row before the first that is
    kept, the one that the hub acknowledged last, and the end."""

    epoch: int = 0
    before_first: Position = START
    acknowledged: Position = START
    last: Position = START

    @property
    def backlog(self) -> int:
        """Return how many rows the hub has not acknowledged."""
        return self.last.seq - self.acknowledged.seq


def position_after(position: Position, row: ReportRow) -> Position:
    """Return the position of a row that follows on a position."""
    microseconds = round(row.written_at.timestamp() * 1_000_000)
    # The body comes last, and no other part has a line end in it, so the parts are told apart.
    text = f"{position.tag}\n{row.epoch}\n{row.seq}\n{row.kind}\n{microseconds}\n{row.body}"
    tag = hashlib.sha256(text.encode()).hexdigest()[: TAG_BYTES * 2]
    return Position(epoch=row.epoch, seq=row.seq, tag=tag)


def number_rows(
    position: Position, epoch: int, drafts: Iterable[ReportDraft]
) -> Iterator[tuple[ReportRow, Position]]:
    """Yield drafts as rows that follow on a position, each with its own."""
    for draft in drafts:
        row = ReportRow(
            epoch=epoch,
            seq=position.seq + 1,
            kind=draft.kind,
            written_at=draft.written_at,
            body=draft.body,
        )
        position = position_after(position, row)
        yield row, position


def decide_report(hub_position: Position, report: Report) -> ReportDecision:
    """Decide what becomes of a report. `hub_position` is the position up to which the hub has the log. A
    report without rows, as at the start of a life, only compares the two logs."""
    refusal = _refusal(hub_position, report)
    if refusal is not None:
        return ReportDecision(reception=refusal, position=hub_position)
    end = _positions(report)[-1]
    if end.seq == hub_position.seq:
        return ReportDecision(reception=Reception.REPEAT, position=hub_position)
    new_rows = report.rows[max(hub_position.seq - report.start.seq, 0) :]
    return ReportDecision(reception=Reception.APPLY, position=end, new_rows=new_rows)


def is_caught_up(hub_position: Position, last: Position) -> bool:
    """Return whether the hub has a log up to the end that a message of the agent names."""
    return (hub_position.seq, hub_position.tag) == (last.seq, last.tag)


def decide_resumption(
    log: ReportLog, hub_position: Position, own_position: Position | None
) -> Resumption:
    """Decide how an agent goes on from the hub's position. `own_position` is the agent's position of the
    same number; None if its log has no such row (any more)."""
    if hub_position.seq > log.last.seq:
        return Resumption.BEHIND
    if own_position is None:
        return Resumption.GAP
    return Resumption.SEND if own_position.tag == hub_position.tag else Resumption.FORK


def next_epoch(own_epoch: int, hub_position: Position) -> int:
    """Return the epoch in which a log begins anew on the hub's position."""
    return max(own_epoch, hub_position.epoch) + 1


def _refusal(hub_position: Position, report: Report) -> Reception | None:
    if not _is_sequence(report):
        return Reception.INVALID
    if report.last.seq < hub_position.seq:
        return Reception.BEHIND
    overlap = hub_position.seq - report.start.seq
    if overlap < 0:
        return None if report.has_gap else Reception.WANT
    if overlap > len(report.rows):
        return Reception.WANT
    return None if _positions(report)[overlap].tag == hub_position.tag else Reception.FORK


def _is_sequence(report: Report) -> bool:
    """Return whether the rows have the numbers that follow, up to the end of the log."""
    start, count = report.start.seq + 1, len(report.rows)
    numbers = [row.seq for row in report.rows]
    return numbers == list(range(start, start + count)) and report.last.seq >= start + count - 1


def _positions(report: Report) -> Sequence[Position]:
    """Return the position before the first row of a report, and that of each."""
    positions = [report.start]
    for row in report.rows:
        positions.append(position_after(positions[-1], row))
    return positions
