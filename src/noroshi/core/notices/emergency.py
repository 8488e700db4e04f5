"""The telling that leaves without the spool, when nothing can be written down: what it says.

All that an instance has to say to a contact is one mail, at most once an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from noroshi.core.cadence import zone_of
from noroshi.core.date_text import moment
from noroshi.core.mail import NOBODY, Envelope
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
    "This message was sent directly, not through the queue, because the store cannot be "
    "written:\n"
    "{why}\n"
    "Monitoring continues. Until the store can be written again, messages about {instance} "
    "are\n"
    "sent at most once an hour and are not recorded in the ledger. After that, an alarm\n"
    "that persists is sent once more, and the end of one that has ended is reported."
)
OVER = _("[RECOVERED] {monitor}")
OVER_TEXT = _(
    "The store can be written again.\n"
    "{monitor} had recovered by {now}.\n"
    "Its problem was reported to you directly, not through the queue, on {sent}."
)
GONE = _("[NO LONGER MONITORED] {monitor}")
GONE_TEXT = _(
    "The store can be written again.\n"
    "{monitor} is no longer monitored, or no longer in the same form, since {now}.\n"
    "Its problem was reported to you directly, not through the queue, on {sent}."
)


def emergency_mails(
    found: Iterable[Envelope], instance: str, why: Message, at: datetime
) -> Iterator[Envelope]:
    """Draft one envelope for each contact, with all that was found for it; what is no text to
    read (a deed) is left out."""
    of: dict[str, list[Envelope]] = {}
    for envelope in found:
        if "subject" in envelope.payload and "text" in envelope.payload:
            of.setdefault(envelope.contact, []).append(envelope)
    for mails in of.values():
        yield _one(sorted(mails, key=_urgency), instance, why, at)


def closing_mail(
    telling: Envelope, monitor: Monitor, now: datetime, *, watched: bool = True
) -> Envelope:
    """Tell that what was told without the spool is well again, or watched no more, in the same
    thread."""
    subject, words = (OVER, OVER_TEXT) if watched else (GONE, GONE_TEXT)
    language = str(telling.payload.get("language", "en"))
    zone = zone_of(str(telling.payload.get("zone", "UTC")))
    sent, ended = (moment(at, zone, language) for at in (telling.born, now))
    name = place(monitor, language)
    text = words.fill(monitor=name, sent=sent, now=ended).say(language, Medium.MAIL)
    payload = {**_copied_payload(telling), "importance": "low"}
    payload |= {"subject": subject.fill(monitor=name).say(language), "text": text + "\n"}
    return replace(
        telling,
        id=f"{telling.id}/{monitor.id}",
        order=f"{monitor.id}/{telling.contact}",
        alarms=(),
        payload=payload,
        born=now,
        thread=(telling.known_as,),
    )


def _one(mails: Sequence[Envelope], instance: str, why: Message, at: datetime) -> Envelope:
    first = mails[0]
    language = str(first.payload.get("language", "en"))
    texts = [str(mail.payload["text"]) for mail in mails[:MOST_IN_FULL]]
    texts += ["\n".join(str(mail.payload["subject"]) for mail in mails[MOST_IN_FULL:])]
    why_so = EXPLAINED.fill(why=why, instance=instance).say(language, Medium.MAIL)
    payload = {**_copied_payload(first), "importance": "high"}
    payload |= {
        "subject": f"{MARK.say(language)} {first.payload['subject']}{_more(mails, language)}",
        "text": "\n\n".join([why_so, *(text.rstrip("\n") for text in texts if text)]) + "\n",
    }
    return replace(
        first,
        id=f"without-the-queue/{instance}/{first.contact}/{at:%Y%m%dT%H%M%S%f}",
        routes=tuple(dict.fromkeys(route for mail in mails for route in mail.routes)),
        to=tuple(dict.fromkeys(address for mail in mails for address in mail.to)),
        alarms=tuple(alarm for mail in mails for alarm in mail.alarms),
        payload=payload,
        born=at,
        thread=(),
        origin=NOBODY,
        attempts=0,
        reached=(),
        refused=(),
    )


def _urgency(mail: Envelope) -> bool:
    return mail.payload.get("importance") != "high"


def _more(mails: Sequence[Envelope], language: str) -> str:
    return MORE.fill(count=len(mails) - 1).say(language) if len(mails) > 1 else ""


def _copied_payload(mail: Envelope) -> dict[str, object]:
    return {name: mail.payload[name] for name in COPIED_KEYS if name in mail.payload}
