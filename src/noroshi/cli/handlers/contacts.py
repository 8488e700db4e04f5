"""`noroshi contacts`: who is told, in which language, by which rules."""

from __future__ import annotations

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _, pgettext
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
    _("NOTIFICATIONS"),
    _("MONITORS"),
    _("ADDRESSES"),
)
LANGUAGES = {"en": _("English"), "ja": _("Japanese")}
NO_RULE = _("none: never notified")


def contacts(context: CommandContext) -> int:
    """Print a row for each contact."""
    answer = context.ask(monitor_operations.CONTACTS, tuple[ContactRow, ...])
    if context.args.json:
        context.print_json(answer)
    elif not answer:
        print(context.say(NOBODY))
    else:
        rows = [[context.say(words) for words in HEAD], *(_row(context, one) for one in answer)]
        print("\n".join(table(rows)))
    return exits.DONE


def _row(context: CommandContext, one: ContactRow) -> tuple[str, ...]:
    name = f"{one.name} ({one.title})" if one.title else one.name
    return (
        name,
        context.say(LANGUAGES[one.language]),
        one.zone,
        ", ".join(one.rules) or ("" if one.notifications else context.say(NO_RULE)),
        ", ".join(one.notifications),
        str(one.monitors),
        ", ".join(one.addresses),
    )
