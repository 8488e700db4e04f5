"""A route is signed in from the command line: a page and an address pasted back, a browser that
comes back here, a code on another device, or an app by itself. `noroshi authorize` and `noroshi
setup` lead through it."""

from __future__ import annotations

import getpass
import os
import select
import sys
import time
from collections.abc import Collection
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from noroshi.cli.context import CommandContext
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers import sign_in_texts
from noroshi.cli.handlers.secrets import places
from noroshi.cli.output.tables import columns
from noroshi.cli.redirect_listener import Listener, NoPortError
from noroshi.command_line.text_width import wrap
from noroshi.core.translation import NOTHING, Message
from noroshi.operations import sign_in_operations
from noroshi.operations.sign_in_answers import DeviceAsked, OnDevice, Proof, SignIn
from noroshi.operations.status_answers import RouteStatus

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRequest:
    """Say which route, and by which way: pasted unless `by_listener` or `device`. A person at a
    terminal may err some times in what `retried_kinds` names: what was pasted (invalid), what was
    refused (trouble)."""

    route: str
    by_listener: bool = False
    device: bool = False
    secret_file: str | None = None
    url_file: str | None = None
    read: bool = False
    """True to sign in for reading the account's mailbox, and not for sending by a route."""
    retried_kinds: tuple[str, ...] = ANY


class NoPageError(RefusedError):
    """Report that a sign-in by a page was asked for, while the route's app signs in by
    itself."""

    def __init__(self) -> None:
        super().__init__("invalid", sign_in_texts.NO_PAGE)


def sign_in(context: CommandContext, request: SignInRequest) -> RouteStatus:
    """Sign in; return the state of the route after that. Raises RefusedError."""
    if request.by_listener:
        return _by_browser_here(context, request)
    return _on_device(context, request) if request.device else _by_paste(context, request)


def _begin(context: CommandContext, request: SignInRequest, port: int = 0) -> SignIn:
    """Begin the sign-in, once there is a secret to complete it with."""
    flow = _ask_to_begin(context, request, port)
    if flow.by == "app" and (request.url_file or request.by_listener or request.device):
        raise NoPageError
    if not flow.secret_kept or request.secret_file:
        if not request.secret_file:
            words = sign_in_texts.ASK[flow.asks].fill(
                account=flow.account, secret=flow.secret, route=request.route
            )
            if flow.asks == sign_in_texts.KEY_FILE:  # of many lines, which no prompt takes
                raise RefusedError("invalid", words)
            print(context.say(words))
        keep_secret(context, flow.secret, request.secret_file)
        flow = _ask_to_begin(context, request, port)
    return flow


def _ask_to_begin(context: CommandContext, request: SignInRequest, port: int) -> SignIn:
    return context.ask(
        sign_in_operations.AUTHORIZE_BEGIN,
        SignIn,
        route=request.route,
        port=port,
        read=request.read,
    )


def keep_secret(context: CommandContext, name: str, file: str | None) -> None:
    """Put a secret into the vault; at a terminal a refused one, such as the secret's ID, is
    asked for again."""
    if not file and not sys.stdin.isatty():
        raise RefusedError("invalid", sign_in_texts.SECRET_BY_FILE)
    destinations = places(context, name)
    for remaining in reversed(range(1 if file else TRIES)):
        prompt = context.say(sign_in_texts.SECRET_PROMPT)
        value = _contents(file, sign_in_texts.NO_SECRET) if file else getpass.getpass(prompt)
        try:
            context.ask(
                sign_in_operations.SET_SECRET,
                str,
                name=name,
                value=value,
                proved=True,
                to=destinations,
            )
            break
        except RefusedError as refusal:
            _offer_retry(context, refusal, remaining, ANY)
    print(context.say(sign_in_texts.SECRET_KEPT.fill(secret=name)))


def _by_paste(context: CommandContext, request: SignInRequest) -> RouteStatus:
    flow = _begin(context, request)
    return (
        _prove_app(context, request, flow)
        if flow.by == "app"
        else _finish_by_paste(context, request, flow)
    )


def _prove_app(context: CommandContext, request: SignInRequest, flow: SignIn) -> RouteStatus:
    """Fetch a token and look into it: where an app signs in by itself there is no page."""
    for remaining in reversed(range(TRIES)):
        try:
            proof = context.ask(
                sign_in_operations.AUTHORIZE_APP, Proof, route=request.route, read=request.read
            )
            break
        except RefusedError as refusal:
            if request.secret_file or not refusal.concerns("secret"):
                raise
            _offer_retry(context, refusal, remaining, request.retried_kinds)
            keep_secret(context, flow.secret, None)
    for words in proof.token:
        print(context.say(words))
    return proof.route


