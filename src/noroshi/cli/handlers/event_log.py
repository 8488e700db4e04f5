"""`noroshi log`: what happened, and, for one monitor, why each rule spoke or kept silent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.levels import level_text
from noroshi.cli.output.tables import columns, table
from noroshi.cli.output.times import clock
from noroshi.core.alarms import Remarked
from noroshi.core.translation import Message, _
from noroshi.operations import monitor_operations
from noroshi.operations.alarm_answers import RemarkShown
from noroshi.operations.history_answers import Decided, Happened, Log
from noroshi.operations.status_answers import StoppedBy

NOTHING = _("No events yet.")
STILL = _("still {level}")
STOPPED = _("－ Monitoring of {path} is stopped: no measurements, no notifications.")
STOPPED_BY = _(
    "－ {who} stopped monitoring {path} in version {version}: no measurements, no "
    "notifications."
)
RULES = _("Last decision of each rule")
EARLIER = _("Earlier decisions of the rules")
SPEAKS = {True: _("notified"), False: _("not notified")}

REMARKS = _("Comments and acknowledgements")
SORTS = {
    Remarked.COMMENT: _("commented"),
    Remarked.ACKNOWLEDGED: _("acknowledged"),
    Remarked.TAKEN_BACK: _("acknowledgement withdrawn"),
}


def log(context: CommandContext) -> int:
    """Print events, the newest last, as in any log."""
    args = context.args
    answer = context.ask(monitor_operations.LOG, Log, monitor=args.monitor, last=args.last)
    if args.json:
        context.print_json(answer)
        return exits.DONE
    now = datetime.now(UTC)
    print("\n".join(_events(context, answer.events, now)) or context.say(NOTHING))
    if answer.remarks:
        print("\n".join(["", context.say(REMARKS), *_remarks(context, answer.remarks, now)]))
    if answer.stopped:
        print("\n".join(["", context.say(_stopped_text(answer.stopped))]))
    if answer.decisions:
        print("\n".join(["", context.say(RULES), *_decisions(context, answer.decisions, now)]))
    if answer.earlier:
        earlier_decisions = answer.earlier[::-1]
        print(
            "\n".join(["", context.say(EARLIER), *_decisions(context, earlier_decisions, now)])
        )
    return exits.DONE


def _stopped_text(stop: StoppedBy) -> Message:
    if not stop.version:
        return STOPPED.fill(path=stop.path)
    return STOPPED_BY.fill(path=stop.path, who=stop.who, version=stop.version)


def _events(
    context: CommandContext, events: Sequence[Happened], now: datetime
) -> Iterator[str]:
    rows = [
        (
            clock(one.at, now),
            _level_change(context, one),
            one.path,
            one.item,
            context.say(one.words),
        )
        for one in reversed(events)
    ]
    yield from table(rows, columns())


def _level_change(context: CommandContext, one: Happened) -> str:
    sides = (one.before, one.ended or one.after)
    previous_level, new_level = (level_text(side, context.language) for side in sides)
    return (
        context.say(STILL.fill(level=new_level))
        if previous_level == new_level
        else f"{previous_level} → {new_level}"
    )


def _decisions(
    context: CommandContext, decisions: Sequence[Decided], now: datetime
) -> Iterator[str]:
    rows = [
        (
            clock(one.at, now),
            one.called,
            one.item,
            context.say(SPEAKS[one.speaks]),
            context.say(one.because),
        )
        for one in decisions
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))


def _remarks(
    context: CommandContext, remarks: Sequence[RemarkShown], now: datetime
) -> Iterator[str]:
    rows = [
        (
            clock(one.at, now),
            one.who,
            context.say(SORTS[one.sort]),
            f"{one.path} {one.item}".strip(),
            " / ".join(one.words.splitlines()),
        )
        for one in reversed(remarks)
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))
