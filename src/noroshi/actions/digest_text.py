"""Draft one mail that tells what several would have told: the worst first, nothing unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from noroshi.actions.letter import Page, Part, Post, as_text, flat
from noroshi.actions.letter_html import as_html
from noroshi.actions.phrases import ENDED_WORD, MARKS, RECOVERED, STOPPED_WORD, span
from noroshi.core.cadence import zone_of
from noroshi.core.date_text import clock, moment
from noroshi.core.digest import ALARM_ROWS
from noroshi.core.digest_id import ENDING
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.levels import Level
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import COMMA, Medium, Message, _, ngettext, pgettext

SUBJECT = ngettext("[{count} alarm] {first}, and more", "[{count} alarms] {first}, and more")
SUBJECT_OVER = _("[{over}] {first}, and more")
SUBJECT_MIXED = ngettext(
    "[{count} alarm, {over}] {first}, and more", "[{count} alarms, {over}] {first}, and more"
)
LEVEL_COUNT = _("{count} {level}")
RECOVERED_COUNT = ngettext("{count} recovered", "{count} recovered")
ENDED_COUNT = ngettext("{count} no longer monitored", "{count} no longer monitored")
STOPPED_COUNT = ngettext("{count} stopped", "{count} stopped")
ALARMS_TOGETHER = ngettext("{count} alarm in one message", "{count} alarms in one message")
TOGETHER_OVER = ngettext("{count} item in one message", "{count} items in one message")
TOGETHER_MIXED = ngettext(
    "{count} item in one message: {counts}", "{count} items in one message: {counts}"
)
AND_MORE = _("{first}, and {count} more")
SPAN = ngettext(
    "{count} alarm was raised between {start} and {end}.",
    "{count} alarms were raised between {start} and {end}. They are combined in this message.",
)
AT_ONCE = ngettext(
    "{count} alarm was raised at {end}.",
    "{count} alarms were raised at {end}. They are combined in this message.",
)
THEY_CHANGED = ngettext(
    "The state of {count} item changed between {start} and {end}.",
    "The states of {count} items changed between {start} and {end}. They are combined in "
    "this message.",
)
CHANGED_AT_ONCE = ngettext(
    "The state of {count} item changed at {end}.",
    "The states of {count} items changed at {end}. They are combined in this message.",
)
THEY_RECOVERED = ngettext(
    "{count} item recovered between {start} and {end}.",
    "{count} items recovered between {start} and {end}. They are combined in this message.",
)
RECOVERED_AT_ONCE = ngettext(
    "{count} item recovered at {end}.",
    "{count} items recovered at {end}. They are combined in this message.",
)
ALARMS_CHANGED = ngettext(
    "Between {start} and {end}, the state changed {count} time before a message could be "
    "sent. This message shows the current state.",
    "Between {start} and {end}, the state changed {count} times before a message could be "
    "sent. This message shows the current state.",
)
CHANGED_AND_OVER = _(
    "The problem ended before the first message could be sent. This message reports both the "
    "problem and the recovery."
)
BOTH_ENDED = _(
    "Monitoring ended before the first message could be sent. This message reports both the "
    "problem and the end of monitoring."
)
NOT_SENT_IN_TIME = _(
    "No message could be sent for {span}. This message lists the alarms raised in that time; "
    "alarms that have ended are marked."
)
MISSED_ONE = _("No message about this alarm could be sent for {span}.")
WAS_FOR = _("was {level} for {span}")
WAS_AT_LEVEL = _("was {level} from {start} to {end}")
WAS_UNTIL = _("was {level} until {end}")
BEFORE_THAT = _("{line}; before that: {past}")
PAST_OUTAGE = _("{level} from {start} to {end}")
PAST_UNTIL = _("{level} until {end}")
OFTENER = ngettext("{count} more outage", "{count} more outages")
MOST_PAST = 3
"""The most outages of one item, over by now, that a digest lists with their times."""
LASTING_LINE = _("{line} · since {at}")
NO_LONGER_MONITORED = _("no longer monitored ({at})")
WAS_STOPPED = _("monitoring stopped ({at})")
COUNT = _("{count}")
RAISED, DETECTED = _("Raised"), pgettext("end of an alarm", "Detected")
QUEUED = _("Queued")
STEPS_AHEAD = (_("Sending"), _("Accepted"))
CHECK_ACCEPTED = Instruction(InstructionKind.CHECK_ACCEPTED)
FEWER = _(
    "The contact's setting one_by_one (“Maximum separate messages” in the manager) sets how "
    "many alarms are sent individually; further alarms are combined."
)
NUMBER = re.compile(r"(\d+)")
BAD_LEVELS = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN)
WORST_FIRST = (
    *(LEVEL_NAMES[level] for level in BAD_LEVELS),
    RECOVERED,
    ENDED_WORD,
    STOPPED_WORD,
)
"""The sections; what nobody watches any more stands apart from what recovered."""
OVER_COUNTS = (
    (RECOVERED, RECOVERED_COUNT),
    (ENDED_WORD, ENDED_COUNT),
    (STOPPED_WORD, STOPPED_COUNT),
)
"""How many of each are over, for the subject."""
COUNTS = (*((LEVEL_NAMES[level], LEVEL_COUNT) for level in BAD_LEVELS), *OVER_COUNTS)
"""How many of each there are, the worst first."""
IMPORTANCE = {Level.CRITICAL: "high", Level.OK: "low"}
LATE_AGE = timedelta(minutes=30)
"""The age from which a mail that could not leave is told as missed."""


@dataclass(frozen=True, slots=True)
class Outage:
    """The rows of one outage of one item, from its start to its end, or until now."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def worst_level(self) -> Level:
        """Return the worst level of the outage."""
        levels = [Level(row[key]) for row in self.rows for key in ("before", "level")]
        return Level.worst(levels)

    @property
    def started_at(self) -> datetime | None:
        """Return the start of the outage; None if unknown."""
        starts = [row["bad_since"] for row in self.rows if row["bad_since"]]
        return datetime.fromisoformat(min(starts)) if starts else None

    @property
    def latest_at(self) -> datetime:
        return datetime.fromisoformat(self.rows[-1]["at"])


