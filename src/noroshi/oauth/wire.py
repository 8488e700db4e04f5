"""What a library asks for over HTTP, within our bounds: to whom, by which way, how much."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from noroshi.core.words import Words
from noroshi.oauth.provider import Client, Unreachable

TIMEOUT = 30
"""Seconds to connect, and between two pieces of the answer."""
LARGEST = 1_048_576
PIECE = 65_536
TUNNEL = re.compile(r"Tunnel connection failed: (\d{3})")

NO_ANSWER = Words(
    en="The sign-in server {host} cannot be reached ({kind}). It is asked again by itself.",
    ja="サインイン サーバー {host} に届きません ({kind})。自動でもう一度試します。",
)
UNTRUSTED = Words(
    en="The certificate of {host} is not trusted: a proxy in between, a wrong clock, or a CA "
    "file that is not the server's.",
    ja="{host} の証明書を信頼できません。途中のプロキシ、時計のずれ、CA ファイルの誤りが考えられます。",
)
NO_CA = Words(
    en="A CA file cannot be used: {file}. Check the path, who may read it, and that it holds "
    "certificates in PEM.",
    ja="CA ファイル {file} を使えません。場所、読み取りの権限、PEM 形式の証明書かどうかを確かめてください。",
)
NO_PROXY = Words(
    en="The proxy {proxy} on the way to the sign-in server {host} cannot be reached ({kind}). "
    "It is asked again by itself.",
    ja="サインイン サーバー {host} への途中のプロキシ {proxy} に届きません ({kind})。"
    "自動でもう一度試します。",
)
PROXY_REFUSES = Words(
    en="The proxy {proxy} does not let through to the sign-in server {host} (HTTP {status}). "
    "Whoever runs the proxy allows it, or mends proxy_user and proxy_password.",
    ja="プロキシ {proxy} がサインイン サーバー {host} への接続を通しません (HTTP {status})。"
    "プロキシの管理者が許可するか、proxy_user と proxy_password を直してください。",
)
NOT_OAUTH = Words(
    en="What answered at {host} is no sign-in server (HTTP {status}); "
    "a proxy may stand in between.",
    ja="{host} で応答したのはサインイン サーバーではありません (HTTP {status})。"
    "途中のプロキシが考えられます。",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer, whole. `text` may hold tokens."""

    status_code: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def raise_for_status(self) -> None:
        """MSAL asks for it; a status that it would raise for never gets as far."""

    def json(self) -> Any:
        """As Authlib asks for it. ValueError if it is none."""
        return json.loads(self.text)

    @property
    def retry_after(self) -> float | None:
        """Seconds, when given as such; Entra gives no dates."""
        given = self.headers.get("retry-after", "")
        return float(given) if given.isascii() and given.isdigit() else None

    @property
    def content(self) -> dict[str, Any] | None:
        """The JSON object in it, if it is one."""
        try:
            found = self.json()
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Refused(Exception):
    """The server answered with an error of OAuth's kind, or is busy. Ends a library's call."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class Wire:
    """HTTP for an account's sign-in: by its network alone, nothing from the environment, no
    redirects.

    Libraries log and quote answers that they cannot read, tokens and all: so only JSON gets
    through to them, and every other answer leaves here as an exception of ours.
    """

    def __init__(self, client: Client) -> None:
        self._network = client.account.network
        try:
            self._pool = _pool(client)
        except (OSError, ValueError):  # ssl.SSLError is an OSError
            files = (client.account.cloud.ca_file, self._network.ca_file)
            raise Unreachable(NO_CA.fill(file=" + ".join(filter(None, files)))) from None

    def get(self, url: str, params: Mapping[str, Any] | None = None, **options: Any) -> Reply:
        """Ask for the server's metadata: an error here is one of the authority or tenant."""
        query = _form(params or {})
        reply = self._ask("GET", f"{url}?{query}" if query else url, None, **options)
        if reply.status_code >= 400:
            raise Refused(reply)
        return reply

    def post(self, url: str, data: Any = None, **options: Any) -> Reply:
        """Ask for tokens; refusals come back as replies, which MSAL reads itself."""
        body = _form(data) if isinstance(data, Mapping) else str(data or "")
        return self._ask("POST", url, body, **options)

    def close(self) -> None:
        """End its connections."""
        self._pool.clear()

    def _ask(
        self,
        method: str,
        url: str,
        body: str | None,
        headers: Mapping[str, str] | None = None,
        **_unused: Any,
    ) -> Reply:
        import urllib3.exceptions

        if not url.startswith("https://"):  # a secret goes there
            raise ValueError("not https")
        host = urlsplit(url).netloc
        trouble: Words | None = None
        try:
            reply = self._whole(method, url, body, dict(headers or {}))
        except urllib3.exceptions.SSLError:
            trouble = UNTRUSTED.fill(host=host)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            trouble = self._told(host, error)
        if trouble is not None:  # outside of `except`: what it quotes must not hang on to ours
            raise Unreachable(trouble)
        return _checked(reply, host)

    def _told(self, host: str, error: Exception) -> Words:
        import urllib3.exceptions

        kind, proxy = type(error).__name__, self._network.proxy
        if refused := TUNNEL.search(str(error)):  # RFC 9110, 9.3.6: CONNECT was refused
            return PROXY_REFUSES.fill(proxy=proxy, host=host, status=refused[1])
        if isinstance(error, urllib3.exceptions.ProxyError):
            return NO_PROXY.fill(proxy=proxy, host=host, kind=kind)
        return NO_ANSWER.fill(host=host, kind=kind)

    def _whole(self, method: str, url: str, body: str | None, headers: dict[str, str]) -> Reply:
        if body is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
        headers.setdefault("Accept", "application/json")
        # A redirect would carry the client secret to wherever it points.
        answer = self._pool.request(
            method, url, body=body, headers=headers, redirect=False, preload_content=False
        )
        try:
            found = bytearray()
            for piece in answer.stream(PIECE):
                found += piece
                if len(found) > LARGEST:
                    break
        finally:
            answer.close()
        named = {name.lower(): value for name, value in answer.headers.items()}
        return Reply(answer.status, named, bytes(found).decode("utf-8", "replace"))


