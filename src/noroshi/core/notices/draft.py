"""Draft envelopes of what happened, for those who want to know. Pure.

Ids are derived from the event: told twice, it gives the same envelope.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from noroshi.core.cadence import FixedTimes, last_up_to
from noroshi.core.mail import Envelope, Lane
from noroshi.core.model import Contact, Rule
from noroshi.core.notices.notice import (
    Draft,
    Happening,
    MailCameBack,
    MailSetAside,
    MonitoringGap,
    MonitoringStarted,
    MonitoringStopped,
    Notice,
    Notification,
    SettingsChanged,
)

PREFIX = "notice/"
BUILT_IN = "-"
"""The id of what is told although nobody asked for it; no definition can have this name."""
LONGEST_LATE = timedelta(hours=12)
"""A report that comes later than this would speak of another day."""
MOST_SHOWN = 50
GAP = timedelta(minutes=2)
"""The shortest time without monitoring that is told: an update of Noroshi takes less."""
URGENT = frozenset(
    {
        Happening.ASIDE,
        Happening.CAME_BACK,
        Happening.FAILED,
        Happening.AGENT_REFUSED,
        Happening.HUB_REFUSED,
        Happening.HUB_UNREACHABLE,
    }
)
"""Notices of alarms that did not come through, of intruders and of a lost hub, which go before reports."""
ABOUT_FAILURES = tuple(
    f"{PREFIX}{one.value}/" for one in (Happening.FAILED, Happening.ASIDE, Happening.CAME_BACK)
)
"""The beginnings of the ids of mails that tell of a mail's failure."""
NEVER_UNTOLD = frozenset(
    {
        Happening.ASIDE,
        Happening.CAME_BACK,
        Happening.UNWATCHED,
        Happening.AGENT_REFUSED,
        Happening.HUB_REFUSED,
        Happening.HUB_UNREACHABLE,
    }
)
"""Without a notification for them they are told to the contacts of all rules."""


def with_default_notifications(
    notifications: Iterable[Notification], rules: Iterable[Rule]
) -> tuple[Notification, ...]:
    """Return the notifications, and for what must not stay untold and none of them names, one
    for each contact of a rule, by the routes of the first rule that names it. The contacts of a
    hub's rules are told if this node has no rule of its own, as far as it can."""
    own_notifications = tuple(notifications)
    covered_events = {
        event for notification in own_notifications for event in notification.events
    }
    missing = NEVER_UNTOLD - covered_events
    by_contact: dict[str, Notification] = {}
    for rule in _rules_to_tell_by(rules) if missing else ():
        for contact in filter(_has_address, rule.contacts):
            default_notification = Notification(
                id=BUILT_IN,
                events=missing,
                contacts=(contact,),
                routes=rule.routes,
                action=rule.action,
            )
            by_contact.setdefault(contact.id, default_notification)
    return (*own_notifications, *by_contact.values())


def _has_address(contact: Contact) -> bool:
    return bool(contact.addresses)


def _rules_to_tell_by(rules: Iterable[Rule]) -> Sequence[Rule]:
    all_rules = tuple(rules)
    own_rules = [rule for rule in all_rules if not rule.of_hub]
    return own_rules or [rule for rule in all_rules if rule.routes]


def notification_envelopes(
    notice: Notice,
    serial: str,
    notifications: Iterable[Notification],
    draft: Draft,
    now: datetime,
) -> Iterator[Envelope]:
    """Draft one envelope for each notification and contact that want to know of it."""
    for notification in notifications:
        part = _part_for(notification, notice)
        for contact in notification.contacts if part is not None else ():
            assert part is not None
            payload = draft(notification.action, contact, part)
            yield _envelope(notification, contact, notice.happening, serial, payload, now)


