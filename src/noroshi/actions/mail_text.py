"""What a mail says of alarms when no template is given: the subject, the text, and the facts.

Pure and fast, as a storm drafts hundreds at one instant.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from noroshi.actions.phrases import (
    ENDED,
    MARKS,
    REASONS,
    RECOVERED,
    WORDS,
    clock,
    moment,
    padded,
    quantity,
    span,
    threshold,
)
from noroshi.core.cadence import zone_of
from noroshi.core.model import Alarm, Contact, Event, Level, Rule, When
from noroshi.core.status import NO_LONGER_WATCHED
from noroshi.core.words import Words, plain
from noroshi.ports import Topic

LONGEST_SAYING = 100
LABELS = 14
SINCE = Words(en="Since", ja="いつから")
AT = Words(en="At", ja="時刻")
RECOVERED_AT = Words(en="Recovered", ja="回復")
LIMITS = Words(en="Limits", ja="しきい値")
BEFORE = Words(en="Before", ja="その前")
REASON = Words(en="Sent because", ja="送った理由")
NEXT = Words(en="Next notice", ja="次のお知らせ")
WATCH_ENDED = Words(en="it is no longer watched", ja="監視の対象から外れたため")
NOT_KNOWN = Words(en="Whether it is well is not known.", ja="正常かどうかは分かりません。")
MORE = Words(en=" and {count} more", ja=" ほか{count}件")
ON_CHANGE = Words(en="when the level changes", ja="レベルが変わったとき")
ON_RECOVERY = Words(en="when it recovers", ja="回復したとき")
ON_EACH = Words(en="whenever it is measured so", ja="測定してこの状態だったとき")
ON_REPEAT = Words(en="in {span} ({at}) if it lasts", ja="このまま続けば{span}後の {at}")
NO_NEXT = Words(
    en="none: the rule tells of it once",
    ja="ありません (この実行条件では1回だけお知らせします)",
)
TRAIL = Words(
    en="How far this mail has come\nSeen {at} → recorded.\n"
    "Whether it was accepted: noroshi queue show {mail}",
    ja="このメールの足どり\n検知 {at} → 記録済み。\n"
    "受領されたかは noroshi queue show {mail} で分かります。",
)
WHY_YOU = Words(
    en="You get this mail because the rule {rule} names the contact {contact}.",
    ja="実行条件「{rule}」の通知先「{contact}」にお送りしています。",
)
LEDGER = Words(en="Noroshi / number in the ledger: {ids}", ja="Noroshi / 台帳の番号 {ids}")


@dataclass(frozen=True, slots=True)
class Telling:
    """One contact's alarms of one turn, the worst first, and how that contact reads them.

    `mail` is the id of the envelope that all this goes into.
    """

    contact: Contact
    topic: Topic
    mail: str
    alarms: tuple[Alarm, ...]

    @property
    def language(self) -> str:
        return "ja" if self.contact.language == "ja" else "en"

    @property
    def zone(self) -> tzinfo:
        return zone_of(self.contact.zone)

    @property
    def level(self) -> Level:
        return self.alarms[0].event.after

    @property
    def rule(self) -> Rule | None:
        """Which rule spoke; an alarm's id is `event/rule/contact`."""
        alarm = self.alarms[0]
        ending = alarm.id.removeprefix(f"{alarm.event.id}/")
        id = ending.removesuffix(f"/{self.contact.id}")
        return next((rule for rule in self.topic.monitor.rules if rule.id == id), None)


def telling(contact: Contact, topic: Topic, alarms: Sequence[Alarm]) -> Telling:
    mail = alarms[0].id  # as `reckon` names the envelope, whichever is the worst
    worst_first = sorted(alarms, key=lambda alarm: -alarm.event.after.severity)
    return Telling(contact, topic, mail, tuple(worst_first))


def subject(told: Telling) -> str:
    """One line: level, where, what it measured, the limit that was reached."""
    event, monitor = told.alarms[0].event, told.topic.monitor
    title = monitor.title or monitor.name
    said = "" if _ended(event) else _headline(event, told, told.language, title).rstrip("。.")
    between = ": " if said and _is_wordy(event) and not title.endswith(":") else " "
    more = MORE.fill(count=len(told.alarms) - 1).say(told.language)
    where = f"[{_word(event).say(told.language)}] {monitor.instance.name} {title}"
    return where + (between + said if said else "") + (more if len(told.alarms) > 1 else "")


