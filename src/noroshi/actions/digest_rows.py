"""Put what a mail tells into rows that a digest can be made of: plain values, in the contact's
language."""

from __future__ import annotations

from typing import Any

from noroshi.actions.alarm_batch import (
    AlarmBatch,
    headline,
    is_ended,
    is_stopped,
    joint,
    started_at,
)
from noroshi.core.levels import Level
from noroshi.core.model import Alarm
from noroshi.core.monitor_names import place
from noroshi.core.sentences import without_stop


def rows(batch: AlarmBatch) -> list[dict[str, Any]]:
    """Return one row for each alarm of the mail; `core.digest` reads the level alone."""
    return [_row(alarm, batch) for alarm in batch.alarms]


def _subject_of(alarm: Alarm, batch: AlarmBatch) -> str:
    """Return what was found, as it stands after the monitor's name."""
    line = without_stop(headline(alarm.event, batch, batch.language, batch.title))
    return f"{joint(alarm.event, line, batch)}{line}"


def _row(alarm: Alarm, batch: AlarmBatch) -> dict[str, Any]:
    """`about` tells whether two rows are of the same thing, `bad_since` when it turned bad."""
    event, monitor = alarm.event, batch.topic.monitor
    bad_since = event.since if event.after is Level.OK else started_at(event, batch)
    return {
        "level": event.after.value,
        "before": event.before.value,
        "ended": is_ended(event),
        "stopped": is_stopped(event),
        "about": f"{monitor.id} {event.item}",
        "where": place(monitor, batch.language),
        "what": "" if is_ended(event) else _subject_of(alarm, batch),
        "item": event.item,
        "at": event.at.isoformat(),
        "bad_since": bad_since.isoformat() if bad_since else "",
        "mail": batch.mail,
        "alarm": alarm.id,
    }
