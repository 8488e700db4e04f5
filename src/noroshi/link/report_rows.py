"""Make the rows of an agent's log: what happens to its monitors, and who sends what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from noroshi import schema
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Receipt
from noroshi.core.model import Alarm, Change, RuleNotification, State
from noroshi.core.report import ReportDraft, RowKind
from noroshi.core.sender_lease import Custody
from noroshi.link.report_messages import AlarmOfRow, ChangeOfRow, NotificationsOfRow, SentOfRow

MOST_ALARMS = 4000
"""Alarms of a row. A rule may tell many contacts of a thousand items at once, and a report that is too
large is never taken: nothing behind it would reach the hub."""
KINDS = {Custody.AGENT: RowKind.TAKEN_OVER, Custody.HUB: RowKind.HANDED_OVER}
"""The kind of the row that tells of a new custody."""


def rows_of_change(
    change: Change, now: datetime, *, is_retired: bool = False
) -> tuple[ReportDraft, ...]:
    """Return the row that tells of a change; several, each with the state and the events, if it has
    more alarms than the hub takes in one report. `is_retired`: it is the monitor's last. Its times, and
    `now` here and below, are the hub's."""
    first, *further = _alarms_by_row(change)
    row = ChangeOfRow(
        monitor=change.monitor,
        state=change.state,
        events=change.events,
        alarms=first,
        decisions=change.decisions,
        is_retired=is_retired,
    )
    rows = (row, *(replace(row, alarms=alarms, decisions=()) for alarms in further))
    return tuple(_draft(RowKind.CHANGE, one, now) for one in rows)


def _alarms_by_row(change: Change) -> list[tuple[AlarmOfRow, ...]]:
    """Return the alarms of each row. Those of one rule and contact stay together: they are one
    notification."""
    rows: list[tuple[AlarmOfRow, ...]] = [()]
    for one in change.hub_notifications:
        alarms = tuple(_alarm_of_row(alarm, one) for alarm in one.alarms)
        if rows[-1] and len(rows[-1]) + len(alarms) > MOST_ALARMS:
            rows.append(())
        rows[-1] += alarms
    return rows


def row_of_custody(custody: Custody, envelopes: Iterable[str], now: datetime) -> ReportDraft:
    """Return the row that tells who sends notifications from now on, by their ids."""
    return _draft(KINDS[custody], NotificationsOfRow(envelopes=tuple(envelopes)), now)


def row_of_sent(
    envelope: str, fate: DeliveryState, receipt: Receipt | None, sent_by: str, now: datetime
) -> ReportDraft:
    """Return the row that tells how the sending of a notification ended."""
    row = SentOfRow(envelope=envelope, fate=fate.value, receipt=receipt, sent_by=sent_by)
    return _draft(RowKind.SENT, row, now)


def row_of_state(monitor: str, state: State, now: datetime) -> ReportDraft:
    """Return the row that tells how a monitor stands."""
    return _draft(RowKind.CHANGE, ChangeOfRow(monitor=monitor, state=state), now)


def _alarm_of_row(alarm: Alarm, notification: RuleNotification) -> AlarmOfRow:
    return AlarmOfRow(
        id=alarm.id,
        event=alarm.event.id,
        rule=notification.rule.id,
        contact=notification.contact.id,
        reason=alarm.reason.value,
        thread=alarm.thread,
    )


def _draft(
    kind: RowKind, row: ChangeOfRow | NotificationsOfRow | SentOfRow, now: datetime
) -> ReportDraft:
    return ReportDraft(kind=kind, written_at=now, body=schema.text(row))
