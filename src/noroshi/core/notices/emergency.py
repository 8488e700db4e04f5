"""The telling that leaves without the spool, when nothing can be written down: what it says.

All that an instance has to say to a contact is one mail, at most once an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.cadence import zone_of
from noroshi.core.date_text import moment
from noroshi.core.mail import NO_ORIGIN, Envelope
from noroshi.core.model import Monitor
from noroshi.core.monitor_names import place
from noroshi.core.translation import Medium, Message, _

APART = 3600.0
"""Seconds between two such tellings of one instance to one contact."""
MOST_IN_FULL = 20
COPIED_KEYS = ("language", "zone", "list", "list_title")
MARK = _("[sent directly]")
MORE = _(" and {count} more")
EXPLAINED = _(
    "This message was sent directly, not through the queue, because the store is not "
    "writable:\n"
    "{why}\n"
    "Monitoring continues. Until the store is writable again, messages about {instance} are\n"
    "sent at most once an hour and are not recorded in the ledger. After that, alarms\n"
    "that persist are sent again, and you are told which alarms have ended."
)
RECOVERED = _("[RECOVERED] {monitor}")
RECOVERED_TEXT = _(
    "The store is writable again.\n"
    "{monitor} had recovered by {now}.\n"
    "The problem was reported to you directly, not through the queue, on {sent}."
)
NO_LONGER_MONITORED = _("[NO LONGER MONITORED] {monitor}")
NO_LONGER_MONITORED_TEXT = _(
    "The store is writable again.\n"
    "As of {now}, {monitor} is no longer monitored, or its definition has been changed.\n"
    "The problem was reported to you directly, not through the queue, on {sent}."
)


def emergency_mails(
    envelopes: Iterable[Envelope], instance: str, reason: Message, at: datetime
) -> Iterator[Envelope]:
    """Draft one mail for each contact, with all that was found for the contact; an envelope
    without a text to read (a deed) is left out."""
    mails_by_contact: dict[str, list[Envelope]] = {}
    for envelope in envelopes:
        if "subject" in envelope.payload and "text" in envelope.payload:
            mails_by_contact.setdefault(envelope.contact, []).append(envelope)
    for mails in mails_by_contact.values():
        yield _joined_mail(sorted(mails, key=_urgency), instance, reason, at)


def closing_mail(
    opening_mail: Envelope, monitor: Monitor, now: datetime, *, is_monitored: bool = True
) -> Envelope:
    """Draft the mail, in the same thread, that a problem told without the spool is over, or no
    longer monitored."""
    subject, words = (
        (RECOVERED, RECOVERED_TEXT)
        if is_monitored
        else (NO_LONGER_MONITORED, NO_LONGER_MONITORED_TEXT)
    )
    language = str(opening_mail.payload.get("language", "en"))
    zone = zone_of(str(opening_mail.payload.get("zone", "UTC")))
    sent_text, end_text = (moment(at, zone, language) for at in (opening_mail.born, now))
    name = place(monitor, language)
    text = words.fill(monitor=name, sent=sent_text, now=end_text).say(language, Medium.MAIL)
    payload = {**_copied_payload(opening_mail), "importance": "low"}
    payload |= {"subject": subject.fill(monitor=name).say(language), "text": text + "\n"}
    return replace(
        opening_mail,
        id=f"{opening_mail.id}/{monitor.id}",
        order=f"{monitor.id}/{opening_mail.contact}",
        alarms=(),
        payload=payload,
        born=now,
        thread=(opening_mail.known_as,),
    )


def _joined_mail(
    mails: Sequence[Envelope], instance: str, reason: Message, at: datetime
) -> Envelope:
    template = mails[0]
    language = str(template.payload.get("language", "en"))
    bodies = [str(mail.payload["text"]) for mail in mails[:MOST_IN_FULL]]
    bodies += ["\n".join(str(mail.payload["subject"]) for mail in mails[MOST_IN_FULL:])]
    why_so = EXPLAINED.fill(why=reason, instance=instance).say(language, Medium.MAIL)
    payload = {**_copied_payload(template), "importance": "high"}
    payload |= {
        "subject": f"{MARK.say(language)} {template.payload['subject']}{_count_suffix(mails, language)}",
        "text": "\n\n".join([why_so, *(text.rstrip("\n") for text in bodies if text)]) + "\n",
    }
    return replace(
        template,
        id=f"without-the-queue/{instance}/{template.contact}/{at:%Y%m%dT%H%M%S%f}",
        routes=tuple(dict.fromkeys(route for mail in mails for route in mail.routes)),
        to=tuple(dict.fromkeys(address for mail in mails for address in mail.to)),
        alarms=tuple(alarm for mail in mails for alarm in mail.alarms),
        payload=payload,
        born=at,
        thread=(),
        origin=NO_ORIGIN,
        attempts=0,
        reached=(),
        refused=(),
    )


def _urgency(mail: Envelope) -> bool:
    return mail.payload.get("importance") != "high"


def _count_suffix(mails: Sequence[Envelope], language: str) -> str:
    return MORE.fill(count=len(mails) - 1).say(language) if len(mails) > 1 else ""


def _copied_payload(mail: Envelope) -> dict[str, object]:
    return {name: mail.payload[name] for name in COPIED_KEYS if name in mail.payload}