def _envelope(
    notification: Notification,
    contact: Contact,
    happening: Happening,
    serial: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> Envelope:
    recipient_id = f"{notification.id}/{contact.id}"
    return Envelope(
        id=f"{PREFIX}{happening.value}/{serial}/{recipient_id}",
        routes=notification.routes,
        contact=contact.id,
        to=contact.addresses,
        order=f"{PREFIX}{recipient_id}",
        alarms=(),
        payload=payload,
        action=notification.action,
        born=now,
        lane=Lane.WARNING if happening in URGENT else Lane.REPORT,
    )


def _part_for(notification: Notification, notice: Notice) -> Notice | None:
    """Return what of it this notification asks for; None: nothing."""
    if notice.happening not in notification.events:
        return None
    concerns = notification.concerns
    match notice:
        case MonitoringStarted() | MonitoringStopped():
            instances = tuple(subject for subject in notice.instances if concerns(subject.name))
            return replace(notice, instances=instances) if instances else None
        case SettingsChanged():
            differences = tuple(d for d in notice.differences if not d[0] or concerns(d[0]))
            left_out = max(0, len(differences) - MOST_SHOWN)
            part = replace(notice, differences=differences[:MOST_SHOWN], left_out=left_out)
            return part if differences else None
        case MonitoringGap():
            missed_monitors = tuple(
                subject for subject in notice.missed if concerns(subject.instance)
            )
            left_out = max(0, len(missed_monitors) - MOST_SHOWN)
            return replace(notice, missed=missed_monitors[:MOST_SHOWN], left_out=left_out)
        case _:
            return notice


# A mail that failed


def may_tell_of(envelope: Envelope) -> bool:
    """Return True if the failure of a mail is told. If the mail itself tells of a failure it is
    not: what no route takes would else lead to a mail about it, and that one to the next."""
    return not envelope.id.startswith(ABOUT_FAILURES)


def notifications_elsewhere(
    notice: MailSetAside | MailCameBack,
    notifications: Sequence[Notification],
    tried_routes: Sequence[str],
    routes: Iterable[str],
) -> tuple[Notification, ...]:
    """Return who is told of a mail that was set aside or came back: its own contact only where
    there is nobody else; first by the routes that were not tried. `routes` are all there
    are."""
    asking = [n for n in notifications if notice.happening in n.events]
    for_other_contacts = [_without_contact(n, notice.contact) for n in asking]
    if not any(n.contacts for n in for_other_contacts):
        for_other_contacts = asking
    return tuple(
        replace(n, routes=_untried_first(n, tried_routes, routes))
        for n in for_other_contacts
        if n.contacts
    )


def _without_contact(notification: Notification, contact: str) -> Notification:
    contacts = tuple(
        recipient for recipient in notification.contacts if recipient.id != contact
    )
    return replace(notification, contacts=contacts)


def _untried_first(
    notification: Notification, tried_routes: Sequence[str], routes: Iterable[str]
) -> tuple[str, ...]:
    """Return the routes: a definition's are all that may be used; what is built in may use
    any."""
    own_routes = notification.routes
    untried = tuple(route for route in own_routes if route not in tried_routes)
    if not untried and notification.id == BUILT_IN:
        untried = tuple(route for route in routes if route not in tried_routes)
    return (*untried, *(route for route in own_routes if route not in untried))


# Fixed times


def last_due(cadence: FixedTimes, earliest: datetime, now: datetime) -> datetime | None:
    """Return the last time of a cadence after `earliest` and not after `now`; None: there is
    none."""
    due_time = last_up_to(cadence, now)
    return due_time if due_time is not None and due_time > earliest else None


def report_due(cadence: FixedTimes, last_look: datetime, now: datetime) -> datetime | None:
    """Return the time of day for which a report is owed: the last that has come since somebody
    looked, unless that is too long ago."""
    return last_due(cadence, max(last_look, now - LONGEST_LATE), now)


def report_before(cadence: FixedTimes, due: datetime) -> datetime:
    """Return when the report before this one was due; a week at most, as days of the week
    repeat."""
    week = timedelta(days=8)
    previous_due = last_due(cadence, due - week, due - timedelta(microseconds=1))
    return previous_due or due - week
