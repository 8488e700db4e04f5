"""One mail that tells what several would have told: the worst first, nothing unnamed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from noroshi.actions.letter import Page, Part, Post, as_text, flat
from noroshi.actions.letter_html import as_html
from noroshi.actions.phrases import ENDED, MARKS, RECOVERED, STOPPED, WORDS, span
from noroshi.core.cadence import zone_of
from noroshi.core.date_text import clock, moment
from noroshi.core.digest import ALARM_ROWS, ENDING
from noroshi.core.instruction import Instruction, InstructionKind
from noroshi.core.levels import Level
from noroshi.core.translation import Medium, Message, _, ngettext

SUBJECT = ngettext("[{count} alarm] {first}, and more", "[{count} alarms] {first}, and more")
SUBJECT_RECOVERED = ngettext(
    "[{count} recovered] {first}, and more", "[{count} recovered] {first}, and more"
)
SUBJECT_OVER = ngettext(
    "[{count} alarm cleared] {first}, and more", "[{count} alarms cleared] {first}, and more"
)
SUBJECT_MIXED = ngettext(
    "[{count} alarm, {over} cleared] {first}, and more",
    "[{count} alarms, {over} cleared] {first}, and more",
)
TOGETHER = ngettext("{count} alarm in one message", "{count} alarms in one message")
TOGETHER_OVER = ngettext("{count} item in one message", "{count} items in one message")
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
THEY_ENDED = ngettext(
    "{count} item recovered or is no longer monitored, between {start} and {end}.",
    "{count} items recovered or are no longer monitored, between {start} and {end}. They are "
    "combined in this message.",
)
ENDED_AT_ONCE = ngettext(
    "{count} item recovered or is no longer monitored, at {end}.",
    "{count} items recovered or are no longer monitored, at {end}. They are combined in this "
    "message.",
)
CHANGED = ngettext(
    "Between {start} and {end}, the state changed {count} time before a message could be "
    "sent. This message shows the current state.",
    "Between {start} and {end}, the state changed {count} times before a message could be "
    "sent. This message shows the current state.",
)
BOTH = _(
    "The monitor recovered before the first message could be sent. This message reports both "
    "the problem and the recovery."
)
BOTH_ENDED = _(
    "Monitoring ended before the first message could be sent. This message reports both the "
    "problem and the end of monitoring."
)
MISSED = _(
    "No message could be sent for {span}. This message lists the alarms raised in that time; "
    "alarms that have ended are marked."
)
MISSED_ONE = _("No message about this alarm could be sent for {span}.")
WAS = _("was {level} from {start} to {end}")
WAS_UNTIL = _("was {level} until {end}")
BEFORE_THAT = _("{line}; before that: {past}")
PAST = _("{level} from {start} to {end}")
PAST_UNTIL = _("{level} until {end}")
OFTENER = ngettext("{count} more outage", "{count} more outages")
MOST_PAST = 3
"""So many outages of one thing that were over meanwhile are told with their times."""
SINCE = _("since {at}")
OVER = _("no longer monitored ({at})")
WAS_STOPPED = _("monitoring stopped ({at})")
COUNT = _("{count}")
SEEN = _("Raised")
RECORDED = _("Queued")
AHEAD = (_("Sending"), _("Accepted"))
ACCEPTED = Instruction(InstructionKind.CHECK_ACCEPTED)
FEWER = _(
    "The contact's one_by_one setting controls how many alarms are sent individually before "
    "they are combined."
)
NUMBER = re.compile(r"(\d+)")
BAD = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN)
WORST_FIRST = (*(WORDS[level] for level in BAD), RECOVERED, ENDED, STOPPED)
"""The sections; what nobody watches any more stands apart from what recovered."""
IMPORTANCE = {Level.CRITICAL: "high", Level.OK: "low"}
LATE = timedelta(minutes=30)
"""The age from which a mail that could not leave is told as missed."""


@dataclass(frozen=True, slots=True)
class Outage:
    """The rows of one outage of one item, from its start to its end, or until now."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def worst(self) -> Level:
        """Return the worst level of the outage."""
        levels = [Level(row[key]) for row in self.rows for key in ("before", "level")]
        return Level.worst(levels)

    @property
    def began(self) -> datetime | None:
        """Return the start of the outage; None if unknown."""
        known = [row["bad_since"] for row in self.rows if row["bad_since"]]
        return datetime.fromisoformat(min(known)) if known else None

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.rows[-1]["at"])


