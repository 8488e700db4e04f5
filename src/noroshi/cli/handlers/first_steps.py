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
UNPROVED = _("{route} (no mail accepted yet)")
HEAD = (_("ID"), _("ITEM"), _("CURRENT STATE"), _("ALARM WHEN"))
THERE = _("(already monitored)")
NOTHING = _("Nothing to monitor was found here.")
SENT = _("A test alarm is being sent to {to}. When it arrives: noroshi first seen NUMBER")
PROVED = _(
    "The number is correct: the alarm reached {to}. Your name and the time are recorded."
)
ENDED = _("The first start is closed.")


def look(asked: CommandContext) -> int:
    """Step by step."""
    found = asked.call("first_look")
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    rows = [(asked.say(words), _done(asked, found, step)) for step, words in STEPS.items()]
    print("\n".join(table(rows)))
    return exits.DONE


def _done(asked: CommandContext, found: Mapping[str, Any], step: str) -> str:
    if not found[step]:
        return asked.say(NOT_YET)
    if step == "route" and not found["accepted"]:
        return asked.say(UNPROVED.fill(route=found[step]))
    if step != "seen":
        return str(found[step])
    return f"{clock(found[step], datetime.now(UTC))} ({found['by']})"


def suggest(asked: CommandContext) -> int:
    """Print what there is, and when it would be told of."""
    found = asked.call("suggest")
    if asked.given.json:
        asked.print_json(found)
    elif not found["monitors"]:
        print(asked.say(NOTHING))
    else:
        head = tuple(asked.say(words) for words in HEAD)
        print("\n".join(table([head, *(_row(asked, one) for one in found["monitors"])])))
    return exits.DONE


def _row(asked: CommandContext, one: Mapping[str, Any]) -> tuple[str, ...]:
    limit = THERE if one["there"] else bilingual(**one["limit"])
    said = (bilingual(**one["title"]), bilingual(**one["found"]), limit)
    return (one["id"], *(asked.say(words) for words in said))


def take(asked: CommandContext) -> int:
    """All of it, or what was named."""
    wanted = asked.given.wanted or [one["id"] for one in asked.call("suggest")["monitors"]]
    told = asked.call("suggest_take", wanted=wanted, language=asked.language)
    return say_applied(asked, told)


def alarm(asked: CommandContext) -> int:
    """It goes through the queue as every alarm."""
    sent = asked.call("test_alarm", contact=asked.given.contact)
    if asked.given.json:
        asked.print_json(sent)
    else:
        print(asked.say(SENT.fill(to=", ".join(sent["to"]))))
    return exits.DONE


def seen(asked: CommandContext) -> int:
    """The number proves that somebody has it."""
    found = asked.call("test_alarm_seen", number=asked.given.number)
    if asked.given.json:
        asked.print_json(found)
    else:
        print(asked.say(PROVED.fill(to=", ".join(found["to"]))))
    return exits.DONE


def end(asked: CommandContext) -> int:
    """It is not spoken of any more."""
    asked.call("first_end")
    print(asked.say(ENDED))
    return exits.DONE
