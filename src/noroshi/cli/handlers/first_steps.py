"""`noroshi first`: from an empty node to an alarm that somebody has."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import say_applied
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.translation import _, bilingual

STEPS = {
    "contact": _("contact"),
    "instance": _("monitors here"),
    "route": _("route"),
    "mail": _("test alarm"),
    "seen": _("receipt confirmed"),
}
NOT_YET = _("not yet")
UNPROVED = _("{route} (no message accepted yet)")
HEAD = (_("ID"), _("ITEM"), _("CURRENT STATE"), _("ALARM WHEN"))
THERE = _("(already monitored)")
NOTHING = _("Nothing to monitor was found here.")
SENT = _("A test alarm is being sent to {to}. When it arrives: noroshi first seen NUMBER")
PROVED = _(
    "The number is correct: the alarm reached {to}. Your name and the time are recorded."
)


def look(context: CommandContext) -> int:
    """Step by step."""
    answer = context.call("first_look")
    if context.args.json:
        context.print_json(answer)
        return exits.DONE
    rows = [
        (context.say(words), _step_state(context, answer, step))
        for step, words in STEPS.items()
    ]
    print("\n".join(table(rows)))
    return exits.DONE


def _step_state(context: CommandContext, answer: Mapping[str, Any], step: str) -> str:
    if not answer[step]:
        return context.say(NOT_YET)
    if step == "route" and not answer["accepted"]:
        return context.say(UNPROVED.fill(route=answer[step]))
    if step != "seen":
        return str(answer[step])
    return f"{clock(answer[step], datetime.now(UTC))} ({answer['by']})"


def suggest(context: CommandContext) -> int:
    """Print what there is, and when it would be told of."""
    answer = context.call("suggest")
    if context.args.json:
        context.print_json(answer)
    elif not answer["monitors"]:
        print(context.say(NOTHING))
    else:
        head = tuple(context.say(words) for words in HEAD)
        print("\n".join(table([head, *(_row(context, one) for one in answer["monitors"])])))
    return exits.DONE


def _row(context: CommandContext, one: Mapping[str, Any]) -> tuple[str, ...]:
    limit = THERE if one["there"] else bilingual(**one["limit"])
    messages = (bilingual(**one["title"]), bilingual(**one["found"]), limit)
    return (one["id"], *(context.say(words) for words in messages))


def take(context: CommandContext) -> int:
    """Add all suggestions, or those that were named."""
    ids = context.args.wanted or [one["id"] for one in context.call("suggest")["monitors"]]
    answer = context.call("suggest_take", wanted=ids, language=context.language)
    return say_applied(context, answer)


def alarm(context: CommandContext) -> int:
    """Send a test alarm, through the queue as every alarm."""
    answer = context.call("test_alarm", contact=context.args.contact)
    if context.args.json:
        context.print_json(answer)
    else:
        print(context.say(SENT.fill(to=", ".join(answer["to"]))))
    return exits.DONE


def confirm(context: CommandContext) -> int:
    """Enter the number of the test alarm, which proves that somebody has it."""
    answer = context.call("test_alarm_seen", number=context.args.number)
    if context.args.json:
        context.print_json(answer)
    else:
        print(context.say(PROVED.fill(to=", ".join(answer["to"]))))
    return exits.DONE