def text(told: Telling) -> str:
    """The whole text; it names every item, also where there are hundreds."""
    later = [] if told.level is Level.OK else [_pair(NEXT, _next_notice(told), told.language)]
    if len(told.alarms) == 1:
        only = told.alarms[0]
        limits = _limits(only.event, told.language)
        blocks = [_story(only, told), [*_pairs(only, told, limits), *later]]
    else:
        blocks = [*(_entry(alarm, told) for alarm in told.alarms), later]
    blocks = [[_opening(told)], *blocks, _footer(told)]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def facts(told: Telling) -> dict[str, Any]:
    """What a template may name: plain values, in the contact's language and zone."""
    monitor, language = told.topic.monitor, told.language
    return {
        "level": told.level.value,
        "level_word": _word(told.alarms[0].event).say(language),
        "mark": _mark(told.alarms[0].event),
        "instance": monitor.instance.name,
        "instance_title": monitor.instance.title,
        "group": monitor.group,
        "monitor": monitor.name,
        "title": monitor.title or monitor.name,
        "kind": told.topic.kind.say(language),
        "contact": told.contact.title or told.contact.id,
        "items": [_item_facts(alarm, told) for alarm in told.alarms],
    }


def _item_facts(alarm: Alarm, told: Telling) -> dict[str, str | float | None]:
    event, language = alarm.event, told.language
    reading, limits = event.cause.reading, event.cause.limits
    reached = {Level.WARNING: limits.warning, Level.CRITICAL: limits.critical} if limits else {}
    return {
        "item": event.item,
        "level": event.after.value,
        "word": _word(event).say(language),
        "before": WORDS[event.before].say(language),
        "name": _name(event, told, language),
        "value": reading.value if reading else None,
        "unit": reading.unit if reading else "",
        "limit": reached.get(event.after),
        "words": _saying(event, told, language),
        "note": reading.note.say(language) if reading else "",
        "since": moment(_began(event), told.zone, language),
        "at": moment(event.at, told.zone, language),
        "reason": _reason(alarm).say(language),
    }


# What happened, in a few words


def _ended(event: Event) -> bool:
    """It did not get better: nobody looks at it any more."""
    return event.cause.words == NO_LONGER_WATCHED


def _word(event: Event) -> Words:
    if _ended(event):
        return ENDED
    return RECOVERED if event.after is Level.OK else WORDS[event.after]


def _mark(event: Event) -> str:
    return "－" if _ended(event) else MARKS[event.after]


def _reason(alarm: Alarm) -> Words:
    return WATCH_ENDED if _ended(alarm.event) else REASONS[alarm.reason]


def _headline(event: Event, told: Telling, language: str, title: str = "") -> str:
    """Item, what was measured and the limit, without what the title has said already."""
    said = _saying(event, told, language, title)
    item = "" if _has(title, event.item) else event.item
    limit = _limit(event, language)
    return " ".join(part for part in (item, said, f"({limit})" if limit else "") if part)


def _saying(event: Event, told: Telling, language: str, title: str = "") -> str:
    """The reading in a few words, or the words that stand for it."""
    reading = event.cause.reading
    if reading is None or _is_wordy(event):
        return _short(_words(event, language))
    name = _name(event, told, language)
    value = quantity(reading.value, reading.unit)
    return value if _has(title, name) else f"{_amid(name)} {value}"


def _is_wordy(event: Event) -> bool:
    """No number is told: there is none, or it has no unit, and its note says what it means."""
    reading = event.cause.reading
    return reading is None or (not reading.unit.strip() and bool(reading.note.en))


def _words(event: Event, language: str) -> str:
    reading = event.cause.reading
    return (reading.note if reading else event.cause.words).say(language)


def _name(event: Event, told: Telling, language: str) -> str:
    reading = event.cause.reading
    if reading is None:
        return ""
    return told.topic.names.get(reading.name, plain(reading.name)).say(language)


def _limit(event: Event, language: str) -> str:
    reading, limits = event.cause.reading, event.cause.limits
    if reading is None or limits is None or _is_wordy(event):
        return ""
    reached = threshold(limits, event.after, reading.unit, language)
    word = Words(en="limit", ja=WORDS[event.after].ja).say(language)
    return f"{word} {reached}" if reached else ""


def _has(title: str, part: str) -> bool:
    """Whether a title names that part as words of its own."""
    return f" {part.lower()} " in f" {title.lower()} "


