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
from noroshi.core.words import Words

Answer = Mapping[str, Any]
NOTHING = Words(en="No alarm has been raised yet.", ja="アラームはまだありません。")
SUM = Words(
    en="Alarms: raised {raised} = accepted {accepted} + came back {came_back} + waiting {open} + set "
    "aside {set_aside} + given up {dropped} + lost {lost}",
    ja="アラーム: 発生 {raised} = 受領 {accepted} + 不達 {came_back} + 待機 {open} + 保留 {set_aside} + 取りやめ {dropped}"
    " + 失われた {lost}",
)
OLDER = Words(
    en="({forgotten:older one, settled long ago, is|older ones, settled long ago, are} no longer kept)",
    ja="(完了して保存期間を過ぎた {forgotten}件は含みません)",
)
LOST = Words(
    en="{lost:alarm is|alarms are} lost: neither accepted nor waiting. Look through the store: "
    "noroshi check-store",
    ja="{lost}件のアラームが失われています。受領もされず、待ってもいません。noroshi check-store "
    "で保存先を調べてください。",
)
STATES: Mapping[str, Words] = {
    DeliveryState.WAITING: Words(en="waiting", ja="待機"),
    DeliveryState.HELD: Words(en="held", ja="停止中"),
    DeliveryState.ACCEPTED: Words(en="accepted", ja="受領"),
    DeliveryState.SEEN_ARRIVED: Words(en="seen arrived", ja="到達確認"),
    DeliveryState.CAME_BACK: Words(en="came back", ja="不達"),
    DeliveryState.SET_ASIDE: Words(en="set aside", ja="保留"),
    DeliveryState.DROPPED: Words(en="given up", ja="取りやめ"),
}
HEAD = (
    Words(en="RAISED", ja="発生"),
    Words(en="STATE", ja="状態"),
    Words(en="TO", ja="通知先"),
    Words(en="ROUTE", ja="経路"),
    Words(en="TRIES", ja="試行"),
    Words(en="ALARM", ja="アラーム"),
    Words(en="SUBJECT", ja="件名"),
)
RAISED, QUEUED = Words(en="Raised", ja="発生"), Words(en="Queued", ja="キューに記録")
TRIED, NOT_TRIED = (
    Words(en="Tried", ja="試行"),
    Words(en="not tried yet", ja="まだ試していません"),
)
MAIL, DIGEST = Words(en="Mail", ja="メール"), Words(en="Told in", ja="まとめたメール")
NOT_PROVED = Words(en="Not proved", ja="到達は未確認")
STATE, FORGOTTEN = Words(en="State", ja="状態"), Words(en="forgotten", ja="記録なし")


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
