"""Give the facts that a user's template may name: plain values, in the contact's language and
zone."""

from __future__ import annotations

from typing import Any

from noroshi.actions.alarm_batch import (
    AlarmBatch,
    mark,
    name,
    reason,
    sentence_of,
    started_at,
    word,
)
from noroshi.core.date_text import moment
from noroshi.core.levels import Level
from noroshi.core.model import Alarm
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import Medium


def facts(batch: AlarmBatch) -> dict[str, Any]:
    """Return what a template may name: plain values, in the contact's language and zone."""
    monitor, language = batch.topic.monitor, batch.language
    return {
        "level": batch.level.value,
        "level_word": word(batch.alarms[0].event).say(language),
        "mark": mark(batch.alarms[0].event),
        "instance": monitor.instance.name,
        "instance_title": monitor.instance.title,
        "group": monitor.group,
        "group_title": monitor.group_title,
        "runs_on": batch.topic.runs_on,
        "monitor": monitor.name,
        "title": monitor.title or monitor.name,
        "kind": batch.topic.kind.say(language),
        "contact": batch.contact.title or batch.contact.id,
        "items": [_item_facts(alarm, batch) for alarm in batch.alarms],
    }


def _item_facts(alarm: Alarm, batch: AlarmBatch) -> dict[str, str | float | list[str] | None]:
    event, language = alarm.event, batch.language
    reading, limits = event.cause.reading, event.cause.limits
    limit_by_level = (
        {Level.WARNING: limits.warning, Level.CRITICAL: limits.critical} if limits else {}
    )
    return {
        "item": event.item,
        "level": event.after.value,
        "word": word(event).say(language),
        "before": LEVEL_NAMES[event.before].say(language),
        "name": name(event, batch, language),
        "value": reading.value if reading else None,
        "unit": reading.unit if reading else "",
        "limit": limit_by_level.get(event.after),
        "words": sentence_of(event, batch, language),
        "note": reading.note.say(language, Medium.MAIL) if reading else "",
        "lines": list(reading.lines) if reading else [],
        "since": moment(started_at(event, batch), batch.zone, language),
        "at": moment(event.at, batch.zone, language),
        "reason": reason(alarm).say(language),
    }
