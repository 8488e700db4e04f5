"""Expect the browsers that come back from a provider's sign-in page to this very manager.

Entra lets the port of a redirect to localhost differ from the registered one, not its path
(https://learn.microsoft.com/entra/identity-platform/reply-url; RFC 8252, 7.3). So a browser that
reaches the manager at localhost, on the node's machine or through a tunnel, can be sent back to
it. A browser that calls it 127.0.0.1 comes back without its cookie: who it is is known by the
state, which nobody else was told, and only as long as the session that began holds.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import URL

from noroshi.oauth.account import has_port

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
PATIENCE = timedelta(minutes=15)
"""Entra's code is valid for ten minutes, the sign-in page for somewhat longer."""
MOST = 50
OWN_PORT = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ExpectedRedirect:
    """Hold a sign-in under way: where the browser will end, by whose session, where it came
    from (`home`), and the page there that follows (`next_page`), or `failure_page` if the
    sign-in fails."""

    path: str
    state: str
    key: str
    route: str
    home: str
    next_page: str
    failure_page: str
    begun_at: datetime


class ExpectedRedirects:
    """Keep the expected browsers; each comes once."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._expected: list[ExpectedRedirect] = []

    def expect(
        self,
        page: str,
        redirect: str,
        key: str,
        route: str,
        home: str,
        *,
        next_page: str = "/",
        page_of_failure: str = "/",
    ) -> None:
        """Expect a browser; the address of the sign-in page has the state. A new sign-in
        replaces an earlier one of the route."""
        state = parse_qs(urlsplit(page).query).get("state", [""])[0]
        path = urlsplit(redirect).path or "/"
        expected = ExpectedRedirect(
            path, state, key, route, home, next_page, page_of_failure, self._now()
        )
        self._expected = [*(o for o in self._unexpired() if o.route != route), expected][-MOST:]

    def find(self, path: str, state: str) -> ExpectedRedirect | None:
        """Return the sign-in that is expected at that path with that state."""
        for expected in self._unexpired():
            is_same = hmac.compare_digest(
                expected.state.encode(), state.encode("utf-8", "replace")
            )
            if expected.state and is_same and expected.path == path:
                return expected
        return None

    def take(self, expected: ExpectedRedirect) -> bool:
        """Remove an expected sign-in. False: it came before, or another one replaced it."""
        was_expected = expected in self._expected
        self._expected = [other for other in self._expected if other != expected]
        return was_expected

    def _unexpired(self) -> list[ExpectedRedirect]:
        oldest = self._now() - PATIENCE
        return [one for one in self._expected if one.begun_at >= oldest]


def home_of(url: URL) -> str:
    """Return the address by which the browser calls the manager."""
    return f"{url.scheme}://{url.netloc}"


def port_for(url: URL, redirect: str) -> int | None:
    """Return the port at which the manager, asked for at this address, catches that redirect: 0
    where it is the redirect's own, None where the browser ends elsewhere."""
    target = urlsplit(redirect)
    own_host, redirect_host = url.hostname or "", target.hostname or ""
    port = url.port or OWN_PORT.get(url.scheme, 0)
    is_loopback = (
        target.scheme == url.scheme == "http" and {own_host, redirect_host} <= LOOPBACK
    )
    if is_loopback and not has_port(redirect):
        return port
    try:
        is_same = (
            target.scheme,
            redirect_host,
            target.port or OWN_PORT.get(target.scheme),
        ) == (url.scheme, own_host, port)
    except ValueError:  # a port that is none
        return None
    return 0 if is_same or (is_loopback and target.port == port) else None
