"""Poll the mailboxes that accounts may read of their own: for round trips, and for returned mail.

Whatever is found is written under ids that it itself gives, so a restart repeats nothing, and
what was read twice is told once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from noroshi import schema
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Envelope, EnvelopeState, Fault, Route
from noroshi.core.model import Contact
from noroshi.core.translation import NOTHING, _
from noroshi.engine import journal
from noroshi.ports import Arrival, Clocks, RouteError, Store, StoreError, TrackedMail
from noroshi.ports.mailbox import FailedRecipient, Inbox, MailboxSource, ReceivedReport
from noroshi.round_trips import (
    MailboxReading,
    acceptance_of,
    anew_note_of,
    arrival_of,
    arrival_time,
    expected_mail,
    id_ending,
    is_trip,
    mailbox_reading,
    mails_of,
    note_of,
    prefix_of,
    reader_language,
    trip_mail,
)

log = logging.getLogger(__name__)

STEP = 5.0  # seconds from one step to the next
OFTEN, SELDOM = 60.0, 600.0
"""Seconds between two readings of a mailbox: soon after a mail was taken, and else."""
SEARCHES = ((timedelta(minutes=2), 10.0), (timedelta(hours=1), OFTEN))
"""How old a mail is, and the seconds between two searches for it until then; later SELDOM."""
BACKOFF = timedelta(minutes=5)
"""How long a mailbox that cannot be read is left alone, unless it says for how long."""
SIGN_IN_BACKOFF = timedelta(seconds=15)
"""The same where no token is to be had: a refusal is remembered, so that nobody is asked."""
FIRST_RANGE = timedelta(days=2)
"""How far back a mailbox is read the first time: no server tries for longer by itself."""
FILING_TIME = timedelta(minutes=15)
"""How long a mail may take, from when it was stamped, until it shows."""
LONGEST = 120.0  # seconds that one reading of a mailbox may take
OPEN, BY = (EnvelopeState.WAITING, EnvelopeState.SET_ASIDE), "noroshi"
TOO_SLOW = _("reading did not end within {seconds:.0f} s")
BUG = _("reading failed because of a fault in Noroshi itself: {bug}")

NoticesOfReturn = Callable[[TrackedMail, Arrival], tuple[Envelope, ...]]
"""Return the notices of a mail that came back; they are written down with the return."""


@dataclass(eq=False)
class PolledMailbox:
    """A mailbox that is polled, and the routes by which mails are sent to it: of each the last mail
    that was posted, and when which was last searched for."""

    source: MailboxSource
    inbox: Inbox
    routes: tuple[str, ...] = ()
    posted: dict[str, str] = field(default_factory=dict)
    searched_at: dict[str, tuple[str, float]] = field(default_factory=dict)
    read_at: float = float("-inf")
    backoff_until: float = float("-inf")
    busy: bool = False
    closing: bool = False


class MailboxPoller:
    """Poll mailboxes. `mailbox_of` returns the mailbox that shows what becomes of the mails of a
    route; None: none does."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        mailbox_of: Callable[[Route], MailboxSource | None],
        notices: NoticesOfReturn,
    ) -> None:
        self._store, self._clocks = store, clocks
        self._mailbox_of, self._notices = mailbox_of, notices
        self._mailboxes: dict[str, PolledMailbox] = {}
        self._addresses: dict[str, str] = {}
        self._began: dict[str, datetime] = {}
        self._contacts: Collection[Contact] = ()

    def since(self, route: str) -> datetime | None:
        """Return when this life began to search for the mails of a route; None: it does not."""
        return self._began[route] if route in self._addresses else None

    async def serve(
        self,
        routes: Mapping[str, Route],
        waiting: Iterable[Envelope],
        contacts: Collection[Contact] = (),
    ) -> None:
        """Poll the mailboxes of these routes from now on; one that did not change is left. Drop
        what waits for a mailbox that is polled no more, or for a removed route. The `contacts`
        decide the language of its mails. Raises StoreError."""
        self._contacts = contacts
        by_account = dict[str, tuple[MailboxSource, list[str]]]()
        for route in routes.values():
            source = self._mailbox_of(route)
            if source is not None:
                by_account.setdefault(source.account, (source, []))[1].append(route.name)
        for account, mailbox in list(self._mailboxes.items()):
            if account not in by_account or by_account[account][0] != mailbox.source:
                await _close(self._mailboxes.pop(account))
        await self._begin_anew(
            {name: source.address for source, names in by_account.values() for name in names}
        )
        for account, (source, names) in by_account.items():
            if account not in self._mailboxes:
                self._mailboxes[account] = PolledMailbox(source, source.open())
            self._mailboxes[account].routes = tuple(names)
            self._mailboxes[account].posted = {}
        polled = {name for _, names in by_account.values() for name in names}
        for mail in waiting:
            if is_trip(mail.id) and not polled.intersection(mail.routes):
                await self._store.drop(mail.id, BY)

    async def _begin_anew(self, addresses: Mapping[str, str]) -> None:
        """Forget what is known of a route that was removed, or has another mailbox: it is not of
        the route that has the same name then. `addresses`: the mailbox of each route."""
        now, before = self._clocks.wall(), self._addresses
        for route in self._addresses.keys() | addresses.keys():
            if route not in before and route in addresses:
                self._began[route] = now
                newest = await self._store.latest_by_prefix(prefix_of(route), 1)
                other = any(mail.row.envelope.contact != addresses[route] for mail in newest)
            else:
                other = before[route] != addresses.get(route)
            if other:
                await self._store.put_value(anew_note_of(route), f"{now:%Y%m%d%H%M%S}")
                self._began[route] = now
        self._addresses = dict(addresses)

    async def step(self) -> float:
        """Do all that is due now, each mailbox by itself; return the seconds to pause. Raises what
        a mailbox failed with, mostly StoreError."""
        mailboxes = list(self._mailboxes.values())
        results = await asyncio.gather(*map(self._poll, mailboxes), return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return STEP

    async def close(self) -> None:
        """Close the mailboxes."""
        mailboxes, self._mailboxes = self._mailboxes, {}
        for mailbox in mailboxes.values():
            await _close(mailbox)

    async def _poll(self, mailbox: PolledMailbox) -> None:
        mailbox.busy = True
        try:
            for route in mailbox.routes:
                await self._post_trip(mailbox, route)
            if self._clocks.steady() >= mailbox.backoff_until:
                await self._search_and_read(mailbox)
        finally:
            mailbox.busy = False
            if mailbox.closing:
                await mailbox.inbox.close()

    async def _search_and_read(self, mailbox: PolledMailbox) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                for route in mailbox.routes:
                    await self._search(mailbox, route)
                await self._read(mailbox)
        except RouteError as error:
            await self._back_off(mailbox, error)
        except TimeoutError:
            await self._back_off(mailbox, RouteError(TOO_SLOW.fill(seconds=LONGEST)))
        except StoreError:
            raise
        except Exception as bug:  # it must not be asked again each second
            log.exception("reading the mailbox of %s failed", mailbox.source.account)
            await self._back_off(mailbox, RouteError(BUG.fill(bug=type(bug).__name__)))

    # the way there

    async def _post_trip(self, mailbox: PolledMailbox, route: str) -> None:
        """Post the mail of today; one of an earlier day that has not left yet proves nothing any
        more."""
        address, now = mailbox.source.address, self._clocks.wall()
        language = reader_language(address, self._contacts)
        mail = trip_mail(route, address, await self._mark(route), now, language)
        if mailbox.posted.get(route) == mail.id:
            return
        for older in await self._store.latest_by_prefix(prefix_of(route), 1):
            if older.row.state in OPEN and older.row.envelope.id != mail.id:
                await self._store.drop(older.row.envelope.id, BY)
        await self._store.post(mail)
        mailbox.posted[route] = mail.id

    async def _mark(self, route: str) -> str:
        """Return what tells the mails of this installation from those of another one in the same
        mailbox, and from those of a removed route of this name."""
        installation = self._store.origin.installation
        return id_ending(installation, await self._store.get_values(), route)

    async def _search(self, mailbox: PolledMailbox, route: str) -> None:
        for mail in (await mails_of(self._store, route, self._clocks.wall()))[:1]:
            receipt = acceptance_of(mail)
            if receipt is None or arrival_of(mail, DeliveryState.SEEN_ARRIVED):
                continue
            id, age = mail.row.envelope.id, self._clocks.wall() - receipt.at
            if not self._is_due(mailbox, route, id, _pause(age)):
                continue
            received = await mailbox.inbox.find(expected_mail(mail, receipt))
            mailbox.searched_at[route] = id, self._clocks.steady()
            if received is not None:
                at = arrival_time(receipt, received, self._clocks.wall())
                arrival = Arrival(
                    address=mailbox.source.address, state=DeliveryState.SEEN_ARRIVED, at=at
                )
                await self._store.record_arrival(id, arrival)
                journal.mail_arrived(route, (at - receipt.at).total_seconds())

    def _is_due(self, mailbox: PolledMailbox, route: str, id: str, pause: float) -> bool:
        """Return whether to search for a mail: at once when it was taken, then after each pause."""
        last, at = mailbox.searched_at.get(route, ("", 0.0))
        return last != id or self._clocks.steady() - at >= pause

    # and the way back

    async def _read(self, mailbox: PolledMailbox) -> None:
        """Read the reports since the last time; note where it has got to once they are written."""
        now = self._clocks.steady()
        if now - mailbox.read_at < (OFTEN if await self._has_just_sent(mailbox) else SELDOM):
            return
        last = await self._last_reading(mailbox)
        batch = await mailbox.inbox.read(self._read_until(last))
        for received in batch.reports:
            await self._record_return(received)
        mailbox.read_at = float("-inf") if batch.more else now
        until = batch.until if batch.more else self._no_later(batch.until, last)
        await self._note(mailbox, last, MailboxReading(until=until))

    async def _has_just_sent(self, mailbox: PolledMailbox) -> bool:
        """Return whether a mail was accepted lately: what comes back does so within minutes,
        mostly."""
        accepted, now = await self._store.accepted(), self._clocks.wall()
        lately = (now - at for route, at in accepted.items() if route in mailbox.routes)
        return any(ago < timedelta(seconds=SELDOM) for ago in lately)

    async def _last_reading(self, mailbox: PolledMailbox) -> MailboxReading | None:
        return mailbox_reading(await self._store.get_values(), mailbox.source.store_key)

    def _no_later(self, until: datetime, last: MailboxReading | None) -> datetime:
        """Limit the instant up to which reports were read. A mail may say that it came in years;
        what comes before that is to be seen all the same, and what was stamped just now may show a
        little later."""
        return min(until, max(self._clocks.wall() - FILING_TIME, self._read_until(last)))

    def _read_until(self, last: MailboxReading | None) -> datetime:
        """Return from when on to read. An instant far ahead of now was noted by a clock that was
        ahead: then the mailbox is read from the beginning."""
        now = self._clocks.wall()
        known = last is not None and last.until <= now + FILING_TIME
        return last.until if last is not None and known else now - FIRST_RANGE

    async def _note(
        self, mailbox: PolledMailbox, before: MailboxReading | None, after: MailboxReading
    ) -> None:
        if before != after:
            await self._store.put_value(note_of(mailbox.source.store_key), schema.text(after))
        was, now = before is not None and before.trouble != NOTHING, after.trouble != NOTHING
        if now and not was:
            journal.mailbox_unreadable(mailbox.source.account, after.trouble)
        elif was and not now:
            journal.mailbox_readable(mailbox.source.account)

    async def _record_return(self, received: ReceivedReport) -> None:
        """Record a returned mail for each address that it names, once. Raises StoreError."""
        mail = await self._store.find_by_message_id(received.report.message_ids)
        if mail is None:
            return
        for failed in received.report.recipients:
            arrival = _arrival(mail, failed, received.at)
            if not any(one.address == arrival.address for one in _returns(mail)):
                envelope = mail.row.envelope.id
                if await self._store.record_arrival(
                    envelope, arrival, self._notices(mail, arrival)
                ):
                    journal.mail_bounced(envelope, arrival.text)

    async def _back_off(self, mailbox: PolledMailbox, error: RouteError) -> None:
        """Leave a mailbox that cannot be read alone for a while; nothing else waits for it."""
        backoff = _backoff(error, self._clocks.wall())
        mailbox.backoff_until = self._clocks.steady() + backoff.total_seconds()
        last = await self._last_reading(mailbox)
        after = MailboxReading(until=self._read_until(last), trouble=error.words)
        await self._note(mailbox, last, after)


def _backoff(error: RouteError, now: datetime) -> timedelta:
    if error.again is not None:
        return max(error.again - now, BACKOFF)
    unasked = error.fault is Fault.SIGN_IN and not error.code
    return SIGN_IN_BACKOFF if unasked else BACKOFF


def _pause(age: timedelta) -> float:
    """Return the seconds until a mail that was taken so long ago is searched for again."""
    return next((seconds for until, seconds in SEARCHES if age < until), SELDOM)


async def _close(mailbox: PolledMailbox) -> None:
    """Close a mailbox now, or once the step that polls it has ended."""
    mailbox.closing = True
    if not mailbox.busy:
        await mailbox.inbox.close()


def _returns(mail: TrackedMail) -> list[Arrival]:
    return [one for one in mail.arrivals if one.state == DeliveryState.CAME_BACK]


def _arrival(mail: TrackedMail, failed: FailedRecipient, at: datetime) -> Arrival:
    """Return the arrival under the address as we have written it. What is no address of ours (a
    member of a list, mostly) stands with what was said, and counts once: anybody can write a
    report."""
    envelope = mail.row.envelope
    own_addresses = {
        one.casefold(): one for one in (*envelope.to, *envelope.reached, *envelope.refused)
    }
    known = own_addresses.get(failed.address.casefold())
    if known is not None:
        return Arrival(
            address=known, state=DeliveryState.CAME_BACK, at=at, text=failed.diagnostic
        )
    text = f"{failed.address}: {failed.diagnostic}" if failed.address else failed.diagnostic
    (address,) = own_addresses.values() if len(own_addresses) == 1 else ("",)
    return Arrival(address=address, state=DeliveryState.CAME_BACK, at=at, text=text)
