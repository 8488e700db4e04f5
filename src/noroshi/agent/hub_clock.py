"""Know what time it is at the hub: what is reported there is dated by the hub's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from noroshi.ports import Clocks

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
"""A hub whose clock tells another time than between these is not believed."""
RESOLUTION = timedelta(milliseconds=1)
"""So much may be cut off the time in an answer."""
CLOCK_SET = timedelta(seconds=1)
"""A wall clock that parts from the steady one by so much at once was set."""


class HubClock:
    """Tell the hub's time by this computer's clock and the offset between them.

    An answer of the hub bears the time of its clock, which the hub looked at between the question
    and the answer. The offset stays as it is until an answer proves it wrong, so it seldom changes,
    and not at all while both clocks are right. Clocks of which nothing is known agree.
    """

    def __init__(self, clocks: Clocks) -> None:
        self._clocks, self._offset = clocks, timedelta(0)
        self._lead: timedelta | None = None
        """By how much the wall clock was ahead of the steady one, less the same for all times."""

    @property
    def offset(self) -> timedelta:
        """Return the hub's clock less this computer's, as it is now: it may just have been set."""
        lead, previous_lead = self._current_lead(), self._lead
        if previous_lead is None:
            self._lead = lead
        elif abs(lead - previous_lead) >= CLOCK_SET:
            self._offset -= lead - previous_lead
            self._lead = lead
        return self._offset

    @offset.setter
    def offset(self, offset: timedelta) -> None:
        self._offset, self._lead = offset, None

    def now(self) -> datetime:
        """Return the time at the hub."""
        return self._clocks.wall() + self.offset

    def note_answer(self, hub_clock: float, asked_at: float) -> None:
        """Note the clock of an answer (seconds since 1970; 0: it says nothing of it) that has just
        arrived to a question that was sent then, by the steady clock."""
        if not EARLIEST.timestamp() <= hub_clock <= LATEST.timestamp():
            return
        earliest = datetime.fromtimestamp(hub_clock, UTC)
        asked_for = timedelta(seconds=max(0.0, self._clocks.steady() - asked_at))
        now, latest = self.now(), earliest + asked_for + RESOLUTION
        self._offset += min(max(now, earliest), latest) - now

    def _current_lead(self) -> timedelta:
        steady = timedelta(seconds=self._clocks.steady())
        return self._clocks.wall() - EARLIEST - steady
