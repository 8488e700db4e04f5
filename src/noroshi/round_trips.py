"""Round trips: a small mail a day by each route to the account's own mailbox, which shows that
mails by that route arrive, and how soon: what it is, and what is made of what became of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from noroshi import schema
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import Envelope, EnvelopeState, Receipt, Verdict
from noroshi.core.model import Contact
from noroshi.core.translation import NOTHING, Language, Message, _, most_common_language
from noroshi.ports import Arrival, RoundTripFacts, Store, TrackedMail
from noroshi.ports.mailbox import ExpectedMail

PREFIX = "round-trip/"
"""The states of an Arrival."""
DAY = timedelta(days=1)
FIRST, LAST = 2, 32
"""How many of a route's latest mails are looked back at; and the most, while the newest has not
been seen."""
SUBJECT = _("[Noroshi] Daily arrival check through {mark}")
MARK = "{route}, {day} ({installation})"
"""The part of a subject that is the same in every language, and in no other mail."""
TEXT = _(
    "Noroshi sends this message once a day through route “{route}” to its own mailbox and "
    "looks for it\n"
    "there, to verify that messages sent through this route arrive. You do not need to read "
    "it, and\n"
    "you can delete it after a day."
)
NOT_READ = _("the mailbox cannot be read: {why}")
NOT_SENT = _("the last check message has not been sent: {why}")
CAME_BACK = _("the last check message bounced: {said}")
NOT_THERE = _("the last check message was accepted but is not in the mailbox")
QUEUED = _("waiting in the queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxReading:
    """Hold the time up to which the reports in a mailbox are known, by the mailbox's clock, and
    the trouble that prevents reading the mailbox now."""

    until: datetime
    trouble: Message = NOTHING


def note_of(account: str) -> str:
    """Return the name under which a node notes what is known of an account's mailbox."""
    return f"inbox/{account}"


def mailbox_reading(notes: Mapping[str, str], account: str) -> MailboxReading | None:
    """Return what is noted of an account's mailbox; None: nothing that can be read."""
    try:
        return schema.value(MailboxReading, notes[note_of(account)])
    except (KeyError, schema.Unreadable):
        return None


def anew_note_of(route: str) -> str:
    """Return the name under which a node notes by what mails are known of a route that was
    removed, or has another mailbox: those from before tell nothing of it."""
    return f"trips/{route}"


def id_ending(installation: str, notes: Mapping[str, str], route: str) -> str:
    """Return how ids of the route's mails end."""
    mark = notes.get(anew_note_of(route), "")
    return f"{installation}-{mark}" if mark else installation


async def mails_of(store: Store, route: str, now: datetime) -> Sequence[TrackedMail]:
    """Return a route's mails up to today's, the newest first, back to one that was seen. Those
    of days to come are of a clock that was ahead, and tell nothing of today."""
    newest = await _recent_mails(store, route, now, FIRST)
    if not newest or arrival_of(newest[0], DeliveryState.SEEN_ARRIVED):
        return newest
    return await _recent_mails(store, route, now, LAST)


async def _recent_mails(
    store: Store, route: str, now: datetime, last: int
) -> Sequence[TrackedMail]:
    ending = id_ending("", await store.get_values(), route)
    tomorrow = f"{prefix_of(route)}{now + DAY:%Y-%m-%d}"
    mails = await store.latest_by_prefix(prefix_of(route), last, tomorrow)
    return [mail for mail in mails if mail.row.envelope.id.endswith(ending)]


def prefix_of(route: str) -> str:
    """Return how the ids of a route's mails begin; sorted by id the last is the newest."""
    return f"{PREFIX}{route}/"


def is_trip(id: str) -> bool:
    """Return whether an envelope is one of these mails."""
    return id.startswith(PREFIX)


def reader_language(address: str, contacts: Iterable[Contact]) -> Language:
    """Return the language of who reads a mailbox: of the contact with that address, else of most
    contacts."""
    known = tuple(contacts)
    owners = [one for one in known if address.casefold() in map(str.casefold, one.addresses)]
    return most_common_language(one.language for one in owners or known)