@dataclass(frozen=True, slots=True)
class Story:
    """All rows about one thing, oldest first: the outage that it tells, and those that were over
    before that one began."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def last_row(self) -> Mapping[str, Any]:
        return self.rows[-1]

    @property
    def level(self) -> Level:
        """Return the level as it is now, as far as these alarms tell."""
        return Level(self.last_row["level"])

    @property
    def shown_level(self) -> Level | None:
        """Return the level to show; None: nobody looks at it any more."""
        return None if self.last_row["ended"] else self.level

    @property
    def mark(self) -> str:
        return "－" if self.last_row["ended"] else MARKS[self.level]

    @property
    def is_stopped(self) -> bool:
        """Return True if the outage ended because somebody stopped the monitoring."""
        return bool(self.last_row.get("stopped"))  # rows of an earlier version do not say it

    @property
    def is_open(self) -> bool:
        """Return True if the problem lasts: it has not recovered, and is still monitored."""
        return not self.last_row["ended"] and self.level is not Level.OK

    @property
    def outages(self) -> tuple[Outage, ...]:
        """Return the outages one after the other; each but the last one is over."""
        outages, rows = list[Outage](), list[Mapping[str, Any]]()
        for row in self.rows:
            rows.append(row)
            if row["ended"] or Level(row["level"]) is Level.OK:
                outages.append(Outage(tuple(rows)))
                rows = []
        return tuple(outages) if not rows else (*outages, Outage(tuple(rows)))

    @property
    def now(self) -> Outage:
        return self.outages[-1]

    @property
    def order(self) -> list[tuple[int, int, str]]:
        """Return the key to sort by host and name, with numbers in numeric order: 2 before 10.
        Numbers are compared as strings of digits: Python refuses to convert thousands of
        digits, and a program may print such a name."""
        full_name = f"{self.last_row['where']} {self.last_row['item']}".casefold()
        parts = [(part, part.lstrip("0")) for part in NUMBER.split(full_name)]
        return [
            (0, len(digits), digits) if part.isdecimal() else (1, 0, part)
            for part, digits in parts
        ]


@dataclass(frozen=True, slots=True)
class DigestReader:
    """Hold the language and the clock by which a contact reads a digest."""

    language: str
    zone: tzinfo
    today: datetime

    def say(self, message: Message, **arguments: object) -> str:
        return (message.fill(**arguments) if arguments else message).say(
            self.language, Medium.MAIL
        )

    def time(self, instant: datetime) -> str:
        """Return a time, with its day where that is not today's."""
        local = instant.astimezone(self.zone)
        if local.date() == self.today.astimezone(self.zone).date():
            return clock(instant, self.zone)
        return moment(instant, self.zone, self.language)

    def end_time(self, end: datetime, start: datetime) -> str:
        """Return the end of a time span, with its day where that is not the start's."""
        days = {instant.astimezone(self.zone).date() for instant in (start, end)}
        return self.time(end) if len(days) == 1 else moment(end, self.zone, self.language)


def digest_of(payloads: Sequence[Mapping[str, Any]], now: datetime) -> Mapping[str, Any]:
    """Return the payload of the digest of these mails, which are of one contact."""
    first = payloads[0]
    reader = DigestReader(first["language"], zone_of(first["zone"]), now)
    rows = [row for payload in payloads for row in payload[ALARM_ROWS]]
    digest_page = page(rows, reader)
    return {
        "subject": digest_page.subject,
        "text": as_text(digest_page),
        "html": as_html(digest_page),
        "language": reader.language,
        "importance": IMPORTANCE.get(digest_page.level or Level.OK, "normal"),
        "list": "noroshi",
        "list_title": "Noroshi",
        "zone": first["zone"],
        "level": (digest_page.level or Level.OK).value,
    }


