"""`noroshi audit`: who changed what, by which door, from what to what, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.routes import comma
from noroshi.cli.output.tables import columns
from noroshi.cli.output.times import clock
from noroshi.command_line.text_width import wrap
from noroshi.core.people import API, DOOR_NAMES, Audited
from noroshi.core.printable import printable
from noroshi.core.translation import _, known_language, ngettext
from noroshi.operations import people_operations
from noroshi.operations.registry import label_of

if TYPE_CHECKING:
    from noroshi.web.view.audit_log import Line

NOTHING = _("No changes are recorded yet.")
NOBODY = _("unknown")
REFUSED = _("refused: {why}")
MORE = ngettext("({count} earlier refusal not listed)", "({count} earlier refusals not listed)")
INDENT = "    "


def audit(context: CommandContext) -> int:
    """Print the audit log, the newest last, as in any log."""
    entries = context.ask(people_operations.AUDIT, tuple[Audited, ...], last=context.args.last)
    if context.args.json:
        context.print_json(entries)
        return exits.DONE
    now = datetime.now(UTC)
    rows = ["\n".join(_row(context, one, now)) for one in reversed(entries)]
    print("\n".join(rows) or context.say(NOTHING))
    return exits.DONE


def _row(context: CommandContext, one: Audited, now: datetime) -> Iterator[str]:
    """Yield time, person, door and operation; below, the arguments and the changes."""
    yield f"{clock(one.at, now)}  {_actor(context, one)}  {_operation(context, one.op)}"
    for line in (
        *_arguments(context, one, now),
        *_changes(context, one, now),
        *_refusal(context, one),
    ):
        yield from (INDENT + part for part in wrap(line, max(columns() - len(INDENT), 1)))


def _actor(context: CommandContext, one: Audited) -> str:
    door = context.say(DOOR_NAMES.get(one.door, DOOR_NAMES[API]))
    origin = f"{door} {one.address}" if one.address else door
    return f"{printable(one.who) or context.say(NOBODY)} ({origin})"


def _operation(context: CommandContext, op: str) -> str:
    """Return an operation as the manager calls it, and in brackets as --json does."""
    name = label_of(op)
    return f"{context.say(name)} ({op})" if name is not None else op


def _arguments(context: CommandContext, one: Audited, now: datetime) -> Iterator[str]:
    """Yield the arguments, on one line."""
    pairs = [_pair(line) for line in _lines(context, one, None, one.given, now)]
    if pairs:
        yield comma(context).join(pairs)


def _changes(context: CommandContext, one: Audited, now: datetime) -> Iterator[str]:
    """Yield what it was and became, a line for each field."""
    for line in _lines(context, one, one.before, one.after, now):
        sign = f"{line.sign} " if line.sign else ""
        yield f"{sign}{_pair(line)}"


def _refusal(context: CommandContext, one: Audited) -> Iterator[str]:
    if not one.refused.en:
        return
    reason = context.say(REFUSED.fill(why=one.refused))
    more = context.say(MORE.fill(count=one.left_out)) if one.left_out else ""
    yield f"{reason} {more}".rstrip()


def _lines(
    context: CommandContext,
    one: Audited,
    previous_value: object,
    new_value: object,
    now: datetime,
) -> Sequence[Line]:
    """Return lines as the manager has them."""
    from noroshi.web.view.audit_log import lines
    from noroshi.web.view.language import LOCALIZERS

    localizer = LOCALIZERS[known_language(context.language)]
    return lines(previous_value, new_value, localizer, now, one.op)


def _pair(line: Line) -> str:
    states = " → ".join(filter(None, (line.old_value, line.new_value)))
    return printable(f"{line.name}: {states}" if states else line.name)
