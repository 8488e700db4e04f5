"""Run the program `noroshi lab`: run the lab, or list and show the mails that it has taken."""

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

from noroshi.core.translation import _
from noroshi_lab.lab.client_config import read_address
from noroshi_lab.lab.control_commands import COMMANDS, script
from noroshi_lab.lab.form_input import command, language_of
from noroshi_lab.lab.lab import Lab
from noroshi_lab.lab.limits import Limits
from noroshi_lab.lab.mailbox import Mail, Mailboxes

_WHAT = _(
    "Simulates Microsoft 365 (sign-in, SMTP, Graph) and one more provider on this computer."
)
_WHAT_MAIL = _("Lists the messages that the lab has accepted, or shows one.")
OTHER_COMMANDS = {"mail": _WHAT_MAIL, **COMMANDS}
"""The commands for a running lab, or for the data that one has left."""
_WHAT_DRILL = _("Puts a running node through the ten most likely failures.")
_PORT = _("HTTPS port (default: the last one used, or a free one)")
_SMTP_PORT = _("SMTP port (default: the last one used, or a free one)")
_NUMBER = _("number of the message to show")
_JSON = _("output for programs")
_STARTED = _(
    "The lab is running: Microsoft 365 and one more provider, simulated on this computer.\n"
    "  Sign-in:  {sign_in}  ({user}, password in {folder}/lab.json)\n"
    "  SMTP:     {smtp_host}:{smtp_port} (STARTTLS, XOAUTH2)\n"
    "  Graph:    {graph}\n"
    "  Other:    {issuer}  (OpenID Connect, not Microsoft; SMTP {other_smtp})\n"
    "  CA:       {ca_file} (new at each start)\n"
    "  Cloud:    {folder}/definitions (cloud and account, to copy)\n"
    "  Mailbox:  {mail_pages}  (or: noroshi lab mail --folder {folder})\n"
    "  Phone:    {sign_in}/phone  (second factor)\n"
    "  Switches: noroshi lab show --folder {folder}\n"
    "Ctrl-C stops it."
)
_CANNOT = _(
    "The lab cannot start: {why}. Another lab may be running; choose other ports with "
    "--port and --smtp-port."
)
_EMPTY = _("No message has arrived yet.")
_NONE = _("There is no message {number}.")
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
    (_("From"), "from_"),
    (_("To"), "to"),
    (_("Subject"), "subject"),
    (_("Date"), "date"),
    (_("Received"), "received"),
)


def main(argv: Sequence[str], *, language: str = "en", out: TextIO | None = None) -> int:
    """Run `noroshi lab …`. Exit code 0: done; 1: cannot start, no such mail, or no lab; 2:
    usage."""
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
    ports = {name: _port(None, _at(last, field)) for name, field in _OTHERS.items()}
    ports["entra"] = _port(given.port, last.get("sign_in"))
    ports["smtp"] = _port(given.smtp_port, last.get("smtp_port"))
    lab = Lab(
        given.folder, clock=lambda: datetime.now(UTC), limits=Limits.of_exchange(), ports=ports
    )
    async with lab:
        places = asdict(lab.address) | {"folder": str(lab.folder)}
        other = {
            "issuer": _at(places, "elsewhere.issuer"),
            "other_smtp": _at(places, "elsewhere.smtp_port"),
        }
        print(_STARTED.fill(**places, **other).say(given.lang), file=out, flush=True)
        await stop.wait()


def _at(card: Mapping[str, object], path: str) -> object:
    """Return a field of the card, or of a table in it."""
    found: object = card
    for name in path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _port(given: int | None, last: object) -> int:
    """Return the port that was asked for, else that of the last start: a number, or in an
    address."""
    if given is not None:
        return given
    found = re.search(r"(?:^|:)(\d{1,5})(?:/|$)", str(last))
    return int(found[1]) if found else 0


def _stop_on_signals(stop: asyncio.Event) -> None:
    if (
        sys.platform == "win32"
    ):  # its loop takes no handlers; Ctrl-C arrives as KeyboardInterrupt
        return
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)


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
        return json.dumps([mail.as_json() for mail in mails], ensure_ascii=False, indent=2)
    lines = [f"{m.number:>5}  {m.date}  {m.sender} → {m.mailbox}  {m.subject}" for m in mails]
    return "\n".join(lines) or _EMPTY.say(given.lang)


def _one(mail: Mail, given: argparse.Namespace) -> str:
    if given.json:
        return json.dumps(mail.as_json(), ensure_ascii=False, indent=2)
    heads = (f"{words.say(given.lang)}: {getattr(mail, name)}" for words, name in _HEADINGS)
    return "\n".join((*heads, "", *mail.text.rstrip().splitlines()))


def _lab_parser(language: str) -> argparse.ArgumentParser:
    parser = command("noroshi lab", _WHAT, language)
    parser.add_argument("--port", type=int, metavar="N", help=_PORT.say(language))
    parser.add_argument("--smtp-port", type=int, metavar="N", help=_SMTP_PORT.say(language))
    # It needs a node as well, so it is another program (noroshi_lab.drill); people look here for it.
    commands = OTHER_COMMANDS | {"drill": _WHAT_DRILL}
    parser.epilog = "\n".join(
        f"noroshi lab {name}: {what.say(language)}" for name, what in commands.items()
    )
    return parser


def _mail_parser(language: str) -> argparse.ArgumentParser:
    parser = command("noroshi lab mail", _WHAT_MAIL, language)
    parser.add_argument("number", nargs="?", type=int, metavar="N", help=_NUMBER.say(language))
    parser.add_argument("--json", action="store_true", help=_JSON.say(language))
    return parser
