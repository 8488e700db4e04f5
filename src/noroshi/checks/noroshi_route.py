"""A way out of this node: whether mails can leave by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from noroshi.checks.account_grace import grace_memory, grace_of
from noroshi.core.mail import Fault
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import NOTHING, _
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import RoundTripFacts, RouteFacts

BY_ITSELF = frozenset({Fault.NETWORK, Fault.SERVER})
"""Faults that time mends, mostly: they are told only once they have lasted."""
NO_ROUTE = _("there is no route “{name}”")
WELL = _("messages can be sent through this route")
OF_ACCOUNT = "of_account"
"""In the memory: which account's sign-in an outage comes from, and when that began."""
RETIRES = _(
    "this route signs in to Exchange Online with a password. Microsoft will turn off "
    "password sign-in at the end of December 2026 (an administrator can turn it on again). "
    "In the second half of 2027, it will announce the date on which password sign-in ends "
    "for good. Use an account, which signs in with OAuth 2.0."
)


@options
class Options:
    route: str
    """Name of the route to monitor. The check covers both sending through it and the arrival of
    its messages."""


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    facts = await (await host.self_facts()).route(options.route)
    if facts is None:
        raise Unmeasurable(NO_ROUTE.fill(name=options.route))
    now = await host.now()
    grace = grace_memory(memory, now, is_new=facts.never_signed_in)
    account = _account(facts, memory, now)
    account_memory = {OF_ACCOUNT: [account, _iso(facts.down_since)]} if account else {}
    return Outcome(tuple(_readings(facts, now)), {**grace, **account_memory})


def _account(facts: RouteFacts, memory: Mapping[str, Any], now: datetime) -> str:
    """Return the account whose lost sign-in causes this outage; "": nobody's. Once the sign-in holds
    again, it is so until the route was tried with it."""
    if facts.fault in BY_ITSELF:
        return ""
    if facts.account or facts.down_since is None:
        return facts.account
    name, down_since = memory.get(OF_ACCOUNT, ("", ""))
    probe_is_due = facts.open_until is not None and facts.open_until <= now
    return str(name) if probe_is_due and down_since == _iso(facts.down_since) else ""


def _iso(instant: datetime | None) -> str:
    return "" if instant is None else instant.isoformat()


def _is_of_account(memory: Mapping[str, Any]) -> bool:
    """Return whether the account's own monitor tells of it."""
    return OF_ACCOUNT in memory


def _readings(facts: RouteFacts, now: datetime) -> Iterator[Reading]:
    is_suspended = facts.down_since is not None and facts.fault not in BY_ITSELF
    is_blocked = is_suspended or facts.unready_reason != NOTHING
    down_minutes = (
        (now - facts.down_since).total_seconds() / 60
        if facts.down_since and not is_blocked
        else 0.0
    )
    note = facts.reason if facts.down_since else facts.unready_reason if is_blocked else WELL
    yield Reading("blocked", float(is_blocked), note=note)
    # Without a unit it is told by its note: nobody wants to read of 0 minutes.
    minutes = round(max(0.0, down_minutes), 1)
    yield Reading("down", minutes, "min" if minutes else "", note=note)
    yield Reading(
        "retiring", float(facts.retiring), note=RETIRES if facts.retiring else NOTHING
    )
    if facts.last_accepted is not None:
        hours = (now - facts.last_accepted).total_seconds() / 3600
        yield Reading("accepted", round(max(0.0, hours), 2), "h")
    if facts.trip is not None:
        yield from _of_trip(facts.trip, now)


def _of_trip(trip: RoundTripFacts, now: datetime) -> Iterator[Reading]:
    """Yield the reading of round trips: a mail a day is sent to the own mailbox and looked for
    there."""
    hours = (now - trip.counts_from).total_seconds() / 3600
    yield Reading("seen", round(max(0.0, hours), 2), "h", note=trip.trouble)
    if trip.last_arrival is not None:
        yield Reading("took", round(trip.duration, 1), "s")


CHECK = Check(
    kind="noroshi-route",
    title=_("Delivery route"),
    help=_(
        "Checks whether messages can be sent through a route. Noroshi automatically monitors "
        "each of its routes, in the instance noroshi."
    ),
    options=Options,
    limits={
        "blocked": Limits(critical=1),
        "down": Limits(warning=5, critical=30),
        "retiring": Limits(warning=1),
        "seen": Limits(warning=30),
    },
    units={"down": "min", "accepted": "h", "seen": "h", "took": "s"},
    yes_no=frozenset({"blocked", "retiring"}),
    names={
        "blocked": _("Action required"),
        "down": _("Downtime"),
        "retiring": _("Uses password sign-in, which is being retired"),
        "accepted": _("Time since the last accepted message"),
        "seen": _("Time since the last confirmed arrival"),
        "took": _("Time to arrive"),
    },
    setting_up=grace_of("blocked"),
    spoken_for=_is_of_account,
    run=run,
)
