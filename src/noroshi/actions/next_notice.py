"""Tell when a contact hears of it again, as far as the rule says so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from noroshi.actions.alarm_batch import AlarmBatch, is_occurrence
from noroshi.actions.phrases import span
from noroshi.core.date_text import clock, moment
from noroshi.core.levels import RuleTrigger
from noroshi.core.translation import Message, _

ON_FOUND = _("when more matches are found")
NO_NEXT = _("none (the rule notifies only once)")


@dataclass(frozen=True, slots=True)
class Occasions:
    """The occasions of another notice, of one alarm or of several."""

    change: Message
    recovery: Message
    measurement: Message
    repeat: Message


OF_ONE = Occasions(
    change=_("when the level changes"),
    recovery=_("when the problem ends"),
    measurement=_("at each measurement in this state"),
    repeat=_("in {span} ({at}) if the problem persists"),
)
OF_SEVERAL = Occasions(
    change=_("when the level of an item changes"),
    recovery=_("when a problem ends"),
    measurement=_("at each measurement with a problem"),
    repeat=_("in {span} ({at}) if a problem persists"),
)


def next_notice(batch: AlarmBatch) -> str:
    """Return when the contact is notified again; of several alarms any of them is an occasion."""
    rule, language = batch.rule, batch.language
    texts_of_count = OF_ONE if len(batch.alarms) == 1 else OF_SEVERAL
    if rule is None:
        return texts_of_count.change.say(language)
    is_each_change = rule.trigger in (RuleTrigger.CHANGE, RuleTrigger.EACH)
    if is_each_change and all(is_occurrence(alarm.event, batch) for alarm in batch.alarms):
        return ON_FOUND.say(language)
    occasions = [texts_of_count.change] if is_each_change else []
    occasions += [texts_of_count.measurement] if rule.trigger is RuleTrigger.EACH else []
    occasions += [texts_of_count.recovery] if rule.notifies_recovery else []
    if rule.repeat is not None and rule.most > 1:
        next_time = _time_after(batch.alarms[0].event.at, rule.repeat, batch)
        occasions.append(texts_of_count.repeat.fill(span=span(rule.repeat), at=next_time))
    *earlier_texts, last_text = [words.say(language) for words in occasions] or [
        NO_NEXT.say(language)
    ]
    comma, last_comma = _(", "), _(", or ")
    first = comma.say(language).join(earlier_texts)
    return f"{first}{last_comma.say(language)}{last_text}" if first else last_text


def _time_after(start: datetime, pause: timedelta, batch: AlarmBatch) -> str:
    """Return the time, with the date where it is another day's."""
    later_moment = start + pause
    if later_moment.astimezone(batch.zone).date() == start.astimezone(batch.zone).date():
        return clock(later_moment, batch.zone)
    return moment(later_moment, batch.zone, batch.language)
