"""`noroshi silence`: what nothing is told of, until when, by whom and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import columns, table
from noroshi.cli.output.times import clock
from noroshi.core.translation import _

Answer = Mapping[str, Any]
NONE = _("No notifications are suppressed.")
EVERYTHING = _("everything")
SILENT = _("Active silences")
PLANNED = _("Maintenance")
UNTIL = _("until {at}")
ENDED = _("ended {at}")
ENDED_BY = _("ended {at} by {who}")
BY = _("{why} ({who})")
COUNT = _("monitors: {count}")
FROM_TO = _("{begins} – {ends}")
NOW = _("in progress until {ends}")
IS_SILENT = _(
    "Notifications of {place} are suppressed until {at} (monitors: {count}). Monitoring "
    "continues; problems that persist at that time are notified.\n"
    "To end the silence earlier: noroshi silence end {id}"
)
IS_OVER = _("The silence of {place} has ended: problems that persist are notified now.")


def add(asked: CommandContext) -> int:
    """From now on."""
    given = asked.given
    wanted = {"until": given.until, "length": given.length}
    one = asked.call("silence_add", place=given.place, reason=given.reason, **wanted)
    if given.json:
        asked.print_json(one)
        return exits.DONE
    at = clock(one["ends"], datetime.now(UTC))
    told = {"place": place(asked, one), "at": at, "count": one["monitors"], "id": one["id"]}
    print(asked.say(IS_SILENT.fill(**told)))
    return exits.DONE


def list_(asked: CommandContext) -> int:
    """The first to end first; with --all the newest."""
    found = asked.call("silence_list", all=asked.given.all)
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NONE))
    else:
        now = datetime.now(UTC)
        rows = [(one["id"], *_silence(asked, one, now)) for one in found]
        print("\n".join(table(rows, columns())))
    return exits.DONE


def end(asked: CommandContext) -> int:
    """Now, and not later."""
    one = asked.call("silence_end", silence=asked.given.silence)
    if asked.given.json:
        asked.print_json(one)
    else:
        print(asked.say(IS_OVER.fill(place=place(asked, one))))
    return exits.DONE


def place(asked: CommandContext, one: Answer) -> str:
    """Return where it is silent."""
    return one["place"] or asked.say(EVERYTHING)


def lines(asked: CommandContext, found: Answer, now: datetime) -> Iterator[str]:
    """Return what is silent, and the maintenance that is under way or comes next, if there is
    any."""
    silences = [_silence(asked, one, now) for one in found["silences"]]
    windows = [_window(asked, one, now) for one in found.get("maintenance", ())]
    for title, rows in ((SILENT, silences), (PLANNED, windows)):
        if rows:
            yield from ("", asked.say(title))
            yield from (f"  {line}" for line in table(rows, columns() - 2))


def _silence(asked: CommandContext, one: Answer, now: datetime) -> Sequence[str]:
    words = ENDED_BY if one["ended_by"] else ENDED if one["over"] else UNTIL
    return (
        place(asked, one),
        asked.say(words.fill(at=clock(one["ends"], now), who=one["ended_by"])),
        asked.say(COUNT.fill(count=one["monitors"])),
        asked.say(BY.fill(why=one["why"], who=one["who"])),
    )


def _window(asked: CommandContext, one: Answer, now: datetime) -> Sequence[str]:
    words = NOW if one["under_way"] else FROM_TO
    times = {name: clock(one[name], now) for name in ("begins", "ends")}
    count = asked.say(COUNT.fill(count=one["monitors"]))
    return (place(asked, one), asked.say(words.fill(**times)), count, one["title"])
