"""Say in a mail what happened to alarms when no template is given, as a page.

Pure and fast, as a storm drafts hundreds at one instant.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo

from noroshi.actions.alarm_batch import (
    Telling,
    amid,
    began,
    ended,
    happened,
    headline,
    is_wordy,
    mark,
    name,
    reason,
    subject,
    word,
    words,
)
from noroshi.actions.letter import Gauge, Page, Part, Post, Row, Stop, flat
from noroshi.actions.log_lines import quote
from noroshi.actions.next_notice import next_notice
from noroshi.actions.phrases import WORDS, clock, moment, quantity, span, threshold
from noroshi.core.definitions.self_monitoring import OwnRule
from noroshi.core.levels import Level
from noroshi.core.model import Alarm, Event, Rule
from noroshi.core.words import Words

SINCE = Words(en="Since", ja="いつから")
AT = Words(en="At", ja="時刻")
RECOVERED_AT = Words(en="Recovered", ja="回復")
LIMITS = Words(en="Limits", ja="しきい値")
BEFORE = Words(en="Before", ja="その前")
REASON = Words(en="Sent because", ja="送った理由")
RUNS_ON = Words(en="Runs on", ja="動作場所")
HERE = Words(en="the computer that Noroshi runs on", ja="Noroshi が動いているコンピューター")
NAMED = Words(en="{host}, {here}", ja="{host} ({here})")
NEXT = Words(en="Next notice", ja="次のお知らせ")
NOT_KNOWN = Words(en="Whether it is well is not known.", ja="正常かどうかは分かりません。")
LASTS = Words(en="for {span} so far", ja="{span}続いています")
LASTED = Words(en="after {span}", ja="{span}続きました")
COUNT = Words(en="({count:item|items})", ja="({count}件)")
SEEN = Words(en="Seen", ja="検知")
RECORDED = Words(en="Recorded", ja="記録")
ACCEPTED = Words(
    en="Whether it was accepted: noroshi queue show {mail}",
    ja="受領されたかは noroshi queue show {mail} で分かります。",
)
WHY_YOU = Words(
    en="You get this mail because the rule {rule} names the contact {contact}; "
    "to get fewer or none, change rules/{file}.toml.",
    ja="実行条件「{rule}」の通知先「{contact}」にお送りしています。"
    "減らす、または止めるには rules/{file}.toml を変更します。",
)
WHY_YOU_OF_ITSELF = Words(
    en="You get this mail because Noroshi tells the contacts of all rules of itself, {contact} too; "
    "to get fewer or none, set limits or rules in {file}.toml.",
    ja="Noroshi 自身の異常は、すべての実行条件の通知先 (「{contact}」など) にお知らせします。"
    "減らす、または止めるには {file}.toml で limits や rules を指定します。",
)
LEDGER = Words(en="Noroshi / number in the ledger: {ids}", ja="Noroshi / 台帳の番号 {ids}")


def page(told: Telling, *, attached: bool = False) -> Page:
    """Return the whole mail; it names every item, also where there are hundreds.

    `attached` is whether the lines of logs go along as a file.
    """
    event, several = told.alarms[0].event, len(told.alarms) > 1
    only = told.alarms[0]
    later = () if told.level is Level.OK else (_row(NEXT, next_notice(told), told.language),)
    return Page(
        language=told.language,
        subject=flat(subject(told)),
        level=None if ended(event) else event.after,
        mark=mark(event),
        word=word(event).say(told.language),
        where=tuple(_where(told)),
        aside=_aside(told),
        headline="" if several else _sentence(event, told),
        lead=() if several else tuple(_lead(event, told.language)),
        gauge=None if several else _gauge(event, told.language),
        rows=() if several else (*_rows(only, told, _limits(event, told.language)), *later),
        quote=None if several else quote(event, told, attached=attached),
        parts=tuple(_part(alarm, told, attached) for alarm in told.alarms if several),
        later=(_row(RUNS_ON, _here(told), told.language), *later) if several else (),
        trail=tuple(_trail(told)),
        footer=tuple(_footer(told)),
    )


def _row(label: Words, value: str, language: str) -> Row:
    return Row(label.say(language), value)


# At the head


def _where(told: Telling) -> Iterator[str]:
    monitor = told.topic.monitor
    title = monitor.instance.title
    beside = f" ({title})" if title not in ("", monitor.instance.name) else ""
    yield monitor.instance.name + beside
    group = monitor.group_title or monitor.group
    yield from filter(None, (group, monitor.title or monitor.name))


def _aside(told: Telling) -> str:
    """Return how many there are; or of a single one how long it lasts, or lasted."""
    event = told.alarms[0].event
    if len(told.alarms) > 1:
        return COUNT.fill(count=len(told.alarms)).say(told.language)
    if ended(event) or happened(event, told) or event.since is None:
        return ""
    length = event.at - event.since
    if length < timedelta(seconds=1) or event.after not in (Level.OK, event.before):
        return ""
    words = LASTED if event.after is Level.OK else LASTS
    return words.fill(span=span(length)).say(told.language)


def _sentence(event: Event, told: Telling) -> str:
    reading, item, language = event.cause.reading, event.item, told.language
    label = f"{item} " if item.endswith(":") else f"{item}: " if item else ""
    if reading is None or is_wordy(event):
        return _ended_line(label + words(event, language), language)
    what, value = name(event, told, language), quantity(reading.value, reading.unit, language)
    if language == "ja":
        return (f"{item} の" if item else "") + f"{what}は {value} です。"
    return f"{label}{amid(what) if label else what} {value}"


def _ended_line(line: str, language: str) -> str:
    """A check's Japanese words made a sentence; what a program printed stays as it is."""
    ends_in_japanese = language == "ja" and line[-1:].isalpha() and not line[-1].isascii()
    return line + "。" if ends_in_japanese else line


