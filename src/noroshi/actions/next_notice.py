"""Tell when a contact hears of it again, as far as the rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from noroshi.actions.alarm_batch import AlarmBatch, happened
from noroshi.actions.phrases import span
from noroshi.core.date_text import clock, moment
from noroshi.core.levels import RuleTrigger
from noroshi.core.translation import Message, _

ON_FOUND = _("when more is found")
NO_NEXT = _("none (the rule notifies only once)")


@dataclass(frozen=True, slots=True)
class Occasions:
    """The occasions of another notice, of one alarm or of several."""

    change: Message
    recovery: Message
    each: Message
    repeat: Message


OF_ONE = Occasions(
    change=_("when the level changes"),
    recovery=_("when it recovers"),
    each=_("at each measurement in this state"),
    repeat=_("in {span} ({at}) if the problem persists"),
)
OF_SEVERAL = Occasions(
    change=_("when the level of an item changes"),
    recovery=_("when an item recovers"),
    each=_("at each measurement with a problem"),
    repeat=_("in {span} ({at}) if a problem persists"),
)


def next_notice(batch: AlarmBatch) -> str:
    """Return when the contact is notified again; of several alarms any of them is an occasion."""
    rule, language = batch.rule, batch.language
    on = OF_ONE if len(batch.alarms) == 1 else OF_SEVERAL
    if rule is None:
        return on.change.say(language)
    often = rule.when in (RuleTrigger.CHANGE, RuleTrigger.EACH)
    if often and all(happened(alarm.event, batch) for alarm in batch.alarms):
        return ON_FOUND.say(language)
    when = [on.change] if often else []
    when += [on.each] if rule.when is RuleTrigger.EACH else []
    when += [on.recovery] if rule.recovered else []
    if rule.repeat is not None and rule.most > 1:
        at = _later(batch.alarms[0].event.at, rule.repeat, batch)
        when.append(on.repeat.fill(span=span(rule.repeat), at=at))
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
