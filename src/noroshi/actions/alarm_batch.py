"""Hold one contact's alarms of one turn, and say in a few words what can be said of each.

Pure and fast, as a storm drafts hundreds at one instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from noroshi.actions.letter import shorten
from noroshi.actions.node_summaries import node_summary
from noroshi.actions.phrases import (
    ENDED_WORD,
    MARKS,
    REASONS,
    RECOVERED,
    STOPPED_WORD,
    YES_NO,
    quantity,
    threshold,
)
from noroshi.core import judgement
from noroshi.core.cadence import zone_of
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.levels import Level
from noroshi.core.model import Alarm, Contact, Event, Reading, Rule
from noroshi.core.monitor_names import monitor_title, place
from noroshi.core.sentences import END, amid_sentence, without_stop
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import Medium, Message, _, known_language, pgettext, plain
from noroshi.ports import Topic

LONGEST_SAYING = 100
SHORTEST_SAYING = LONGEST_WORD = 20
WATCH_ENDED = _("it is no longer monitored")
WAS_STOPPED = _("its monitoring was stopped")
AND_MORE = _(" and {count} more")
OF_NODE = pgettext("a reading of the node itself, in a subject", "{what}: {value}")
LIMITS = {
    Level.WARNING: pgettext("of a warning", "limit {value}"),
    Level.CRITICAL: pgettext("of a critical alarm", "limit {value}"),
}


@dataclass(frozen=True, slots=True)
class AlarmBatch:
    """Hold one contact's alarms of one turn, the worst first, and the language and zone in
    which the contact reads them.

    `mail` is the id of the envelope that all this goes into.
    """

    contact: Contact
    topic: Topic
    mail: str
    alarms: tuple[Alarm, ...]

    @property
    def language(self) -> str:
        return known_language(self.contact.language)

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.contact.zone)

    @property
    def title(self) -> str:
        """Return what the monitor is called."""
        return monitor_title(self.topic.monitor).say(self.language)

    @property
    def level(self) -> Level:
        return self.alarms[0].event.after

    @property
    def rule(self) -> Rule | None:
        """Return the rule that spoke; an alarm's id is `event/rule/contact`."""
        alarm = self.alarms[0]
        ending = alarm.id.removeprefix(f"{alarm.event.id}/")
        id = ending.removesuffix(f"/{self.contact.id}")
        return next((rule for rule in self.topic.monitor.rules if rule.id == id), None)


def batch_of(contact: Contact, topic: Topic, alarms: Sequence[Alarm]) -> AlarmBatch:
    mail = alarms[0].id  # as `reckon` names the envelope, whichever is the worst
    worst_first = sorted(alarms, key=lambda alarm: -alarm.event.after.severity)
    return AlarmBatch(contact, topic, mail, tuple(worst_first))


def subject(batch: AlarmBatch) -> str:
    """Return one line: the level, the place, the measured value and the limit that was
    reached."""
    event, language = batch.alarms[0].event, batch.language
    line = "" if is_ended(event) else without_stop(_summary(event, batch))
    more_text = AND_MORE.fill(count=len(batch.alarms) - 1).say(language)
    head_text = f"[{word(event).say(language)}] {place(batch.topic.monitor, language)}"
    separator = joint(event, line, batch)
    return (
        head_text
        + (separator + line if line else "")
        + (more_text if len(batch.alarms) > 1 else "")
    )


def _summary(event: Event, batch: AlarmBatch) -> str:
    """Return what a subject says of an alarm; the mail itself explains it."""
    summary = node_summary(event, batch.topic.monitor)
    if summary is not None:
        return summary.say(batch.language)
    return headline(event, batch, batch.language, batch.title)


# What happened, in a few words


def is_ended(event: Event) -> bool:
    """Return True if the problem ended without recovery: nobody monitors it any more."""
    return bool(judgement.end_of(event.cause))


def is_stopped(event: Event) -> bool:
    """Return True if somebody stopped the monitoring, and may start it again."""
    return judgement.end_of(event.cause) == "stopped"


def word(event: Event) -> Message:
    if is_ended(event):
        return STOPPED_WORD if is_stopped(event) else ENDED_WORD
    return RECOVERED if event.after is Level.OK else LEVEL_NAMES[event.after]


def mark(event: Event) -> str:
    return "－" if is_ended(event) else MARKS[event.after]


def reason(alarm: Alarm) -> Message:
    if not is_ended(alarm.event):
        return REASONS[alarm.reason]
    return WAS_STOPPED if is_stopped(alarm.event) else WATCH_ENDED


