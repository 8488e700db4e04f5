"""Explain why a monitor sent a notification, or none: the decisions of the rules, and the
notifications sent. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from noroshi.core.translation import Message
from noroshi.operations.history_answers import Decided, Log
from noroshi.operations.mail_answers import LedgerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Hold one decision: `because` is the reason, None where only the notification is still
    known; `href` is the page of the alarm, `contact` who was notified."""

    decided_at: datetime
    item: str
    notifies: bool
    because: Message | None
    rule: str = ""
    subject: str = ""
    contact: str = ""
    href: str = ""


def decisions_of(log: Log, notifications: Sequence[LedgerRow]) -> Sequence[Decision]:
    """Return the decisions, the newest first. The store keeps some of a rule's decisions about
    each item, and of equal ones the first; other notifications are known from the monitor's
    ledger."""
    by_item_and_time = {(one.item, one.queued): one for one in notifications}
    logged = (*log.decisions, *log.earlier)
    decisions = [_decision(one, by_item_and_time.get((one.item, one.at))) for one in logged]
    pages = {one.href for one in decisions}
    rows = [
        *decisions,
        *(one for one in _notification_decisions(notifications) if one.href not in pages),
    ]
    return sorted(rows, key=lambda one: one.decided_at, reverse=True)


def _decision(one: Decided, notification: LedgerRow | None) -> Decision:
    notification = notification if one.speaks else None
    return Decision(
        decided_at=one.at,
        item=one.item,
        notifies=one.speaks,
        because=one.because,
        rule=one.called,
        contact=notification.contact if notification else "",
        href=_alarm_page(notification) if notification else "",
    )


def _notification_decisions(notifications: Sequence[LedgerRow]) -> Iterator[Decision]:
    for one in notifications:
        yield Decision(
            decided_at=one.queued,
            item=one.item,
            notifies=True,
            because=None,
            subject=one.subject,
            contact=one.contact,
            href=_alarm_page(one),
        )


def _alarm_page(one: LedgerRow) -> str:
    return f"/ledger/alarm?id={quote(one.alarm, safe='')}"
