"""Draft the notices that an action failed in part, a mail was set aside, or it came back.

These notices are written down together with what they tell of, so none is lost or told twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256

from noroshi.core.delivery import (
    Accepted,
    Fate,
    NextRoute,
    OpenCircuit,
    Retry,
    SetAside,
    answer_for,
    failure_words,
)
from noroshi.core.mail import Envelope, Parcel, Receipt, Verdict
from noroshi.core.notices.draft import (
    may_tell_of,
    notification_envelopes,
    notifications_elsewhere,
)
from noroshi.core.notices.notice import (
    ActionFailed,
    Draft,
    Failure,
    MailCameBack,
    MailSetAside,
    Notice,
    Notification,
)
from noroshi.core.stored_message import message_from
from noroshi.core.translation import Message, plain
from noroshi.ports import Arrival, TrackedMail
from noroshi.round_trips import acceptance_of, is_trip

DIGEST_LENGTH = 16


def text_failures(
    envelopes: Iterable[Envelope],
    subscriptions: tuple[Notification, ...],
    draft: Draft,
    now: datetime,
    rule_names: Mapping[str, str],
) -> Iterator[Envelope]:
    """Yield the notices of envelopes whose own text could not be made."""
    for envelope in envelopes:
        reason = envelope.payload.get("template_failed") or envelope.payload.get("plain")
        if reason and may_tell_of(envelope):
            rule = _rule(envelope)
            name = rule_names.get(rule, rule)
            failed = _failed(Failure.TEXT, name, _message_of(reason), envelope, now)
            yield from notification_envelopes(
                failed, _serial(failed, rule), subscriptions, draft, now
            )


def notices_of_attempt(
    parcel: Parcel,
    receipt: Receipt,
    fate: Fate,
    subscriptions: tuple[Notification, ...],
    routes: dict[str, tuple[str, ...]],
    draft: Draft,
) -> tuple[Envelope, ...]:
    """Return the notices of how an attempt ended. `routes` are those of each rule, and all under
    ""."""
    envelope, now = parcel.envelope, receipt.at
    if is_trip(envelope.id) or not may_tell_of(envelope):
        return ()  # of a round trip the route's own monitor tells
    notice = _notice(parcel, receipt, fate)
    if isinstance(notice, MailSetAside):
        tried_routes = routes.get(_rule(envelope), envelope.routes)
        subscriptions = notifications_elsewhere(
            notice, subscriptions, tried_routes, routes.get("", ())
        )
        return tuple(notification_envelopes(notice, envelope.id, subscriptions, draft, now))
    if isinstance(notice, ActionFailed):
        serial = _serial(notice, _subject_id(notice))
        return tuple(notification_envelopes(notice, serial, subscriptions, draft, now))
    return ()


def notices_of_return(
    mail: TrackedMail,
    arrival: Arrival,
    subscriptions: tuple[Notification, ...],
    routes: dict[str, tuple[str, ...]],
    draft: Draft,
    now: datetime,
) -> tuple[Envelope, ...]:
    """Return the notices of a mail that came back from an address. They leave by another route than
    the one that took it."""
    envelope, receipt = mail.row.envelope, acceptance_of(mail)
    if receipt is None or is_trip(envelope.id) or not may_tell_of(envelope):
        return ()
    notice = MailCameBack(
        happened_at=arrival.reported_at,
        mail=envelope.id,
        contact=envelope.contact,
        address=arrival.address,
        subject=_subject(envelope),
        route=receipt.route,
        accepted_at=receipt.at,
        reason=plain(arrival.text),
    )
    subscriptions = notifications_elsewhere(
        notice, subscriptions, (receipt.route,), routes.get("", ())
    )
    serial = f"{envelope.id}/{arrival.address}"
    return tuple(notification_envelopes(notice, serial, subscriptions, draft, now))


def _notice(parcel: Parcel, receipt: Receipt, fate: Fate) -> Notice | None:
    envelope, now = parcel.envelope, receipt.at
    answer_by_address = {address: answer_for(address, receipt) for address in envelope.to}
    refusals = {
        recipient: one
        for recipient, one in answer_by_address.items()
        if one.verdict is Verdict.REFUSED
    }
    if not refusals and not isinstance(fate, SetAside):
        return None  # so it is of nearly every mail, and words take their time
    reason = failure_words(refusals.values())
    match fate:
        case SetAside(reason=cause):
            return MailSetAside(
                happened_at=now,
                mail=envelope.id,
                contact=envelope.contact,
                addresses=envelope.to,
                subject=_subject(envelope),
                route=parcel.route,
                reason=cause,
                is_unreadable=parcel.read_error is not None,
            )
        case NextRoute():
            return _failed(Failure.ROUTE, parcel.route, reason, envelope, now, tuple(refusals))
        case Accepted() | Retry() | OpenCircuit():
            name = envelope.contact
            return _failed(Failure.ADDRESS, name, reason, envelope, now, tuple(refusals))
    return None


def _failed(
    failure: Failure,
    name: str,
    reason: Message,
    envelope: Envelope,
    now: datetime,
    refused_addresses: tuple[str, ...] = (),
) -> ActionFailed:
    return ActionFailed(
        happened_at=now,
        failure=failure,
        name=name,
        contact=envelope.contact,
        subject=_subject(envelope),
        reason=reason,
        mail=envelope.id,
        addresses=refused_addresses,
    )


def _serial(failed: ActionFailed, id: str) -> str:
    """Return a serial for one notice a day: a template that fails would else double each mail of a
    storm. `id`: of what failed, whatever that is called."""
    return f"{failed.failure.value}/{id}/{failed.happened_at:%Y-%m-%d}"


def _subject_id(failed: ActionFailed) -> str:
    """Return the id of what failed: a route's name, or a contact's with the addresses that were
    refused, as another one of the same contact is another failure."""
    if failed.failure is not Failure.ADDRESS:
        return failed.name
    addresses = "\n".join(sorted(failed.addresses))
    return f"{failed.name}/{sha256(addresses.encode()).hexdigest()[:DIGEST_LENGTH]}"


def _rule(envelope: Envelope) -> str:
    """Return the id of the rule of an envelope, "?" for none; the id of an alarm is
    `event/rule/contact`."""
    parts = envelope.alarms[0].rsplit("/", 2) if envelope.alarms else []
    return parts[1] if len(parts) == 3 else "?"


def _message_of(reason: object) -> Message:
    """Return the reason: of an action for every reader, of a bug as it is."""
    return message_from(reason) if isinstance(reason, dict) else plain(str(reason))


def _subject(envelope: Envelope) -> str:
    return str(envelope.payload.get("subject", ""))
