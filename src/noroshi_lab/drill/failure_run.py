"""Walk through one failure from beginning to end: cause it, watch, mend it, and word the
result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from noroshi.cli.errors import RefusedError
from noroshi.cli.output.times import span
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message, bilingual, each_once, joined, list_names, plain
from noroshi.transports.smtp.reply_classifier import gist
from noroshi_lab.drill import drill_texts
from noroshi_lab.drill.failures import Course, Failure
from noroshi_lab.drill.stage import LOOK, Answer, Stage
from noroshi_lab.lab import remote

PATIENCE = 120.0
"""Seconds for each step. The node looks at itself each 20 s; a mail that was put off waits 37 s."""
LASTS = 25.0
"""Seconds for which an outage lasts if the node does not tell of it sooner by a mail."""
ON_RECORD = {Course.SPARES: drill_texts.NEED_NOT, Course.PASSES: drill_texts.NOT_BY_MAIL}
"""The note on notification for failures on which nobody has to act."""
StepCheck = Callable[[], Message | None]


class Listener(Protocol):
    """Hear of the progress of a drill."""

    def step(self, name: str, seconds: float, words: Message) -> None:
        """Show what was seen, after how many seconds, and in words."""

    def waiting(self, names: Sequence[str], seconds: float) -> None:
        """Show what has not been seen yet after so many seconds; called again and again."""


class NotNoticedError(MessageError):
    """Report that what should have been seen was not, or something else was; the words say
    what."""


@dataclass
class Result:
    """Hold how it went: after how many seconds each step was seen, and why it did not pass."""

    failure: Failure
    after: dict[str, float] = field(default_factory=dict)
    words: dict[str, Message] = field(default_factory=dict)
    why: Message | None = None
    seconds: float = 0.0


def walk(stage: Stage, failure: Failure, language: str, listener: Listener) -> Result:
    """Walk through one failure; `listener` hears of each step as it comes. Raises as the calls
    of both sides do, and KeyboardInterrupt; the failure is mended then as well."""
    began, result = time.monotonic(), Result(failure)
    try:
        _Walk(stage, failure, language, listener, result).run()
    except NotNoticedError as missed:
        result.why = missed.words
    result.seconds = time.monotonic() - began
    return result


class _Walk:
    def __init__(
        self, stage: Stage, failure: Failure, language: str, listener: Listener, result: Result
    ) -> None:
        self.stage, self.failure, self.setup = stage, failure, stage.setup
        self._language, self._listener, self._result = language, listener, result
        self._since, self._at = 0.0, ""
        self._alarm, self._lone = "", ""

    def run(self) -> None:
        with self._mended():
            self.failure.breaks(self.stage)
            self._begin()
            self._send()
            wanted = {
                "noticed": self._noticed,
                "told": self._notified,
                "survived": self._survived,
            }
            self._see(wanted)
        if self.failure.course in (Course.STOPS, Course.LASTS):
            self._begin()
            self._see({"mended": self._well_again})
        self._look_back()

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Mend the failure at the end, whatever happens in between."""
        try:
            yield
        except BaseException:
            # It is told why; that the mending went wrong too would only hide it.
            with suppress(RefusedError, remote.LabError):
                self.failure.mends(self.stage)
            raise
        self.failure.mends(self.stage)

    def _begin(self) -> None:
        self._since, self._at = time.monotonic(), datetime.now(UTC).isoformat()

    def _send(self) -> None:
        """Send an alarm that has two ways, and a mail that has one."""
        first, second = self.setup.first, self.setup.second
        title, body = self.failure.title, drill_texts.BODY.say(self._language)
        alarm = drill_texts.ALARM.fill(title=title).say(self._language)
        lone = drill_texts.LONE.fill(title=title, first=first).say(self._language)
        self._alarm = self.stage.send(alarm, body, first, second)
        self._lone = self.stage.send(lone, body, first)

    def _see(self, checks: Mapping[str, StepCheck]) -> None:
        """Wait for each of them, in the order in which they come."""
        missing = dict(checks)
        while missing:
            for name, check in list(missing.items()):
                if (words := check()) is not None:
                    del missing[name]
                    self._saw(name, words)
            if missing and self._passed > PATIENCE:
                labels = each_once(drill_texts.LABELS[name] for name in missing)
                patience = span(timedelta(seconds=PATIENCE))
                raise NotNoticedError(drill_texts.IN_VAIN.fill(what=labels, span=patience))
            if missing:
                self._listener.waiting(list(missing), self._passed)
                time.sleep(LOOK)

    def _saw(self, name: str, words: Message) -> None:
        self._result.after[name], self._result.words[name] = self._passed, words
        self._listener.step(name, self._result.after[name], words)

    @property
    def _passed(self) -> float:
        return time.monotonic() - self._since

    # what there is to see

    def _noticed(self) -> Message | None:
        """Return the words of the node's own pages."""
        course = self.failure.course
        if course is Course.SPARES:
            return drill_texts.UNTOUCHED.fill(first=self.setup.first)
        if course is Course.PASSES:
            tries = [*_bad(self._letter(self._lone)), *_bad(self._letter(self._alarm))]
            return _in_turn(tries) if tries and self._is_used_up() else None
        route = self.stage.route(self.setup.first)
        return None if route["state"] == "well" else bilingual(**route["why"])

    def _notified(self) -> Message | None:
        """Return the words once it was told by another route, and lies in a mailbox; what
        passes by itself is on record alone."""
        if self.failure.course in ON_RECORD:
            noticed = "noticed" in self._result.after
            return ON_RECORD[self.failure.course] if noticed else None
        for row in self.stage.alarms_after(self._at):
            if row["state"] == DeliveryState.ACCEPTED and self._is_there(
                row["digest"] or row["mail"]
            ):
                route = row["tried"][-1]["route"]
                return drill_texts.TOLD_BY.fill(route=route, subject=row["subject"])
        lasted = self.failure.course is Course.LASTS and self._passed > LASTS
        return drill_texts.WHEN_LONGER if lasted else None

    def _survived(self) -> Message | None:
        """Return the words once the alarm has arrived, and also the other mail where nothing
        stops the route of that."""
        held = self.failure.course in (Course.STOPS, Course.LASTS)
        by = self._arrived(self._alarm)
        lone = None if held else self._arrived(self._lone)
        if by is None or (lone is None and not held):
            return None
        if held:
            return drill_texts.CAME_HELD.fill(route=by, first=self.setup.first)
        return self._both(by, str(lone))

    def _both(self, by: str, lone: str) -> Message:
        twice = sum(self.stage.copies(id) > 1 for id in (self._alarm, self._lone))
        if twice:
            return drill_texts.BOTH_CAME_TWICE.fill(twice=twice)
        return drill_texts.BOTH_CAME.fill(routes=list_names(dict.fromkeys((by, lone))))

    def _well_again(self) -> Message | None:
        state = self.stage.route(self.setup.first)["state"]
        if state != "well" or self._arrived(self._lone) is None or not self.stage.is_calm():
            return None
        names = {"first": self.setup.first, "entry": self.setup.secret}
        how = self.failure.mended.fill(**names)
        return drill_texts.WELL_AGAIN.fill(how=how, **names)

    def _look_back(self) -> None:
        """Check that nothing came twice that could be known, nor by a way that it may not
        take."""
        for id, ways in (
            (self._alarm, (self.setup.first, self.setup.second)),
            (self._lone, (self.setup.first,)),
        ):
            letter, count = self._letter(id), self.stage.copies(id)
            subject = letter["queued"]["subject"]
            if count > 1 and not self.failure.unknown:
                raise NotNoticedError(drill_texts.TWICE.fill(subject=subject, count=count))
            if (by := self._arrived(id)) not in ways:
                raise NotNoticedError(drill_texts.BY_OTHER.fill(subject=subject, route=by))

    # of one mail

    def _letter(self, id: str) -> Answer:
        return self.stage.letter(id)

    def _arrived(self, id: str) -> str | None:
        """Return the route by which a mail was accepted, once it lies in the mailbox."""
        letter = self._letter(id)
        if letter["queued"]["state"] != DeliveryState.ACCEPTED or not self._is_there(id):
            return None
        return str(letter["tried"][-1]["route"])

    def _is_there(self, id: str) -> bool:
        return self.stage.copies(id) > 0 or not self.stage.seen_in_lab

    def _is_used_up(self) -> bool:
        """Return True if the node ran into all that was prepared for it."""
        return not self.stage.lab.state()["faults"]


def _bad(letter: Answer) -> Iterator[Message]:
    """Yield the words for each answer to a mail that was not taken."""
    for attempt in letter["tried"]:
        for answer in attempt["said"]:
            if answer["verdict"] != "accepted":
                yield bilingual(**answer["words"]) if answer["words"]["en"] else _answer(answer)


def _answer(answer: Answer) -> Message:
    return plain(f"{answer['code']} {gist(answer['text'])}".strip())


def _in_turn(tries: Iterable[Message]) -> Message:
    """Join the messages one after the other, each only once."""
    once = tuple(dict.fromkeys(tries))
    return joined(once, plain(" → "))
