"""`noroshi lab set`, `fault` and `faults`: change a lab that runs, from another terminal."""

from __future__ import annotations

import argparse
import http.client
import json
import ssl
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

from noroshi.core.words import Words
from noroshi.lab.typed import command

_PATIENCE = 10  # seconds
COMMANDS = {
    "show": Words(
        en="Shows the time, all switches and scripted faults of the running lab.",
        ja="動いているラボの時刻、スイッチ、仕掛けた障害をすべて表示します。",
    ),
    "set": Words(
        en="Sets switches of the running lab: NAME=VALUE ...",
        ja="動いているラボのスイッチを変えます。名前=値 …",
    ),
    "fault": Words(
        en="Lets something go wrong, the next time or so many times.",
        ja="次の1回、または指定した回数だけ、障害を起こします。",
    ),
    "faults": Words(
        en="Lists switches and scripted faults, or clears the faults.",
        ja="スイッチと仕掛けた障害を一覧します。障害を消すこともできます。",
    ),
    "reset": Words(
        en="Puts the clock, all switches and faults back as they were at the start.",
        ja="時計、スイッチ、障害をすべて起動時の状態に戻します。",
    ),
}
_NAME_VALUE = Words(en="a switch and its new value", ja="スイッチと新しい値")
_AT = Words(
    en="where: CONNECT, EHLO, STARTTLS, TLS, AUTH, MAIL, RCPT, DATA, END, RSET, QUIT, TOKEN, METADATA, "
    "DEVICE",
    ja="場所: CONNECT、EHLO、STARTTLS、TLS、AUTH、MAIL、RCPT、DATA、END、RSET、QUIT、TOKEN、METADATA、DEVICE",
)
_DOES = Words(
    en="what: a whole SMTP answer, a short name (421, 432, 451, 535, 550, 5.4.1 ...), drop, "
    "silent, wait:SECONDS, keep-then-drop, ok-then-drop; from TOKEN on an AADSTS number, an HTTP "
    "status, html, html-200, truncated, drop, silent, wait:SECONDS",
    ja="内容: SMTP の応答全体、短い名前 (421、432、451、535、550、5.4.1 など)、drop、silent、wait:秒数、"
    "keep-then-drop、ok-then-drop。TOKEN 以降では AADSTS の番号、HTTP のステータス、html、html-200、"
    "truncated、drop、silent、wait:秒数",
)
_TIMES = Words(en="how often (default: 1)", ja="回数 (既定値: 1)")
_ALWAYS = Words(en="until it is cleared", ja="消すまで続けます")
_TO = Words(en="at RCPT: for this recipient alone", ja="RCPT で、この宛先にだけ起こします")
_ELSEWHERE = Words(
    en="at the provider that is not Microsoft", ja="Microsoft 以外の事業者のほうで起こします"
)
_CLEAR = Words(en="forget all scripted faults", ja="仕掛けた障害をすべて消します")
_JSON = Words(en="for programs", ja="プログラム向けの形式で出力します")
_NO_LAB = Words(
    en="No lab is running in {folder}. Start it: noroshi lab --folder {folder}",
    ja="{folder} のラボは動いていません。noroshi lab --folder {folder} で起動してください。",
)
_NO_PAIR = Words(
    en="{given} is not NAME=VALUE.", ja="{given} は「名前=値」の形になっていません。"
)
_NOW = Words(en="The lab's time: {now}", ja="ラボの時刻: {now}")
_SWITCHES = Words(en="Switches", ja="スイッチ")
_PENDING = Words(en="On their way to Exchange", ja="Exchange に行き渡るのを待っている変更")
_FROM = Words(en="from {at} on", ja="{at} から")
_FAULTS = Words(en="Scripted faults", ja="仕掛けた障害")
_NONE = Words(en="none", ja="なし")
_LEFT = Words(en="{count} left", ja="残り{count}回")
_FOREVER = Words(en="always", ja="常に")
_FOR = Words(en="for {to}", ja="{to} 宛て")


class _Refused(Exception):
    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def script(name: str, argv: Sequence[str], language: str, out: TextIO) -> int:
    """Does one of COMMANDS. Exit code 0: done; 1: no lab runs, or it refused; 2: usage."""
    given = _parser(name, language).parse_args(argv)
    try:
        told = _do(name, given)
    except _Refused as refused:
        print(refused.words.say(given.lang), file=sys.stderr)
        return 1
    if getattr(given, "json", False):
        print(json.dumps(told, ensure_ascii=False, indent=2), file=out)
    else:
        print(_shown(told, given.lang), file=out)
    return 0


