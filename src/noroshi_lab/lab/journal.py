"""Note what the lab has seen and answered, in order: for whoever wants to know what a client
did."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from noroshi_lab.lab.directory import Clock

_CAPACITY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing: which server, what was asked, by or for whom, and how it was answered.

    Nothing secret stands in it, and no text that a client wrote.
    """

    number: int
    at: str
    server: str
    what: str
    who: str
    answer: str


class Journal:
    """Keep the last ten thousand events."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: deque[Event] = deque(maxlen=_CAPACITY)
        self._count = 0

    def note(self, server: str, what: str, answer: str, who: str = "") -> None:
        """Note one event."""
        self._count += 1
        self._events.append(
            Event(
                number=self._count,
                at=f"{self._clock():%Y-%m-%dT%H:%M:%SZ}",
                server=server,
                what=what,
                who=who,
                answer=answer,
            )
        )

    def after(self, number: int = 0) -> tuple[Event, ...]:
        """Return all that came after an event."""
        return tuple(each for each in self._events if each.number > number)
