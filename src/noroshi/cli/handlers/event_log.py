"""`noroshi log`: what happened, and, for one monitor, why each rule spoke or kept silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.levels import shown
from noroshi.cli.output.tables import columns, table
from noroshi.cli.output.times import clock
from noroshi.core.translation import Message, _

Answer = Mapping[str, Any]
NOTHING = _("No events yet.")
STILL = _("still {level}")
STOPPED = _("－ Monitoring of {path} is stopped: no measurements, no notifications.")
STOPPED_BY = _(
    "－ {who} stopped monitoring of {path} in version {version}: no measurements, no "
    "notifications."
)
RULES = _("Last decision of each rule")
EARLIER = _("Earlier decisions of the rules")
SPEAKS = {True: _("notified"), False: _("not notified")}

REMARKS = _("Comments and acknowledgements")
SORTS = {
    "comment": _("comment"),
    "acknowledged": _("acknowledged"),
    "taken back": _("acknowledgement withdrawn"),
}


def log(asked: CommandContext) -> int:
    """Events, the newest last, as in any log."""
    given = asked.given
    found = asked.call("log", monitor=given.monitor, last=given.last)
    if given.json:
        asked.print_json(found)
        return exits.DONE
    now = datetime.now(UTC)
    print("\n".join(_events(asked, found["events"], now)) or asked.say(NOTHING))
    if found["remarks"]:
        print("\n".join(["", asked.say(REMARKS), *_remarks(asked, found["remarks"], now)]))
    if found["stopped"]:
        print("\n".join(["", asked.say(_stopped(found["stopped"]))]))
    if found["decisions"]:
        print("\n".join(["", asked.say(RULES), *_decisions(asked, found["decisions"], now)]))
    if found["earlier"]:
        earlier = found["earlier"][::-1]
        print("\n".join(["", asked.say(EARLIER), *_decisions(asked, earlier, now)]))
    return exits.DONE


def _stopped(stop: Answer) -> Message:
    if not stop["version"]:
        return STOPPED.fill(path=stop["path"])
    return STOPPED_BY.fill(path=stop["path"], who=stop["who"], version=stop["version"])


def _events(asked: CommandContext, events: Sequence[Answer], now: datetime) -> Iterator[str]:
    rows = [
        (
            clock(one["at"], now),
            _step(asked, one),
            one["path"],
            one["item"],
            asked.say(one["words"]),
        )
        for one in reversed(events)
    ]
    yield from table(rows, columns())


def _step(asked: CommandContext, one: Answer) -> str:
    sides = (one["before"], one["ended"] or one["after"])
    before, after = (shown(side, asked.language) for side in sides)
    return asked.say(STILL.fill(level=after)) if before == after else f"{before} → {after}"


def _decisions(asked: CommandContext, found: Sequence[Answer], now: datetime) -> Iterator[str]:
    rows = [
        (
            clock(one["at"], now),
            one["called"],
            one["item"],
            asked.say(SPEAKS[one["speaks"]]),
            asked.say(one["because"]),
        )
        for one in found
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))


def _remarks(asked: CommandContext, found: Sequence[Answer], now: datetime) -> Iterator[str]:
    rows = [
        (
            clock(one["at"], now),
            one["who"],
            asked.say(SORTS[one["sort"]]),
            f"{one['path']} {one['item']}".strip(),
            " / ".join(one["words"].splitlines()),
        )
        for one in reversed(found)
    ]
    yield from (f"  {line}" for line in table(rows, columns() - 2))
