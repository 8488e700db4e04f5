"""A route is signed in from the command line: a page and an address pasted back, a browser that
comes back here, a code on another device, or an app by itself. `noroshi authorize` and `noroshi
setup` lead through it."""

from __future__ import annotations

import getpass
import os
import select
import sys
import time
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers import sign_in_texts
from noroshi.cli.handlers.secrets import places
from noroshi.cli.output.tables import columns
from noroshi.cli.redirect_listener import Listener, NoPortError
from noroshi.command_line.text_width import wrap
from noroshi.core.translation import NOTHING, Message, bilingual

try:
    import readline  # noqa: F401  # a terminal's own lines end at 4,096 bytes, which a code may pass
except ImportError:  # a Python built without it
    pass

STDIN = "-"
A_MOMENT = 0.3
TRIES = 5
WIDEST = 88
ANY = ("trouble", "invalid")
LONGEST_URL = 1 << 16
LISTENS_FOR = 300.0
"""Seconds in which somebody must have signed in at this computer's browser."""
HINT_AFTER = 10.0
"""Seconds after which it is said what to look at: whoever signs in smoothly is back or at it."""
HTTP = 80
Answer = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """Say which route, and by which way: pasted unless `here` or `device`. A person at a
    terminal may err some times in what `mends` names: what was pasted (invalid), what was
    refused (trouble)."""

    route: str
    here: bool = False
    device: bool = False
    secret_file: str | None = None
    url_file: str | None = None
    read: bool = False
    """The account's right to read its own mailbox, not what the route sends by."""
    mends: tuple[str, ...] = ANY


class NoPageError(RefusedError):
    """Report that a way by a page was asked for, and the route's app signs in by itself."""

    def __init__(self) -> None:
        super().__init__("invalid", sign_in_texts.NO_PAGE)


def sign_in(asked: CommandContext, how: How) -> Answer:
    """Sign it in; how the route is then. Raises RefusedError."""
    if how.here:
        return _here(asked, how)
    return _on_device(asked, how) if how.device else _by_paste(asked, how)


def _begun(asked: CommandContext, how: How, port: int = 0) -> Answer:
    """The sign-in under way, once there is a secret to complete it with."""
    begun: Answer = asked.call("authorize_begin", route=how.route, port=port, read=how.read)
    if begun["by"] == "app" and (how.url_file or how.here or how.device):
        raise NoPageError
    if not begun["secret_kept"] or how.secret_file:
        if not how.secret_file:
            words = sign_in_texts.ASK[begun["asks"]].fill(
                account=begun["account"], secret=begun["secret"], route=how.route
            )
            if begun["asks"] == sign_in_texts.KEY_FILE:  # of many lines, which no prompt takes
                raise RefusedError("invalid", words)
            print(asked.say(words))
        keep_secret(asked, begun["secret"], how.secret_file)
        begun = asked.call("authorize_begin", route=how.route, port=port, read=how.read)
    return begun


def keep_secret(asked: CommandContext, name: str, file: str | None) -> None:
    """Into the vault; at a terminal a refused one, such as the secret's ID, is asked for again."""
    if not file and not sys.stdin.isatty():
        raise RefusedError("invalid", sign_in_texts.SECRET_BY_FILE)
    to = places(asked, name)
    for left in reversed(range(1 if file else TRIES)):
        prompt = asked.say(sign_in_texts.SECRET_PROMPT)
        value = _contents(file, sign_in_texts.NO_SECRET) if file else getpass.getpass(prompt)
        try:
            asked.call("set_secret", name=name, value=value, proved=True, to=to)
            break
        except RefusedError as refused:
            _again(asked, refused, left, ANY)
    print(asked.say(sign_in_texts.SECRET_KEPT.fill(secret=name)))


def _by_paste(asked: CommandContext, how: How) -> Answer:
    begun = _begun(asked, how)
    return _proved(asked, how, begun) if begun["by"] == "app" else _finished(asked, how, begun)


