"""`noroshi queue`: what waits to be sent, why it waits, and trying again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.routes import listed
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock
from noroshi.core.delivery_state import SENT, DeliveryState
from noroshi.core.words import Words

Answer = Mapping[str, Any]
NOTHING_WAITS = Words(en="Nothing waits.", ja="待っているものはありません。")
STATES: Mapping[str, Words] = {
    DeliveryState.WAITING: Words(en="waiting", ja="待機"),
    DeliveryState.OUT: Words(en="being sent", ja="送信中"),
    DeliveryState.SET_ASIDE: Words(en="set aside", ja="保留"),
    DeliveryState.HELD: Words(en="held", ja="停止中"),
    DeliveryState.ACCEPTED: Words(en="accepted", ja="受領"),
    DeliveryState.SEEN_ARRIVED: Words(en="seen arrived", ja="到達確認"),
    DeliveryState.CAME_BACK: Words(en="came back", ja="不達"),
    DeliveryState.DROPPED: Words(en="given up", ja="取りやめ"),
    DeliveryState.IN_DIGEST: Words(en="in a digest", ja="まとめ済み"),
    DeliveryState.SET_ASIDE_IN_DIGEST: Words(en="set aside in a digest", ja="まとめて保留"),
}
NOW = Words(en="now", ja="いま")
WAITS_FOR = Words(en="waits for {routes}: {because}", ja="{routes} で送ります: {because}")
WAITS_FOR_ONE = Words(
    en="waits for one of {routes}: {because}", ja="{routes} のいずれかで送ります: {because}"
)
HEAD = (
    Words(en="STATE", ja="状態"),
    Words(en="ID", ja="ID"),
    Words(en="TO", ja="通知先"),
    Words(en="NEXT TRY", ja="次の試行"),
    Words(en="TRIES", ja="試行"),
    Words(en="SUBJECT", ja="件名"),
)
NOT_PROVED = Words(en="not proved", ja="到達は未確認")
FIELDS: Mapping[str, Words] = {
    "id": Words(en="id", ja="ID"),
    "state": Words(en="state", ja="状態"),
    "contact": Words(en="contact", ja="通知先"),
    "to": Words(en="still to tell", ja="未送信のアドレス"),
    "reached": Words(en="accepted for", ja="受領されたアドレス"),
    "refused": Words(en="refused for", ja="拒否されたアドレス"),
    "subject": Words(en="subject", ja="件名"),
    "routes": Words(en="routes left", ja="残りの経路"),
    "born": Words(en="made", ja="作成"),
    "next": Words(en="next try", ja="次の試行"),
    "because": Words(en="why not yet", ja="理由"),
    "unproved": NOT_PROVED,
    "alarms": Words(en="alarms", ja="アラーム"),
    "members": Words(en="in the place of", ja="まとめた元のメール"),
}
ATTEMPTS = Words(en="Attempts", ja="送信の試行")
NO_ATTEMPT = Words(en="None has ended yet.", ja="終わった試行はまだありません。")
VERDICTS: Mapping[str, Words] = {
    "accepted": Words(en="accepted", ja="受領"),
    "deferred": Words(en="deferred", ja="後で再試行"),
    "refused": Words(en="refused", ja="拒否"),
    "route down": Words(en="route down", ja="経路停止"),
}
SO_OFTEN = Words(en="{first}–{last} ({count:time|times})", ja="{first}–{last} ({count}回)")
TEXT = Words(en="Text", ja="本文")
TRIED_AGAIN = Words(en="{id} is due now: {subject}", ja="{id} をいますぐ送ります: {subject}")
IS_HELD = Words(
    en="{id} is held, and so is what follows it: {subject}",
    ja="{id} の送信を止めました。同じ監視項目の後続も待ちます: {subject}",
)
IS_SEEN = Words(
    en="{id} is kept as seen arrived: {subject}",
    ja="{id} が届いたことを記録しました: {subject}",
)
IS_DROPPED = Words(
    en="{id} is given up and will not be sent: {subject}",
    ja="{id} の送信を取りやめました: {subject}",
)
IS_EDITED = Words(
    en="{id} goes to {to} by {routes}.", ja="{id} を {to} に {routes} で送ります。"
)
TO_LET_GO = Words(
    en="{because}; to let it go: noroshi queue release {id}",
    ja="{because}。送るには: noroshi queue release {id}",
)
HOW_TO_RELEASE = Words(
    en="It still waits for you: noroshi queue release {id}",
    ja="まだ送信されません。送るには: noroshi queue release {id}",
)
NOTHING_TO_EDIT = Words(
    en="say what shall change: --to or --route",
    ja="何を変えるかを --to か --route で指定してください",
)
NOBODY_SENDS = Words(
    en="No node is running: it goes out once noroshi serve runs.",
    ja="ノードが動いていません。noroshi serve を始めると送られます。",
)


def list_(asked: CommandContext) -> int:
    """Print what waits and what was set aside, oldest first."""
    found = asked.call("queue_list")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NOTHING_WAITS))
    else:
        now = datetime.now(UTC)
        print("\n".join(_list(asked, found, now)))
    return exits.DONE


def show(asked: CommandContext) -> int:
    """One envelope, its attempts, when it is next tried and why."""
    letter = asked.call("queue_show", id=asked.given.id)
    if asked.given.json:
        asked.print_json(letter)
    else:
        print("\n".join(_letter(asked, letter, datetime.now(UTC))))
    return exits.DONE


def retry(asked: CommandContext) -> int:
    """Make it due now."""
    return _goes(asked, asked.call("queue_retry", id=asked.given.id))


def hold(asked: CommandContext) -> int:
    """Keep one from leaving."""
    one = asked.call("queue_hold", id=asked.given.id)
    print(asked.say(IS_HELD.fill(id=one["id"], subject=one["subject"])))
    return exits.DONE


def release(asked: CommandContext) -> int:
    """Let one go that was held or set aside."""
    return _goes(asked, asked.call("queue_release", id=asked.given.id))


def seen(asked: CommandContext) -> int:
    """Somebody has it before their eyes."""
    one = asked.call("queue_seen", id=asked.given.id)
    print(asked.say(IS_SEEN.fill(id=one["id"], subject=one["subject"])))
    return exits.DONE


def drop(asked: CommandContext) -> int:
    """Give one up."""
    one = asked.call("queue_drop", id=asked.given.id)
    print(asked.say(IS_DROPPED.fill(id=one["id"], subject=one["subject"])))
    return exits.DONE


def edit(asked: CommandContext) -> int:
    """Give one other addresses or routes."""
    given = asked.given
    if not given.to and not given.route:
        given.parser.refuse(NOTHING_TO_EDIT)
    one = asked.call("queue_edit", id=given.id, to=given.to, routes=given.route)
    routes = listed(asked, one["routes"], one["marks"], " > ")
    print(asked.say(IS_EDITED.fill(id=one["id"], to=", ".join(one["to"]), routes=routes)))
    if one["state"] in (DeliveryState.HELD, DeliveryState.SET_ASIDE):
        print(asked.say(HOW_TO_RELEASE.fill(id=one["id"])))
    return exits.DONE


def _goes(asked: CommandContext, one: Answer) -> int:
    print(asked.say(TRIED_AGAIN.fill(id=one["id"], subject=one["subject"])))
    if not asked.running:
        print(asked.say(NOBODY_SENDS))
    return exits.DONE


def _list(asked: CommandContext, found: Sequence[Answer], now: datetime) -> Iterator[str]:
    """A row for each, and below it why it is still here."""
    rows = [[asked.say(words) for words in HEAD], *(_row(asked, one, now) for one in found)]
    head, *lines = table(rows)
    yield head
    for line, one in zip(lines, found, strict=True):
        yield line
        if why := asked.say(_why(asked, one)):
            yield f"    {why}"


def _why(asked: CommandContext, one: Answer) -> Words:
    because = _because(one)
    if one["state"] != DeliveryState.WAITING:
        return because
    routes = listed(asked, one["routes"], one["marks"], ", ")
    words = WAITS_FOR if len(one["routes"]) == 1 else WAITS_FOR_ONE
    return words.fill(routes=routes, because=because)


def _because(one: Answer) -> Words:
    because = Words(**one["because"])
    if one["state"] != DeliveryState.HELD:
        return because
    return TO_LET_GO.fill(because=because, id=one["id"])


def _next(asked: CommandContext, one: Answer, now: datetime) -> str:
    """When it may next be sent; a moment that is past means that it is due."""
    if one["next"] and datetime.fromisoformat(one["next"]) <= now:
        return asked.say(NOW)
    return clock(one["next"], now)


def _row(asked: CommandContext, one: Answer, now: datetime) -> Sequence[str]:
    return (
        asked.say(STATES[one["state"]]),
        one["id"],
        one["contact"],
        _next(asked, one, now),
        str(one["attempts"]),
        one["subject"],
    )


def _letter(asked: CommandContext, letter: Answer, now: datetime) -> Iterator[str]:
    one = letter["queued"]
    told = {
        **one,
        "state": asked.say(STATES[one["state"]]),
        "to": ", ".join(one["to"]) if one["state"] not in SENT else "",
        "reached": ", ".join(letter["reached"]),
        "refused": ", ".join(letter["refused"]),
        "routes": _left(asked, one),
        "born": clock(one["born"], now),
        "next": _next(asked, one, now),
        "because": asked.say(_because(one)),
        "unproved": asked.say(letter["unproved"]),
        "alarms": ", ".join(letter["alarms"]),
        "members": ", ".join(letter["members"]),
    }
    rows = [(asked.say(words), told[name]) for name, words in FIELDS.items() if told[name]]
    yield from table(rows)
    yield from ("", asked.say(ATTEMPTS))
    if not letter["tried"]:
        yield f"  {asked.say(NO_ATTEMPT)}"
    tries = [[_said(asked, a, s, now) for s in a["said"]] for a in letter["tried"]]
    yield from (f"  {line}" for line in table(_folded(asked, tries)))
    became = [_became(asked, one, now) for one in letter["arrived"]]
    yield from (f"  {line}" for line in table(became))
    yield from ("", asked.say(TEXT))
    yield from (f"  {line}".rstrip() for line in letter["text"].splitlines())


def _became(asked: CommandContext, arrived: Answer, now: datetime) -> Sequence[str]:
    """What became of it for one address, once it was taken."""
    words = asked.say(STATES[arrived["state"]])
    return (
        clock(arrived["at"], now),
        words,
        arrived["address"],
        arrived["said"] or arrived["by"],
    )


def _left(asked: CommandContext, one: Answer) -> str:
    routes = one["routes"] if one["state"] not in SENT else ()
    return listed(asked, routes, one["marks"], " > ")


def _said(asked: CommandContext, attempt: Answer, said: Answer, now: datetime) -> Sequence[str]:
    told_twice = said["text"].startswith(said["enhanced"])  # SMTP's texts begin with it
    parts = (said["code"], "" if told_twice else said["enhanced"], said["text"])
    ours, theirs = asked.say(said["words"]), " ".join(str(part) for part in parts if part)
    if ours and said["text"] not in ours:
        ours = f"{ours} ({theirs})"
    return (
        clock(attempt["at"], now),
        asked.say(VERDICTS[said["verdict"]]),
        said["address"],
        ours or theirs,
    )


def _folded(
    asked: CommandContext, tries: Iterable[Sequence[Sequence[str]]]
) -> Iterator[Sequence[str]]:
    """The same answers several times in a row are told once: how often, from when to when."""
    for _, found in groupby(tries, key=_same):
        first, *others = found
        last = others[-1] if others else first
        for begun, row in zip(first, last, strict=True):
            when = SO_OFTEN.fill(first=begun[0], last=row[0], count=1 + len(others))
            yield (asked.say(when), *row[1:]) if others else row


def _same(rows: Sequence[Sequence[str]]) -> Sequence[Sequence[str]]:
    """What is alike in two attempts: all but the times, and the id that a server gives each."""
    return [[re.sub(r"\[[^\]]*\]", "", cell) for cell in row[1:]] for row in rows]