def _finish_by_paste(
    context: CommandContext, request: SignInRequest, flow: SignIn
) -> RouteStatus:
    route, file = request.route, request.url_file
    print(context.say(sign_in_texts.OPEN_PAGE.fill(url=flow.url)), flush=True)
    pasted = ""
    for remaining in reversed(range(1 if file else TRIES)):
        pasted = pasted or (
            _contents(file, sign_in_texts.NO_ADDRESS) if file else _read_pasted(context)
        )
        try:
            status = context.ask(
                sign_in_operations.AUTHORIZE_FINISH, RouteStatus, route=route, pasted=pasted
            )
        except RefusedError as refusal:
            _offer_retry(context, refusal, remaining, request.retried_kinds)
            if refusal.concerns("secret"):  # the code was not looked at yet, so it may still do
                keep_secret(context, flow.secret, None)
            else:
                pasted = ""
        else:
            return status
    raise AssertionError("the last try raises or returns")


def _by_browser_here(context: CommandContext, request: SignInRequest) -> RouteStatus:
    """Wait for the browser of this computer, which comes back by itself."""
    try:
        with ExitStack() as stack:
            listener = stack.enter_context(Listener(context.language))
            flow = _begin(context, request, listener.port)
            port = urlsplit(flow.redirect).port
            if port != listener.port:  # the account's redirect says one itself
                listener = stack.enter_context(Listener(context.language, port or HTTP))
            listener.expect(flow.redirect, flow.url)
            print(context.say(sign_in_texts.OPEN_HERE.fill(url=flow.url)), flush=True)
            context.release_store()
            return _wait_for_browser(context, request, listener, flow)
    except NoPortError as error:
        raise RefusedError("trouble", error.words) from None


def _wait_for_browser(
    context: CommandContext, request: SignInRequest, listener: Listener, flow: SignIn
) -> RouteStatus:
    """Wait for the browser, or for the text of a page that somebody pastes who was shown an
    error."""
    terminal, ends = TerminalInput(), time.monotonic() + LISTENS_FOR
    hint: float | None = time.monotonic() + HINT_AFTER
    while time.monotonic() < ends:
        redirect = listener.wait(A_MOMENT)
        if redirect is not None:
            return _finish_in_browser(context, request, listener, redirect)
        if hint is not None and time.monotonic() >= hint:
            print(context.say(_waiting_hint(flow)), file=sys.stderr, flush=True)
            hint = None
        if (text := terminal.text()) and (
            status := _finish_by_typed_text(context, request, text)
        ):
            return status
    raise RefusedError("trouble", sign_in_texts.NOBODY_CAME.fill(route=request.route))


def _waiting_hint(flow: SignIn) -> Message:
    """Say soon what to compare: where a provider shows an error it goes nowhere, and nothing
    comes here."""
    client = parse_qs(urlsplit(flow.url).query).get("client_id", [""])[0]
    return sign_in_texts.NOT_BACK_YET.fill(
        redirect=flow.redirect, client_id=client, account=flow.account
    )


def _finish_by_typed_text(
    context: CommandContext, request: SignInRequest, text: str
) -> RouteStatus | None:
    """Take what was pasted: an address, or an error that is told; of what is neither that is
    said."""
    try:
        status = context.ask(
            sign_in_operations.AUTHORIZE_FINISH, RouteStatus, route=request.route, pasted=text
        )
    except RefusedError as refusal:
        if refusal.kind != "invalid":
            raise
        print(context.say(refusal.words), file=sys.stderr, flush=True)
        return None
    return status


class TerminalInput:
    """Read what is typed at this terminal meanwhile; nothing where there is none, or another
    program has it."""

    def __init__(self) -> None:
        self._open = sys.stdin.isatty()

    def text(self) -> str:
        """Return all the lines that wait."""
        data = b""
        while self._open and _in_foreground() and select.select([sys.stdin], [], [], 0)[0]:
            piece = os.read(sys.stdin.fileno(), LONGEST_URL)
            self._open, data = bool(piece), data + piece
            time.sleep(A_MOMENT)  # in which the next line of what was pasted comes
        return data.decode("utf-8", "replace").strip()


def _in_foreground() -> bool:
    """Return True if this command runs in the foreground of its terminal: reading would stop a
    command in the background."""
    if sys.platform == "win32":  # where nothing stops it
        return True
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # not the one that it was started from, where nobody stops it
        return True