def _amid(name: str) -> str:
    """A name within a line: "Used" is "used" there, while "CPU" stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_SAYING else line[: LONGEST_SAYING - 1] + "…"


# The text, piece by piece


def _opening(told: Telling) -> str:
    """Level and place: it also stands alone, as the preview in a list of mails."""
    monitor, event = told.topic.monitor, told.alarms[0].event
    instance = monitor.instance.name
    if monitor.instance.title not in ("", instance):
        instance += f" ({monitor.instance.title})"
    title = monitor.title or monitor.name
    where = " > ".join(part for part in (instance, monitor.group, title) if part)
    count = len(told.alarms)
    items = Words(en=f"  ({count} items)", ja=f"  ({count}件)") if count > 1 else plain("")
    word = _word(event).say(told.language)
    return f"{_mark(event)} {word}  {where}{items.say(told.language)}"


def _story(alarm: Alarm, told: Telling) -> list[str]:
    event, language = alarm.event, told.language
    unknown = [NOT_KNOWN.say(language)] if event.after is Level.UNKNOWN else []
    return [_sentence(event, told, language), *unknown]


def _sentence(event: Event, told: Telling, language: str) -> str:
    reading, item = event.cause.reading, event.item
    label = f"{item} " if item.endswith(":") else f"{item}: " if item else ""
    if reading is None or _is_wordy(event):
        return _ended_line(label + _words(event, language), language)
    name, value = _name(event, told, language), quantity(reading.value, reading.unit)
    note = reading.note.say(language)
    beside = f" ({note})" if note else ""
    if language == "ja":
        return (f"{item} の" if item else "") + f"{name}は {value} です{beside}。"
    return f"{label}{_amid(name) if label else name} {value}{beside}"


def _ended_line(line: str, language: str) -> str:
    """A check's Japanese words made a sentence; what a program printed stays as it is."""
    ends_in_japanese = language == "ja" and line[-1:].isalpha() and not line[-1].isascii()
    return line + "。" if ends_in_japanese else line


def _entry(alarm: Alarm, told: Telling) -> list[str]:
    """One of several items: its headline, and the rest below it."""
    event, language = alarm.event, told.language
    headline = _headline(event, told, language)
    note = event.cause.reading.note.say(language) if event.cause.reading else ""
    beside = [f"  {note}"] if note and not _is_wordy(event) else []
    first = f"{_mark(event)} {_word(event).say(language)}  {headline}"
    return [first, *beside, *_pairs(alarm, told)]


def _pairs(alarm: Alarm, told: Telling, limits: str = "") -> Iterator[str]:
    event, language, zone = alarm.event, told.language, told.zone
    began = moment(_began(event), zone, language) + _lasting(event, language)
    label = AT if _ended(event) else RECOVERED_AT if event.after is Level.OK else SINCE
    yield _pair(label, began, language)
    if limits:
        yield _pair(LIMITS, limits, language)
    if event.before is not event.after:
        yield _pair(BEFORE, _before(event, zone, language), language)
    yield _pair(REASON, _reason(alarm).say(language), language)


def _pair(label: Words, value: str, language: str) -> str:
    return f"  {padded(label.say(language), LABELS)}{value}"


def _began(event: Event) -> datetime:
    """When the level that is told of began; a reminder tells of one that began earlier."""
    return event.at if event.before is not event.after else event.since or event.at


def _lasting(event: Event, language: str) -> str:
    lasted = event.at - _began(event)
    if lasted < timedelta(seconds=1):
        return ""
    words = Words(en=", for {span} by now", ja="、{span}続いています")
    return words.fill(span=span(lasted)).say(language)


def _limits(event: Event, language: str) -> str:
    reading, limits = event.cause.reading, event.cause.limits
    if reading is None or limits is None or _is_wordy(event):
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


def _next_notice(told: Telling) -> str:
    rule, language = told.rule, told.language
    if rule is None:
        return ON_CHANGE.say(language)
    when = [ON_CHANGE] if rule.when in (When.CHANGE, When.EACH) else []
    when += [ON_EACH] if rule.when is When.EACH else []
    when += [ON_RECOVERY] if rule.recovered else []
    if rule.repeat is not None and rule.most > 1:
        at = _later(told.alarms[0].event.at, rule.repeat, told)
        when.append(ON_REPEAT.fill(span=span(rule.repeat), at=at))
    *others, last = [words.say(language) for words in when] or [NO_NEXT.say(language)]
    comma, both = Words(en=", ", ja="、"), Words(en=", or ", ja="、または")
    first = comma.say(language).join(others)
    return f"{first}{both.say(language)}{last}" if first else last


def _later(at: datetime, after: timedelta, told: Telling) -> str:
    """The date too where it is another day's."""
    then = at + after
    if then.astimezone(told.zone).date() == at.astimezone(told.zone).date():
        return clock(then, told.zone)
    return moment(then, told.zone, told.language)


def _footer(told: Telling) -> list[str]:
    language, contact = told.language, told.contact
    at = moment(min(alarm.event.at for alarm in told.alarms), told.zone, language)
    lines = ["--", TRAIL.fill(at=at, mail=told.mail).say(language)]
    if told.rule is not None:
        name = contact.title or contact.id
        lines.append(WHY_YOU.fill(contact=name, rule=told.rule.id).say(language))
    ids = Words(en=", ", ja="、").say(language).join(alarm.id for alarm in told.alarms)
    return [*lines, LEDGER.fill(ids=ids).say(language)]
