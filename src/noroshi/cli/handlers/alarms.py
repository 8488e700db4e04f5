"""`noroshi alarms` and `noroshi alarm`: what is not well, and who has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.silences import lines
from noroshi.cli.output.levels import level_text
from noroshi.cli.output.lists import print_answer
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, elapsed_time
from noroshi.core.translation import Message, _, list_names, ngettext
from noroshi.operations import alarm_operations
from noroshi.operations.alarm_answers import AlarmRow, Alarms, RemarkShown, ToldOf
from noroshi.operations.declaration import Declaration

CALM = _("○ No open alarms.")
OPEN = ngettext(
    "{count} open alarm, {nobody} not acknowledged.",
    "{count} open alarms, {nobody} not acknowledged.",
)
SINCE = _("since {at} ({span})")
NOBODY = _("not acknowledged")
HAS_IT = _("✓ acknowledged by {who} at {at}")
SILENT = _("notifications suppressed until {at}")
WORKS = _("maintenance until {at}")
TOLD = _("{rule}: notification for {contacts} created at {at}")
TIMES = ngettext("{told} ({times} time)", "{told} ({times} times)", by="times")
NOT_TOLD = _("{rule}: {because}")
IS_HAD = _(
    "Acknowledged: {what}. You are notified again if the problem gets worse, and when it ends."
)
IS_BACK = _("Acknowledgement withdrawn: {what}. Notifications resume as set in the rules.")
IS_KEPT = _("Comment saved: {path}")


def alarms(context: CommandContext) -> int:
    """Print what is not well, what nobody has first."""
    answer = context.ask(alarm_operations.ALARMS, Alarms, monitor=context.args.monitor)
    return print_answer(context, answer, lambda: _page(context, answer, answer.at))


def acknowledge(context: CommandContext) -> int:
    """Acknowledge an alarm: somebody takes care of it."""
    return _change_acknowledgement(context, alarm_operations.ALARM_ACKNOWLEDGE, IS_HAD)


def take_back(context: CommandContext) -> int:
    """Withdraw the acknowledgement."""
    return _change_acknowledgement(context, alarm_operations.ALARM_UNACKNOWLEDGE, IS_BACK)


def comment(context: CommandContext) -> int:
    """Keep what somebody says."""
    args = context.args
    answer = context.ask(
        alarm_operations.ALARM_COMMENT,
        RemarkShown,
        monitor=args.monitor,
        text=args.text,
        item=args.item,
    )
    return print_answer(
        context, answer, lambda: [context.say(IS_KEPT.fill(path=_label(answer)))]
    )


def _change_acknowledgement(
    context: CommandContext, operation: Declaration, words: Message
) -> int:
    args = context.args
    item = {} if args.item is None else {"item": args.item}
    rows = context.ask(
        operation, tuple[AlarmRow, ...], monitor=args.monitor, comment=args.comment, **item
    )
    return print_answer(
        context, rows, lambda: [context.say(words.fill(what=list_names(map(_label, rows))))]
    )


def _label(row: AlarmRow | RemarkShown) -> str:
    return f"{row.path} {row.item}".strip()


def _page(context: CommandContext, answer: Alarms, now: datetime) -> Iterator[str]:
    rows = answer.rows
    unacknowledged = sum(row.acknowledged is None for row in rows)
    yield context.say(OPEN.fill(count=len(rows), nobody=unacknowledged) if rows else CALM)
    table_lines = table([_row(context, row, now) for row in rows])
    for row, line in zip(rows, table_lines, strict=True):
        yield line
        yield from (f"    {detail}" for detail in _details_below(context, row, now))
    yield from lines(context, answer, now)


def _row(context: CommandContext, row: AlarmRow, now: datetime) -> Sequence[str]:
    since = SINCE.fill(at=clock(row.since, now), span=elapsed_time(row.since, now))
    return (
        level_text(row.level, context.language),
        row.path,
        row.item,
        context.say(since) if row.since else "",
        _holder(context, row, now),
        context.say(row.words),
    )


def _holder(context: CommandContext, row: AlarmRow, now: datetime) -> str:
    acknowledgement = row.acknowledged
    if acknowledgement is None:
        return context.say(NOBODY)
    return context.say(HAS_IT.fill(who=acknowledgement.who, at=clock(acknowledgement.at, now)))


def _details_below(context: CommandContext, row: AlarmRow, now: datetime) -> Iterator[str]:
    """Yield what was said of it, and of each rule what it told, or why it did not."""
    if row.acknowledged and row.acknowledged.words:
        yield from row.acknowledged.words.splitlines()
    for end, words in ((row.silent, SILENT), (row.maintenance, WORKS)):
        if end:
            yield context.say(words.fill(at=clock(end, now)))
    decisions = [one for one in row.told if one.reason or one.at]
    yield from (context.say(_decision(context, one, now)) for one in decisions)


def _decision(context: CommandContext, one: ToldOf, now: datetime) -> Message:
    if one.at is None:
        return NOT_TOLD.fill(rule=one.called, because=context.say(one.because))
    contacts = list_names(one.contacts)
    notified = TOLD.fill(rule=one.called, contacts=contacts, at=clock(one.at, now))
    return TIMES.fill(told=notified, times=one.times) if one.times > 1 else notified
