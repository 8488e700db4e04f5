"""`noroshi first`: from an empty node to an alarm that somebody has."""

from __future__ import annotations

from datetime import UTC, datetime

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import say_applied
from noroshi.cli.output.lists import print_answer
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _, list_names, pgettext
from noroshi.operations import setup_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.setup_answers import AlarmSent, FirstLook, Suggested, Suggestion

STEPS = {
    "contact": _("contact"),
    "instance": _("monitors here"),
    "route": _("route"),
    "mail": _("test alarm"),
    "seen": _("arrival confirmed"),
}
NOT_YET = _("not yet")
UNPROVED = _("{route} (no message accepted yet)")
HEAD = (_("ID"), _("ITEM"), _("CURRENT STATE"), _("ALARM WHEN"))
THERE = _("(already monitored)")
NOTHING = _("Nothing to monitor was found here.")
SENT = with_commands(
    _("A test alarm is being sent to {to}. When it arrives: {command}"),
    command=CommandText("first seen", pgettext("command", "NUMBER")),
)
PROVED = _(
    "The number is correct: the alarm reached {to}. Your name and the time are recorded."
)


def look(context: CommandContext) -> int:
    """Step by step."""
    answer = context.ask(setup_operations.FIRST_LOOK, FirstLook)
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    rows = [
        (context.say(words), _step_state(context, answer, step))
        for step, words in STEPS.items()
    ]
    print("\n".join(table(rows)))
    return exits.DONE


def _step_state(context: CommandContext, answer: FirstLook, step: str) -> str:
    value = getattr(answer, step)
    if not value:
        return context.say(NOT_YET)
    if step == "route" and not answer.accepted:
        return context.say(UNPROVED.fill(route=value))
    if step != "seen":
        return str(value)
    return f"{clock(answer.seen, datetime.now(UTC))} ({answer.by})"


def suggest(context: CommandContext) -> int:
    """Print what there is, and when it would be told of."""
    answer = context.ask(setup_operations.SUGGEST, Suggestion)
    if context.args.json:
        context.print_json(answer)
    elif not answer.monitors:
        print(context.say(NOTHING))
    else:
        head = tuple(context.say(words) for words in HEAD)
        print("\n".join(table([head, *(_row(context, one) for one in answer.monitors)])))
    return exits.DONE


def _row(context: CommandContext, one: Suggested) -> tuple[str, ...]:
    limit = THERE if one.there else one.limit
    messages = (one.title, one.found, limit)
    return (one.id, *(context.say(words) for words in messages))


def take(context: CommandContext) -> int:
    """Add all suggestions, or those that were named."""
    ids = context.args.wanted or [
        one.id for one in context.ask(setup_operations.SUGGEST, Suggestion).monitors
    ]
    answer = context.ask(
        setup_operations.SUGGEST_TAKE, Applied, wanted=ids, language=context.language
    )
    return say_applied(context, answer)


def alarm(context: CommandContext) -> int:
    """Send a test alarm, through the queue as every alarm."""
    answer = context.ask(setup_operations.TEST_ALARM, AlarmSent, contact=context.args.contact)
    return print_answer(
        context, answer, lambda: [context.say(SENT.fill(to=list_names(answer.to)))]
    )


def confirm(context: CommandContext) -> int:
    """Enter the number of the test alarm, which proves that somebody has it."""
    answer = context.ask(
        setup_operations.TEST_ALARM_SEEN, FirstLook, number=context.args.number
    )
    return print_answer(
        context, answer, lambda: [context.say(PROVED.fill(to=list_names(answer.to)))]
    )
