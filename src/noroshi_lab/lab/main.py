"""The program `noroshi lab`: runs the lab, or lists and reads the mails that it has taken."""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TextIO

from noroshi.core.words import Words
from noroshi_lab.lab.client_config import read_address
from noroshi_lab.lab.control_commands import COMMANDS, script
from noroshi_lab.lab.form_input import command, language_of
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mailbox import Mail, Mailboxes

_WHAT = Words(
    en="A simulator of Microsoft 365 (sign-in, SMTP, Graph) and of one more provider on this machine.",
    ja="Microsoft 365 (サインイン、SMTP、Graph) と、もう1つの事業者を、このマシンの中で模擬します。",
)
_WHAT_MAIL = Words(
    en="Lists the mails that the lab has taken, or reads one.",
    ja="ラボが受け取ったメールを一覧します。番号を付けると1通を読みます。",
)
OTHER_COMMANDS = {"mail": _WHAT_MAIL, **COMMANDS}
"""What can be done beside a lab that runs, or with what it has left."""
_WHAT_DRILL = Words(
    en="Walks a running node through the ten most likely failures.",
    ja="動いているノードで、起こりやすい10の障害を順に起こして確かめます。",
)
_PORT = Words(
    en="HTTPS port (default: that of the last start, or a free one)",
    ja="HTTPS のポート (既定値: 前回と同じ。初回は空いているもの)",
)
_SMTP_PORT = Words(
    en="SMTP port (default: that of the last start, or a free one)",
    ja="SMTP のポート (既定値: 前回と同じ。初回は空いているもの)",
)
_NUMBER = Words(en="number of the mail to read", ja="読むメールの番号")
_JSON = Words(en="for programs", ja="プログラム向けの形式で出力します")
_STARTED = Words(
    en="""The lab is running: Microsoft 365 and one more provider, simulated on this machine.
  Sign-in:  {sign_in}  ({user}, password in {folder}/lab.json)
  SMTP:     {smtp_host}:{smtp_port} (STARTTLS, XOAUTH2)
  Graph:    {graph}
  Other:    {elsewhere[issuer]}  (OpenID Connect, not Microsoft's; SMTP {elsewhere[smtp_port]})
  CA:       {ca_file} (made anew at each start)
  Profile:  {folder}/definitions (cloud and account, to copy)
  Mailbox:  {mail_pages}  (or: noroshi lab mail --folder {folder})
  Phone:    {sign_in}/phone  (the second factor)
  Switches: noroshi lab show --folder {folder}
Ctrl-C stops it.""",
    ja="""ラボが動いています。Microsoft 365 ともう1つの事業者を、このマシンの中で模擬します。
  サインイン:     {sign_in}  ({user}、パスワードは {folder}/lab.json にあります)
  SMTP:           {smtp_host}:{smtp_port} (STARTTLS、XOAUTH2)
  Graph:          {graph}
  別の事業者:     {elsewhere[issuer]}  (Microsoft 以外の OpenID Connect。SMTP は {elsewhere[smtp_port]})
  CA:             {ca_file} (起動のたびに作り直します)
  プロファイル:   {folder}/definitions (クラウドとアカウント。コピーして使えます)
  メールボックス: {mail_pages}  (または noroshi lab mail --folder {folder})
  電話:           {sign_in}/phone  (二要素認証)
  スイッチ:       noroshi lab show --folder {folder}
Ctrl-C で止まります。""",
)
_CANNOT = Words(
    en="The lab cannot start: {why}. Another lab may be running; choose other ports with "
    "--port and --smtp-port.",
    ja="ラボを起動できません: {why}。別のラボが動いているかもしれません。"
    "--port と --smtp-port で別のポートを選んでください。",
)
_EMPTY = Words(en="No mail has come yet.", ja="メールはまだ届いていません。")
_NONE = Words(en="There is no mail {number}.", ja="{number} 番のメールはありません。")
_OTHERS = {
    "desk": "control_at",
    "graph": "graph",
    "elsewhere": "elsewhere.issuer",
    "hve": "hve_port",
    "elsewhere-smtp": "elsewhere.smtp_port",
    "elsewhere-smtps": "elsewhere.smtps_port",
}
"""Servers whose port nobody chooses, and where the card has it."""
_HEADINGS = (
    (Words(en="From", ja="差出人"), "from_"),
    (Words(en="To", ja="宛先"), "to"),
    (Words(en="Subject", ja="件名"), "subject"),
    (Words(en="Date", ja="日時"), "date"),
    (Words(en="Received", ja="受信経路"), "received"),
)


