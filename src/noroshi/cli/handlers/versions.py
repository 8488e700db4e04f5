"""`noroshi versions` and `take-back`: what was in force before, and going back to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import list_changes, say_applied
from noroshi.cli.output.lists import print_list, table_with_head
from noroshi.cli.output.times import clock
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _, ngettext, pgettext
from noroshi.operations import definition_operations
from noroshi.operations.definition_answers import Applied, OneVersion, VersionRow

NONE_YET = with_commands(
    _("There are no definitions yet. To apply some: {command}"),
    command=CommandText("apply", pgettext("command", "DIR")),
)
HEAD = (_("VERSION"), pgettext("handlers.versions", "SINCE"), _("BY"), _("NOTE"))
IN_FORCE = _("{number} (in effect)")
IN_FULL = with_commands(
    _("To see the changes in a version: {command}"),
    command=CommandText("versions", pgettext("command", "NUMBER")),
)
CHANGED = ngettext("{count} change in version {number}", "{count} changes in version {number}")
BACK = ngettext(
    "{count} change if you roll back to this version from version {current}",
    "{count} changes if you roll back to this version from version {current}",
)
HOW_BACK = with_commands(
    _("To roll back: {command}"), command=CommandText("take-back", "--base {current} {number}")
)
IN_EFFECT = _("This version is in effect.")
SAME = _("This version is identical to version {current}, which is in effect.")


def versions(context: CommandContext) -> int:
    """Print all versions in short, or one with what it changed."""
    if context.args.number is not None:
        return _show_version(context)
    answer = context.ask(
        definition_operations.VERSIONS, tuple[VersionRow, ...], last=context.args.last
    )

    def lines_of(answer: Sequence[VersionRow]) -> Iterator[str]:
        now, newest = datetime.now(UTC), answer[0].number
        rows = (_row(context, one, now, current=one.number == newest) for one in answer)
        yield from table_with_head(context, HEAD, rows)
        yield context.say(IN_FULL)

    return print_list(context, answer, NONE_YET, lines_of)


def take_back(context: CommandContext) -> int:
    """Put an earlier version in force again, as a new one."""
    args = context.args
    answer = context.ask(
        definition_operations.TAKE_BACK,
        Applied,
        number=args.number,
        base=args.base,
        note=args.note,
    )
    return say_applied(context, answer)


def _show_version(context: CommandContext) -> int:
    answer = context.ask(
        definition_operations.VERSION_SHOW, OneVersion, number=context.args.number
    )
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    number, current = answer.row.number, answer.current
    changes, changes_back = answer.changed, answer.back
    more_changed, more_back = answer.more_changed, answer.more_back
    head = CHANGED.fill(number=number, count=len(changes) + more_changed)
    list_changes(context, head, changes, more_changed)
    if not changes_back:
        print(context.say(IN_EFFECT if number == current else SAME.fill(current=current)))
        return exits.DONE
    head = BACK.fill(current=current, count=len(changes_back) + more_back)
    list_changes(context, head, changes_back, more_back)
    print(context.say(HOW_BACK.fill(current=current, number=number)))
    return exits.DONE


def _row(
    context: CommandContext, version: VersionRow, now: datetime, *, current: bool
) -> tuple[str, ...]:
    number = (
        context.say(IN_FORCE.fill(number=version.number)) if current else str(version.number)
    )
    return (number, clock(version.at, now), version.who, context.say(version.note))