def _finish_in_browser(
    context: CommandContext, request: SignInRequest, listener: Listener, redirect: str
) -> RouteStatus:
    """Complete the sign-in, and say so in the browser too."""
    try:
        status = context.ask(
            sign_in_operations.AUTHORIZE_FINISH,
            RouteStatus,
            route=request.route,
            pasted=redirect,
        )
    except RefusedError as refusal:
        listener.answer(refusal.words, finished=False)
        raise
    messages = [sign_in_texts.DONE_THERE.fill(route=request.route)]
    if (other := status.other) != NOTHING:  # another person than was meant
        messages.append(other)
    listener.answer(*messages, finished=True)
    return status


def _on_device(context: CommandContext, request: SignInRequest) -> RouteStatus:
    """Have a code typed on a device that has a browser: a phone, say."""
    flow = _begin_for_device(context, request)
    minutes = max(1, flow.seconds // 60)
    words = sign_in_texts.TYPE_CODE.fill(
        url=flow.url, code=flow.code, minutes=minutes, route=request.route
    )
    print(context.say(words), flush=True)
    wait, last_message = flow.wait, ""
    while True:
        time.sleep(wait)
        answer = context.ask(
            sign_in_operations.AUTHORIZE_DEVICE_ASK, DeviceAsked, route=request.route
        )
        if answer.route is not None:
            return answer.route
        wait, reason = answer.wait, context.say(answer.why)
        if reason and reason != last_message:
            print(reason, file=sys.stderr)
        last_message = reason


def _begin_for_device(context: CommandContext, request: SignInRequest) -> OnDevice:
    if request.secret_file:
        _begin(context, request)
    return context.ask(
        sign_in_operations.AUTHORIZE_DEVICE, OnDevice, route=request.route, read=request.read
    )


def _offer_retry(
    context: CommandContext, refusal: RefusedError, remaining: int, mends: Collection[str]
) -> None:
    """Say what is wrong and go on, while there are tries left and there is somebody to try."""
    if not remaining or refusal.kind not in mends or not sys.stdin.isatty():
        raise refusal
    more = (
        ()
        if refusal.concerns("secret")
        else (*(p for _, p in refusal.problems), sign_in_texts.ONCE_MORE)
    )
    for words in (refusal.words, *more):
        for line in context.say(words).split("\n"):
            print(*wrap(line, min(columns(), WIDEST) - 1), sep="\n", file=sys.stderr)


def _read_pasted(context: CommandContext) -> str:
    """Read the address, which mail programs and terminals like to break into lines.

    Reading ends once the address has all that a finished sign-in has and nothing more comes, or
    at an empty line. Piped input is read to its end.
    """
    context.release_store()  # somebody signs in meanwhile, which takes a while
    if not sys.stdin.isatty():
        return _require_text(sys.stdin.read(LONGEST_URL), sign_in_texts.NO_ADDRESS)
    try:
        lines = [input(context.say(sign_in_texts.URL_PROMPT))]
        while lines[-1].strip() and (_has_pending_input() or _is_beginning("".join(lines))):
            more = "" if _has_pending_input() else context.say(sign_in_texts.GOES_ON)
            lines.append(input(more))
    except EOFError:
        raise RefusedError("invalid", sign_in_texts.NO_ADDRESS) from None
    return _require_text("".join(lines), sign_in_texts.NO_ADDRESS)


def _is_complete(text: str) -> bool:
    return "AADSTS" in text or ("state=" in text and ("code=" in text or "error=" in text))


def _is_beginning(text: str) -> bool:
    """Return True if a text is the beginning of such an address; any other text is answered at
    once."""
    has_part = any(part in text for part in ("localhost", "code=", "state=", "error="))
    return has_part and not _is_complete(text) and "response_type=" not in text


def _has_pending_input() -> bool:
    """Return True if more of a pasted text is waiting: its other lines arrive at once, typed by
    nobody."""
    return bool(select.select([sys.stdin], [], [], A_MOMENT)[0])


def _require_text(text: str, if_empty: Message) -> str:
    if not text.strip():
        raise RefusedError("invalid", if_empty)
    return text


def _contents(file: str, if_empty: Message) -> str:
    try:
        text = sys.stdin.read() if file == STDIN else Path(file).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise RefusedError(
            "invalid", sign_in_texts.CANNOT_READ.fill(file=file, why=reason)
        ) from None
    return _require_text(text, if_empty)