def _pool(client: Client) -> Any:
    """Connections that trust and go as the account says. OSError, ValueError for a CA file."""
    # Imported here: it costs 0.1 s, which a node without such a route must not pay.
    import urllib3
    from urllib3.util import Timeout, make_headers

    network, ca_file = client.account.network, client.account.cloud.ca_file
    context = ssl.create_default_context(cafile=ca_file or None)
    if network.ca_file:
        context.load_verify_locations(network.ca_file)
    options: dict[str, Any] = {
        "ssl_context": context,
        "retries": False,
        "timeout": Timeout(connect=TIMEOUT, read=TIMEOUT),
    }
    if network.source:
        options["source_address"] = (network.source, 0)
    if not network.proxy:
        return urllib3.PoolManager(**options)
    password = client.proxy_password.reveal() if client.proxy_password else ""
    who = f"{network.proxy_user}:{password}" if network.proxy_user else None
    given = make_headers(proxy_basic_auth=who, proxy_basic_auth_encoding="utf-8")
    return urllib3.ProxyManager(f"http://{network.proxy}", proxy_headers=given, **options)


def _form(fields: Mapping[str, Any]) -> str:
    return urlencode([(name, value) for name, value in fields.items() if value is not None])


def _checked(reply: Reply, host: str) -> Reply:
    if reply.status_code == 429 or reply.status_code >= 500:
        raise Refused(reply)
    if reply.content is None or 300 <= reply.status_code < 400:
        raise Unreachable(NOT_OAUTH.fill(host=host, status=reply.status_code))
    return reply
