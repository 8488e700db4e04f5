"""`noroshi contacts`: who is told, in which language, by which rules."""

from __future__ import annotations

from noroshi.cli.context import CommandContext
from noroshi.cli.output.lists import print_table
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _, list_names, pgettext
from noroshi.operations import monitor_operations
from noroshi.operations.history_answers import ContactRow

NOBODY = with_commands(
    _("There are no contacts yet. Define one in contacts/ and apply it: {command}"),
    command=CommandText("apply", pgettext("command", "DIR")),
)
HEAD = (
    _("CONTACT"),
    _("LANGUAGE"),
    _("TIME ZONE"),
    _("RULES"),
    _("SYSTEM NOTIFICATIONS"),
    _("MONITORS"),
    _("ADDRESSES"),
)
LANGUAGES = {"en": _("English"), "ja": _("Japanese")}
NO_RULE = _("none: never notified")


def contacts(context: CommandContext) -> int:
    """Print a row for each contact."""
    answer = context.ask(monitor_operations.CONTACTS, tuple[ContactRow, ...])
    return print_table(context, answer, NOBODY, HEAD, _row)


def _row(context: CommandContext, one: ContactRow) -> tuple[str, ...]:
    name = f"{one.name} ({one.title})" if one.title else one.name
    return (
        name,
        context.say(LANGUAGES[one.language]),
        one.zone,
        context.say(list_names(one.rules))
        or ("" if one.notifications else context.say(NO_RULE)),
        context.say(list_names(one.notifications)),
        str(one.monitors),
        context.say(list_names(one.addresses)),
    )
