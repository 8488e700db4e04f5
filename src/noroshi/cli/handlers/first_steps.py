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
from noroshi.core.words import Words

STEPS = {
    "contact": Words(en="contact", ja="通知先"),
    "instance": Words(en="this machine", ja="このマシンの監視"),
    "route": Words(en="route", ja="送信経路"),
    "mail": Words(en="test alarm", ja="テスト アラーム"),
    "seen": Words(en="given back", ja="受け取りの確認"),
}
NOT_YET = Words(en="not yet", ja="まだ")
UNPROVED = Words(
    en="{route} (no mail was accepted by it yet)",
    ja="{route} (まだ1通も受け付けられていません)",
)
HEAD = (
    Words(en="ID", ja="ID"),
    Words(en="WHAT", ja="対象"),
    Words(en="FOUND", ja="いまの状態"),
    Words(en="TOLD OF", ja="知らせる条件"),
)
THERE = Words(en="(watched already)", ja="(監視済み)")
NOTHING = Words(
    en="Nothing was found that could be watched here.",
    ja="監視できるものは見つかりませんでした。",
)
SENT = Words(
    en="A test alarm is on its way to {to}. Once it is there: noroshi first seen NUMBER",
    ja="テスト アラームを {to} に送りました。届いたら、番号を入れてください: noroshi first seen 番号",
)
PROVED = Words(
    en="That is the number: the alarm reached {to}. It is kept who said so, and when.",
    ja="番号が一致しました。アラームは {to} に届いています。確認した人と日時を記録しました。",
)
ENDED = Words(en="The first start is put away.", ja="初期設定の案内を終わりました。")


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
    limit = THERE if one["there"] else Words(**one["limit"])
    said = (Words(**one["title"]), Words(**one["found"]), limit)
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