def main(argv: Sequence[str], *, language: str = "en", out: TextIO | None = None) -> int:
    """Runs `noroshi lab …`. Exit code 0: done; 1: cannot start, no such mail, or no lab; 2: usage."""
    shown = out or sys.stdout
    if argv and argv[0] in COMMANDS:
        return script(argv[0], argv[1:], language_of(argv, language), shown)
    if argv and argv[0] == "mail":
        given = _mail_parser(language_of(argv, language)).parse_args(argv[1:])
        return _mail(given, shown)
    given = _lab_parser(language_of(argv, language)).parse_args(argv)
    try:
        asyncio.run(_run(given, shown))
    except KeyboardInterrupt:
        pass  # Windows, where the loop takes no signals
    except OSError as refused:
        print(_CANNOT.fill(why=refused).say(given.lang), file=sys.stderr)
        return 1
    return 0


async def _run(given: argparse.Namespace, out: TextIO) -> None:
    stop = asyncio.Event()
    _stop_on_signals(stop)
    last = read_address(given.folder)
    lab = Lab(
        given.folder,
        clock=lambda: datetime.now(UTC),
        limits=Limits.of_exchange(),
        port=_port(given.port, last.get("sign_in")),
        smtp_port=_port(given.smtp_port, last.get("smtp_port")),
        ports={name: _port(None, _at(last, field)) for name, field in _OTHERS.items()},
    )
    async with lab:
        told = asdict(lab.address) | {"folder": str(lab.folder)}
        print(_STARTED.fill(**told).say(given.lang), file=out, flush=True)
        await stop.wait()


def _at(card: Mapping[str, object], path: str) -> object:
    """A field of the card, or of a table in it."""
    found: object = card
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _port(given: int | None, last: object) -> int:
    """The port that was asked for, else that of the last start: a number, or in an address."""
    if given is not None:
        return given
    found = re.search(r"(?:^|:)(\d{1,5})(?:/|$)", str(last))
    return int(found[1]) if found else 0


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stop.set)
        except NotImplementedError:
            return  # Windows: Ctrl-C arrives as KeyboardInterrupt


def _mail(given: argparse.Namespace, out: TextIO) -> int:
    folder = given.folder / "mail"
    box = Mailboxes(folder) if folder.is_dir() else None
    if given.number is None:
        mails = box.mails() if box else ()
        print(_listing(mails, given), file=out)
        return 0
    mail = box.mail(given.number) if box else None
    if mail is None:
        print(_NONE.fill(number=given.number).say(given.lang), file=sys.stderr)
        return 1
    print(_one(mail, given), file=out)
    return 0


def _listing(mails: Sequence[Mail], given: argparse.Namespace) -> str:
    if given.json:
        return json.dumps([_plain(mail) for mail in mails], ensure_ascii=False, indent=2)
    lines = [f"{m.number:>5}  {m.date}  {m.sender} → {m.mailbox}  {m.subject}" for m in mails]
    return "\n".join(lines) or _EMPTY.say(given.lang)


def _one(mail: Mail, given: argparse.Namespace) -> str:
    if given.json:
        return json.dumps(_plain(mail), ensure_ascii=False, indent=2)
    heads = (f"{words.say(given.lang)}: {getattr(mail, name)}" for words, name in _HEADINGS)
    return "\n".join((*heads, "", mail.text.rstrip()))


def _plain(mail: Mail) -> dict[str, object]:
    told = asdict(mail)
    del told["raw"]
    told["from"] = told.pop("from_")
    return told | {"file": str(mail.file)}


def _lab_parser(language: str) -> argparse.ArgumentParser:
    parser = command("noroshi lab", _WHAT, language)
    parser.add_argument("--port", type=int, metavar="N", help=_PORT.say(language))
    parser.add_argument("--smtp-port", type=int, metavar="N", help=_SMTP_PORT.say(language))
    # It needs a node as well, so it is another program (noroshi_lab.drill); people look here for it.
    told = OTHER_COMMANDS | {"drill": _WHAT_DRILL}
    parser.epilog = "\n".join(
        f"noroshi lab {name}: {what.say(language)}" for name, what in told.items()
    )
    return parser


def _mail_parser(language: str) -> argparse.ArgumentParser:
    parser = command("noroshi lab mail", _WHAT_MAIL, language)
    parser.add_argument("number", nargs="?", type=int, metavar="N", help=_NUMBER.say(language))
    parser.add_argument("--json", action="store_true", help=_JSON.say(language))
    return parser