def is_occurrence(event: Event, batch: AlarmBatch) -> bool:
    """Return True if the event is an occurrence (lines of a log): it does not last, and has no
    end."""
    is_of_occurrence = event.cause.name in batch.topic.monitor.occurrences
    return is_of_occurrence and event.after is not Level.OK


def started_at(event: Event, batch: AlarmBatch) -> datetime:
    """Return when what is told of began; a reminder tells of a level that began earlier."""
    now = event.before is not event.after or is_occurrence(event, batch)
    return event.at if now else event.since or event.at


def headline(event: Event, batch: AlarmBatch, language: str, title: str = "") -> str:
    """Item, what was measured and the limit, without what the title has said already."""
    reading = sentence_of(event, batch, language, title)
    item = "" if _names_part(title, event.item) else event.item
    if item and is_wordy(event) and not item.endswith(":"):
        item = f"{item}:"
    limit_text = limit(event, batch)
    return " ".join(
        part for part in (item, reading, f"({limit_text})" if limit_text else "") if part
    )


def joint(event: Event, line: str, batch: AlarmBatch) -> str:
    """Return the separator between a title and its headline: a colon, unless the title ends with
    one; a blank before an item and before a value whose name is in the title."""
    if not line or batch.title.endswith(":"):
        return " "
    begins_with_item = bool(event.item) and line.startswith(event.item)
    goes_on = begins_with_item or _continues_title(event, batch)
    return " " if goes_on and not is_own(batch.topic.monitor) else ": "


def _continues_title(event: Event, batch: AlarmBatch) -> bool:
    """Return whether a headline is a reading that reads on from the title: by its value alone,
    or after a title with a colon of its own, such as "D: share"."""
    if is_wordy(event):
        return False
    return ":" in batch.title or _names_part(batch.title, name(event, batch, batch.language))


def sentence_of(event: Event, batch: AlarmBatch, language: str, title: str = "") -> str:
    """Return the reading in a few words, or the words that stand for it."""
    reading = event.cause.reading
    if reading is None or is_wordy(event):
        return _shorten_to_sentence(words_of(event).say(language, Medium.MAIL))
    reading_name = name(event, batch, language)
    value = quantity(reading.value, shown_unit(reading, batch), language)
    if _names_part(title, reading_name):
        return value
    lower_name = amid_sentence(reading_name)
    if is_own(batch.topic.monitor):
        return OF_NODE.fill(what=lower_name, value=value).say(language)
    return f"{lower_name} {value}"


def is_wordy(event: Event) -> bool:
    """Return True if an event is told without a number: it has no reading, or its reading has
    no unit and a note that says what it means."""
    reading = event.cause.reading
    return reading is None or (not reading.unit.strip() and bool(reading.note.en))


def words_of(event: Event) -> Message:
    reading = event.cause.reading
    return reading.note if reading else event.cause.words


def name(event: Event, batch: AlarmBatch, language: str) -> str:
    reading = event.cause.reading
    if reading is None:
        return ""
    return batch.topic.names.get(reading.name, plain(reading.name)).say(language)


def shown_unit(reading: Reading, batch: AlarmBatch) -> str:
    """Return the unit with which a value is shown."""
    is_yes_no = reading.name in batch.topic.yes_no and not reading.unit.strip()
    return YES_NO if is_yes_no else reading.unit


def limit(event: Event, batch: AlarmBatch) -> str:
    reading, limits, language = event.cause.reading, event.cause.limits, batch.language
    if reading is None or limits is None or is_wordy(event):
        return ""
    if shown_unit(reading, batch) == YES_NO:
        return ""  # it says "yes": no value was passed
    threshold_text = threshold(limits, event.after, reading.unit, language)
    return (
        LIMITS[event.after].fill(value=threshold_text).say(language) if threshold_text else ""
    )


def _names_part(title: str, part: str) -> bool:
    """Return True if a title holds the part as separate words."""
    return f" {part.lower()} " in f" {title.lower()} "


def _shorten_to_sentence(text: str) -> str:
    """Return as many whole sentences as there is room for, else what ends with a whole word."""
    line = " ".join(text.split())
    if len(line) <= LONGEST_SAYING:
        return line
    ends = [match.end() for match in END.finditer(line, 0, LONGEST_SAYING)]
    if ends and ends[-1] >= SHORTEST_SAYING:
        return line[: ends[-1]]
    word = line.rfind(" ", LONGEST_SAYING - LONGEST_WORD, LONGEST_SAYING)
    return f"{line[:word]}…" if word > 0 else shorten(line, LONGEST_SAYING)
