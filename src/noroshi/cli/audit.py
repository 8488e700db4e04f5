"""`noroshi audit`: who changed what, by which door, from what to what."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from noroshi.cli import exits
from noroshi.cli.asked import Asked
from noroshi.cli.layout import columns, table
from noroshi.cli.times import clock
from noroshi.core.words import Words

NOTHING = Words(en="Nobody has changed anything yet.", ja="まだ何も変更されていません。")
NOBODY = Words(en="unknown", ja="不明")
REFUSED = Words(en="refused: {why}", ja="拒否: {why}")
MORE = Words(
    en="(refusals before it that are not listed: {count})",
    ja="(この前に記録を省いた拒否: {count}件)",
)
DOORS: Mapping[str, Words] = {
    "local": Words(en="this computer", ja="このコンピューター"),
    "web": Words(en="browser", ja="ブラウザー"),
    "api": Words(en="API", ja="API"),
}


def audit(asked: Asked) -> int:
    """The newest last, as in any log."""
    found = asked.call("audit", last=asked.given.last)
    if asked.given.json:
        asked.print_json(found)
        return exits.DONE
    now = datetime.now(UTC)
    rows = [
        (clock(one["at"], now), _who(asked, one), one["op"], _what(asked, one))
        for one in reversed(found)
    ]
    print("\n".join(table(rows, columns())) or asked.say(NOTHING))
    return exits.DONE


def _who(asked: Asked, one: Mapping[str, Any]) -> str:
    door = asked.say(DOORS.get(one["door"], DOORS["api"]))
    where = f"{door} {one['address']}" if one["address"] else door
    return f"{one['who'] or asked.say(NOBODY)} ({where})"


def _what(asked: Asked, one: Mapping[str, Any]) -> str:
    """What was asked for, and what it was and became, or why it was refused."""
    if one["refused"]["en"]:
        why = asked.say(REFUSED.fill(why=Words(**one["refused"])))
        return (
            f"{why} {asked.say(MORE.fill(count=one['left_out']))}" if one["left_out"] else why
        )
    given = ", ".join(f"{name}={_short(value)}" for name, value in one["given"].items())
    states = [_short(one[side]) for side in ("before", "after") if one[side] is not None]
    return "  ".join(part for part in (given, " → ".join(states)) if part)


def _short(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