@dataclass(frozen=True, slots=True)
class Story:
    """All rows about one thing, oldest first: the outage that it tells, and those that were over
    before that one began."""

    rows: tuple[Mapping[str, Any], ...]

    @property
    def last(self) -> Mapping[str, Any]:
        return self.rows[-1]

    @property
    def level(self) -> Level:
        """Return the level as it is now, as far as these alarms tell."""
        return Level(self.last["level"])

    @property
    def shown(self) -> Level | None:
        """Return the level to show; None: nobody looks at it any more."""
        return None if self.last["ended"] else self.level

    @property
    def mark(self) -> str:
        return "－" if self.last["ended"] else MARKS[self.level]

    @property
    def stopped(self) -> bool:
        """Tell whether it ended as somebody stopped its monitoring."""
        return bool(self.last.get("stopped"))  # rows of an earlier version do not say it

    @property
    def lasts(self) -> bool:
        """Tell whether it is neither recovered nor monitored no more."""
        return not self.last["ended"] and self.level is not Level.OK

    @property
    def outages(self) -> tuple[Outage, ...]:
        """Return them one after the other; each but the last one is over."""
        found, rows = list[Outage](), list[Mapping[str, Any]]()
        for row in self.rows:
            rows.append(row)
            if row["ended"] or Level(row["level"]) is Level.OK:
                found.append(Outage(tuple(rows)))
                rows = []
        return tuple(found) if not rows else (*found, Outage(tuple(rows)))

    @property
    def now(self) -> Outage:
        return self.outages[-1]

    @property
    def order(self) -> list[tuple[int, int, str]]:
        """Return the key to sort by host and name, as people count: 2 before 10. A number is
        compared by its digits, as Python makes none of thousands of them, and a program may
        print such a name."""
        named = f"{self.last['where']} {self.last['item']}".casefold()
        parts = [(part, part.lstrip("0")) for part in NUMBER.split(named)]
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

    def say(self, words: Message, **arguments: object) -> str:
        return (words.fill(**arguments) if arguments else words).say(self.language, Medium.MAIL)

    def time(self, at: datetime) -> str:
        """Return a time, with its day where that is not today's."""
        local = at.astimezone(self.zone)
        if local.date() == self.today.astimezone(self.zone).date():
            return clock(at, self.zone)
        return moment(at, self.zone, self.language)


def together(payloads: Sequence[Mapping[str, Any]], now: datetime) -> Mapping[str, Any]:
    """Return the payload of the digest of these mails, which are of one contact."""
    first = payloads[0]
    reader = DigestReader(first["language"], zone_of(first["zone"]), now)
    rows = [row for payload in payloads for row in payload[ALARM_ROWS]]
    shown = page(rows, reader)
    return {
        "subject": shown.subject,
        "text": as_text(shown),
        "html": as_html(shown),
        "language": reader.language,
        "importance": IMPORTANCE.get(shown.level or Level.OK, "normal"),
        "list": "noroshi",
        "list_title": "Noroshi",
        "zone": first["zone"],
        "level": (shown.level or Level.OK).value,
    }


def page(rows: Sequence[Mapping[str, Any]], reader: DigestReader) -> Page:
    """Return the whole mail; every alarm is in it, those about one thing as one line."""
    by_name = sorted(_stories(rows), key=lambda story: story.order)
    stories = sorted(by_name, key=lambda story: WORST_FIRST.index(_word(story)))
    lead = stories[0]
    line = _line(lead, reader)
    alone = len(stories) == 1
    return Page(
        language=reader.language,
        subject=flat(_subject(stories, reader)),
        level=lead.shown,
        mark=lead.mark,
        word=reader.say(_word(lead)),
        aside="" if alone else _together(stories, reader),
        headline=_entry(lead, reader)
        if alone
        else reader.say(AND_MORE, first=line, count=len(stories) - 1),
        lead=(_lead(stories, rows, reader),),
        parts=() if alone else tuple(_sections(stories, reader)),
        trail=tuple(_trail(rows, reader)),
        footer=tuple(_footer(stories, rows, reader)),
    )


def _together(stories: Sequence[Story], reader: DigestReader) -> str:
    words = TOGETHER if all(story.lasts for story in stories) else TOGETHER_OVER
    return reader.say(words, count=len(stories))


def _footer(
    stories: Sequence[Story], rows: Sequence[Mapping[str, Any]], reader: DigestReader
) -> Iterator[str]:
    yield reader.say(ACCEPTED, mail=rows[-1]["mail"] + ENDING)
    if len(stories) > 1:  # of one thing its alarms are together, whatever the contact wants
        yield reader.say(FEWER)


def _stories(same: Iterable[Mapping[str, Any]]) -> list[Story]:
    about: dict[str, list[Mapping[str, Any]]] = {}
    for row in same:
        about.setdefault(row["about"], []).append(row)
    return [Story(tuple(same)) for same in about.values()]


def _subject(stories: Sequence[Story], reader: DigestReader) -> str:
    lead = stories[0]
    line = _line(lead, reader)
    if len(stories) == 1:
        return f"[{reader.say(_word(lead))}] {line}"
    lasting = sum(story.lasts for story in stories)
    over = len(stories) - lasting
    if not lasting:
        words = SUBJECT_RECOVERED if _all_recovered(stories) else SUBJECT_OVER
        return reader.say(words, count=over, first=line)
    return reader.say(SUBJECT_MIXED if over else SUBJECT, count=lasting, over=over, first=line)