def _lead(event: Event, language: str) -> Iterator[str]:
    reading = event.cause.reading
    if reading is not None and not is_wordy(event) and reading.note.say(language):
        yield reading.note.say(language)
    if event.after is Level.UNKNOWN:
        yield NOT_KNOWN.say(language)


def _gauge(event: Event, language: str) -> Gauge | None:
    """A bar, for what is a share of 100 and bad when it is high."""
    reading, limits = event.cause.reading, event.cause.limits
    if reading is None or limits is None or reading.unit.strip() != "%" or not limits.rising:
        return None
    if not 0 <= reading.value <= 100:
        return None
    given = ((Level.WARNING, limits.warning), (Level.CRITICAL, limits.critical))
    stops = tuple(
        Stop(at, level, f"{WORDS[level].say(language)} {quantity(at, '%')}")
        for level, at in given
        if at is not None and 0 <= at <= 100
    )
    return Gauge(reading.value, quantity(reading.value, "%"), stops)


# What is known of an item


def _part(alarm: Alarm, told: Telling, attached: bool) -> Part:
    event, language = alarm.event, told.language
    note = event.cause.reading.note.say(language) if event.cause.reading else ""
    return Part(
        level=None if ended(event) else event.after,
        mark=mark(event),
        word=word(event).say(language),
        head=headline(event, told, language),
        notes=(note,) if note and not is_wordy(event) else (),
        rows=tuple(_story(alarm, told, "")),
        quote=quote(event, told, attached=attached),
    )


def _rows(alarm: Alarm, told: Telling, limits: str) -> Iterator[Row]:
    yield from _story(alarm, told, limits)
    yield _row(RUNS_ON, _here(told), told.language)


def _here(told: Telling) -> str:
    host = told.topic.runs_on
    return (NAMED.fill(host=host, here=HERE) if host else HERE).say(told.language)


def _story(alarm: Alarm, told: Telling, limits: str) -> Iterator[Row]:
    event, language, zone = alarm.event, told.language, told.zone
    since = moment(began(event, told), zone, language) + _lasting(event, told)
    yield _row(_label(event, told), since, language)
    if limits:
        yield _row(LIMITS, limits, language)
    if event.before is not event.after:
        yield _row(BEFORE, _before(event, zone, language), language)
    yield _row(REASON, reason(alarm).say(language), language)


def _label(event: Event, told: Telling) -> Words:
    if ended(event) or happened(event, told):
        return AT
    return RECOVERED_AT if event.after is Level.OK else SINCE


def _lasting(event: Event, told: Telling) -> str:
    lasted, language = event.at - began(event, told), told.language
    if lasted < timedelta(seconds=1):
        return ""
    comma = Words(en=", ", ja="、").say(language)
    return comma + LASTS.fill(span=span(lasted)).say(language)


def _limits(event: Event, language: str) -> str:
    reading, limits = event.cause.reading, event.cause.limits
    if reading is None or limits is None or is_wordy(event):
        return ""
    told = []
    for level in (Level.WARNING, Level.CRITICAL):
        value = threshold(limits, level, reading.unit, language)
        if value:
            told.append(f"{WORDS[level].say(language)} {value}")
    return Words(en=", ", ja="、").say(language).join(told)


def _before(event: Event, zone: tzinfo, language: str) -> str:
    word = WORDS[event.before].say(language)
    if event.since is None:
        return word
    since, length = moment(event.since, zone, language), span(event.at - event.since)
    if event.after is Level.OK:
        ended = Words(en="{word} since {at}, for {span}", ja="{word}、{at} から{span}")
        return ended.fill(word=word, at=since, span=length).say(language)
    return Words(en=f"{word} since {since}", ja=f"{word}、{since} から").say(language)


# At the foot


def _trail(told: Telling) -> Iterator[Post]:
    """Yield how far it has come: when somebody reads it, it has been seen and recorded, as it
    was sent after that. It cannot know of more, so it speaks of no more."""
    language = told.language
    at: datetime = min(alarm.event.at for alarm in told.alarms)
    yield Post(SEEN.say(language), clock(at, told.zone), lit=True)
    yield Post(RECORDED.say(language), lit=True)


def _footer(told: Telling) -> Iterator[str]:
    language, contact = told.language, told.contact
    yield ACCEPTED.fill(mail=told.mail).say(language)
    if told.rule is not None:
        yield _why_you(told.rule, contact.title or contact.id).say(language)
    ids = Words(en=", ", ja="、").say(language).join(alarm.id for alarm in told.alarms)
    yield LEDGER.fill(ids=ids).say(language)


def _why_you(rule: Rule, contact: str) -> Words:
    if isinstance(rule, OwnRule):
        return WHY_YOU_OF_ITSELF.fill(contact=contact, file=rule.made_by)
    return WHY_YOU.fill(contact=contact, rule=rule.display_name, file=rule.name_or_id)
