"""Limit what leaves: by the allowance of each account, and by what each contact can read.

Both are counted in memory from what was accepted, at the start from the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
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


class Reservation:
    """Count one mail more under a key until the block is left. A class, as a generator costs three
    times as much, and each mail has several."""

    __slots__ = ("_counts", "_key")

    def __init__(self, counts: Counter[str], key: str) -> None:
        self._counts, self._key = counts, key

    def __enter__(self) -> None:
        self._counts[self._key] += 1

    def __exit__(self, *error: object) -> None:
        self._counts[self._key] -= 1


class RateLimiter:
    """Answer before each mail whether it may leave, and count it once it did. Never waits."""

    def __init__(self) -> None:
        self._usage: dict[str, Spending] = {}
        self._readers: dict[str, Reader] = {}
        self._reserved = Counter[str]()
        self._reserved_for = Counter[str]()
        self._routes: Mapping[str, Route] = {}
        self._single_limits: dict[str, int] = {}

    def configure(self, routes: Mapping[str, Route], contacts: Iterable[Contact]) -> None:
        """Limit by these routes and contacts from now on."""
        self._routes = routes
        self._single_limits = {contact.id: contact.one_by_one for contact in contacts}

    def load(self, accepted_mails: Sequence[AcceptedMail], now: datetime) -> None:
        """Begin with what an earlier life sent, in the order in which it was written down."""
        self._usage, self._readers = {}, {}
        accepted_at = correct_instants([mail.accepted_at for mail in accepted_mails], now)
        mails = [
            replace(mail, accepted_at=instant)
            for mail, instant in zip(accepted_mails, accepted_at, strict=True)
        ]
        for mail in sorted(mails, key=lambda mail: mail.accepted_at):
            self._count(
                mail.route, mail.contact, mail.accepted_at, mail.recipients, digest=mail.digest
            )

    def shift(self, amount: timedelta) -> None:
        """Move all that is counted by as much as the wall clock was set."""
        self._usage = {
            key: budget.shifted_spending(usage, amount) for key, usage in self._usage.items()
        }
        self._readers = {
            contact: reader_rate.shifted_reader(reader, amount)
            for contact, reader in self._readers.items()
        }

    def may_leave(self, route: Route, now: datetime) -> bool:
        """Return whether the minute's allowance has one mail more."""
        key = _key(route)
        mails_left = budget.mails_left(route.pace, self._spent_of(key), now)
        return mails_left is None or mails_left > self._reserved[key]

    def reserve(self, route: Route) -> Reservation:
        """Count a mail of the minute's allowance as long as it is under way."""
        return Reservation(self._reserved, _key(route))

    def reserve_contact(self, contact: str) -> Reservation:
        """Count a mail for this contact as long as it is under way."""
        return Reservation(self._reserved_for, contact)

    def exhausted_until(self, route: Route, now: datetime) -> datetime | None:
        """Return when a mail may leave again, if that takes longer than the minute's allowance."""
        free_at = budget.free_at(route.pace, self._spent_of(_key(route)), now)
        return free_at if free_at > now + MINUTE else None

    def is_hour_used_up(self, route: Route, now: datetime) -> bool:
        """Return whether the hour's mails are used up, rather than the day's recipients."""
        return budget.is_hour_used_up(route.pace, self._spent_of(_key(route)), now)

    def full_contacts(self, route: Route, now: datetime) -> FullContacts:
        """Return the contacts who get no alarm by this route now: what comes for them is put
        together first. So it is with those who have not got any yet, but whose first ones are
        under way."""
        contacts = self._readers.keys() | self._reserved_for.keys()
        full_ones = tuple(c for c in contacts if self._room(c, now) == 0)
        if not full_ones or not self._may_be_urgent(route, now):
            return FullContacts(full_ones)
        for_all = tuple(c for c in full_ones if self._room(c, now, urgent=True) == 0)
        return FullContacts(for_all, tuple(c for c in full_ones if c not in for_all))

    def singles_left(
        self, route: Route, envelope: Envelope, now: datetime, *, urgent: bool = False
    ) -> int | None:
        """Return how many mails may go one by one to the envelope's contact now; None: any
        number. `urgent`: one of them is critical."""
        contact = envelope.contact
        room = self._room(contact, now, urgent=urgent and self._may_be_urgent(route, now))
        mails_left = budget.mails_left(route.pace, self._spent_of(_key(route)), now)
        limits = [n for n in (room, mails_left) if n is not None]
        return max(0, min(limits)) if limits else None

    def record(self, route: str, envelope: Envelope, receipt: Receipt) -> None:
        """Count a mail, if it was accepted for somebody."""
        accepted_count = sum(a.verdict is Verdict.ACCEPTED for a in receipt.answers.values())
        if not accepted_count:
            return
        joins = may_join(envelope) or bool(envelope.members)
        contact = envelope.contact if joins else ""
        self._count(route, contact, receipt.at, accepted_count, digest=bool(envelope.members))

    def _count(
        self, route_name: str, contact: str, moment: datetime, recipients: int, *, digest: bool
    ) -> None:
        route = self._routes.get(route_name, Route(name=route_name))
        key = _key(route)
        self._usage[key] = budget.spend_mail(
            route.pace, self._spent_of(key), moment, recipients
        )
        if contact:
            reader = self._readers.get(contact, NEW)
            self._readers[contact] = reader_rate.count_mail(reader, moment, digest=digest)

    def _may_be_urgent(self, route: Route, now: datetime) -> bool:
        """Return True if a critical alarm need not wait long: in a storm that goes on for hours
        the allowance comes first, as a mailbox that has used up the allowance of a day tells of
        nothing."""
        return budget.half_is_left(route.pace, self._spent_of(_key(route)), now)

    def _room(self, contact: str, now: datetime, *, urgent: bool = False) -> int | None:
        single_limit = self._single_limits.get(contact, reader_rate.SINGLES)
        if not single_limit:
            return None
        reader = self._readers.get(contact, NEW)
        room = reader_rate.room(reader, now, single_limit, urgent=urgent)
        return max(0, room - self._reserved_for[contact])

    def _spent_of(self, key: str) -> Spending:
        return self._usage.get(key, Spending())


def _key(route: Route) -> str:
    return route.pace.account or f"route/{route.name}"
