"""`noroshi contacts`: who is told, in which language, by which rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from noroshi.cli import exits
from noroshi.cli.context import CommandContext
from noroshi.cli.output.tables import table
from noroshi.core.words import Words

NOBODY = Words(
    en="There is no contact yet: define one in contacts/, and apply it.",
    ja="通知先はまだありません。contacts/ に定義し、apply で取り込んでください。",
)
HEAD = (
    Words(en="CONTACT", ja="通知先"),
    Words(en="LANGUAGE", ja="言語"),
    Words(en="ZONE", ja="タイムゾーン"),
    Words(en="RULES", ja="実行条件"),
    Words(en="NOTIFICATIONS", ja="通知項目"),
    Words(en="MONITORS", ja="監視項目"),
    Words(en="ADDRESSES", ja="アドレス"),
)
LANGUAGES = {"en": Words(en="English", ja="英語"), "ja": Words(en="Japanese", ja="日本語")}
NO_RULE = Words(en="none: is never told", ja="なし (知らせません)")


def contacts(asked: CommandContext) -> int:
    """A row for each contact."""
    found = asked.call("contacts")
    if asked.given.json:
        asked.print_json(found)
    elif not found:
        print(asked.say(NOBODY))
    else:
        rows = [[asked.say(words) for words in HEAD], *(_row(asked, one) for one in found)]
        print("\n".join(table(rows)))
    return exits.DONE


def _row(asked: CommandContext, one: Mapping[str, Any]) -> tuple[str, ...]:
    name = f"{one['name']} ({one['title']})" if one["title"] else one["name"]
    return (
        name,
        asked.say(LANGUAGES[one["language"]]),
        one["zone"],
        ", ".join(one["rules"]) or ("" if one["notifications"] else asked.say(NO_RULE)),
        ", ".join(one["notifications"]),
        str(one["monitors"]),
        ", ".join(one["addresses"]),
    )
