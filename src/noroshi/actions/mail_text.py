"""Say in a mail what happened to alarms when no template is given, as a page.

Pure and fast, as a storm drafts hundreds at one instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from noroshi.actions.alarm_batch import (
    AlarmBatch,
    headline,
    is_ended,
    is_occurrence,
    is_stopped,
    is_wordy,
    mark,
    name,
    reason,
    shown_unit,
    started_at,
    subject,
    word,
    words_of,
)
from noroshi.actions.letter import Gauge, Page, Part, Post, Row, Stop, flat
from noroshi.actions.log_lines import quote
from noroshi.actions.next_notice import next_notice
from noroshi.actions.node_summaries import node_summary
from noroshi.actions.phrases import is_time, limit_of_level, quantity, span
from noroshi.core import judgement
from noroshi.core.date_text import clock, moment
from noroshi.core.definitions.self_monitoring import OwnRule, is_own
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.levels import Level
from noroshi.core.model import LOGIN_SOURCES, Alarm, Event, Reading, Rule
from noroshi.core.monitor_names import instance_name
from noroshi.core.sentences import amid_sentence, has_sentence
from noroshi.core.sources import by_agent, measured_on
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import (
    COMMA,
    NOTHING,
    Medium,
    Message,
    _,
    joined,
    ngettext,
    pgettext,
    with_capital,
)

SINCE_LABEL = pgettext("beginning of an alarm", "Since")
AT_LABEL = _("At")
RECOVERED_AT = _("Recovered")
LIMITS = _("Limits")
PREVIOUSLY = _("Previously")
REASON = _("Sent because")
MEASURED_ON = _("Measured on")
THIS_COMPUTER = _("the computer that runs Noroshi")
HOST_AND_COMPUTER = _("{host}, {here}")
NEXT_MESSAGE = _("Next message")
NOT_KNOWN = _("The current state is unknown.")
LASTING_SPAN = _("for {span}")
SINCE_FOR = pgettext("since when, and for how long", "{at} ({span})")
LASTED_SPAN = _("after {span}")
LASTED_UNKNOWN = pgettext("how long something could not be measured", "after {span}")
MEASURED_AGAIN = _("{monitor} can be measured again.")
COUNT = ngettext("({count} item)", "({count} items)")
IS = _("{what} {value}")
IS_OF_NODE = pgettext("a reading of the node itself", "{what}: {value}")
LINE = pgettext("what a check found, on a line of its own", "{words}")
OF_DRIVE = _("{item} {what} {value}")
OF_ITEM = _("{item}: {what} {value}")
IS_TIME = pgettext("a time span", "{what} {value}")
IS_TIME_OF_NODE = pgettext("a time span of the node itself", "{what}: {value}")
OF_DRIVE_TIME = pgettext("a time span", "{item} {what} {value}")
OF_ITEM_TIME = pgettext("a time span", "{item}: {what} {value}")
ITEM_STOPPED = _("Monitoring of {item} was stopped. Whether {item} has recovered is not known.")
ITEM_ENDED = _("{item} is no longer monitored.")
WORD_SINCE = _("{word} from {at}")
RAISED, DETECTED = _("Raised"), pgettext("end of an alarm", "Detected")
"""An alarm is raised; its end is only detected."""
QUEUED = _("Queued")
CHECK_ACCEPTED = Instruction(InstructionKind.CHECK_ACCEPTED)
WHY_YOU = _(
    "You are receiving this message because rule “{rule}” notifies contact “{contact}”. To "
    "receive fewer messages or none, change the rule: in the manager under Settings › Rules, "
    "or in rules/{file}.toml."
)
WHY_YOU_OF_ITSELF = _(
    "You are receiving this message because Noroshi reports its own problems to the contacts "
    "of all rules, including {contact}. To receive fewer messages or none, set limits or "
    "rules for the instance noroshi: in the manager under Settings, or in {file}.toml."
)
LEDGER = _("Noroshi / ledger ID: {ids}")


def page(batch: AlarmBatch, *, is_attached: bool = False) -> Page:
    """Return the whole mail; it names every item, also where there are hundreds.

    `is_attached` is whether the lines of logs go along as a file.
    """
    event, has_several = batch.alarms[0].event, len(batch.alarms) > 1
    single_alarm = batch.alarms[0]
    next_rows = (
        ()
        if batch.level is Level.OK
        else (_row(NEXT_MESSAGE, next_notice(batch), batch.language),)
    )
    return Page(
        language=batch.language,
        subject=flat(subject(batch)),
        level=None if is_ended(event) else event.after,
        mark=mark(event),
        word=word(event).say(batch.language),
        path=tuple(_place_lines(batch)),
        side_note=_side_note(batch),
        headline="" if has_several else _sentence(event, batch),
        lead=() if has_several else tuple(_lead(event, batch.language)),
        gauge=None if has_several else _gauge(event, batch.language),
        rows=()
        if has_several
        else (*_rows(single_alarm, batch, _limits(event, batch)), *next_rows),
        quote=None if has_several else quote(event, batch, is_attached=is_attached),
        parts=tuple(_part(alarm, batch, is_attached) for alarm in batch.alarms if has_several),
        closing_rows=(_row(MEASURED_ON, _computer_text(batch), batch.language), *next_rows)
        if has_several
        else (),
        trail=tuple(_trail(batch)) if batch.topic.is_recorded else (),
        footer=tuple(_footer(batch)),
    )


def _row(label: Message, value: str, language: str) -> Row:
    return Row(label.say(language), value)


# At the head


def _place_lines(batch: AlarmBatch) -> Iterator[str]:
    monitor = batch.topic.monitor
    name, title = instance_name(monitor), monitor.instance.title
    yield name + (f" ({title})" if title not in ("", name) else "")
    # The groups of the node's own monitors have the names of what is in them.
    group = "" if is_own(monitor) else monitor.group_title or monitor.group
    yield from filter(None, (group, batch.title))


def _side_note(batch: AlarmBatch) -> str:
    """Return how many there are; or of a single one how long it lasts, or lasted."""
    event = batch.alarms[0].event
    if len(batch.alarms) > 1:
        return COUNT.fill(count=len(batch.alarms)).say(batch.language)
    if is_ended(event) or is_occurrence(event, batch) or event.since is None:
        return ""
    length = event.at - event.since
    if length < timedelta(seconds=1) or event.after not in (Level.OK, event.before):
        return ""
    return _length_template(event).fill(span=span(length)).say(batch.language)


def _length_template(event: Event) -> Message:
    """Return the text of how long it lasts; of what is over, whether it was known to be a problem."""
    if event.after is not Level.OK:
        return LASTING_SPAN
    return LASTED_UNKNOWN if event.before is Level.UNKNOWN else LASTED_SPAN


def _sentence(event: Event, batch: AlarmBatch) -> str:
    reading, item, language = event.cause.reading, event.item, batch.language
    if item and is_ended(event):
        return (ITEM_STOPPED if is_stopped(event) else ITEM_ENDED).fill(item=item).say(language)
    if not item and event.cause.words == judgement.MEASURED_AGAIN:
        return MEASURED_AGAIN.fill(monitor=batch.title).say(language)
    if reading is None or is_wordy(event):
        label = f"{item} " if item.endswith(":") else f"{item}: " if item else ""
        words = words_of(event)
        line = label + words.say(language, Medium.MAIL) if label else _own_line(words, language)
        of_log = reading is not None and reading.lines
        return line if of_log else _ended_line(line, language)
    summary = None if reading.unit.strip() else node_summary(event, batch.topic.monitor)
    if summary is not None:
        return _ended_line(summary.say(language), language)
    return _reading_sentence(reading, batch, name(event, batch, language), item)


def _reading_sentence(reading: Reading, batch: AlarmBatch, reading_name: str, item: str) -> str:
    """Return a reading as a sentence that names what was measured and gives the value."""
    language, is_duration = batch.language, is_time(reading.unit)
    value = quantity(reading.value, shown_unit(reading, batch), language)
    reading_name = _before_kana(reading_name, language)
    if not item and is_own(batch.topic.monitor):
        pattern = IS_TIME_OF_NODE if is_duration else IS_OF_NODE
        return pattern.fill(what=reading_name, value=value).say(language)
    if not item:
        pattern = IS_TIME if is_duration else IS
        return pattern.fill(what=reading_name, value=value).say(language)
    if item.endswith(":"):
        pattern = OF_DRIVE_TIME if is_duration else OF_DRIVE
    else:
        pattern = OF_ITEM_TIME if is_duration else OF_ITEM
    name_in_sentence = reading_name if language == "ja" else amid_sentence(reading_name)
    return pattern.fill(item=item, what=name_in_sentence, value=value).say(language)


def _ended_line(line: str, language: str) -> str:
    """Return a check's words as a sentence where the language wants one; what a program printed
    in ASCII stays as it is."""
    needs_full_stop = line[-1:].isalpha() and not line[-1].isascii()
    return LINE.fill(words=line).say(language) if needs_full_stop else line


def _own_line(words: Message, language: str) -> str:
    """Return words for a separate line: our sentences begin with a capital, a text of another
    program stays as it is."""
    line = words.say(language, Medium.MAIL)
    return with_capital(line, language) if _is_sentence(words) else line


def _before_kana(reading_name: str, language: str) -> str:
    """Return a name as kana follow it in Japanese: after a Latin letter or mark, a blank."""
    needs_blank = language == "ja" and bool(reading_name) and reading_name[-1].isascii()
    return f"{reading_name} " if needs_blank else reading_name


def _is_sentence(words: Message) -> bool:
    """Return whether a text of ours is more than a phrase, whatever fills it."""
    first = words.arguments.get("first")
    if isinstance(first, Message) and words.translations is None:
        return _is_sentence(first)
    return words.translations is None and has_sentence(words.id)


def _lead(event: Event, language: str) -> Iterator[str]:
    reading = event.cause.reading
    if reading is not None and not is_wordy(event) and reading.note.say(language):
        yield _ended_line(_own_line(reading.note, language), language)
    if event.after is Level.UNKNOWN:
        yield NOT_KNOWN.say(language)


def _gauge(event: Event, language: str) -> Gauge | None:
    """Return a bar, for what is a share of 100 and bad when it is high."""
    reading, limits = event.cause.reading, event.cause.limits
    if reading is None or limits is None or reading.unit.strip() != "%" or not limits.rising:
        return None
    if not 0 <= reading.value <= 100:
        return None
    thresholds = ((Level.WARNING, limits.warning), (Level.CRITICAL, limits.critical))
    stops = tuple(
        Stop(earliest, level, f"{LEVEL_NAMES[level].say(language)} {quantity(earliest, '%')}")
        for level, earliest in thresholds
        if earliest is not None and 0 <= earliest <= 100
    )
    return Gauge(reading.value, quantity(reading.value, "%"), stops)


# What is known of an item


def _part(alarm: Alarm, batch: AlarmBatch, is_attached: bool) -> Part:
    event, language = alarm.event, batch.language
    reading = event.cause.reading
    note = _own_line(reading.note, language) if reading else ""
    return Part(
        level=None if is_ended(event) else event.after,
        mark=mark(event),
        word=word(event).say(language),
        head=headline(event, batch, language),
        notes=(note,) if note and not is_wordy(event) else (),
        rows=tuple(_story(alarm, batch, "")),
        quote=quote(event, batch, is_attached=is_attached),
    )


def _rows(alarm: Alarm, batch: AlarmBatch, limits: str) -> Iterator[Row]:
    yield from _story(alarm, batch, limits)
    yield _row(MEASURED_ON, _computer_text(batch), batch.language)


def _computer_text(batch: AlarmBatch) -> str:
    agent, host, monitor = batch.topic.agent, batch.topic.runs_on, batch.topic.monitor
    is_asked_here = (
        not agent and not monitor.goes_to and monitor.instance.source not in LOGIN_SOURCES
    )
    if host and is_asked_here:
        computer = HOST_AND_COMPUTER.fill(host=host, here=THIS_COMPUTER)
    else:
        computer = measured_on(monitor, by_agent(agent) if agent else host or THIS_COMPUTER)
    return computer.say(batch.language)


def _story(alarm: Alarm, batch: AlarmBatch, limits: str) -> Iterator[Row]:
    event, language, zone = alarm.event, batch.language, batch.zone
    yield _row(_label(event, batch), _since_text(event, batch), language)
    if limits:
        yield _row(LIMITS, limits, language)
    if event.before is not event.after:
        yield _row(PREVIOUSLY, _previous_level(event, zone, language), language)
    yield _row(REASON, reason(alarm).say(language), language)


def _label(event: Event, batch: AlarmBatch) -> Message:
    if is_ended(event) or is_occurrence(event, batch):
        return AT_LABEL
    return RECOVERED_AT if event.after is Level.OK else SINCE_LABEL


def _since_text(event: Event, batch: AlarmBatch) -> str:
    start_time = started_at(event, batch)
    start_text, duration = moment(start_time, batch.zone, batch.language), event.at - start_time
    if duration < timedelta(seconds=1):
        return start_text
    return SINCE_FOR.fill(at=start_text, span=span(duration)).say(batch.language)


def _limits(event: Event, batch: AlarmBatch) -> str:
    reading, limits, language = event.cause.reading, event.cause.limits, batch.language
    if reading is None or limits is None or is_wordy(event):
        return ""
    unit = shown_unit(reading, batch)
    parts = [limit_of_level(limits, level, unit) for level in (Level.WARNING, Level.CRITICAL)]
    return joined([one for one in parts if one != NOTHING], COMMA).say(language)


def _previous_level(event: Event, zone: tzinfo, language: str) -> str:
    word = LEVEL_NAMES[event.before].say(language)
    if event.since is None:
        return word
    since_text, length = moment(event.since, zone, language), span(event.at - event.since)
    if event.after is Level.OK:
        template = _("{word} from {at}, for {span}")
        return template.fill(word=word, at=since_text, span=length).say(language)
    return WORD_SINCE.fill(word=word, at=since_text).say(language)


# At the foot


def _trail(batch: AlarmBatch) -> Iterator[Post]:
    """Yield how far it has come: when somebody reads it, it has been seen and recorded, as it
    was sent after that. It cannot know of more, so it speaks of no more."""
    language = batch.language
    earliest: datetime = min(alarm.event.at for alarm in batch.alarms)
    is_over = batch.level is Level.OK or is_ended(batch.alarms[0].event)
    first_step = DETECTED if is_over else RAISED
    yield Post(first_step.say(language), clock(earliest, batch.zone), is_lit=True)
    yield Post(QUEUED.say(language), is_lit=True)


def _footer(batch: AlarmBatch) -> Iterator[str]:
    language, contact, is_recorded = batch.language, batch.contact, batch.topic.is_recorded
    if is_recorded:
        yield CHECK_ACCEPTED.fill(mail=batch.mail).say(language, Medium.MAIL)
    if batch.rule is not None:
        yield _why_you(batch.rule, contact.title or contact.id).say(language)
    if is_recorded:
        ids = _(", ").say(language).join(alarm.id for alarm in batch.alarms)
        yield LEDGER.fill(ids=ids).say(language)


def _why_you(rule: Rule, contact: str) -> Message:
    if isinstance(rule, OwnRule):
        return WHY_YOU_OF_ITSELF.fill(contact=contact, file=rule.made_by)
    return WHY_YOU.fill(contact=contact, rule=rule.display_name, file=rule.name_or_id)