def page(rows: Sequence[Mapping[str, Any]], reader: DigestReader) -> Page:
    """Return the whole mail; every alarm is in it, those about one thing as one line."""
    by_name = sorted(_stories(rows), key=lambda story: story.order)
    stories = sorted(by_name, key=lambda story: WORST_FIRST.index(_word(story)))
    lead = stories[0]
    line = _line(lead, reader)
    is_single = len(stories) == 1
    return Page(
        language=reader.language,
        subject=flat(_subject(stories, reader)),
        level=lead.shown_level,
        mark=lead.mark,
        word=reader.say(_word(lead)),
        side_note="" if is_single else _headline_of(stories, reader),
        headline=_entry(lead, reader)
        if is_single
        else reader.say(AND_MORE, first=line, count=len(stories) - 1),
        lead=(_lead(stories, rows, reader),),
        parts=() if is_single else tuple(_sections(stories, reader)),
        trail=tuple(_trail(rows, reader)),
        footer=tuple(_footer(stories, rows, reader)),
    )


def _headline_of(stories: Sequence[Story], reader: DigestReader) -> str:
    """Return how many there are; how many of each kind, unless all are of one."""
    counts = _counts(stories, reader, COUNTS)
    if len(counts) > 1:
        joined_counts = reader.say(COMMA).join(counts)
        return reader.say(TOGETHER_MIXED, count=len(stories), counts=joined_counts)
    template = ALARMS_TOGETHER if stories[0].is_open else TOGETHER_OVER
    return reader.say(template, count=len(stories))


def _counts(
    stories: Sequence[Story], reader: DigestReader, templates: Sequence[tuple[Message, Message]]
) -> list[str]:
    """Return how many there are of each of these words; a zero is left out."""
    words = [_word(story) for story in stories]
    return [
        reader.say(template, count=words.count(word), level=reader.say(word))
        for word, template in templates
        if word in words
    ]


def _footer(
    stories: Sequence[Story], rows: Sequence[Mapping[str, Any]], reader: DigestReader
) -> Iterator[str]:
    yield reader.say(CHECK_ACCEPTED, mail=rows[-1]["mail"] + ENDING)
    if len(stories) > 1:  # of one thing its alarms are together, whatever the contact wants
        yield reader.say(FEWER)


def _stories(rows_of_one: Iterable[Mapping[str, Any]]) -> list[Story]:
    rows_by_item: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows_of_one:
        rows_by_item.setdefault(row["about"], []).append(row)
    return [Story(tuple(rows_of_one)) for rows_of_one in rows_by_item.values()]


def _subject(stories: Sequence[Story], reader: DigestReader) -> str:
    lead = stories[0]
    line = _subject_line(lead, reader)
    if len(stories) == 1:
        return f"[{reader.say(_word(lead))}] {line}"
    open_count = sum(story.is_open for story in stories)
    if open_count == len(stories):
        return reader.say(SUBJECT, count=open_count, first=line)
    over_counts = _over_counts(stories, reader)
    if not open_count:
        return reader.say(SUBJECT_OVER, over=over_counts, first=line)
    return reader.say(SUBJECT_MIXED, count=open_count, over=over_counts, first=line)


def _over_counts(stories: Sequence[Story], reader: DigestReader) -> str:
    """Return how many recovered and how many are no longer monitored; a zero is left out."""
    return reader.say(COMMA).join(_counts(stories, reader, OVER_COUNTS))


def _word(story: Story) -> Message:
    if story.last_row["ended"]:
        return STOPPED_WORD if story.is_stopped else ENDED_WORD
    return RECOVERED if story.level is Level.OK else LEVEL_NAMES[story.level]


def _line(story: Story, reader: DigestReader) -> str:
    """Return where, and what is so now, or what was and is over."""
    row = story.last_row
    if row["ended"]:
        template = WAS_STOPPED if story.is_stopped else NO_LONGER_MONITORED
        return _of_place(
            row["where"], reader.say(template, at=reader.time(story.now.latest_at))
        )
    if story.level is not Level.OK:
        return f"{row['where']}{row['what']}"
    return _of_place(_place_text(row), _outage_text(story, reader))


def _subject_line(story: Story, reader: DigestReader) -> str:
    """Return the line as a subject has room for it: for how long it was so, not from when to
    when."""
    outage, level = story.now, story.now.worst_level
    if story.last_row["ended"] or story.level is not Level.OK or outage.started_at is None:
        return _line(story, reader)
    length = span(outage.latest_at - outage.started_at)
    state = reader.say(WAS_FOR, level=reader.say(LEVEL_NAMES[level]), span=length)
    return _of_place(_place_text(story.last_row), state)


