"""`noroshi alarms` and `noroshi alarm`: what is not well, and who has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.silences import lines
from noroshi.cli.output.levels import shown
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, lasted
from noroshi.core.translation import Message, _, ngettext

Answer = Mapping[str, Any]
CALM = _("○ No active problems.")
OPEN = _("Active problems: {count}; not acknowledged: {nobody}.")
SINCE = _("since {at} ({span})")
NOBODY = _("not acknowledged")
HAS_IT = _("✓ acknowledged by {who} at {at}")
SILENT = _("notifications suppressed until {at}")
WORKS = _("maintenance until {at}")
TOLD = _("{rule}: notified {contacts} at {at}")
TIMES = ngettext("{told} ({times} time)", "{told} ({times} times)", by="times")
NOT_TOLD = _("{rule}: {because}")
IS_HAD = _(
    "Acknowledged: {what}. You are notified again if it gets worse, and when it recovers."
)
IS_BACK = _("Acknowledgement withdrawn: {what}. Notifications follow the rules again.")
IS_KEPT = _("Comment saved: {path}")


def alarms(asked: CommandContext) -> int:
    """Print what is not well, what nobody has first."""
    found = asked.call("alarms", monitor=asked.given.monitor)
    if asked.given.json:
        asked.print_json(found)
    else:
        print("\n".join(_page(asked, found, datetime.fromisoformat(found["at"]))))
    return exits.DONE


def acknowledge(asked: CommandContext) -> int:
    """Somebody has it."""
    return _changed(asked, "alarm_acknowledge", IS_HAD)


def take_back(asked: CommandContext) -> int:
    """Nobody has it any more."""
    return _changed(asked, "alarm_unacknowledge", IS_BACK)


def comment(asked: CommandContext) -> int:
    """Keep what somebody says."""
    given = asked.given
    said = asked.call("alarm_comment", monitor=given.monitor, text=given.text, item=given.item)
    if given.json:
        asked.print_json(said)
    else:
        print(asked.say(IS_KEPT.fill(path=_what(said))))
    return exits.DONE


def _changed(asked: CommandContext, op: str, words: Message) -> int:
    given = asked.given
    item = {} if given.item is None else {"item": given.item}
    found = asked.call(op, monitor=given.monitor, comment=given.comment, **item)
    if given.json:
        asked.print_json(found)
    else:
        print(asked.say(words.fill(what=", ".join(map(_what, found)))))
    return exits.DONE


def _what(row: Answer) -> str:
    return f"{row['path']} {row['item']}".strip()


def _page(asked: CommandContext, found: Answer, now: datetime) -> Iterator[str]:
    rows = found["rows"]
    nobody = sum(row["acknowledged"] is None for row in rows)
    yield asked.say(OPEN.fill(count=len(rows), nobody=nobody) if rows else CALM)
    told = table([_row(asked, row, now) for row in rows])
    for row, line in zip(rows, told, strict=True):
        yield line
        yield from (f"    {told}" for told in _below(asked, row, now))
    yield from lines(asked, found, now)


def _row(asked: CommandContext, row: Answer, now: datetime) -> Sequence[str]:
    since = SINCE.fill(at=clock(row["since"], now), span=lasted(row["since"], now))
    return (
        shown(row["level"], asked.language),
        row["path"],
        row["item"],
        asked.say(since) if row["since"] else "",
        _holder(asked, row, now),
        asked.say(row["words"]),
    )


def _holder(asked: CommandContext, row: Answer, now: datetime) -> str:
    had = row["acknowledged"]
    if had is None:
        return asked.say(NOBODY)
    return asked.say(HAS_IT.fill(who=had["who"], at=clock(had["at"], now)))


def _below(asked: CommandContext, row: Answer, now: datetime) -> Iterator[str]:
    """Yield what was said of it, and of each rule what it told, or why it did not."""
    if row["acknowledged"] and row["acknowledged"]["words"]:
        yield from row["acknowledged"]["words"].splitlines()
    for key, words in (("silent", SILENT), ("maintenance", WORKS)):
        if row[key]:
            yield asked.say(words.fill(at=clock(row[key], now)))
    known = [one for one in row["told"] if one["reason"] or one["at"]]
    yield from (asked.say(_told(asked, one, now)) for one in known)


def _told(asked: CommandContext, one: Answer, now: datetime) -> Message:
    if one["at"] is None:
        return NOT_TOLD.fill(rule=one["called"], because=asked.say(one["because"]))
    contacts = ", ".join(one["contacts"])
    told = TOLD.fill(rule=one["called"], contacts=contacts, at=clock(one["at"], now))
    return TIMES.fill(told=told, times=one["times"]) if one["times"] > 1 else told
