"""Count what has been sent of late: by mailbox and tenant, in the last minute, hour and day."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from noroshi_lab.lab.directory import Clock
from noroshi_lab.lab.limits import Limits

_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Sent:
    at: datetime
    recipients: int
    outside: int
    initial: int


class Usage:
    """Count on the lab's clock. Entries in the future, after the clock was put back, are
    dropped."""

    def __init__(self, clock: Clock, limits: Limits) -> None:
        self._clock, self._limits = clock, limits
        self._sent: dict[str, deque[_Sent]] = defaultdict(deque)
        self._slots: dict[str, deque[datetime]] = defaultdict(deque)
        self._errors: dict[tuple[str, str], deque[datetime]] = defaultdict(deque)

    def slot(self, mailbox: str) -> datetime:
        """Return when the next mail of this mailbox may go, by the minute's limit; it is taken
        by it."""
        now, most = self._clock(), self._limits.a_minute
        slots = self._slots[mailbox]
        while slots and (now - slots[0] >= _MINUTE or slots[-1] - now > _DAY):
            slots.popleft()
        at = max(now, slots[-most] + _MINUTE) if most and len(slots) >= most else now
        slots.append(at)
        return at

    def give_back(self, mailbox: str) -> None:
        """Give the last slot back, which was not used after all."""
        self._slots[mailbox].pop()

    def recipients(self, mailbox: str) -> int:
        """Return the recipients of one mailbox in the last 24 hours."""
        return sum(each.recipients for each in self._day(mailbox))

    def outside(self) -> int:
        """Return the external recipients of all mailboxes in the last 24 hours."""
        return sum(each.outside for box in list(self._sent) for each in self._day(box))

    def initial(self) -> int:
        """Return those of them that were sent to from an onmicrosoft.com address."""
        return sum(each.initial for box in list(self._sent) for each in self._day(box))

    def note(self, mailbox: str, *, recipients: int, outside: int, initial: bool) -> None:
        """Note an accepted mail, and forget the errors before it."""
        sent = _Sent(self._clock(), recipients, outside, outside if initial else 0)
        self._sent[mailbox].append(sent)
        for box, kind in list(self._errors):
            if box == mailbox:
                del self._errors[box, kind]

    def failed(self, mailbox: str, kind: str) -> None:
        """Note a mail that was refused with an error of this kind."""
        self._errors[mailbox, kind].append(self._clock())

    def throttled(self, mailbox: str) -> str:
        """Return the kind of error for which this sender is throttled now; "": none."""
        limits, now = self._limits, self._clock()
        for (box, kind), at in self._errors.items():
            recent = [each for each in at if timedelta() <= now - each < limits.errors_for]
            if box == mailbox and limits.errors and len(recent) >= limits.errors:
                return kind
        return ""

    def _day(self, mailbox: str) -> deque[_Sent]:
        sent, now = self._sent[mailbox], self._clock()
        while sent and not timedelta() <= now - sent[0].at < _DAY:
            sent.popleft()
        return sent