def _place_text(row: Mapping[str, Any]) -> str:
    item = f" {row['item']}" if row["item"] and row["item"] not in row["where"] else ""
    return f"{row['where']}{item}"


def _of_place(place: str, state: str) -> str:
    """Return a place and its state on one line; a drive such as C: has a colon already."""
    return f"{place} {state}" if place.endswith(":") else f"{place}: {state}"


def _outage_text(story: Story, reader: DigestReader) -> str:
    return _outage_times(story.now, reader, (WAS_AT_LEVEL, WAS_UNTIL))


def _outage_times(
    outage: Outage, reader: DigestReader, templates: tuple[Message, Message]
) -> str:
    """Tell level, beginning and end of an outage; without the beginning where nobody knows it."""
    level, end = reader.say(LEVEL_NAMES[outage.worst_level]), outage.latest_at
    if (start := outage.started_at) is None:
        return reader.say(templates[1], level=level, end=reader.time(end))
    end_time = reader.end_time(end, start)
    return reader.say(templates[0], level=level, start=reader.time(start), end=end_time)


def _with_past(line: str, story: Story, reader: DigestReader) -> str:
    """Add the outages that ended before the one that the line tells."""
    past_outages = story.outages[:-1]
    if not past_outages:
        return line
    phrases = [
        _outage_times(one, reader, (PAST_OUTAGE, PAST_UNTIL))
        for one in past_outages[-MOST_PAST:]
    ]
    if (more_count := len(past_outages) - MOST_PAST) > 0:
        phrases.append(reader.say(OFTENER, count=more_count))
    comma = _(", ").say(reader.language)
    return reader.say(BEFORE_THAT, line=line, past=comma.join(phrases))


def _lead(
    stories: Sequence[Story], rows: Sequence[Mapping[str, Any]], reader: DigestReader
) -> str:
    alarm_times = [datetime.fromisoformat(row["at"]) for row in rows]
    wait = reader.today - min(alarm_times)
    if len(stories) == 1 and len(rows) > 1 and stories[0].level is Level.OK:
        return reader.say(BOTH_ENDED if stories[0].last_row["ended"] else CHANGED_AND_OVER)
    if wait >= LATE_AGE:
        return reader.say(NOT_SENT_IN_TIME if len(stories) > 1 else MISSED_ONE, span=span(wait))
    start = reader.time(min(alarm_times))
    end = reader.end_time(max(alarm_times), min(alarm_times))
    if len(stories) == 1 and len(rows) > 1:
        return reader.say(ALARMS_CHANGED, start=start, end=end, count=len(rows))
    summary = _summary_words(stories)[start != end]
    # Counted as they are listed: what came and went meanwhile is one line.
    return reader.say(summary, start=start, end=end, count=len(stories))


def _summary_words(stories: Sequence[Story]) -> tuple[Message, Message]:
    """Return what the stories have in common: at one instant, and between two."""
    open_count = sum(story.is_open for story in stories)
    if open_count == len(stories):
        return AT_ONCE, SPAN
    if _all_recovered(stories):
        return RECOVERED_AT_ONCE, THEY_RECOVERED
    return CHANGED_AT_ONCE, THEY_CHANGED


def _all_recovered(stories: Iterable[Story]) -> bool:
    return all(_word(story) == RECOVERED for story in stories)


def _sections(stories: Sequence[Story], reader: DigestReader) -> Iterator[Part]:
    for word in WORST_FIRST:
        section = [story for story in stories if _word(story) == word]
        if section:
            yield Part(
                level=section[0].shown_level,
                mark=section[0].mark,
                word=reader.say(word),
                head=reader.say(COUNT, count=len(section)),
                entries=tuple(_entry(story, reader) for story in section),
            )


def _entry(story: Story, reader: DigestReader) -> str:
    line = _line(story, reader)
    if story.is_open:
        since_text = reader.time(story.now.started_at or story.now.latest_at)
        line = reader.say(LASTING_LINE, line=line, at=since_text)
    return _with_past(line, story, reader)


def _trail(rows: Sequence[Mapping[str, Any]], reader: DigestReader) -> Iterator[Post]:
    first = min(datetime.fromisoformat(row["at"]) for row in rows)
    is_all_over = all(row["ended"] or Level(row["level"]) is Level.OK for row in rows)
    yield Post(reader.say(DETECTED if is_all_over else RAISED), reader.time(first), is_lit=True)
    yield Post(reader.say(QUEUED), is_lit=True)
    for post in STEPS_AHEAD:
        yield Post(reader.say(post))
