"""Tell when a contact hears of it again, as far as the rule says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.actions.alarm_batch import AlarmBatch, happened
from noroshi.actions.phrases import span
from noroshi.core.date_text import clock, moment
from noroshi.core.levels import When
from noroshi.core.translation import _

ON_CHANGE = _("when the level changes")
ON_FOUND = _("when more is found")
ON_RECOVERY = _("when it recovers")
ON_EACH = _("at each measurement in this state")
ON_REPEAT = _("in {span} ({at}) if the problem persists")
NO_NEXT = _("none (the rule notifies only once)")


def next_notice(batch: AlarmBatch) -> str:
    rule, language = batch.rule, batch.language
    if rule is None:
        return ON_CHANGE.say(language)
    often = rule.when in (When.CHANGE, When.EACH)
    if often and all(happened(alarm.event, batch) for alarm in batch.alarms):
        return ON_FOUND.say(language)
    when = [ON_CHANGE] if often else []
    when += [ON_EACH] if rule.when is When.EACH else []
    when += [ON_RECOVERY] if rule.recovered else []
    if rule.repeat is not None and rule.most > 1:
        at = _later(batch.alarms[0].event.at, rule.repeat, batch)
        when.append(ON_REPEAT.fill(span=span(rule.repeat), at=at))
    *others, last = [words.say(language) for words in when] or [NO_NEXT.say(language)]
    comma, both = _(", "), _(", or ")
    first = comma.say(language).join(others)
    return f"{first}{both.say(language)}{last}" if first else last


def _later(at: datetime, after: timedelta, batch: AlarmBatch) -> str:
    """Return the time, with the date where it is another day's."""
    then = at + after
    if then.astimezone(batch.zone).date() == at.astimezone(batch.zone).date():
        return clock(then, batch.zone)
    return moment(then, batch.zone, batch.language)
