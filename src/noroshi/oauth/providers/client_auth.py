"""Prove an app to a server other than Entra: by secret, certificate, key file."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from noroshi.core.instruction import InstructionKind, followed_by
from noroshi.core.translation import _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.oauth.client_certificates import thumbprints
from noroshi.oauth.provider import Client, SignInError
from noroshi.vault import Secret

NO_KEY_FILE = followed_by(
    _(
        "The vault entry “{entry}” is not a key file of a service account: it must be the whole "
        "JSON file from Google."
    ),
    InstructionKind.PUT_KEY_FILE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFile:
    """Hold the needed fields of Google's key file; the token endpoint in the file is never
    used."""

    client_email: str
    private_key: Secret
    private_key_id: str


def key_file(client: Client) -> KeyFile:
    """Return the credential as Google's key file. Raises SignInError if it is none."""
    key = read_key_file(client.credential.value.reveal() if client.credential else "")
    if key is None:
        message = NO_KEY_FILE.fill(entry=client.account.secret)
        raise SignInError(message, error="no_key_file", party="setup")
    return key


def read_key_file(text: str) -> KeyFile | None:
    """Parse Google's key file as it is given out; None if the text is none."""
    try:
        document = json.loads(text)
        address, key, number = (
            document[name] for name in ("client_email", "private_key", "private_key_id")
        )
    except (ValueError, KeyError, TypeError):
        return None
    if not str(key).startswith("-----BEGIN "):
        return None
    return KeyFile(client_email=address, private_key=Secret(key), private_key_id=number)


def authentication(client: Client, token_endpoint: str) -> tuple[str | None, Any]:
    """Return secret and method as Authlib takes them."""
    credential = client.credential
    if credential is None:
        return None, "none"
    if credential.kind == "certificate":
        return credential.value.reveal(), _by_certificate(credential.value, token_endpoint)
    basic = client.account.cloud.client_auth == "basic"
    return credential.value.reveal(), _by_basic if basic else "client_secret_post"


def keyless(_auth: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[Any, ...]:
    """Add nothing: the grant itself says who asks."""
    return uri, headers, body


def _by_basic(auth: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[Any, ...]:
    """Form-encode both first (RFC 6749, 2.3.1), which Authlib leaves out."""
    pair = f"{quote(auth.client_id, safe='')}:{quote(auth.client_secret, safe='')}"
    headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return uri, headers, body


def _by_certificate(value: Secret, token_endpoint: str) -> Any:
    """Sign a statement (RFC 7523, 2.2), with the certificate's thumbprint to know it by."""
    with ONE_AT_A_TIME:
        from authlib.oauth2.rfc7523 import PrivateKeyJWT

    digest = bytes.fromhex(thumbprints(value.reveal()).sha256)
    known_by = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return PrivateKeyJWT(token_endpoint, headers={"x5t#S256": known_by})
