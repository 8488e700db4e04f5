"""An account of this node: whether it can sign in, and when what it signs in by ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from noroshi.checks.account_grace import grace_memory, grace_of
from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import COMMA, Message, _, joined, ngettext, plain
from noroshi.ports import Check, Host, Outcome, Unmeasurable, options

if TYPE_CHECKING:  # what is measured, which definitions need not
    from noroshi.ports import AccountFacts

DAYS = (60, 30, 14, 7, 1)
"""Days before the end of a credential on which it is told. The reading is named by the last of
these days that was reached: another name behind the same level is news, so each is told once,
and in one line."""
URGENT = 7
NO_ACCOUNT = _("there is no account “{name}”")
NOT_WELL = followed_by(
    _("{why} (mailbox {mailbox}, application (client) ID {client}; used by: {routes})."),
    InstructionKind.DIAGNOSE,
)
ENDS = _(
    "the secret or certificate of {name} expires on {day}, in {left}. Create a new one, and "
    "set secret_next or certificate_next to its vault entry to avoid an interruption."
)
IN_DAYS = ngettext("{count} day", "{count} days")
IN_A_DAY = _("less than a day")
ENDED = _("the secret or certificate of {name} expired on {day}")
ENDS_SOON = _("Time until the secret or certificate expires, {days}-day notice")
RESTS = ngettext(
    "the sign-in was last renewed {days} day ago; it expires after 90 days without a renewal",
    "the sign-in was last renewed {days} days ago; it expires after 90 days without a renewal",
    by="days",
)


@options
class Options:
    account: str
    """Name of the account whose sign-in is monitored."""


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    facts = await (await host.self_facts()).account(options.account)
    if facts is None:
        raise Unmeasurable(NO_ACCOUNT.fill(name=options.account))
    now = await host.now()
    grace = grace_memory(memory, now, is_new=facts.never_signed_in)
    return Outcome(tuple(_readings(facts.name or options.account, facts, now)), grace)


def _readings(name: str, facts: AccountFacts, now: datetime) -> Iterator[Reading]:
    yield Reading("sign_in", float(not facts.is_well), note=_sign_in_text(facts))
    if not facts.is_well:
        return  # a day that is near has made it critical before: behind it the loss would be no news
    if facts.renewed_at is not None:
        days = (now - facts.renewed_at).total_seconds() / 86_400
        yield Reading("rests", round(max(0.0, days), 2), "d", note=RESTS.fill(days=int(days)))
    if facts.ends is not None:
        yield from _end_reading(name, facts.ends, now)


def _sign_in_text(facts: AccountFacts) -> Message:
    """Return the state of a sign-in in full: a reader of the mail has neither definitions nor
    examination at hand."""
    if facts.is_well or not facts.routes:
        return facts.reason
    return NOT_WELL.fill(
        why=facts.reason,
        mailbox=facts.mailbox,
        client=facts.client_id,
        routes=joined(map(plain, facts.routes), COMMA),
        route=facts.routes[0],
    )


def _end_reading(name: str, end_date: date, now: datetime) -> Iterator[Reading]:
    """Yield the days until an end, counted to the beginning of that day, as providers do
    (UTC)."""
    end = datetime.combine(end_date, time(), UTC)
    remaining = (end - now).total_seconds() / 86_400
    words = ENDS if remaining > 0 else ENDED
    note = words.fill(name=name, day=end_date.isoformat(), left=_days_text(remaining))
    threshold = min((days for days in DAYS if remaining <= days), default=DAYS[0])
    # Without a unit it is told by its note, which has the date and the days.
    yield Reading(f"left_{threshold}", round(remaining, 2), note=note)


def _days_text(days: float) -> Message:
    """Return the days in words, rounded up: one that has just turned 30 days is not said to end
    in 29."""
    return IN_DAYS.fill(count=math.ceil(days)) if days > 1 else IN_A_DAY


CHECK = Check(
    kind="noroshi-account",
    title=_("Sign-in"),
    help=_(
        "Checks whether an account can sign in, and warns 60, 30, 14 and 7 days and 1 day before "
        "its secret or certificate expires. Noroshi automatically monitors each of its accounts, "
        "in the instance noroshi."
    ),
    options=Options,
    limits={
        "sign_in": Limits(critical=1),
        "rests": Limits(warning=30, critical=75),
        **{
            f"left_{days}": Limits(
                warning=None if days <= URGENT else days,
                critical=days if days <= URGENT else None,
                rising=False,
            )
            for days in DAYS
        },
    },
    units={"rests": "d"} | {f"left_{days}": "d" for days in DAYS},
    yes_no=frozenset({"sign_in"}),
    names={
        "sign_in": _("Sign-in required"),
        "rests": _("Time since the last renewal"),
        **{f"left_{days}": ENDS_SOON.fill(days=days) for days in DAYS},
    },
    may_vanish=True,
    setting_up=grace_of("sign_in"),
    run=run,
)
