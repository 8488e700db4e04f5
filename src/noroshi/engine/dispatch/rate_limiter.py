"""What may leave now: each account's allowance, and how much each contact can read.

Both are counted in memory from what was accepted, at the start from the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core import budget, reader_rate
from noroshi.core.budget import Spent
from noroshi.core.chronology import put_right
from noroshi.core.digest import may_join
from noroshi.core.mail import Envelope, Receipt, Route, Verdict
from noroshi.core.model import Contact
from noroshi.core.reader_rate import NEW, Reader
from noroshi.ports import Taken

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Gathering:
    """The contacts for whom everything waits now, and those for whom all but what is critical
    does."""

    everything: tuple[str, ...] = ()
    less_urgent: tuple[str, ...] = ()


class Pacing:
    """Asked before each mail, told after it. Nothing here waits."""

    def __init__(self) -> None:
        self._spent: dict[str, Spent] = {}
        self._readers: dict[str, Reader] = {}
        self._out = Counter[str]()
        self._out_to = Counter[str]()
        self._routes: Mapping[str, Route] = {}
        self._most: dict[str, int] = {}

    def take_up(self, routes: Mapping[str, Route], contacts: Iterable[Contact]) -> None:
        """Go by these routes and contacts from now on."""
        self._routes = routes
        self._most = {contact.id: contact.one_by_one for contact in contacts}

    def count(self, taken: Sequence[Taken], now: datetime) -> None:
        """Begin with what an earlier life sent, in the order in which it was written down."""
        self._spent, self._readers = {}, {}
        at = put_right([one.at for one in taken], now)
        right = [replace(one, at=when) for one, when in zip(taken, at, strict=True)]
        for one in sorted(right, key=lambda one: one.at):
            self._count(one.route, one.contact, one.at, one.recipients, digest=one.digest)

    def shift(self, by: timedelta) -> None:
        """The wall clock was set."""
        self._spent = {key: budget.shifted(one, by) for key, one in self._spent.items()}
        self._readers = {
            key: reader_rate.shifted(one, by) for key, one in self._readers.items()
        }

    @contextmanager
    def one_out(self, route: Route, now: datetime) -> Iterator[bool]:
        """Whether a mail may be taken for this route now; while it is out it counts."""
        key = _key(route)
        left = budget.mails_left(route.pace, self._of(key), now)
        if left is not None and left <= self._out[key]:
            yield False
            return
        self._out[key] += 1
        try:
            yield True
        finally:
            self._out[key] -= 1

    @contextmanager
    def one_for(self, contact: str) -> Iterator[None]:
        """While a mail for this contact is out it counts."""
        self._out_to[contact] += 1
        try:
            yield
        finally:
            self._out_to[contact] -= 1

    def used_up_until(self, route: Route, now: datetime) -> datetime | None:
        """From when on a mail may leave, if that takes longer than the minute's allowance."""
        at = budget.free_at(route.pace, self._of(_key(route)), now)
        return at if at > now + MINUTE else None

    def is_hour_used_up(self, route: Route, now: datetime) -> bool:
        """Return whether that is for the hour's mails, rather than the day's recipients."""
        return budget.is_hour_used_up(route.pace, self._of(_key(route)), now)

    def free_at(self, route: Route, now: datetime) -> datetime:
        """From when on a mail may leave by this route; now, if at once."""
        return budget.free_at(route.pace, self._of(_key(route)), now)

    def gathering(self, route: Route, now: datetime) -> Gathering:
        """The contacts who get no alarm by this route now: what comes for them is put together
        first. So it is with those who have not got any yet, but whose first ones are out."""
        known = self._readers.keys() | +self._out_to
        waiting = tuple(c for c in known if self._room(c, now) == 0)
        if not waiting or not self._may_be_urgent(route, now):
            return Gathering(waiting)
        all_of_it = tuple(c for c in waiting if self._room(c, now, urgent=True) == 0)
        return Gathering(all_of_it, tuple(c for c in waiting if c not in all_of_it))

    def singles(
        self, route: Route, envelope: Envelope, now: datetime, *, urgent: bool = False
    ) -> int | None:
        """How many mails may go one by one to the envelope's contact now; None: any number.
        `urgent`: one of them is critical."""
        contact = envelope.contact
        room = self._room(contact, now, urgent=urgent and self._may_be_urgent(route, now))
        left = budget.mails_left(route.pace, self._of(_key(route)), now)
        allowed = [n for n in (room, left) if n is not None]
        return max(0, min(allowed)) if allowed else None

    def told(self, route: str, envelope: Envelope, receipt: Receipt) -> None:
        """What of a mail counts: that it was accepted."""
        taken = sum(a.verdict is Verdict.ACCEPTED for a in receipt.answers.values())
        if not taken:
            return
        joins = may_join(envelope) or bool(envelope.members)
        contact = envelope.contact if joins else ""
        self._count(route, contact, receipt.at, taken, digest=bool(envelope.members))

    def _count(
        self, route: str, contact: str, at: datetime, recipients: int, *, digest: bool
    ) -> None:
        way = self._routes.get(route, Route(name=route))
        key = _key(way)
        self._spent[key] = budget.spend(way.pace, self._of(key), at, recipients)
        if contact:
            known = self._readers.get(contact, NEW)
            self._readers[contact] = reader_rate.told(known, at, digest=digest)

    def _may_be_urgent(self, route: Route, now: datetime) -> bool:
        """Return whether a critical alarm need not wait long: in a storm that goes on for hours
        the allowance comes first, as a mailbox that has used up its day tells of nothing."""
        return budget.half_is_left(route.pace, self._of(_key(route)), now)

    def _room(self, contact: str, now: datetime, *, urgent: bool = False) -> int | None:
        most = self._most.get(contact, reader_rate.SINGLES)
        if not most:
            return None
        known = self._readers.get(contact, NEW)
        return max(0, reader_rate.room(known, now, most, urgent=urgent) - self._out_to[contact])

    def _of(self, key: str) -> Spent:
        return self._spent.get(key, Spent())


def _key(route: Route) -> str:
    return route.pace.account or f"route/{route.name}"
