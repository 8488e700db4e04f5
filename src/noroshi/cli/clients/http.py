"""Ask a node on another computer, through the API of its manager."""

from __future__ import annotations

import json
import ssl
from collections.abc import Callable, Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import SplitResult, urlsplit

from noroshi.cli.clients.socket import WireClient, line_of, no_answer, patience_of, unpack
from noroshi.cli.errors import RefusedError
from noroshi.core.command_text import CommandText, with_commands
from noroshi.core.translation import _
from noroshi.knowledge.os_errors import cause_text
from noroshi.network.connection_errors import distrust_text

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LONGEST_SAID = 200

NO_URL = _(
    "{url} is not a manager's address: a manager's address starts with https:// (http:// "
    "only on this computer) and has no path."
)
NO_TOKEN = with_commands(
    _(
        "The manager requires an API token: set NOROSHI_TOKEN, or use --token. Create a token on "
        "the manager's computer: {command}"
    ),
    command=CommandText("token new"),
)
CANNOT_REACH = _("Cannot reach the manager at {url}: {why}")
NOT_TRUSTED = _(
    "The certificate of {url} is not trusted: {why}. Specify the CA certificate with "
    "--ca-file (for the manager's own certificate: web-cert.pem in its home folder)."
)
WENT_AWAY = _(
    "The connection to the manager was lost before it replied. It is not known whether the "
    "operation was carried out."
)
NO_MANAGER = _("The server at {url} is not a Noroshi manager (status {status}).")
NO_FILE = _("Cannot read {file}: {why}")


class HttpClient(WireClient):
    """The manager at that address; `ca_file` "" trusts what this computer trusts."""

    def __init__(
        self,
        url: str,
        token: str,
        ca_file: str = "",
        patience: Callable[[str], float] = patience_of,
    ) -> None:
        self.url, self._parsed_url = url, _parse_url(url)
        if not token.isascii() or not token.strip():
            raise RefusedError("invalid", NO_TOKEN)
        self._token, self._ca_file, self._patience = token.strip(), ca_file, patience

    def call(self, op: str, /, **args: Any) -> Any:
        """Return the answer as JSON's own types. Raises RefusedError."""
        body, seconds = line_of(args), self._patience(op)
        connection = self._connection(seconds)
        try:
            self._connect(connection)
            connection.request("POST", f"/api/{op}", body, self._headers())
            answer = connection.getresponse()
            status, content = answer.status, answer.read()
        except TimeoutError:
            raise RefusedError("trouble", no_answer(op, seconds)) from None
        except (OSError, HTTPException):
            raise RefusedError("no node", WENT_AWAY) from None
        finally:
            connection.close()
        return unpack(self._parse_answer(status, content))

    def _headers(self) -> Mapping[str, str]:
        return {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }

    def _connection(self, seconds: float) -> HTTPConnection:
        host, port = self._parsed_url.hostname or "", self._parsed_url.port
        if self._parsed_url.scheme == "http":
            return HTTPConnection(host, port, timeout=seconds)
        try:
            context = ssl.create_default_context(cafile=self._ca_file or None)
        except OSError as error:  # ssl.SSLError is one
            words = NO_FILE.fill(file=self._ca_file, why=cause_text(error))
            raise RefusedError("invalid", words) from None
        return HTTPSConnection(host, port, timeout=seconds, context=context)

    def _connect(self, connection: HTTPConnection) -> None:
        try:
            connection.connect()
        except TimeoutError:
            raise
        except ssl.SSLCertVerificationError as error:
            distrusted = NOT_TRUSTED.fill(url=self.url, why=distrust_text(error))
            raise RefusedError("no node", distrusted) from None
        except OSError as error:
            words = CANNOT_REACH.fill(url=self.url, why=cause_text(error))
            raise RefusedError("no node", words) from None

    def _parse_answer(self, status: int, content: bytes) -> Mapping[str, Any]:
        """Return what was answered, if it is an answer of ours: no proxy's page, no other
        program's."""
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if isinstance(answer, dict) and (
            "ok" in answer or {"error", "words", "problems"} <= set(answer)
        ):
            return answer
        raise RefusedError("no node", NO_MANAGER.fill(url=self.url, status=status))


def _parse_url(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        is_usable = parts.hostname and parts.port != 0 and parts.path in ("", "/")
    except ValueError:
        is_usable = False
    secret = parts.username is not None or parts.query or parts.fragment if is_usable else True
    if not is_usable or secret or not _scheme_fits(parts):
        raise RefusedError("invalid", NO_URL.fill(url=url[:LONGEST_SAID]))
    return parts


def _scheme_fits(parts: SplitResult) -> bool:
    """Return whether the token is safe: without TLS it would go over the network for all to
    read."""
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
