"""Keep what an administrator has changed and Exchange has not noticed yet.

Exchange Online goes by a changed permission or switch after 30 minutes to 2 hours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Hold a switch that has been set, and the time when it begins to act."""

    name: str
    value: str
    at: datetime
    make: Callable[[], None]


class Pending:
    """Keep the pending changes; they are made in the order in which they were requested."""

    def __init__(self) -> None:
        self.delay = timedelta()
        self._waiting: list[Change] = []

    @property
    def waiting(self) -> tuple[Change, ...]:
        return tuple(self._waiting)

    def ask(self, name: str, value: str, now: datetime, make: Callable[[], None]) -> None:
        """Make a change, now or when it has propagated."""
        if self.delay:
            at = now + self.delay
            self._waiting.append(Change(name=name, value=value, at=at, make=make))
        else:
            make()

    def forget(self) -> None:
        """Drop all pending changes and the delay."""
        self.delay = timedelta()
        self._waiting.clear()

    def settle(self, now: datetime) -> None:
        """Make all changes whose time has come."""
        due = [each for each in self._waiting if each.at <= now]
        self._waiting = [each for each in self._waiting if each.at > now]
        for each in due:
            each.make()