def _proved(asked: CommandContext, how: How, begun: Answer) -> Answer:
    """Where an app signs in by itself there is no page: a token is fetched and looked into."""
    for left in reversed(range(TRIES)):
        try:
            proof = asked.call("authorize_app", route=how.route, read=how.read)
            break
        except RefusedError as refused:
            if how.secret_file or not refused.about("secret"):
                raise
            _again(asked, refused, left, how.mends)
            keep_secret(asked, begun["secret"], None)
    for words in proof["token"]:
        print(asked.say(words))
    status: Answer = proof["route"]
    return status


def _finished(asked: CommandContext, how: How, begun: Answer) -> Answer:
    route, file = how.route, how.url_file
    print(asked.say(sign_in_texts.OPEN_PAGE.fill(url=begun["url"])), flush=True)
    pasted = ""
    for left in reversed(range(1 if file else TRIES)):
        pasted = pasted or (
            _contents(file, sign_in_texts.NO_ADDRESS) if file else _pasted(asked)
        )
        try:
            status: Answer = asked.call("authorize_finish", route=route, pasted=pasted)
        except RefusedError as refused:
            _again(asked, refused, left, how.mends)
            if refused.about("secret"):  # the code was not looked at yet, so it may still do
                keep_secret(asked, begun["secret"], None)
            else:
                pasted = ""
        else:
            return status
    raise AssertionError("the last try raises or returns")


def _here(asked: CommandContext, how: How) -> Answer:
    """The browser of this computer comes back by itself."""
    try:
        with ExitStack() as stack:
            listener = stack.enter_context(Listener(asked.language))
            begun = _begun(asked, how, listener.port)
            port = urlsplit(begun["redirect"]).port
            if port != listener.port:  # the account's redirect says one itself
                listener = stack.enter_context(Listener(asked.language, port or HTTP))
            listener.expect(begun["redirect"], begun["url"])
            print(asked.say(sign_in_texts.OPEN_HERE.fill(url=begun["url"])), flush=True)
            asked.let_go()
            return _come_back(asked, how, listener, begun)
    except NoPortError as error:
        raise RefusedError("trouble", error.words) from None


def _come_back(asked: CommandContext, how: How, listener: Listener, begun: Answer) -> Answer:
    """By the browser, or by the text of a page that somebody pastes who was shown an error."""
    typed, ends = Typed(), time.monotonic() + LISTENS_FOR
    hint: float | None = time.monotonic() + HINT_AFTER
    while time.monotonic() < ends:
        arrived = listener.wait(A_MOMENT)
        if arrived is not None:
            return _told_there(asked, how, listener, arrived)
        if hint is not None and time.monotonic() >= hint:
            print(asked.say(_what_to_look_at(begun)), file=sys.stderr, flush=True)
            hint = None
        if (text := typed.text()) and (status := _typed_instead(asked, how, text)):
            return status
    raise RefusedError("trouble", sign_in_texts.NOBODY_CAME.fill(route=how.route))


def _what_to_look_at(begun: Answer) -> Message:
    """Where a provider shows an error it goes nowhere, and nothing comes here: so it is said soon."""
    client = parse_qs(urlsplit(begun["url"]).query).get("client_id", [""])[0]
    return sign_in_texts.NOT_BACK_YET.fill(
        redirect=begun["redirect"], client_id=client, account=begun["account"]
    )


def _typed_instead(asked: CommandContext, how: How, text: str) -> Answer | None:
    """Take what was pasted: an address, or an error that is told; of what is neither that is
    said."""
    try:
        status: Answer = asked.call("authorize_finish", route=how.route, pasted=text)
    except RefusedError as refused:
        if refused.kind != "invalid":
            raise
        print(asked.say(refused.words), file=sys.stderr, flush=True)
        return None
    return status


class Typed:
    """Read what is typed at this terminal meanwhile; nothing where there is none, or another
    program has it."""

    def __init__(self) -> None:
        self._open = sys.stdin.isatty()

    def text(self) -> str:
        """All the lines that wait."""
        found = b""
        while self._open and _is_ours() and select.select([sys.stdin], [], [], 0)[0]:
            piece = os.read(sys.stdin.fileno(), LONGEST_URL)
            self._open, found = bool(piece), found + piece
            time.sleep(A_MOMENT)  # in which the next line of what was pasted comes
        return found.decode("utf-8", "replace").strip()


