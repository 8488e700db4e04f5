"""`noroshi audit`: who changed what, by which door, from what to what, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.routes import comma
from noroshi.cli.output.tables import columns
from noroshi.cli.output.times import clock
from noroshi.command_line.text_width import wrap
from noroshi.core.printable import printable
from noroshi.core.translation import Message, _, bilingual, known_language

if TYPE_CHECKING:
    from noroshi.web.view.audit_log import Line

NOTHING = _("No changes are recorded yet.")
NOBODY = _("unknown")
REFUSED = _("refused: {why}")
MORE = _("(earlier refusals not listed: {count})")
DOORS: Mapping[str, Message] = {
    "local": _("this computer"),
    "web": _("browser"),
    "api": _("API"),
}
INDENT = "    "


def audit(asked: CommandContext) -> int:
    """The newest last, as in any log."""
    found = asked.call("audit", last=asked.given.last)
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    now = datetime.now(UTC)
    told = ["\n".join(_row(asked, one, now)) for one in reversed(found)]
    print("\n".join(told) or asked.say(NOTHING))
    return exits.DONE


def _row(asked: CommandContext, one: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """When, who, from where, what it was called; below, with what and what that changed."""
    yield f"{clock(one['at'], now)}  {_who(asked, one)}  {_deed(asked, one['op'])}"
    for line in (*_given(asked, one, now), *_changed(asked, one, now), *_refusal(asked, one)):
        yield from (INDENT + part for part in wrap(line, max(columns() - len(INDENT), 1)))


def _who(asked: CommandContext, one: Mapping[str, Any]) -> str:
    door = asked.say(DOORS.get(one["door"], DOORS["api"]))
    where = f"{door} {one['address']}" if one["address"] else door
    return f"{printable(one['who']) or asked.say(NOBODY)} ({where})"


def _deed(asked: CommandContext, op: str) -> str:
    """As the manager calls it, and in brackets what --json calls it."""
    # Only now, as the field's words below: it costs what no other command needs.
    from noroshi.web.view.operation_names import OPERATION_NAMES

    known = OPERATION_NAMES.get(op)
    return f"{asked.say(known)} ({op})" if known is not None else op


def _given(asked: CommandContext, one: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """With what, on one line."""
    told = [_pair(line) for line in _lines(asked, None, one["given"], now)]
    if told:
        yield comma(asked).join(told)


def _changed(asked: CommandContext, one: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Yield what it was and became, a line for each field."""
    for line in _lines(asked, one["before"], one["after"], now):
        sign = f"{line.sign} " if line.sign else ""
        yield f"{sign}{_pair(line)}"


def _refusal(asked: CommandContext, one: Mapping[str, Any]) -> Iterator[str]:
    if not one["refused"]["en"]:
        return
    why = asked.say(REFUSED.fill(why=bilingual(**one["refused"])))
    more = asked.say(MORE.fill(count=one["left_out"])) if one["left_out"] else ""
    yield f"{why} {more}".rstrip()


def _lines(
    asked: CommandContext, before: object, after: object, now: datetime
) -> Sequence[Line]:
    """As the manager tells them."""
    from noroshi.web.view.audit_log import lines
    from noroshi.web.view.language import LOCALIZERS

    return lines(before, after, LOCALIZERS[known_language(asked.language)], str(now))


def _pair(line: Line) -> str:
    states = " → ".join(filter(None, (line.before, line.after)))
    return printable(f"{line.name}: {states}" if states else line.name)
