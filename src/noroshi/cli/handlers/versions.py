"""`noroshi versions` and `take-back`: what was in force before, and going back to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.apply import list_changes, say_applied
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.translation import _, bilingual, pgettext

NONE_YET = _("There are no definitions yet. To apply some: noroshi apply DIR")
HEAD = (_("VERSION"), pgettext("handlers.versions", "SINCE"), _("BY"), _("NOTE"))
IN_FORCE = _("{number} (in effect)")
IN_FULL = _("To see the changes of a version: noroshi versions NUMBER")
CHANGED = _("Changes in version {number}: {count}")
BACK = _("Changes if you go back to it from version {current}: {count}")
HOW_BACK = _("To go back: noroshi take-back --base {current} {number}")
SAME = _("It is identical to version {current}, which is in effect.")


def versions(asked: CommandContext) -> int:
    """All versions in short, or one with what it changed."""
    if asked.given.number is not None:
        return _one(asked)
    found = asked.call("versions", last=asked.given.last)
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NONE_YET))
    else:
        now, newest = datetime.now(UTC), found[0]["number"]
        rows = [_row(asked, one, now, current=one["number"] == newest) for one in found]
        print("\n".join(table([[asked.say(words) for words in HEAD], *rows])))
        print(asked.say(IN_FULL))
    return exits.DONE


def take_back(asked: CommandContext) -> int:
    """Bring an earlier version into force again, as a new one."""
    given = asked.given
    applied = asked.call("take_back", number=given.number, base=given.base, note=given.note)
    return say_applied(asked, applied)


def _one(asked: CommandContext) -> int:
    found = asked.call("version_show", number=asked.given.number)
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    number, current = found["row"]["number"], found["current"]
    changed, back = found["changed"], found["back"]
    more_changed, more_back = found["more_changed"], found["more_back"]
    head = CHANGED.fill(number=number, count=len(changed) + more_changed)
    list_changes(asked, head, changed, more_changed)
    if not back:
        print(asked.say(SAME.fill(current=current)))
        return exits.DONE
    head = BACK.fill(current=current, count=len(back) + more_back)
    list_changes(asked, head, back, more_back)
    print(asked.say(HOW_BACK.fill(current=current, number=number)))
    return exits.DONE


def _row(
    asked: CommandContext, one: Mapping[str, Any], now: datetime, *, current: bool
) -> tuple[str, ...]:
    number = asked.say(IN_FORCE.fill(number=one["number"])) if current else str(one["number"])
    return (number, clock(one["at"], now), one["who"], asked.say(bilingual(**one["note"])))