def _do(name: str, given: argparse.Namespace) -> Mapping[str, Any]:
    if name == "set":
        return _set(given.folder, given.pairs)
    if name == "fault":
        left = None if given.always else given.times
        side = "elsewhere" if given.elsewhere else "microsoft"
        asked = {"at": given.at, "does": given.does, "to": given.to, "left": left}
        asked |= {"side": side}
        return _ask(given.folder, "fault", asked)
    if name == "reset":
        return _ask(given.folder, "reset", {})
    clears = name == "faults" and given.clear
    return _ask(given.folder, *(("clear", {}) if clears else ("state", None)))


def _set(folder: Path, pairs: Sequence[str]) -> Mapping[str, Any]:
    told: Mapping[str, Any] = {}
    for pair in pairs:
        name, mark, value = pair.partition("=")
        if not mark:
            raise _Refused(_NO_PAIR.fill(given=pair))
        told = _ask(folder, "set", {"name": name, "value": value})
    return told


def _ask(folder: Path, what: str, asked: Mapping[str, object] | None) -> Mapping[str, Any]:
    """One question to the lab of that folder; None is a question without a body."""
    try:
        card = json.loads((folder / "lab.json").read_bytes())
        status, told = _exchange(card, f"/lab/{what}", asked)
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        raise _Refused(_NO_LAB.fill(folder=folder)) from None
    if status == 200:
        return told
    why = told.get("error")
    if not isinstance(why, dict):  # the lab of another folder has its port now
        raise _Refused(_NO_LAB.fill(folder=folder))
    raise _Refused(Words(**why))


def _exchange(
    card: Mapping[str, Any], path: str, asked: Mapping[str, object] | None
) -> tuple[int, Mapping[str, Any]]:
    place = urlsplit(card["control_at"])
    tls = ssl.create_default_context(cafile=card["ca_file"])
    connection = http.client.HTTPSConnection(
        place.hostname or "", place.port, context=tls, timeout=_PATIENCE
    )
    with closing(connection):
        connection.request(
            "GET" if asked is None else "POST",
            path,
            None if asked is None else json.dumps(asked),
            {"Authorization": f"Bearer {card['control']}"},
        )
        answer = connection.getresponse()
        return answer.status, json.load(answer)


def _shown(told: Mapping[str, Any], language: str) -> str:
    switches = told["switches"]
    width = max(len(each["name"]) + len(each["value"]) for each in switches) + 1
    lines = [_NOW.fill(now=told["now"]).say(language), "", _SWITCHES.say(language)]
    for each in switches:
        pair = f"{each['name']}={each['value']}"
        lines.append(f"  {pair:<{width}}  {Words(**each['help']).say(language)}")
    if told["pending"]:
        lines += ["", _PENDING.say(language)]
    for each in told["pending"]:
        lines.append(f"  {each['name']}={each['value']}  {_FROM.fill(**each).say(language)}")
    lines += ["", _FAULTS.say(language)]
    lines += [f"  {_fault(each, language)}" for each in told["faults"]]
    return "\n".join(lines if told["faults"] else [*lines, f"  {_NONE.say(language)}"])


def _fault(fault: Mapping[str, Any], language: str) -> str:
    left = _FOREVER if fault["left"] is None else _LEFT.fill(count=fault["left"])
    parts = [fault["at"], fault["does"]]
    parts += ["--elsewhere"] if fault["side"] == "elsewhere" else []
    parts += [_FOR.fill(to=fault["to"]).say(language)] if fault["to"] else []
    return "  ".join((*parts, f"({left.say(language)})"))


def _parser(name: str, language: str) -> argparse.ArgumentParser:
    parser = command(f"noroshi lab {name}", COMMANDS[name], language)
    if name == "set":
        parser.add_argument(
            "pairs", nargs="+", metavar="NAME=VALUE", help=_NAME_VALUE.say(language)
        )
    if name == "fault":
        parser.add_argument("at", metavar="WHERE", help=_AT.say(language))
        parser.add_argument("does", metavar="WHAT", help=_DOES.say(language))
        parser.add_argument(
            "--times", type=int, default=1, metavar="N", help=_TIMES.say(language)
        )
        parser.add_argument("--always", action="store_true", help=_ALWAYS.say(language))
        parser.add_argument("--elsewhere", action="store_true", help=_ELSEWHERE.say(language))
        parser.add_argument("--to", default="", metavar="ADDRESS", help=_TO.say(language))
    if name == "faults":
        parser.add_argument("--clear", action="store_true", help=_CLEAR.say(language))
    parser.add_argument("--json", action="store_true", help=_JSON.say(language))
    return parser