def _word(story: Story) -> Message:
    if story.last["ended"]:
        return STOPPED if story.stopped else ENDED
    return RECOVERED if story.level is Level.OK else WORDS[story.level]


def _line(story: Story, reader: DigestReader) -> str:
    """Return where, and what is so now, or what was and is over."""
    row = story.last
    if row["ended"]:
        over = WAS_STOPPED if story.stopped else OVER
        return _of_place(row["where"], reader.say(over, at=reader.time(story.now.at)))
    if story.level is not Level.OK:
        return f"{row['where']}{row['what']}"
    item = f" {row['item']}" if row["item"] and row["item"] not in row["where"] else ""
    return _of_place(f"{row['where']}{item}", _was(story, reader))


def _of_place(where: str, state: str) -> str:
    """Return a place and its state on one line; a drive brings its colon along."""
    return f"{where} {state}" if where.endswith(":") else f"{where}: {state}"


def _was(story: Story, reader: DigestReader) -> str:
    return _times(story.now, reader, (WAS, WAS_UNTIL))


def _times(outage: Outage, reader: DigestReader, words: tuple[Message, Message]) -> str:
    """Tell level, beginning and end of an outage; without the beginning where nobody knows it."""
    level, ends = reader.say(WORDS[outage.worst]), reader.time(outage.at)
    if outage.began is None:
        return reader.say(words[1], level=level, end=ends)
    return reader.say(words[0], level=level, start=reader.time(outage.began), end=ends)


def _with_past(line: str, story: Story, reader: DigestReader) -> str:
    """Add the outages that ended before the one that the line tells."""
    past = story.outages[:-1]
    if not past:
        return line
    phrases = [_times(one, reader, (PAST, PAST_UNTIL)) for one in past[-MOST_PAST:]]
    if (more := len(past) - MOST_PAST) > 0:
        phrases.append(reader.say(OFTENER, count=more))
    comma = _(", ").say(reader.language)
    return reader.say(BEFORE_THAT, line=line, past=comma.join(phrases))


def _lead(
    stories: Sequence[Story], rows: Sequence[Mapping[str, Any]], reader: DigestReader
) -> str:
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    waited = reader.today - min(times)
    if len(stories) == 1 and len(rows) > 1 and stories[0].level is Level.OK:
        return reader.say(BOTH_ENDED if stories[0].last["ended"] else BOTH)
    if waited >= LATE:
        return reader.say(MISSED if len(stories) > 1 else MISSED_ONE, span=span(waited))
    start, end = reader.time(min(times)), reader.time(max(times))
    if len(stories) == 1 and len(rows) > 1:
        return reader.say(CHANGED, start=start, end=end, count=len(rows))
    words = _summary_words(stories)[start != end]
    # Counted as they are listed: what came and went meanwhile is one line.
    return reader.say(words, start=start, end=end, count=len(stories))


def _summary_words(stories: Sequence[Story]) -> tuple[Message, Message]:
    """Return what the stories have in common: at one instant, and between two."""
    lasting = sum(story.lasts for story in stories)
    if lasting == len(stories):
        return AT_ONCE, SPAN
    if lasting:
        return CHANGED_AT_ONCE, THEY_CHANGED
    if _all_recovered(stories):
        return RECOVERED_AT_ONCE, THEY_RECOVERED
    return ENDED_AT_ONCE, THEY_ENDED


def _all_recovered(stories: Iterable[Story]) -> bool:
    return all(_word(story) == RECOVERED for story in stories)


def _sections(stories: Sequence[Story], reader: DigestReader) -> Iterator[Part]:
    for word in WORST_FIRST:
        section = [story for story in stories if _word(story) == word]
        if section:
            yield Part(
                level=section[0].shown,
                mark=section[0].mark,
                word=reader.say(word),
                head=reader.say(COUNT, count=len(section)),
                listed=tuple(_entry(story, reader) for story in section),
            )


def _entry(story: Story, reader: DigestReader) -> str:
    line = _line(story, reader)
    if story.lasts:
        comma = _(", ").say(reader.language)
        since = reader.time(story.now.began or story.now.at)
        line += comma + reader.say(SINCE, at=since)
    return _with_past(line, story, reader)


def _trail(rows: Sequence[Mapping[str, Any]], reader: DigestReader) -> Iterator[Post]:
    first = min(datetime.fromisoformat(row["at"]) for row in rows)
    yield Post(reader.say(SEEN), reader.time(first), lit=True)
    yield Post(reader.say(RECORDED), lit=True)
    for post in AHEAD:
        yield Post(reader.say(post))
