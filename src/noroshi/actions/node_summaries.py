"""Summarize in a subject what the node finds of itself; the mail explains it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.levels import Level
from noroshi.core.model import Event, Monitor
from noroshi.core.own_instance import ACCOUNT, NODE, QUEUE, ROUTE
from noroshi.core.translation import Message, _, ngettext

CAN_SEND = _("messages can be sent again")
UNDELIVERABLE = ngettext("{count} undeliverable message", "{count} undeliverable messages")
ALARMS_LOST = ngettext("{count} alarm lost", "{count} alarms lost")
EXPIRES = ngettext(
    "secret or certificate expires in {count} day",
    "secret or certificate expires in {count} days",
)
EXPIRES_SOON = _("secret or certificate expires in less than a day")
EXPIRED = _("secret or certificate has expired")
PROBLEMS: Mapping[tuple[str, str], Message] = {
    (ROUTE, "blocked"): _("messages cannot be sent"),
    (ROUTE, "retiring"): _("password sign-in is being retired"),
    (ACCOUNT, "sign_in"): _("cannot sign in"),
    (QUEUE, "aside"): UNDELIVERABLE,
    (QUEUE, "lost"): ALARMS_LOST,
    (NODE, "store"): _("problem with the store"),
}
"""Summaries of problems, by kind of monitor and reading. A reading with a unit is told as a
number instead."""
RECOVERIES: Mapping[tuple[str, str], Message] = {
    (ROUTE, "blocked"): CAN_SEND,
    (ROUTE, "down"): CAN_SEND,
    (ROUTE, "retiring"): _("no longer signs in with a password"),
    (ACCOUNT, "sign_in"): _("can sign in again"),
    (QUEUE, "aside"): UNDELIVERABLE,
    (QUEUE, "lost"): ALARMS_LOST,
    (NODE, "store"): _("the store works again"),
}


def node_summary(event: Event, monitor: Monitor) -> Message | None:
    """Return a short summary of an event of the node's own monitors; None if the event's number
    or words are short enough as they are, or if the monitor is not the node's own."""
    reading = event.cause.reading
    if reading is None or not is_own(monitor):
        return None
    if monitor.kind == ACCOUNT and reading.name.startswith("left_"):
        return _expiry(reading.value)
    summaries = RECOVERIES if event.after is Level.OK else PROBLEMS
    summary = summaries.get((monitor.kind, reading.name))
    return None if summary is None else summary.fill(count=round(reading.value))


def _expiry(days: float) -> Message:
    """Return the text that says when a credential expires, in days as the account's monitor
    counts them."""
    if days <= 0:
        return EXPIRED
    return EXPIRES.fill(count=ceil(days)) if days > 1 else EXPIRES_SOON
