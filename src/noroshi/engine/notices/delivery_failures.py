"""Telling that an action failed in part, that a mail was set aside, or that it came back.

These notices are written down together with what they tell of, so none is lost or told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from noroshi.core.delivery import (
    Accepted,
    Fate,
    NextRoute,
    RestRoute,
    Retry,
    SetAside,
    answer_for,
    why_of,
)
from noroshi.core.mail import Envelope, Parcel, Receipt, Verdict
from noroshi.core.notices.draft import elsewhere, may_tell_of, tellings
from noroshi.core.notices.notice import (
    Aside,
    CameBack,
    Draft,
    Failed,
    Failure,
    Notice,
    Notification,
)
from noroshi.core.words import Words, plain
from noroshi.ports import Arrival, TrackedMail
from noroshi.round_trips import is_trip, taken


def of_texts(
    envelopes: Iterable[Envelope],
    asked: tuple[Notification, ...],
    draft: Draft,
    now: datetime,
    called: Mapping[str, str],
) -> Iterator[Envelope]:
    """What is told of envelopes whose own text could not be made. `called`: what each rule is."""
    for envelope in envelopes:
        why = envelope.payload.get("template_failed") or envelope.payload.get("plain")
        if why and may_tell_of(envelope):
            rule = _rule(envelope)
            name = called.get(rule, rule)
            failed = _failed(Failure.TEXT, name, _words(why), envelope, now)
            yield from tellings(failed, _serial(failed, rule), asked, draft, now)


def of_attempt(
    parcel: Parcel,
    receipt: Receipt,
    its: Fate,
    asked: tuple[Notification, ...],
    routes: dict[str, tuple[str, ...]],
    draft: Draft,
) -> tuple[Envelope, ...]:
    """What is told of an attempt's end. `routes` are those of each rule, and all under ""."""
    envelope, now = parcel.envelope, receipt.at
    if is_trip(envelope.id) or not may_tell_of(envelope):
        return ()  # of a round trip the route's own monitor tells
    notice = _notice(parcel, receipt, its)
    if isinstance(notice, Aside):
        tried = routes.get(_rule(envelope), envelope.routes)
        asked = elsewhere(notice, asked, tried, routes.get("", ()))
        return tuple(tellings(notice, envelope.id, asked, draft, now))
    if isinstance(notice, Failed):
        return tuple(tellings(notice, _serial(notice, notice.name), asked, draft, now))
    return ()


def of_return(
    mail: TrackedMail,
    arrival: Arrival,
    asked: tuple[Notification, ...],
    routes: dict[str, tuple[str, ...]],
    draft: Draft,
    now: datetime,
) -> tuple[Envelope, ...]:
    """What is told of a mail that came back from an address: by another route than the one that
    took it."""
    envelope, receipt = mail.row.envelope, taken(mail)
    if receipt is None or is_trip(envelope.id) or not may_tell_of(envelope):
        return ()
    notice = CameBack(
        at=arrival.at,
        mail=envelope.id,
        contact=envelope.contact,
        address=arrival.address,
        subject=_subject(envelope),
        route=receipt.route,
        taken=receipt.at,
        why=plain(arrival.said),
    )
    asked = elsewhere(notice, asked, (receipt.route,), routes.get("", ()))
    serial = f"{envelope.id}/{arrival.address}"
    return tuple(tellings(notice, serial, asked, draft, now))


def _notice(parcel: Parcel, receipt: Receipt, its: Fate) -> Notice | None:
    envelope, now = parcel.envelope, receipt.at
    said = [answer_for(address, receipt) for address in envelope.to]
    refused = [answer for answer in said if answer.verdict is Verdict.REFUSED]
    match its:
        case SetAside(why=why):
            return Aside(
                at=now,
                mail=envelope.id,
                contact=envelope.contact,
                to=envelope.to,
                subject=_subject(envelope),
                route=parcel.route,
                why=why,
                unread=parcel.unread is not None,
            )
        case NextRoute() if refused:
            return _failed(Failure.ROUTE, parcel.route, why_of(refused), envelope, now)
        case Accepted() | Retry() | RestRoute() if refused:
            return _failed(Failure.ADDRESS, envelope.contact, why_of(refused), envelope, now)
    return None


def _failed(
    failure: Failure, name: str, why: Words, envelope: Envelope, now: datetime
) -> Failed:
    return Failed(
        at=now,
        failure=failure,
        name=name,
        contact=envelope.contact,
        subject=_subject(envelope),
        why=why,
        mail=envelope.id,
    )


def _serial(failed: Failed, id: str) -> str:
    """One a day: a template that fails would else double each mail of a storm. `id`: of what
    failed, whatever that is called."""
    return f"{failed.failure.value}/{id}/{failed.at:%Y-%m-%d}"


def _rule(envelope: Envelope) -> str:
    """Which rule an envelope is of, "?" for none; an alarm's id is `event/rule/contact`."""
    parts = envelope.alarms[0].rsplit("/", 2) if envelope.alarms else []
    return parts[1] if len(parts) == 3 else "?"


def _words(why: object) -> Words:
    """An action says in both languages why it failed; a bug says so in its own."""
    return Words(**why) if isinstance(why, dict) else plain(str(why))


def _subject(envelope: Envelope) -> str:
    return str(envelope.payload.get("subject", ""))
