"""`noroshi lab show`, `set`, `fault` and the like: look at and change a lab that runs, from
another terminal."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from noroshi.core.translation import _, list_names
from noroshi_lab.lab import state_text
from noroshi_lab.lab.certificates import as_pem, read_certificate
from noroshi_lab.lab.faults import GRAPH_PLACES, SMTP_PLACES, WEB_PLACES
from noroshi_lab.lab.form_input import command
from noroshi_lab.lab.person import DEVICE_PAGE
from noroshi_lab.lab.remote import LabError, Remote

COMMANDS = {
    "show": _("Shows the time, all switches and scripted faults of the running lab."),
    "set": _("Sets switches of the running lab: NAME=VALUE ..."),
    "fault": _("Causes a fault, once or a given number of times."),
    "faults": _("Lists scripted faults, or clears them."),
    "reset": _("Resets the clock, all switches and faults to their initial state."),
    "new": _("Creates another secret or certificate for the app, and prints it."),
    "upload": _(
        "Registers a certificate with the app, like “Upload certificate” in the portal."
    ),
    "sign-in": _("Signs in at a sign-in page as the lab's user, and prints the redirect URL."),
    "events": _("Lists the requests and replies of the lab."),
}
_NAME_VALUE = _("switch and new value")
_AT = _("place: {smtp}; {web}; Graph: {graph}")
_DOES = _(
    "fault. SMTP: a whole reply, a short name (such as 421, 432, 451, 535, 550 or 5.4.1), "
    "drop, silent, wait:SECONDS, at END keep-then-drop and ok-then-drop. Web: an HTTP "
    "status, an AADSTS number, an OAuth error, a Graph error code, html, html-200, "
    "truncated, drop, silent, wait:SECONDS"
)
_TIMES = _("number of times (default: 1)")
_ALWAYS = _("repeat until cleared")
_TO = _("at RCPT: only for this recipient")
_ELSEWHERE = _("at the provider that is not Microsoft")
_CLEAR = _("clear all scripted faults")
_WHAT = _("secret or certificate")
_ENDS = _("expiry date: a date, or a duration from now such as +180d")
_FILE = _("certificate file (.cer; PEM or DER). A private key in the file is not sent")
_INSTEAD = _("replace the app's existing certificates")
_UPLOADED = _(
    "The certificate is registered with the app until the lab ends.\n"
    "  Thumbprint  {thumbprint}\n"
    "  Expires     {ends}"
)
_NO_FILE = _("Cannot read {file}.")
_NO_CERTIFICATE = _("{file} is not a certificate in PEM or DER format.")
_ALONE = _("expire the existing ones immediately")
_URL = _("URL of the sign-in page, or the device code")
_ADMIN = _("sign in as the administrator, who consents for the organisation")
_AFTER = _("only those after this number")
_JSON = _("output for programs")
_NO_PAIR = _("“{given}” does not have the format NAME=VALUE.")


def script(name: str, argv: Sequence[str], language: str, out: TextIO) -> int:
    """Run one of COMMANDS. Exit code 0: done; 1: no lab runs, or it refused; 2: usage."""
    given = _parser(name, language).parse_args(argv)
    try:
        found, shown = _DOING[name](Remote(given.folder), given)
    except LabError as refused:
        print(refused.words.say(given.lang), file=sys.stderr)
        return 1
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=2), file=out)
    elif shown:
        print(shown, file=out)
    return 0


Found = tuple[Any, str]


def _show(lab: Remote, given: argparse.Namespace) -> Found:
    state = lab.state()
    return state, state_text.whole(state, given.lang)


def _set(lab: Remote, given: argparse.Namespace) -> Found:
    state, done = lab.state(), dict[str, str]()
    for pair in given.pairs:
        name, mark, value = pair.partition("=")
        if not mark:
            raise LabError(_NO_PAIR.fill(given=pair))
        state = lab.set(name, value)
        done[name] = value
    for switch in state["switches"]:
        if switch["momentary"] and switch["name"] in done:
            switch["value"] = done[switch["name"]]  # it happened, and nothing of it is left
    return state, state_text.some(state, list(done), given.lang)


def _fault(lab: Remote, given: argparse.Namespace) -> Found:
    state = lab.fault(
        given.at,
        given.does,
        to=given.to,
        left=None if given.always else given.times,
        side="elsewhere" if given.elsewhere else "microsoft",
    )
    return state, state_text.faults(state, given.lang)


def _faults(lab: Remote, given: argparse.Namespace) -> Found:
    state = lab.clear() if given.clear else lab.state()
    return state, state_text.faults(state, given.lang)


def _reset(lab: Remote, given: argparse.Namespace) -> Found:
    state = lab.reset()
    return state, state_text.whole(state, given.lang)


def _new(lab: Remote, given: argparse.Namespace) -> Found:
    made = lab.new(given.what, ends=given.ends, alone=given.alone)
    return made, str(made["value"]).rstrip()


def _upload(lab: Remote, given: argparse.Namespace) -> Found:
    try:
        certificate = read_certificate(given.file.read_bytes())
    except OSError:
        raise LabError(_NO_FILE.fill(file=given.file)) from None
    except ValueError:
        raise LabError(_NO_CERTIFICATE.fill(file=given.file)) from None
    found = lab.upload(as_pem(certificate), alone=given.alone)
    words = _UPLOADED.fill(thumbprint=found["thumbprint"], ends=found["ends"][:10])
    return found, words.say(given.lang)


def _sign_in(lab: Remote, given: argparse.Namespace) -> Found:
    by_code = not given.url.startswith("https:")
    page = lab.card["sign_in"] + DEVICE_PAGE if by_code else given.url
    goes_to = lab.sign_in(page, code=given.url if by_code else "", admin=given.admin)
    return {"goes_to": goes_to}, goes_to


def _events(lab: Remote, given: argparse.Namespace) -> Found:
    found = lab.events(given.after)
    lines = (
        f"{each['number']:>5}  {each['at']}  {each['server']}  {each['what']}  "
        f"{each['who']}  {each['answer']}"
        for each in found
    )
    return found, "\n".join(lines)


_DOING: dict[str, Callable[[Remote, argparse.Namespace], Found]] = {
    "show": _show,
    "set": _set,
    "fault": _fault,
    "faults": _faults,
    "reset": _reset,
    "new": _new,
    "upload": _upload,
    "sign-in": _sign_in,
    "events": _events,
}


def _parser(name: str, language: str) -> argparse.ArgumentParser:
    parser = command(f"noroshi lab {name}", COMMANDS[name], language)
    arguments = {
        "set": _set_arguments,
        "fault": _fault_arguments,
        "faults": _faults_arguments,
        "new": _new_arguments,
        "upload": _upload_arguments,
        "sign-in": _sign_in_arguments,
        "events": _events_arguments,
    }
    if name in arguments:
        arguments[name](parser, language)
    parser.add_argument("--json", action="store_true", help=_JSON.say(language))
    return parser


def _set_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument(
        "pairs", nargs="+", metavar="NAME=VALUE", help=_NAME_VALUE.say(language)
    )


def _fault_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    web = [each for each in WEB_PLACES if each not in GRAPH_PLACES]
    places = {"smtp": SMTP_PLACES, "web": web, "graph": GRAPH_PLACES}
    named = {name: list_names(each) for name, each in places.items()}
    parser.add_argument("at", metavar="WHERE", help=_AT.fill(**named).say(language))
    parser.add_argument("does", metavar="WHAT", help=_DOES.say(language))
    parser.add_argument("--times", type=int, default=1, metavar="N", help=_TIMES.say(language))
    parser.add_argument("--always", action="store_true", help=_ALWAYS.say(language))
    parser.add_argument("--elsewhere", action="store_true", help=_ELSEWHERE.say(language))
    parser.add_argument("--to", default="", metavar="ADDRESS", help=_TO.say(language))


def _faults_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("--clear", action="store_true", help=_CLEAR.say(language))


def _new_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("what", choices=("secret", "certificate"), help=_WHAT.say(language))
    parser.add_argument("--ends", default="", metavar="WHEN", help=_ENDS.say(language))
    parser.add_argument("--alone", action="store_true", help=_ALONE.say(language))


def _upload_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help=_FILE.say(language))
    parser.add_argument("--alone", action="store_true", help=_INSTEAD.say(language))


def _sign_in_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("url", metavar="URL", help=_URL.say(language))
    parser.add_argument("--admin", action="store_true", help=_ADMIN.say(language))


def _events_arguments(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("--after", type=int, default=0, metavar="N", help=_AFTER.say(language))