def _is_ours() -> bool:
    """Return whether this command is in front of its terminal: reading would stop one that is
    not."""
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # not the one that it was started from, where nobody stops it
        return True


def _told_there(asked: CommandContext, how: How, listener: Listener, arrived: str) -> Answer:
    """Complete it, and say so in the browser too."""
    try:
        status: Answer = asked.call("authorize_finish", route=how.route, pasted=arrived)
    except RefusedError as refused:
        listener.answer(refused.words, done=False)
        raise
    told = [sign_in_texts.DONE_THERE.fill(route=how.route)]
    if (other := bilingual(**status["other"])) != NOTHING:  # another person than was meant
        told.append(other)
    listener.answer(*told, done=True)
    return status


def _on_device(asked: CommandContext, how: How) -> Answer:
    """A code is typed on a device that has a browser: a phone, say."""
    begun = _begun_for_device(asked, how)
    minutes = max(1, begun["seconds"] // 60)
    words = sign_in_texts.TYPE_CODE.fill(
        url=begun["url"], code=begun["code"], minutes=minutes, route=how.route
    )
    print(asked.say(words), flush=True)
    wait, told = begun["wait"], ""
    while True:
        time.sleep(wait)
        answer = asked.call("authorize_device_ask", route=how.route)
        if answer["route"] is not None:
            status: Answer = answer["route"]
            return status
        wait, why = answer["wait"], asked.say(answer["why"])
        if why and why != told:
            print(why, file=sys.stderr)
        told = why


def _begun_for_device(asked: CommandContext, how: How) -> Answer:
    if how.secret_file:
        _begun(asked, how)
    begun: Answer = asked.call("authorize_device", route=how.route, read=how.read)
    return begun


def _again(
    asked: CommandContext, refused: RefusedError, left: int, mends: Collection[str]
) -> None:
    """Say what is wrong and go on, while there are tries left and there is somebody to try."""
    if not left or refused.kind not in mends or not sys.stdin.isatty():
        raise refused
    more = (
        ()
        if refused.about("secret")
        else (*(p for _, p in refused.problems), sign_in_texts.ONCE_MORE)
    )
    for words in (refused.words, *more):
        for line in asked.say(words).split("\n"):
            print(*wrap(line, min(columns(), WIDEST) - 1), sep="\n", file=sys.stderr)


def _pasted(asked: CommandContext) -> str:
    """The address, which mail programs and terminals like to break into lines.

    It is over once it holds what a finished sign-in has and nothing more comes, or with an
    empty line. What is piped in is read to its end.
    """
    asked.let_go()  # somebody signs in meanwhile, which takes a while
    if not sys.stdin.isatty():
        return _given(sys.stdin.read(LONGEST_URL), sign_in_texts.NO_ADDRESS)
    try:
        lines = [input(asked.say(sign_in_texts.URL_PROMPT))]
        while lines[-1].strip() and (_more_waits() or _goes_on("".join(lines))):
            more = "" if _more_waits() else asked.say(sign_in_texts.GOES_ON)
            lines.append(input(more))
    except EOFError:
        raise RefusedError("invalid", sign_in_texts.NO_ADDRESS) from None
    return _given("".join(lines), sign_in_texts.NO_ADDRESS)


def _whole(text: str) -> bool:
    return "AADSTS" in text or ("state=" in text and ("code=" in text or "error=" in text))


def _goes_on(text: str) -> bool:
    """Return whether it is the beginning of such an address; what is none is answered at
    once."""
    begun = any(part in text for part in ("localhost", "code=", "state=", "error="))
    return begun and not _whole(text) and "response_type=" not in text


def _more_waits() -> bool:
    """Return whether what was pasted goes on: its other lines are there already, typed by
    nobody."""
    return bool(select.select([sys.stdin], [], [], A_MOMENT)[0])


def _given(text: str, nothing: Message) -> str:
    if not text.strip():
        raise RefusedError("invalid", nothing)
    return text


def _contents(file: str, nothing: Message) -> str:
    try:
        text = sys.stdin.read() if file == STDIN else Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise RefusedError(
            "invalid", sign_in_texts.CANNOT_READ.fill(file=file, why=why)
        ) from None
    return _given(text, nothing)