def trip_mail(
    route: str, address: str, installation: str, now: datetime, language: Language = "en"
) -> Envelope:
    """Make the round-trip mail of a day, by this route alone. Making it twice gives the same
    mail. Several installations may share a mailbox and name their routes alike, so the mail
    names the installation."""
    facts = {"route": route, "day": f"{now:%Y-%m-%d}", "installation": installation}
    id = f"{prefix_of(route)}{facts['day']}/{installation}"
    payload = {
        "subject": SUBJECT.fill(mark=MARK.format(**facts)).say(language),
        "text": TEXT.fill(route=route).say(language) + "\n",
        "language": language,
        "importance": "low",
        "list": "noroshi",
        "list_title": "Noroshi",
    }
    return Envelope(
        id=id,
        routes=(route,),
        contact=address,
        to=(address,),
        order=id,
        alarms=(),
        payload=payload,
        born=now,
    )


def acceptance_of(mail: TrackedMail) -> Receipt | None:
    """Return the last attempt at which a provider took it; None: none did."""
    return last_taken(mail.receipts)


def last_taken(receipts: Sequence[Receipt]) -> Receipt | None:
    """Return the last of these at which a provider took the mail."""
    accepting = (
        receipt
        for receipt in reversed(receipts)
        if any(answer.verdict is Verdict.ACCEPTED for answer in receipt.answers.values())
    )
    return next(accepting, None)


def expected_mail(mail: TrackedMail, receipt: Receipt) -> ExpectedMail:
    """Return the mail to look for in a mailbox; the search starts a day before the mail was
    made, as the mailbox's clock may differ."""
    envelope = mail.row.envelope
    return ExpectedMail(
        message_ids=receipt.message_ids,
        subject=str(envelope.payload.get("subject", "")),
        mark=_mark_of(envelope),
        search_start=envelope.born - DAY,
    )


def _mark_of(envelope: Envelope) -> str:
    route, day, installation = envelope.id.removeprefix(PREFIX).split("/", 2)
    return MARK.format(route=route, day=day, installation=installation)


def arrival_of(mail: TrackedMail, state: str) -> Arrival | None:
    """Return what of that sort is known of a mail."""
    return next((one for one in mail.arrivals if one.state == state), None)


def arrival_time(receipt: Receipt, received: datetime, now: datetime) -> datetime:
    """Return when a mail arrived, by our own clock: not before it left, nor after it was
    found."""
    return max(receipt.at, min(received, now))


def trip_of(
    mails: Sequence[TrackedMail], reading: MailboxReading | None, since: datetime
) -> RoundTripFacts:
    """Return what is known of a route's mails, the newest first, whose mailbox is read since
    then.

    A day without a mail because nobody sent one is no day without an arrival.
    """
    latest = next(
        (mail for mail in mails if arrival_of(mail, DeliveryState.SEEN_ARRIVED)), None
    )
    unseen = tuple(_unseen(mails))
    why = _why_unseen(unseen[0]) if unseen else NOTHING
    if reading is not None and reading.trouble != NOTHING:
        why = NOT_READ.fill(why=reading.trouble)
    begins = (unseen[-1].row.envelope.born if unseen else since) - DAY
    arrival = arrival_of(latest, DeliveryState.SEEN_ARRIVED) if latest is not None else None
    if latest is None or arrival is None:
        return RoundTripFacts(counts_from=begins, trouble=why)
    duration = arrival.reported_at - _sent_at(latest)
    return RoundTripFacts(
        counts_from=max(begins, arrival.reported_at),
        last_arrival=arrival.reported_at,
        duration=duration.total_seconds(),
        trouble=why,
    )


def _unseen(mails: Sequence[TrackedMail]) -> Iterator[TrackedMail]:
    """Yield the newest that were sent day after day and have not been seen."""
    last: datetime | None = None
    for mail in mails:
        born = mail.row.envelope.born
        if arrival_of(mail, DeliveryState.SEEN_ARRIVED) or (
            last is not None and last - born > 2 * DAY
        ):
            return
        yield mail
        last = born


def _sent_at(mail: TrackedMail) -> datetime:
    receipt = acceptance_of(mail)
    return mail.row.envelope.born if receipt is None else receipt.at


def _why_unseen(mail: TrackedMail) -> Message:
    """Return why a mail has not been seen."""
    if bounce := arrival_of(mail, DeliveryState.CAME_BACK):
        return CAME_BACK.fill(said=bounce.text)
    if mail.row.state != EnvelopeState.ACCEPTED:
        return NOT_SENT.fill(why=QUEUED if mail.row.reason == NOTHING else mail.row.reason)
    return NOT_THERE
