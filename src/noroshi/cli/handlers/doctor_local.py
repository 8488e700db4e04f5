"""What a command sees of the node from outside: whether it runs, and how its service is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from noroshi.cli.context import CommandContext
from noroshi.cli.paths import HOME, NAME, SERVICE, UNIT_FILE
from noroshi.cli.systemd.state import shown
from noroshi.core.words import Words

Answer = Mapping[str, Any]
NODE, UNIT = Words(en="Node", ja="ノード"), Words(en="Service", ja="サービス")
YOU = Words(en="you, on this computer", ja="あなた (このコンピューターで)")
AT_ONCE = Words(en="at once", ja="すぐ")
RUNS = Words(en="runs, and answers at {where}", ja="動いています ({where} で応答)")
RUNS_NOT = Words(
    en="No node is running, so nothing is measured or sent now. What follows was looked at by this "
    "command itself.",
    ja="ノードが動いていないため、いまは測定も送信もしていません。以下はこのコマンド自身が調べたものです。",
)
ACTIVE = Words(en="{service} is active since {at}", ja="{service} は動作中です ({at} から)")
NOT_ACTIVE = Words(
    en="{service} is installed, and is {state}.",
    ja="{service} は登録されていますが、{state} です。",
)
NOTHING = Words(en="", ja="")


def here(asked: CommandContext) -> list[Answer]:
    """The node, and its service if this node is one; to be called after a first question."""
    found = [_node(asked)]
    if is_service(asked):
        found.append(_service(shown()))
    return found


def _node(asked: CommandContext) -> Answer:
    if asked.running:
        where = asked.away.url if asked.away else asked.door or asked.config.door
        return _stage("node", NODE, RUNS.fill(where=where))
    lines = (f"systemctl start {NAME}",) if is_service(asked) else ("noroshi serve",)
    return _stage("node", NODE, NOTHING, _remedy(RUNS_NOT, lines))


def _service(said: Mapping[str, str]) -> Answer:
    state = said.get("ActiveState") or "?"
    if state == "active":
        at = said.get("ActiveEnterTimestamp", "")
        return _stage("service", UNIT, ACTIVE.fill(service=SERVICE, at=at))
    lines = (f"systemctl start {NAME}", f"journalctl -u {NAME} -n 50")
    words = NOT_ACTIVE.fill(service=SERVICE, state=state)
    return _stage("service", UNIT, NOTHING, _remedy(words, lines))


def is_service(asked: CommandContext) -> bool:
    """Whether the node that is meant is this machine's service."""
    meant = asked.home == Path(HOME) or asked.door is not None
    return asked.away is None and meant and Path(UNIT_FILE).exists()


def _stage(name: str, title: Words, found: Words, remedy: Answer | None = None) -> Answer:
    """As the answers of an examination have it."""
    return {
        "name": name,
        "title": _plain(title),
        "state": "failed" if remedy else "ok",
        "milliseconds": None,
        "found": _plain(found),
        "remarks": [],
        "remedy": remedy,
    }


def _remedy(meaning: Words, lines: Sequence[str]) -> Answer:
    return {
        "meaning": _plain(meaning),
        "whose": "you",
        "who": _plain(YOU),
        "how": [],
        "lines": list(lines),
        "link": "",
        "takes": _plain(AT_ONCE),
        "reply": "",
    }


def _plain(words: Words) -> dict[str, str]:
    return {"en": words.en, "ja": words.ja}
