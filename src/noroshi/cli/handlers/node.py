"""`noroshi health` and `places`: the node itself, and what belongs to it on its computer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.levels import shown
from noroshi.cli.output.tables import table
from noroshi.cli.output.times import clock, span
from noroshi.core.words import Words

GIB = 1 << 30
LABELS: Mapping[str, Words] = {
    "level": Words(en="state", ja="状態"),
    "trouble": Words(en="trouble", ja="問題"),
    "runs": Words(en="runs for", ja="稼働時間"),
    "late": Words(en="lateness", ja="遅れ"),
    "clock": Words(en="clock", ja="時計"),
    "queue": Words(en="queue", ja="送信キュー"),
    "store": Words(en="store", ja="保存先"),
    "free": Words(en="free", ja="空き容量"),
    "version": Words(en="definitions", ja="定義の版"),
    "program": Words(en="program", ja="プログラム"),
}
NOT_RUNNING = Words(
    en="No node is running, so nothing is watched or sent now. Start it: noroshi serve",
    ja="ノードが動いていないため、いまは監視も送信もしていません。始めるには: noroshi serve",
)
LATE = Words(en="{late:.2f} s at worst in the last minute", ja="直近1分で最大 {late:.2f} 秒")
CLOCK = Words(en="{at} ({zone})", ja="{at} ({zone})")
SET = Words(
    en="{at} ({zone}), set by {by:.0f} s", ja="{at} ({zone})、{by:.0f} 秒ずらされました"
)
QUEUE = Words(
    en="{waiting:mail|mails} waiting, {set_aside} set aside, {lost:alarm|alarms} lost",
    ja="待機中のメール {waiting}通、保留 {set_aside}通、失われたアラーム {lost}件",
)
BACKUP = Words(
    en="Last backup: {path}, {at}, by {by}", ja="最後のバックアップ: {path}、{at}、{by}"
)
NO_BACKUP = Words(
    en="No backup was taken here yet: noroshi backup FILE",
    ja="バックアップはまだ取っていません: noroshi backup FILE",
)
HEAD = (
    Words(en="WHAT", ja="対象"),
    Words(en="WHERE", ja="場所"),
    Words(en="NOW", ja="いまの状態"),
    Words(en="ABOUT", ja="説明"),
)


def health(asked: CommandContext) -> int:
    """Print the node's state, a line each; exit code 1 unless it is well, 4 if no node runs."""
    found = asked.call("health")
    if asked.given.json:
        asked.print_json({**found, "running": asked.running, **_unknown(asked, found)})
    else:
        rows = [(asked.say(LABELS[name]), text) for name, text in _told(asked, found)]
        print("\n".join(table(rows)))
    if not asked.running:
        return exits.NO_NODE
    return exits.DONE if found["level"] == "ok" else exits.TROUBLE


def _unknown(asked: CommandContext, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without a node nothing is well, whatever the store remembers."""
    if asked.running:
        return {}
    trouble = found["trouble"] or {"en": NOT_RUNNING.en, "ja": NOT_RUNNING.ja}
    return {"level": "unknown", "trouble": trouble}


def _told(asked: CommandContext, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Without a node no level is one of now, and no time one for which it runs."""
    now = shown(found["level"], asked.language) if asked.running else asked.say(NOT_RUNNING)
    yield "level", now
    if found["trouble"]:
        yield "trouble", asked.say(Words(**found["trouble"]))
    if asked.running:
        yield "runs", asked.say(span(timedelta(seconds=found["seconds"])))
        yield "late", asked.say(LATE.fill(late=found["late"]))
    at = clock(found["at"], datetime.now(UTC))
    words = SET if found["clock_set"] else CLOCK
    yield "clock", asked.say(words.fill(at=at, zone=found["zone"], by=found["clock_set"]))
    yield "queue", asked.say(QUEUE.fill(**found["queue"]))
    yield "store", f"{found['size'] / (1 << 20):.1f} MiB"
    yield "free", f"{found['free'] / GIB:.1f} GiB"
    yield "version", str(found["definitions"])
    yield "program", f"Noroshi {found['version']}, Python {found['python']}, {found['system']}"


def places(asked: CommandContext) -> int:
    """Print where it listens, its files and folders, what goes out; the last backup."""
    found = asked.call("places")
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    head = tuple(asked.say(words) for words in HEAD)
    print("\n".join(table([head, *(_place(asked, one) for one in found["places"])])))
    print(asked.say(_backup(found["backup"])))
    return exits.DONE


def _place(asked: CommandContext, one: Mapping[str, Any]) -> Sequence[str]:
    title, facts, about = (Words(**one[name]) for name in ("title", "facts", "about"))
    return (asked.say(title), one["where"] or "-", asked.say(facts) or "-", asked.say(about))


def _backup(last: Mapping[str, Any] | None) -> Words:
    if last is None:
        return NO_BACKUP
    return BACKUP.fill(
        path=last["path"], at=clock(last["at"], datetime.now(UTC)), by=last["by"]
    )
