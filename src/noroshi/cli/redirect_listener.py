"""Listens on this computer for the browser that comes back from a sign-in (RFC 8252, 7.3).

On 127.0.0.1 and ::1, on one port that was free, or on the redirect's own: a browser may take either
for localhost. One
path is answered, once, and only with the state of this sign-in; the page that the person then
sees has no script in it and nothing from elsewhere.
"""

from __future__ import annotations

import hmac
import queue
import socket
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from noroshi.cli.errors import CliError
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.system.port_claim import claim

PATIENCE = 10.0
"""Seconds for one request: who connects and says nothing is let go."""
ANSWER_WITHIN = 130.0
"""Seconds in which the node completes a sign-in or gives up: longer than a command waits."""
TRIES = 20
HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",  # the code stands in this page's own address
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

NO_PORT = _("Cannot open a port on this computer: {why}")
NOT_THAT_PORT = _(
    "Cannot open port {port} of the account's redirect on this computer: {why}. Stop the "
    "program that uses it, or sign in without --here and paste the URL."
)
NOT_THIS = _("There is nothing here. Continue where you ran “noroshi authorize”.")
ONCE_ONLY = _(
    "This sign-in has already been received. The result is shown where you ran “noroshi "
    "authorize”."
)
CLOSE_IT = _("You can close this window.")
GO_BACK = _("Continue where you ran “noroshi authorize”.")


class NoPortError(CliError):
    """Report that no port can be listened on; the words say why."""


class Listener:
    """`with Listener(language) as one:` then `expect`, `wait`, `answer`. Raises NoPortError."""

    def __init__(self, language: str, port: int = 0) -> None:
        """Listen at that port; 0: at any that is free."""
        self._language = language
        self._path, self._state = "", ""
        self._arrived: queue.Queue[str] = queue.Queue()
        self._result: queue.Queue[tuple[Sequence[Message], bool]] = queue.Queue()
        self._served = threading.Lock()
        self._servers = _open(self) if not port else _open_at(self, port)
        self.port: int = self._servers[0].server_address[1]

    def __enter__(self) -> Self:
        for server in self._servers:
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def expect(self, redirect: str, page: str) -> None:
        """Note where the browser will come back to, and the page that knows the state."""
        self._path = urlsplit(redirect).path or "/"
        self._state = parse_qs(urlsplit(page).query)["state"][0]

    def wait(self, seconds: float) -> str | None:
        """Return what the browser came back with; None: nobody came in that time."""
        try:
            return self._arrived.get(timeout=seconds)
        except queue.Empty:
            return None

    def answer(self, *words: Message, finished: bool) -> None:
        """Tell what became of it to the page that is still loading."""
        self._result.put((words, finished))

    def page(self, target: str) -> tuple[HTTPStatus, Sequence[Message]]:
        """Return what is shown for a request; for the right one, once there is a result."""
        if not self._is_ours(target):
            return HTTPStatus.NOT_FOUND, (NOT_THIS,)
        if not self._served.acquire(blocking=False):  # never let go: once is once
            return HTTPStatus.GONE, (ONCE_ONLY,)
        self._arrived.put(target)
        try:
            words, finished = self._result.get(timeout=ANSWER_WITHIN)
        except queue.Empty:
            return HTTPStatus.OK, (GO_BACK,)
        return HTTPStatus.OK, (*words, CLOSE_IT if finished else GO_BACK)

    def html(self, paragraphs: Sequence[Message]) -> bytes:
        """Return a page of a few sentences, in the person's language."""
        body = "".join(f"<p>{escape(words.say(self._language))}</p>" for words in paragraphs)
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        opening = (
            f'<!doctype html><html lang="{self._language}"><head>{head}<title>Noroshi</title>'
        )
        return f"{opening}</head><body>{body}</body></html>".encode()

    def _is_ours(self, target: str) -> bool:
        parts = urlsplit(target)
        state = parse_qs(parts.query).get("state", [""])[0]
        right = hmac.compare_digest(state.encode(), self._state.encode())
        return bool(self._state) and right and parts.path == self._path


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = False

    if sys.platform == "win32":

        def server_bind(self) -> None:
            """Bind for this program alone: any other one could else take the same port, and with it
            the code that a browser brings."""
            claim(self.socket)
            super().server_bind()

    def handle_error(self, *_: Any) -> None:
        """Ignore the error: a browser that goes away in the middle is no error of ours."""


class _Server6(_Server):
    address_family = socket.AF_INET6

    def server_bind(self) -> None:
        """Bind for IPv6 alone: 127.0.0.1 is the other server's."""
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        super().server_bind()


def _open(listener: Listener) -> tuple[_Server, ...]:
    """Open one port on both addresses; on 127.0.0.1 alone where there is no IPv6."""
    handler = _handler(listener)
    last = OSError()
    for _unused in range(TRIES):
        try:
            four = _Server(("127.0.0.1", 0), handler)
        except OSError as error:
            raise NoPortError(NO_PORT.fill(why=cause_text(error))) from None
        if not _has_ipv6():
            return (four,)
        try:
            return four, _Server6(("::1", four.server_address[1]), handler)
        except OSError as error:  # somebody else has that port there
            last = error
            four.server_close()
    raise NoPortError(NO_PORT.fill(why=cause_text(last)))


def _open_at(listener: Listener, port: int) -> tuple[_Server, ...]:
    """Open that port on both addresses: a browser may take either for localhost."""
    handler = _handler(listener)
    servers = [_Server(("127.0.0.1", port), handler, bind_and_activate=False)]
    if _has_ipv6():
        servers.append(_Server6(("::1", port), handler, bind_and_activate=False))
    try:
        for server in servers:
            # An earlier sign-in's connections would keep the port for a minute.
            server.allow_reuse_address = sys.platform != "win32"
            server.server_bind()
            server.server_activate()
    except OSError as error:
        for server in servers:
            server.server_close()
        raise NoPortError(NOT_THAT_PORT.fill(port=port, why=cause_text(error))) from None
    return tuple(servers)


def _has_ipv6() -> bool:
    with suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


def _handler(listener: Listener) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = PATIENCE

        def do_GET(self) -> None:
            status, paragraphs = listener.page(self.path)
            content = listener.html(paragraphs)
            self.send_response(status)
            for name, value in HEADERS.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def version_string(self) -> str:
            return "noroshi"

        def log_message(self, *_: object) -> None:
            """Log no request: the code stands in the request's line."""

    return Handler
