"""`noroshi ledger`: each alarm and what became of it, and whether the sum is right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.handlers.queue import VERDICTS
from noroshi.cli.output.levels import shown
from noroshi.cli.output.routes import marked
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.translation import Message, _, ngettext

Answer = Mapping[str, Any]
NOTHING = _("No alarms have been raised yet.")
SUM = _(
    "Alarms: raised {raised} = accepted {accepted} + came back {came_back} + waiting {open} + set "
    "aside {set_aside} + given up {dropped} + lost {lost}"
)
OLDER = ngettext(
    "({forgotten} older alarm, settled long ago, is no longer kept)",
    "({forgotten} older alarms, settled long ago, are no longer kept)",
    by="forgotten",
)
LOST = ngettext(
    "{lost} alarm is lost: neither accepted nor waiting. Check the store: noroshi check-store",
    "{lost} alarms are lost: neither accepted nor waiting. Check the store: noroshi "
    "check-store",
    by="lost",
)
STATES: Mapping[str, Message] = {
    DeliveryState.WAITING: _("waiting"),
    DeliveryState.HELD: _("held"),
    DeliveryState.ACCEPTED: _("accepted"),
    DeliveryState.SEEN_ARRIVED: _("arrival confirmed"),
    DeliveryState.CAME_BACK: _("came back"),
    DeliveryState.SET_ASIDE: _("set aside"),
    DeliveryState.DROPPED: _("given up"),
}
HEAD = (_("RAISED"), _("STATE"), _("TO"), _("ROUTE"), _("TRIES"), _("ALARM"), _("SUBJECT"))
RAISED, QUEUED = _("Raised"), _("Queued")
TRIED, NOT_TRIED = (_("Tried"), _("no attempts yet"))
MAIL, DIGEST = _("Mail"), _("Digest")
NOT_PROVED = _("Arrival not confirmed")
STATE, FORGOTTEN = _("State"), _("no record")


def ledger(asked: CommandContext) -> int:
    """The newest alarms, the newest last as in any log; or one in full. The exit code is 1 if
    an alarm is lost."""
    given = asked.given
    found = asked.call("ledger", alarm=given.alarm or "", last=given.last)
    if given.json:
        asked.print_json(found)
    elif given.alarm:
        print("\n".join(_one(asked, found["rows"][0], datetime.now(UTC))))
    else:
        print("\n".join(_all(asked, found, datetime.now(UTC))))
    return exits.TROUBLE if found["sum"]["lost"] else exits.DONE


def _all(asked: CommandContext, found: Answer, now: datetime) -> Iterator[str]:
    if not found["rows"]:
        yield asked.say(NOTHING)
    else:
        rows = [_row(asked, one, now) for one in reversed(found["rows"])]
        yield from table([[asked.say(words) for words in HEAD], *rows])
    yield ""
    yield from _sum(asked, found["sum"])


def _sum(asked: CommandContext, found: Answer) -> Iterator[str]:
    given = {**found, "raised": found["raised"] - found["forgotten"]}
    yield asked.say(SUM.fill(**given, open=found["waiting"] + found["held"]))
    if found["forgotten"]:
        yield asked.say(OLDER.fill(forgotten=found["forgotten"]))
    if found["lost"]:
        yield asked.say(LOST.fill(lost=found["lost"]))


def _row(asked: CommandContext, one: Answer, now: datetime) -> list[str]:
    last = one["tried"][-1] if one["tried"] else None
    return [
        clock(one["raised"] or one["queued"], now),
        asked.say(STATES[one["state"]]),
        one["contact"],
        marked(asked, last["route"], last["mark"]) if last else "",
        str(len({tried["at"] for tried in one["tried"]})),
        one["alarm"],
        one["subject"],
    ]


def _one(asked: CommandContext, one: Answer, now: datetime) -> Iterator[str]:
    """From the event to the provider's answer, one line a step."""
    level = shown(one["level"], asked.language) if one["level"] else ""
    raised = clock(one["raised"], now) or asked.say(FORGOTTEN)
    what = " ".join(part for part in (one["path"], one["item"], level) if part)
    rows = [
        [asked.say(RAISED), raised, what],
        [asked.say(QUEUED), clock(one["queued"], now), f"{one['contact']}: {one['subject']}"],
        [asked.say(MAIL), "", one["mail"]],
    ]
    if one["digest"]:
        rows.append([asked.say(DIGEST), "", one["digest"]])
    rows += _tries(asked, one, now)
    why = (
        asked.say(one["why"])
        if one["state"] in (DeliveryState.WAITING, DeliveryState.HELD, DeliveryState.SET_ASIDE)
        else ""
    )
    rows.append([asked.say(STATE), "", ": ".join(filter(None, (_state(asked, one), why)))])
    if unproved := asked.say(one["unproved"]):
        rows.append([asked.say(NOT_PROVED), "", unproved])
    yield from table(rows)


def _tries(asked: CommandContext, one: Answer, now: datetime) -> Iterator[list[str]]:
    if not one["tried"]:
        yield [asked.say(TRIED), "", asked.say(NOT_TRIED)]
    for tried in one["tried"]:
        said = asked.say(tried["words"]) or f"{tried['code'] or ''} {tried['text']}".strip()
        parts = (
            marked(asked, tried["route"], tried["mark"]),
            tried["address"],
            asked.say(VERDICTS[tried["verdict"]]),
            said,
            f"({tried['provider_id']})" if tried["provider_id"] not in said else "",
        )
        yield [asked.say(TRIED), clock(tried["at"], now), "  ".join(filter(None, parts))]
    for arrived in one["arrived"]:
        words = asked.say(STATES[arrived["state"]])
        said = "  ".join(filter(None, (arrived["address"], arrived["said"], arrived["by"])))
        yield [words, clock(arrived["at"], now), said]


def _state(asked: CommandContext, one: Answer) -> str:
    return asked.say(STATES[one["state"]])
