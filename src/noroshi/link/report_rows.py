"""Make the rows of an agent's log that tell of its monitors."""

from __future__ import annotations

from datetime import datetime

from noroshi import schema
from noroshi.core.model import Change, HubAlarm, State
from noroshi.core.report import ReportDraft, RowKind
from noroshi.link.report_messages import AlarmOfRow, ChangeOfRow


def row_of_change(change: Change, now: datetime, *, is_retired: bool = False) -> ReportDraft:
    """Return the row that tells of a change; `is_retired`: it is the monitor's last."""
    row = ChangeOfRow(
        monitor=change.monitor,
        state=change.state,
        events=change.events,
        alarms=tuple(map(_alarm_of_row, change.hub_alarms)),
        decisions=change.decisions,
        is_retired=is_retired,
    )
    return _draft(row, now)


def row_of_state(monitor: str, state: State, now: datetime) -> ReportDraft:
    """Return the row that tells how a monitor stands."""
    return _draft(ChangeOfRow(monitor=monitor, state=state), now)


def _alarm_of_row(one: HubAlarm) -> AlarmOfRow:
    return AlarmOfRow(
        id=one.alarm.id,
        event=one.alarm.event.id,
        rule=one.rule,
        contact=one.contact,
        reason=one.alarm.reason.value,
        thread=one.alarm.thread,
    )


def _draft(row: ChangeOfRow, now: datetime) -> ReportDraft:
    return ReportDraft(kind=RowKind.CHANGE, written_at=now, body=schema.text(row))
