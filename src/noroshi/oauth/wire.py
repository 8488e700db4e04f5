"""What MSAL asks for over HTTP, within our bounds; it keeps the last reply that MSAL forgets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from noroshi.core.words import Words
from noroshi.oauth.provider import Unreachable

TIMEOUT = 30
"""Seconds to connect, and between two pieces of the answer."""
LARGEST = 1_048_576

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
    en="The cloud's CA file {file} cannot be read. Check the path and who may read it.",
    ja="クラウドの CA ファイル {file} を読めません。場所と読み取りの権限を確かめてください。",
)
NOT_OAUTH = Words(
    en="What answered at {host} is no sign-in server (HTTP {status}); "
    "a proxy may stand in between.",
    ja="{host} で応答したのはサインイン サーバーではありません (HTTP {status})。"
    "途中のプロキシが考えられます。",
)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, whole. `text` may hold tokens."""

    status_code: int
    headers: Mapping[str, str]
    text: str = field(repr=False)

    def raise_for_status(self) -> None:
        """MSAL asks for it; a status that it would raise for never gets as far."""

    @property
    def retry_after(self) -> float | None:
        """Seconds, when given as such; Entra gives no dates."""
        given = self.headers.get("retry-after", "")
        return float(given) if given.isascii() and given.isdigit() else None

    @property
    def content(self) -> dict[str, Any] | None:
        """The JSON object in it, if it is one."""
        try:
            found = json.loads(self.text)
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None


class Refused(Exception):
    """The server answered with an error of OAuth's kind, or is busy. Ends MSAL's call."""

    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply


class Wire:
    """An HTTP session of MSAL's shape: no proxy or CA from the environment, no redirects.

    MSAL logs and quotes answers that it cannot read, tokens and all: so only JSON gets
    through to it, and every other answer leaves here as an exception of ours.
    """

    def __init__(self, ca_file: str) -> None:
        import requests  # here, as it takes its time: see msal_provider

        self._session = requests.Session()
        # REQUESTS_CA_BUNDLE in the environment would silently win over `verify`.
        self._session.trust_env = False
        self._session.verify = ca_file or True

    def get(self, url: str, **options: Any) -> Reply:
        """Ask for the server's metadata: an error here is one of the authority or tenant."""
        reply = self._ask("GET", url, **options)
        if reply.status_code >= 400:
            raise Refused(reply)
        return reply

    def post(self, url: str, **options: Any) -> Reply:
        """Ask for tokens: MSAL reads the refusals itself."""
        return self._ask("POST", url, **options)

    def close(self) -> None:
        """End its connections."""
        self._session.close()

    def _ask(self, method: str, url: str, **options: Any) -> Reply:
        import requests

        host = urlsplit(url).netloc
        trouble: Words | None = None
        try:
            reply = self._whole(method, url, **options)
        except requests.exceptions.SSLError:
            trouble = UNTRUSTED.fill(host=host)
        except requests.RequestException as error:
            trouble = NO_ANSWER.fill(host=host, kind=type(error).__name__)
        except OSError:  # what requests raises for a file that it cannot load
            trouble = NO_CA.fill(file=self._session.verify)
        if trouble is not None:  # outside of `except`: what it quotes must not hang on to ours
            raise Unreachable(trouble)
        return _checked(reply, host)

    def _whole(self, method: str, url: str, **options: Any) -> Reply:
        # A redirect would carry the client secret to wherever it points.
        with self._session.request(
            method, url, timeout=TIMEOUT, allow_redirects=False, stream=True, **options
        ) as answer:
            body = bytearray()
            for piece in answer.iter_content(65_536):
                body += piece
                if len(body) > LARGEST:
                    break
            headers = {name.lower(): value for name, value in answer.headers.items()}
            text = bytes(body).decode("utf-8", "replace")
            return Reply(answer.status_code, headers, text)


def _checked(reply: Reply, host: str) -> Reply:
    if reply.status_code == 429 or reply.status_code >= 500:
        raise Refused(reply)
    if reply.content is None or 300 <= reply.status_code < 400:
        raise Unreachable(NOT_OAUTH.fill(host=host, status=reply.status_code))
    return reply
