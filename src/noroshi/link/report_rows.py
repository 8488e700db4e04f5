"""Make the rows of an agent's log: what happens to its monitors, and who sends what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from noroshi import schema
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Receipt
from noroshi.core.model import Alarm, Change, RuleNotification, State
from noroshi.core.report import ReportDraft, RowKind
from noroshi.core.sender_lease import Custody
from noroshi.link.report_messages import AlarmOfRow, ChangeOfRow, NotificationsOfRow, SentOfRow

KINDS = {Custody.AGENT: RowKind.TAKEN_OVER, Custody.HUB: RowKind.HANDED_OVER}
"""The kind of the row that tells of a new custody."""


def row_of_change(change: Change, now: datetime, *, is_retired: bool = False) -> ReportDraft:
    """Return the row that tells of a change; `is_retired`: it is the monitor's last. Its times, and
    `now` here and below, are the hub's."""
    row = ChangeOfRow(
        monitor=change.monitor,
        state=change.state,
        events=change.events,
        alarms=tuple(
            _alarm_of_row(alarm, one)
            for one in change.hub_notifications
            for alarm in one.alarms
        ),
        decisions=change.decisions,
        is_retired=is_retired,
    )
    return _draft(RowKind.CHANGE, row, now)


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
