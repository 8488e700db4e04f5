"""`noroshi ledger`: each alarm and what became of it, and whether the sum is right."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.levels import level_text
from noroshi.cli.output.routes import with_mark
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.state_names import STATE_NAMES, VERDICT_NAMES
from noroshi.core.translation import _, ngettext, pgettext
from noroshi.operations import hub_operations, mail_operations
from noroshi.operations.hub_answers import HubStatus
from noroshi.operations.mail_answers import Ledger, LedgerRow, Sum, Tried

NOTHING = _("No alarms have been raised yet.")
SUM = _(
    "Alarms: raised {raised} = accepted {accepted} + bounced {came_back} + waiting {waiting} + "
    "held {held} + undeliverable {set_aside} + dropped {dropped} + lost {lost}"
)
OLDER = ngettext(
    "({forgotten} older alarm, completed long ago, is no longer kept)",
    "({forgotten} older alarms, completed long ago, are no longer kept)",
    by="forgotten",
)
LOST = with_commands(
    ngettext(
        "{lost} alarm has been lost: the ledger does not account for it. Check the store: "
        "{command}",
        "{lost} alarms have been lost: the ledger does not account for them. Check the store: "
        "{command}",
        by="lost",
    ),
    command=CommandText("check-store"),
)
FOR_HUB = with_commands(
    ngettext(
        "{count} change is not yet reported to hub {hub}, which sends the alarms. Details: "
        "{command}",
        "{count} changes are not yet reported to hub {hub}, which sends the alarms. Details: "
        "{command}",
    ),
    command=CommandText("hub"),
)
SENT_BY_HUB = ("no-route", "")
"""Who sends the notifications from here, as `HubStatus.sender` tells: the hub, or nobody."""
HEAD = (_("RAISED"), _("STATE"), _("TO"), _("ROUTE"), _("ATTEMPTS"), _("ALARM"), _("SUBJECT"))
RAISED, QUEUED, SENDER = _("Raised"), _("Queued"), _("Sending node")
TRIED, NOT_TRIED = (_("Sending"), _("no attempts yet"))
MAIL, DIGEST = pgettext("id of a message", "Message"), _("Combined message")
NOT_PROVED = _("Arrival not confirmed")
STATE, FORGOTTEN = _("State"), _("no record")


def ledger(context: CommandContext) -> int:
    """Print the newest alarms, the newest last as in any log; or one in full. The exit code is
    1 if an alarm is lost."""
    args = context.args
    answer = context.ask(mail_operations.LEDGER, Ledger, alarm=args.alarm or "", last=args.last)
    if args.json:
        context.print_json(answer)
    elif args.alarm:
        print("\n".join(_details(context, answer.rows[0], datetime.now(UTC))))
    else:
        print("\n".join(_overview(context, answer, datetime.now(UTC))))
        _say_what_waits_for_hub(context)
    return exits.TROUBLE if answer.sum.lost else exits.DONE


def _say_what_waits_for_hub(context: CommandContext) -> None:
    """Print how much the hub lacks, where it sends the alarms: no message of them is here."""
    hub = context.ask(hub_operations.HUB_STATUS, HubStatus)
    if hub.hub and hub.backlog and hub.sender in SENT_BY_HUB:
        print(context.say(FOR_HUB.fill(hub=hub.hub, count=hub.backlog)))


def _overview(context: CommandContext, answer: Ledger, now: datetime) -> Iterator[str]:
    if not answer.rows:
        yield context.say(NOTHING)
    else:
        rows = [_row(context, entry, now) for entry in reversed(answer.rows)]
        yield from table([[context.say(words) for words in HEAD], *rows])
    yield ""
    yield from _sum(context, answer.sum)


def _sum(context: CommandContext, counts: Sum) -> Iterator[str]:
    yield context.say(
        SUM.fill(
            raised=counts.raised - counts.forgotten,
            accepted=counts.accepted,
            came_back=counts.came_back,
            waiting=counts.waiting,
            held=counts.held,
            set_aside=counts.set_aside,
            dropped=counts.dropped,
            lost=counts.lost,
        )
    )
    if counts.forgotten:
        yield context.say(OLDER.fill(forgotten=counts.forgotten))
    if counts.lost:
        yield context.say(LOST.fill(lost=counts.lost))


def _row(context: CommandContext, entry: LedgerRow, now: datetime) -> list[str]:
    last = entry.tried[-1] if entry.tried else None
    return [
        clock(entry.raised or entry.queued, now),
        context.say(STATE_NAMES[entry.state]),
        entry.contact,
        _route(context, last) if last else "",
        str(len({attempt.at for attempt in entry.tried})),
        entry.alarm,
        entry.subject,
    ]


def _details(context: CommandContext, entry: LedgerRow, now: datetime) -> Iterator[str]:
    """Yield the way from the event to the provider's answer, one line a step."""
    level = level_text(entry.level, context.language) if entry.level else ""
    raised_at = clock(entry.raised, now) or context.say(FORGOTTEN)
    subject = " ".join(part for part in (entry.path, entry.item, level) if part)
    rows = [
        [context.say(RAISED), raised_at, subject],
        [context.say(QUEUED), clock(entry.queued, now), f"{entry.contact}: {entry.subject}"],
        [context.say(MAIL), "", entry.mail],
    ]
    if entry.digest:
        rows.append([context.say(DIGEST), "", entry.digest])
    rows += _attempt_rows(context, entry, now)
    reason = (
        context.say(entry.why)
        if entry.state in (DeliveryState.WAITING, DeliveryState.HELD, DeliveryState.SET_ASIDE)
        else ""
    )
    rows.append(
        [context.say(STATE), "", ": ".join(filter(None, (_state(context, entry), reason)))]
    )
    if sender := context.say(entry.sender):
        rows.append([context.say(SENDER), clock(entry.sender_since, now), sender])
    if unproved := context.say(entry.unproved):
        rows.append([context.say(NOT_PROVED), "", unproved])
    yield from table(rows)


def _route(context: CommandContext, attempt: Tried) -> str:
    """Return the route of an attempt; that of another node with the node's name."""
    if attempt.sent_by:
        return f"{attempt.route} ({attempt.sent_by})"
    return with_mark(context, attempt.route, attempt.mark)


def _attempt_rows(
    context: CommandContext, entry: LedgerRow, now: datetime
) -> Iterator[list[str]]:
    if not entry.tried:
        yield [context.say(TRIED), "", context.say(NOT_TRIED)]
    for attempt in entry.tried:
        text = context.say(attempt.words) or f"{attempt.code or ''} {attempt.text}".strip()
        parts = (
            _route(context, attempt),
            attempt.address,
            context.say(VERDICT_NAMES[attempt.verdict]),
            text,
            f"({attempt.provider_id})" if attempt.provider_id not in text else "",
        )
        yield [context.say(TRIED), clock(attempt.at, now), "  ".join(filter(None, parts))]
    for arrival in entry.arrived:
        words = context.say(STATE_NAMES[arrival.state])
        text = "  ".join(filter(None, (arrival.address, arrival.said, arrival.by)))
        yield [words, clock(arrival.at, now), text]


def _state(context: CommandContext, entry: LedgerRow) -> str:
    return context.say(STATE_NAMES[entry.state])
