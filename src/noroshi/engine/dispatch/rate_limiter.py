"""Limit what leaves: by the allowance of each account, and by what each contact can read.

Both are counted in memory from what was accepted, at the start from the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core import budget, reader_rate
from noroshi.core.budget import Spending
from noroshi.core.chronology import correct_instants
from noroshi.core.digest import may_join
from noroshi.core.mail import Envelope, Receipt, Route, Verdict
from noroshi.core.model import Contact
from noroshi.core.reader_rate import NEW, Reader
from noroshi.ports import AcceptedMail

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class FullContacts:
    """The contacts who can read no more mails one by one now: for whom everything waits, and for
    whom all but what is critical does."""

    for_all: tuple[str, ...] = ()
    for_less_urgent: tuple[str, ...] = ()


class RateLimiter:
    """Answer before each mail whether it may leave, and count it once it did. Never waits."""

    def __init__(self) -> None:
        self._spent: dict[str, Spending] = {}
        self._readers: dict[str, Reader] = {}
        self._reserved = Counter[str]()
        self._reserved_for = Counter[str]()
        self._routes: Mapping[str, Route] = {}
        self._singles: dict[str, int] = {}

    def configure(self, routes: Mapping[str, Route], contacts: Iterable[Contact]) -> None:
        """Limit by these routes and contacts from now on."""
        self._routes = routes
        self._singles = {contact.id: contact.one_by_one for contact in contacts}

    def load(self, accepted: Sequence[AcceptedMail], now: datetime) -> None:
        """Begin with what an earlier life sent, in the order in which it was written down."""
        self._spent, self._readers = {}, {}
        times = correct_instants([mail.at for mail in accepted], now)
        mails = [replace(mail, at=at) for mail, at in zip(accepted, times, strict=True)]
        for mail in sorted(mails, key=lambda mail: mail.at):
            self._count(mail.route, mail.contact, mail.at, mail.recipients, digest=mail.digest)

    def shift(self, by: timedelta) -> None:
        """Move all that is counted by as much as the wall clock was set."""
        self._spent = {
            key: budget.shifted_spending(spent, by) for key, spent in self._spent.items()
        }
        self._readers = {
            contact: reader_rate.shifted_reader(reader, by)
            for contact, reader in self._readers.items()
        }

    @contextmanager
    def reserve(self, route: Route, now: datetime) -> Iterator[bool]:
        """Reserve one mail of the minute's allowance; yields False where none is left."""
        key = _key(route)
        remaining = budget.mails_left(route.pace, self._spent_of(key), now)
        if remaining is not None and remaining <= self._reserved[key]:
            yield False
            return
        self._reserved[key] += 1
        try:
            yield True
        finally:
            self._reserved[key] -= 1

    @contextmanager
    def reserve_contact(self, contact: str) -> Iterator[None]:
        """Count a mail for this contact as long as it is under way."""
        self._reserved_for[contact] += 1
        try:
            yield
        finally:
            self._reserved_for[contact] -= 1

    def exhausted_until(self, route: Route, now: datetime) -> datetime | None:
        """Return when a mail may leave again, if that takes longer than the minute's allowance."""
        at = budget.free_at(route.pace, self._spent_of(_key(route)), now)
        return at if at > now + MINUTE else None

    def is_hour_used_up(self, route: Route, now: datetime) -> bool:
        """Return whether the hour's mails are used up, rather than the day's recipients."""
        return budget.is_hour_used_up(route.pace, self._spent_of(_key(route)), now)

    def full_contacts(self, route: Route, now: datetime) -> FullContacts:
        """Return the contacts who get no alarm by this route now: what comes for them is put
        together first. So it is with those who have not got any yet, but whose first ones are
        under way."""
        contacts = self._readers.keys() | self._reserved_for.keys()
        full = tuple(c for c in contacts if self._room(c, now) == 0)
        if not full or not self._may_be_urgent(route, now):
            return FullContacts(full)
        for_all = tuple(c for c in full if self._room(c, now, urgent=True) == 0)
        return FullContacts(for_all, tuple(c for c in full if c not in for_all))

    def singles_left(
        self, route: Route, envelope: Envelope, now: datetime, *, urgent: bool = False
    ) -> int | None:
        """Return how many mails may go one by one to the envelope's contact now; None: any
        number. `urgent`: one of them is critical."""
        contact = envelope.contact
        room = self._room(contact, now, urgent=urgent and self._may_be_urgent(route, now))
        remaining = budget.mails_left(route.pace, self._spent_of(_key(route)), now)
        allowed = [n for n in (room, remaining) if n is not None]
        return max(0, min(allowed)) if allowed else None

    def record(self, route: str, envelope: Envelope, receipt: Receipt) -> None:
        """Count a mail, if it was accepted for somebody."""
        accepted = sum(a.verdict is Verdict.ACCEPTED for a in receipt.answers.values())
        if not accepted:
            return
        joins = may_join(envelope) or bool(envelope.members)
        contact = envelope.contact if joins else ""
        self._count(route, contact, receipt.at, accepted, digest=bool(envelope.members))

    def _count(
        self, route_name: str, contact: str, at: datetime, recipients: int, *, digest: bool
    ) -> None:
        route = self._routes.get(route_name, Route(name=route_name))
        key = _key(route)
        self._spent[key] = budget.spend_mail(route.pace, self._spent_of(key), at, recipients)
        if contact:
            reader = self._readers.get(contact, NEW)
            self._readers[contact] = reader_rate.count_mail(reader, at, digest=digest)

    def _may_be_urgent(self, route: Route, now: datetime) -> bool:
        """Return whether a critical alarm need not wait long: in a storm that goes on for hours
        the allowance comes first, as a mailbox that has used up its day tells of nothing."""
        return budget.half_is_left(route.pace, self._spent_of(_key(route)), now)

    def _room(self, contact: str, now: datetime, *, urgent: bool = False) -> int | None:
        most = self._singles.get(contact, reader_rate.SINGLES)
        if not most:
            return None
        reader = self._readers.get(contact, NEW)
        room = reader_rate.room(reader, now, most, urgent=urgent)
        return max(0, room - self._reserved_for[contact])

    def _spent_of(self, key: str) -> Spending:
        return self._spent.get(key, Spending())


def _key(route: Route) -> str:
    return route.pace.account or f"route/{route.name}"
