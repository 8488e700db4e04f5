"""Poll the mailboxes of accounts that may read them: for round trips, and for returned mail.

Whatever is found is written under an id that is made from it, so a restart repeats nothing, and
a report that was read twice is told once.
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
OFTEN_SECONDS, SELDOM_SECONDS = 60.0, 600.0
"""Seconds between two readings of a mailbox: soon after a mail was taken, and else."""
SEARCHES = ((timedelta(minutes=2), 10.0), (timedelta(hours=1), OFTEN_SECONDS))
"""The seconds between two searches for a mail, until it has that age; later SELDOM_SECONDS."""
BACKOFF = timedelta(minutes=5)
"""The time for which a mailbox that cannot be read is left alone, unless the server names
one."""
SIGN_IN_BACKOFF = timedelta(seconds=15)
"""The same where no token is to be had: a refusal is remembered, so that nobody is asked."""
FIRST_RANGE = timedelta(days=2)
"""The time that the first reading of a mailbox goes back: no server tries for longer by
itself."""
FILING_TIME = timedelta(minutes=15)
"""The most time that a mail may take from its stamp until the mailbox shows it."""
LONGEST_READING = 120.0  # seconds that one reading of a mailbox may take
OPEN_STATES, CONFIRMED_BY = (EnvelopeState.WAITING, EnvelopeState.SET_ASIDE), "noroshi"
TOO_SLOW = _("reading did not end within {seconds:.0f} s")
BUG = _("reading failed because of a bug in Noroshi itself: {bug}")

NoticesOfReturn = Callable[[TrackedMail, Arrival], tuple[Envelope, ...]]
"""Return the notices of a mail that came back; they are written down with the return."""


@dataclass(eq=False)
class PolledMailbox:
    """A mailbox that is polled, and the routes by which mails are sent to it: of each the last mail
    that was posted, and when which was last searched for."""

    source: MailboxSource
    inbox: Inbox
    routes: tuple[str, ...] = ()
    trips_posted: dict[str, str] = field(default_factory=dict)
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
        self._began_at: dict[str, datetime] = {}
        self._contacts: Collection[Contact] = ()

    def reads_since(self, route: str) -> datetime | None:
        """Return when this life began to search for the mails of a route; None: it does not."""
        return self._began_at[route] if route in self._addresses else None

    async def serve(
        self,
        routes: Mapping[str, Route],
        waiting_mails: Iterable[Envelope],
        contacts: Collection[Contact] = (),
    ) -> None:
        """Poll the mailboxes of these routes from now on; one that did not change is left. Drop
        what waits for a mailbox that is polled no more, or for a removed route. The `contacts`
        decide the language of round-trip mails. Raises StoreError."""
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
            self._mailboxes[account].trips_posted = {}
        polled = {name for _, names in by_account.values() for name in names}
        for mail in waiting_mails:
            if is_trip(mail.id) and not polled.intersection(mail.routes):
                await self._store.drop(mail.id, CONFIRMED_BY)

    async def _begin_anew(self, addresses: Mapping[str, str]) -> None:
        """Forget what is known of a route that was removed, or has another mailbox: it is not of
        the route that has the same name then. `addresses`: the mailbox of each route."""
        now, previous_addresses = self._clocks.wall(), self._addresses
        for route in self._addresses.keys() | addresses.keys():
            if route not in previous_addresses and route in addresses:
                self._began_at[route] = now
                latest_trips = await self._store.latest_by_prefix(prefix_of(route), 1)
                has_another_address = any(
                    mail.row.envelope.contact != addresses[route] for mail in latest_trips
                )
            else:
                has_another_address = previous_addresses[route] != addresses.get(route)
            if has_another_address:
                await self._store.put_value(anew_note_of(route), f"{now:%Y%m%d%H%M%S}")
                self._began_at[route] = now
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
            async with asyncio.timeout(LONGEST_READING):
                for route in mailbox.routes:
                    await self._search(mailbox, route)
                await self._read(mailbox)
        except RouteError as error:
            await self._back_off(mailbox, error)
        except TimeoutError:
            await self._back_off(mailbox, RouteError(TOO_SLOW.fill(seconds=LONGEST_READING)))
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
        if mailbox.trips_posted.get(route) == mail.id:
            return
        for older_trip in await self._store.latest_by_prefix(prefix_of(route), 1):
            if older_trip.row.state in OPEN_STATES and older_trip.row.envelope.id != mail.id:
                await self._store.drop(older_trip.row.envelope.id, CONFIRMED_BY)
        await self._store.post(mail)
        mailbox.trips_posted[route] = mail.id

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
            received_report = await mailbox.inbox.find(expected_mail(mail, receipt))
            mailbox.searched_at[route] = id, self._clocks.steady()
            if received_report is not None:
                arrived_at = arrival_time(receipt, received_report, self._clocks.wall())
                arrival = Arrival(
                    address=mailbox.source.address,
                    state=DeliveryState.SEEN_ARRIVED,
                    reported_at=arrived_at,
                )
                await self._store.record_arrival(id, arrival)
                journal.mail_arrived(route, (arrived_at - receipt.at).total_seconds())

    def _is_due(self, mailbox: PolledMailbox, route: str, id: str, pause: float) -> bool:
        """Return whether to search for a mail: at once when it was taken, then after each pause."""
        last_id, searched_at = mailbox.searched_at.get(route, ("", 0.0))
        return last_id != id or self._clocks.steady() - searched_at >= pause

    # and the way back

    async def _read(self, mailbox: PolledMailbox) -> None:
        """Read the reports since the last time; note where it has got to once they are written."""
        now = self._clocks.steady()
        if now - mailbox.read_at < (
            OFTEN_SECONDS if await self._has_just_sent(mailbox) else SELDOM_SECONDS
        ):
            return
        last_reading = await self._last_reading(mailbox)
        batch = await mailbox.inbox.read(self._read_until(last_reading))
        for received_report in batch.reports:
            await self._record_return(received_report)
        mailbox.read_at = float("-inf") if batch.has_more else now
        read_until = (
            batch.read_until
            if batch.has_more
            else self._no_later(batch.read_until, last_reading)
        )
        await self._note(mailbox, last_reading, MailboxReading(until=read_until))

    async def _has_just_sent(self, mailbox: PolledMailbox) -> bool:
        """Return whether a mail was accepted lately: what comes back does so within minutes,
        mostly."""
        accepted_at, now = await self._store.last_accepted(), self._clocks.wall()
        ages = (
            now - moment for route, moment in accepted_at.items() if route in mailbox.routes
        )
        return any(age < timedelta(seconds=SELDOM_SECONDS) for age in ages)

    async def _last_reading(self, mailbox: PolledMailbox) -> MailboxReading | None:
        return mailbox_reading(await self._store.get_values(), mailbox.source.store_key)

    def _no_later(self, moment: datetime, last_reading: MailboxReading | None) -> datetime:
        """Limit the instant up to which reports were read. A mail may say that it came in years;
        what comes before that is to be seen all the same, and what was stamped just now may show a
        little later."""
        return min(
            moment, max(self._clocks.wall() - FILING_TIME, self._read_until(last_reading))
        )

    def _read_until(self, last_reading: MailboxReading | None) -> datetime:
        """Return from when on to read. An instant far ahead of now was noted by a clock that was
        ahead: then the mailbox is read from the beginning."""
        now = self._clocks.wall()
        is_usable = last_reading is not None and last_reading.until <= now + FILING_TIME
        return (
            last_reading.until if last_reading is not None and is_usable else now - FIRST_RANGE
        )

    async def _note(
        self, mailbox: PolledMailbox, previous: MailboxReading | None, current: MailboxReading
    ) -> None:
        if previous != current:
            await self._store.put_value(note_of(mailbox.source.store_key), schema.text(current))
        was_in_trouble, is_in_trouble = (
            previous is not None and previous.trouble != NOTHING,
            current.trouble != NOTHING,
        )
        if is_in_trouble and not was_in_trouble:
            journal.mailbox_unreadable(mailbox.source.account, current.trouble)
        elif was_in_trouble and not is_in_trouble:
            journal.mailbox_readable(mailbox.source.account)

    async def _record_return(self, received_report: ReceivedReport) -> None:
        """Record a returned mail for each address that it names, once. Raises StoreError."""
        mail = await self._store.find_by_message_id(received_report.report.message_ids)
        if mail is None:
            return
        for failed in received_report.report.recipients:
            arrival = _arrival(mail, failed, received_report.received_at)
            if not any(one.address == arrival.address for one in _bounced_arrivals(mail)):
                envelope = mail.row.envelope.id
                if await self._store.record_arrival(
                    envelope, arrival, self._notices(mail, arrival)
                ):
                    journal.mail_bounced(envelope, arrival.text)

    async def _back_off(self, mailbox: PolledMailbox, error: RouteError) -> None:
        """Leave a mailbox that cannot be read alone for a while; nothing else waits for it."""
        backoff = _backoff(error, self._clocks.wall())
        mailbox.backoff_until = self._clocks.steady() + backoff.total_seconds()
        last_reading = await self._last_reading(mailbox)
        next_reading = MailboxReading(until=self._read_until(last_reading), trouble=error.words)
        await self._note(mailbox, last_reading, next_reading)


def _backoff(error: RouteError, now: datetime) -> timedelta:
    if error.retry_at is not None:
        return max(error.retry_at - now, BACKOFF)
    is_unanswered = error.fault is Fault.SIGN_IN and not error.code
    return SIGN_IN_BACKOFF if is_unanswered else BACKOFF


def _pause(age: timedelta) -> float:
    """Return the seconds until a mail that was taken so long ago is searched for again."""
    return next((seconds for age_limit, seconds in SEARCHES if age < age_limit), SELDOM_SECONDS)


async def _close(mailbox: PolledMailbox) -> None:
    """Close a mailbox now, or once the step that polls it has ended."""
    mailbox.closing = True
    if not mailbox.busy:
        await mailbox.inbox.close()


def _bounced_arrivals(mail: TrackedMail) -> list[Arrival]:
    return [one for one in mail.arrivals if one.state == DeliveryState.CAME_BACK]


def _arrival(mail: TrackedMail, failed: FailedRecipient, arrived_at: datetime) -> Arrival:
    """Return the arrival under the address as we have written it. What is no address of ours (a
    member of a list, mostly) stands with what was said, and counts once: anybody can write a
    report."""
    envelope = mail.row.envelope
    own_addresses = {
        one.casefold(): one for one in (*envelope.to, *envelope.reached, *envelope.refused)
    }
    own_address = own_addresses.get(failed.address.casefold())
    if own_address is not None:
        return Arrival(
            address=own_address,
            state=DeliveryState.CAME_BACK,
            reported_at=arrived_at,
            text=failed.diagnostic,
        )
    text = f"{failed.address}: {failed.diagnostic}" if failed.address else failed.diagnostic
    (address,) = own_addresses.values() if len(own_addresses) == 1 else ("",)
    return Arrival(
        address=address, state=DeliveryState.CAME_BACK, reported_at=arrived_at, text=text
    )
