"""Carry a library's HTTP requests within our bounds: to whom, by which network, how much."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from noroshi.core.translation import NOTHING, _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.network import ConnectError, NetworkEgress
from noroshi.network.connection_errors import NoAnswerError
from noroshi.network.http import Patience
from noroshi.oauth.provider import Client, OAuthError, UnreachableError
from noroshi.oauth.redaction import secrets_in, secrets_of

MODULES = ("noroshi.network.http_client",)
"""Modules that a session imports; they load slowly."""
TIMEOUT = 30
"""Seconds to connect, and between two pieces of the answer."""
LARGEST = 1_048_576

NO_ANSWER = _(
    "The sign-in server {host} cannot be reached ({kind}). Noroshi retries automatically."
)
NOT_OAUTH = _(
    "The reply from {host} is not that of a sign-in server (HTTP {status}); it may come from "
    "a proxy."
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer, whole. `text` may hold tokens."""

    status_code: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def raise_for_status(self) -> None:
        """Do nothing: MSAL asks for it, but a status that it would raise for never gets as
        far."""

    def json(self) -> Any:
        """Parse the text as Authlib asks for it. Raises ValueError if it is no JSON."""
        return json.loads(self.text)

    @property
    def retry_after(self) -> float | None:
        """Return seconds, when given as such; Entra gives no dates."""
        value = self.headers.get("retry-after", "")
        return float(value) if value.isascii() and value.isdigit() else None

    @property
    def content(self) -> dict[str, Any] | None:
        """Return the JSON object in it, if it is one."""
        try:
            document = self.json()
        except (ValueError, RecursionError):
            return None
        return document if isinstance(document, dict) else None


class ErrorReplyError(OAuthError):
    """The server answered with an error of OAuth's kind, or is busy. Ends a library's call."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(NOTHING)
        self.reply = reply


class HttpSession:
    """Do HTTP for an account's sign-in: through the account's network alone, with nothing from
    the environment and no redirects.

    Libraries log and quote answers that they cannot read, tokens and all: so only JSON gets
    through to them, and every other answer leaves here as an exception of ours.
    """

    def __init__(self, client: Client) -> None:
        """Open a session, for one thread that has no event loop."""
        with ONE_AT_A_TIME:
            from noroshi.network.http_client import HttpClient

        self.quotable = frozenset[str]()
        """The secrets of the requests; no refusal may repeat them."""
        account, password = client.account, client.proxy_password

        async def proxy_password(entry: str) -> str:
            return password.reveal() if password else ""

        egress = NetworkEgress(account.network, proxy_password)
        patience = Patience(connect=TIMEOUT, answer=TIMEOUT)
        self._http = HttpClient(egress, (account.cloud.ca_file,), patience)
        self._runner = asyncio.Runner()

    def get(self, url: str, params: Mapping[str, Any] | None = None, **options: Any) -> Reply:
        """Ask for the server's metadata: an error here is one of the authority or tenant."""
        query = _form(params or {})
        reply = self._ask("GET", f"{url}?{query}" if query else url, None, **options)
        if reply.status_code >= 400:
            raise ErrorReplyError(reply)
        return reply

    def post(self, url: str, data: Any = None, **options: Any) -> Reply:
        """Ask for tokens; refusals come back as replies, which MSAL reads itself."""
        body = _form(data) if isinstance(data, Mapping) else str(data or "")
        return self._ask("POST", url, body, **options)

    def close(self) -> None:
        """Close the session's connections."""
        self._runner.run(self._http.close())
        self._runner.close()

    def _ask(
        self,
        method: str,
        url: str,
        body: str | None,
        headers: Mapping[str, str] | None = None,
        **_unused: Any,
    ) -> Reply:
        if not url.startswith("https://"):  # a secret goes there
            raise ValueError("not https")
        self.quotable |= secrets_in(body or "") | secrets_of(headers or {})
        host = urlsplit(url).netloc
        trouble: UnreachableError | None = None
        try:
            reply = self._full_reply(method, url, body, dict(headers or {}))
        except ConnectError as error:
            trouble = UnreachableError(error.words, error.fault)
        except NoAnswerError as error:
            message = NO_ANSWER.fill(host=host, kind=error)
            trouble = UnreachableError(message)
        if trouble is not None:  # outside of `except`: what it quotes must not hang on to ours
            raise trouble
        return _checked(reply, host)

    def _full_reply(
        self, method: str, url: str, body: str | None, headers: dict[str, str]
    ) -> Reply:
        lower_headers = {name.lower(): value for name, value in headers.items()}
        if body is not None:
            lower_headers.setdefault("content-type", "application/x-www-form-urlencoded")
        lower_headers.setdefault("accept", "application/json")
        content = None if body is None else body.encode()
        # A redirect is not followed: it would carry the client secret to wherever it points.
        answer = self._runner.run(self._http.ask(method, url, lower_headers, content, LARGEST))
        return Reply(answer.status, answer.headers, answer.text)


def _form(fields: Mapping[str, Any]) -> str:
    return urlencode([(name, value) for name, value in fields.items() if value is not None])


def _checked(reply: Reply, host: str) -> Reply:
    if reply.status_code == 429 or reply.status_code >= 500:
        raise ErrorReplyError(reply)
    if reply.content is None or 300 <= reply.status_code < 400:
        raise UnreachableError(NOT_OAUTH.fill(host=host, status=reply.status_code))
    return reply
