"""Tell when a contact hears of it again, as far as the rule says so."""

from __future__ import annotations

from datetime import datetime, timedelta

from noroshi.actions.alarm_batch import Telling, happened
from noroshi.actions.phrases import clock, moment, span
from noroshi.core.levels import When
from noroshi.core.translation import _

ON_CHANGE = _("when the level changes")
ON_FOUND = _("when more is found")
ON_RECOVERY = _("when it recovers")
ON_EACH = _("at each measurement in this state")
ON_REPEAT = _("in {span} ({at}) if the problem persists")
NO_NEXT = _("none (the rule notifies only once)")


def next_notice(told: Telling) -> str:
    rule, language = told.rule, told.language
    if rule is None:
        return ON_CHANGE.say(language)
    often = rule.when in (When.CHANGE, When.EACH)
    if often and all(happened(alarm.event, told) for alarm in told.alarms):
        return ON_FOUND.say(language)
    when = [ON_CHANGE] if often else []
    when += [ON_EACH] if rule.when is When.EACH else []
    when += [ON_RECOVERY] if rule.recovered else []
    if rule.repeat is not None and rule.most > 1:
        at = _later(told.alarms[0].event.at, rule.repeat, told)
        when.append(ON_REPEAT.fill(span=span(rule.repeat), at=at))
    *others, last = [words.say(language) for words in when] or [NO_NEXT.say(language)]
    comma, both = _(", "), _(", or ")
    first = comma.say(language).join(others)
    return f"{first}{both.say(language)}{last}" if first else last


def _later(at: datetime, after: timedelta, told: Telling) -> str:
    """The date too where it is another day's."""
    then = at + after
    if then.astimezone(told.zone).date() == at.astimezone(told.zone).date():
        return clock(then, told.zone)
    return moment(then, told.zone, told.language)
