"""Make what an agent reports fit to be stored and shown at its hub: bounded, printable, and no
instruction or format of somebody else's.

An agent may be taken over. What it measured is its text; how texts are filled, and which command a
person is to run, is the hub's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite

from noroshi.core.model import (
    LONGEST_LINE,
    MOST_LINES,
    Cause,
    Event,
    ItemState,
    LastNotification,
    Limits,
    Monitor,
    Reading,
    Sample,
    State,
)
from noroshi.core.printable import printable, readable
from noroshi.core.translation import Argument, Message, plain

LONGEST_NAME, LONGEST_UNIT, LONGEST_TEXT = 300, 40, 2000
MOST_ITEMS, MOST_READINGS, MOST_SERIAL = 5000, 5000, 1 << 53
DEEPEST_TEXT, MOST_PLACES = 4, 40
"""So deep a text may stand in texts, and so many values may fill one, in so many places."""
LONGEST_FILLED, LONGEST_NUMBER = 8000, 400
AHEAD = timedelta(minutes=1)
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
PLACE = re.compile(r"\{(\w{1,40})(?::[^{}]*)?\}")
PATTERN = re.compile(r"(?:[^{}]|\{\w{1,40}(?::,?(?:\.[0-9])?[dfg%]?)?\})*")
"""A text with places of which none makes it much longer, or looks into what fills it."""


class UnfitReportError(ValueError):
    """Report what cannot be taken from an agent, in English."""


@dataclass(frozen=True, slots=True)
class ReportCleaner:
    """Return what an agent reports of one of its monitors as the hub keeps it. Each method raises
    UnfitReportError for what is out of bounds. `rules` are the ids of the monitor's rules; `now` is
    the hub's time."""

    monitor: Monitor
    now: datetime

    def state(self, state: State) -> State:
        """Return a state without what it says of rules that the monitor does not have."""
        if len(state.items) > MOST_ITEMS:
            raise UnfitReportError("there are too many items")
        _require_count(state.serial)
        items = {neutral_name(name): self._item(item) for name, item in state.items.items()}
        return State(items=items, serial=state.serial)

    def event(self, event: Event) -> Event:
        """Return an event, which has to be one of the monitor."""
        if event.monitor != self.monitor.id or event_life(event.id, self.monitor) is None:
            raise UnfitReportError("an event is not of this monitor")
        return replace(
            event,
            path=self.monitor.path,
            item=neutral_name(event.item),
            at=self.instant(event.at),
            since=self._instant(event.since),
            cause=_cause(event.cause),
        )

    def sample(self, sample: Sample) -> Sample:
        """Return a sample, without what its check remembers."""
        if len(sample.readings) > MOST_READINGS:
            raise UnfitReportError("there are too many readings")
        return Sample(
            measured_at=self.instant(sample.measured_at),
            readings=tuple(map(_reading, sample.readings)),
            fault=None if sample.fault is None else neutral_message(sample.fault),
        )

    def instant(self, moment: datetime) -> datetime:
        """Return an instant that is neither in the future nor of before the year 2000: the agent's
        clock may be wrong."""
        if moment.tzinfo is None:
            raise UnfitReportError("a time has no time zone")
        return self.now if moment > self.now + AHEAD else max(moment, EARLIEST)

    def _instant(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else self.instant(moment)

    def _item(self, item: ItemState) -> ItemState:
        _require_count(item.pending_cause_count, item.consecutive)
        rules = {rule.id for rule in self.monitor.rules}
        return replace(
            item,
            level_since=self._instant(item.level_since),
            missing_since=self._instant(item.missing_since),
            cause=_cause(item.cause),
            last_notifications={
                rule: self._notification(last)
                for rule, last in item.last_notifications.items()
                if rule in rules
            },
            reasons={rule: reason for rule, reason in item.reasons.items() if rule in rules},
        )

    def _notification(self, last: LastNotification) -> LastNotification:
        _require_count(last.times)
        return replace(
            last,
            at=self.instant(last.at),
            thread=neutral_name(last.thread),
            reading=None if last.reading is None else neutral_name(last.reading),
        )


def event_life(id: str, monitor: Monitor) -> str | None:
    """Return the life in the id of an event of a monitor ("" none); None if the id is not one that
    the monitor's events have (`judgement.event_id`)."""
    if not id.startswith(f"{monitor.id}."):
        return None
    match = re.fullmatch(r"[0-9]{1,16}(?:~([A-Za-z0-9]{1,64}))?", id[len(monitor.id) + 1 :])
    return None if match is None else match[1] or ""


def neutral_name(text: str) -> str:
    """Return a name of something as one short line."""
    return printable(text[:LONGEST_NAME])


def neutral_message(message: Message, depth: int = 0) -> Message:
    """Return a text with its parts made neutral, to be read in each language; as plain English if
    it is a command or instruction, or a pattern that the hub should not fill."""
    if type(message) is Message and depth <= DEEPEST_TEXT and _is_harmless(message):
        neutral = message.with_arguments(
            {name: _argument(one, depth) for name, one in message.arguments.items()}
        )
        if _length(neutral) <= LONGEST_FILLED:
            return neutral
    return plain(_words(message, depth))


def _is_harmless(message: Message) -> bool:
    return len(message.arguments) <= MOST_PLACES and all(
        len(text) <= LONGEST_TEXT
        and text.count("{") <= MOST_PLACES
        and readable(text) == text
        and PATTERN.fullmatch(text)
        for text in _patterns(message)
    )


def _patterns(message: Message) -> tuple[str, ...]:
    return (message.id, message.several, *(message.translations or {}).values())


def _length(message: Message) -> int:
    """Return how long a text can be once it is filled: what fills it may be filled itself, and
    stand in several places."""
    lengths = {name: _length_of(value) for name, value in message.arguments.items()}
    return max(
        len(text) + sum(lengths.get(name, 0) for name in PLACE.findall(text))
        for text in _patterns(message)
    )


def _length_of(value: Argument | Message) -> int:
    if isinstance(value, Message):
        return _length(value)
    return len(value) if isinstance(value, str) else LONGEST_NUMBER


def _words(message: Message, depth: int) -> str:
    """Return the English words of a text, with its places filled by name alone."""
    pattern = message.id[:LONGEST_TEXT]
    if depth > DEEPEST_TEXT or not message.arguments or pattern.count("{") > MOST_PLACES:
        return readable(pattern)
    texts = {name: _text_of(value, depth) for name, value in message.arguments.items()}
    filled = PLACE.sub(lambda place: texts.get(place[1], place[0]), pattern)
    return readable(filled)[:LONGEST_TEXT]


def _text_of(value: Argument | Message, depth: int) -> str:
    text = _words(value, depth + 1) if isinstance(value, Message) else str(value)
    return text[:LONGEST_TEXT]


def _argument(value: Argument | Message, depth: int) -> Argument | Message:
    if isinstance(value, Message):
        return neutral_message(value, depth + 1)
    if isinstance(value, str):
        return readable(value[:LONGEST_TEXT])
    return value if not isinstance(value, float) or isfinite(value) else str(value)


def _reading(reading: Reading) -> Reading:
    if not isfinite(reading.value):
        raise UnfitReportError("a value is no number")
    return Reading(
        name=neutral_name(reading.name),
        value=reading.value,
        unit=printable(reading.unit[:LONGEST_UNIT]),
        item=neutral_name(reading.item),
        note=neutral_message(reading.note),
        lines=tuple(readable(line[:LONGEST_LINE]) for line in reading.lines[:MOST_LINES]),
    )


def _cause(cause: Cause) -> Cause:
    reading = None if cause.reading is None else _reading(cause.reading)
    if cause.limits is not None:
        _require_finite(cause.limits)
    return Cause(reading=reading, limits=cause.limits, words=neutral_message(cause.words))


def _require_finite(limits: Limits) -> None:
    numbers = (limits.warning, limits.critical, limits.margin)
    if not all(number is None or isfinite(number) for number in numbers):
        raise UnfitReportError("a limit is no number")


def _require_count(*counts: int) -> None:
    if not all(0 <= count <= MOST_SERIAL for count in counts):
        raise UnfitReportError("a count is out of bounds")
