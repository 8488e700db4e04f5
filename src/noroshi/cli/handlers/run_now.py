"""`noroshi try`: a monitor measured and judged now; nothing of it is kept or sent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import documents_of
from noroshi.cli.handlers.status import NOT_RUNNING
from noroshi.cli.output.levels import level_text
from noroshi.cli.output.lists import print_answer
from noroshi.cli.output.routes import join_routes
from noroshi.cli.output.tables import columns, table
from noroshi.cli.output.times import clock
from noroshi.core.translation import NOTHING, Message, _, list_names
from noroshi.operations import monitor_operations
from noroshi.operations.status_answers import MonitorTried, RuleTried

MEASURED_ON = _("measured on: {host}   target: {target}   took {seconds} s")
NOT_MEASURED = _("not measured now: {why}")
LAST_VALUES = _("last values: {time}")
NO_VALUES = _("the agent has not reported any values yet")
READ = _("Readings")
NOTHING_READ = _("Found nothing to measure.")
NO_LIMITS = _("no limits")
JUDGED = _("Resulting levels")
TELLS = _("Decisions of the rules")
WOULD = _("would notify {contacts} through {routes}: {because}")
WOULD_NOT = _("would notify nobody: {because}")
NO_RULES = _(
    "Nobody would be notified: there is no problem now, or no rule applies to this monitor."
)
NOTHING_KEPT = _("This was a test: nothing was saved or sent.")


def try_(context: CommandContext) -> int:
    """Print everything that was read and judged; exit code 0 whatever the level is."""
    args = context.args
    documents = documents_of(context, Path(args.folder)) if args.folder else None
    result = context.ask(
        monitor_operations.TRY_MONITOR, MonitorTried, monitor=args.monitor, documents=documents
    )
    return print_answer(context, result, lambda: _page(context, result))


def _page(context: CommandContext, result: MonitorTried) -> Iterator[str]:
    yield f"{level_text(result.level, context.language)}  {result.path} ({result.kind})"
    if result.not_measured != NOTHING:
        yield from _reported_page(context, result)
        return
    seconds = f"{result.seconds:.2f}"
    host_line = MEASURED_ON.fill(host=result.measured_on, target=result.target, seconds=seconds)
    yield f"  {context.say(host_line)}"
    yield from ("", context.say(READ))
    yield from _readings(context, result)
    yield from (f"  {line}" for words in result.seen for line in _lines(context, words))
    yield from _levels(context, result)
    yield from ("", context.say(TELLS))
    yield from _rules(context, result.rules, result.marks)
    yield from ("", context.say(NOTHING_KEPT))


def _reported_page(context: CommandContext, result: MonitorTried) -> Iterator[str]:
    """Yield what the agent reported last."""
    if context.is_node_running:
        yield f"  {context.say(NOT_MEASURED.fill(why=result.not_measured))}"
    else:  # which is why no agent is connected
        yield f"  {context.say(NOT_RUNNING)}"
    if result.measured_at is None:
        yield f"  {context.say(NO_VALUES)}"
        return
    measured_at = clock(result.measured_at, datetime.now(UTC))
    yield f"  {context.say(LAST_VALUES.fill(time=measured_at))}"
    yield from ("", context.say(READ))
    yield from _readings(context, result)
    yield from _levels(context, result)


def _levels(context: CommandContext, result: MonitorTried) -> Iterator[str]:
    yield from ("", context.say(JUDGED))
    rows = [
        (level_text(i.level, context.language), i.item, context.say(i.words))
        for i in result.items
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))


def _lines(context: CommandContext, words: Message) -> Sequence[str]:
    return context.say(words).splitlines()


def _readings(context: CommandContext, result: MonitorTried) -> Iterator[str]:
    if result.fault is not None:
        yield f"  {context.say(result.fault)}"
    elif not result.readings:
        yield f"  {context.say(NOTHING_READ)}"
    rows = [
        (
            context.say(one.name),
            one.item,
            context.say(one.value),
            level_text(one.level, context.language),
            context.say(one.limits) or context.say(NO_LIMITS),
            context.say(one.note),
        )
        for one in result.readings
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))
    yield from (f"    {line}" for one in result.readings for line in one.lines)


def _rules(
    context: CommandContext, decisions: Sequence[RuleTried], marks: Mapping[str, Message]
) -> Iterator[str]:
    if not decisions:
        yield f"  {context.say(NO_RULES)}"
    rows = [_rule(context, one, marks) for one in decisions]
    yield from (f"  {line}" for line in table(rows, columns() - 2))


def _rule(
    context: CommandContext, one: RuleTried, marks: Mapping[str, Message]
) -> tuple[str, ...]:
    words = WOULD if one.speaks else WOULD_NOT
    text = words.fill(
        contacts=list_names(one.contacts),
        routes=join_routes(context, one.routes, marks, " → "),
        because=one.because,
    )
    return (one.called, one.item, context.say(text))
