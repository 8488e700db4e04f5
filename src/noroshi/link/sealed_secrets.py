"""Seal secrets for the key of one agent (JWE: ECDH-ES with A256GCM), and open them there.

TLS may end at a proxy or a balancer; whoever reads there finds no secret. What is sealed names hub,
agent and configuration, so it is of no use anywhere else. joserfc is loaded at the first call: few
hubs share secrets.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag

from noroshi import schema
from noroshi.core.message_error import MessageError
from noroshi.core.translation import _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.link.agent_key import PrivateKey, thumbprint_of

ALGORITHM, ENCRYPTION = "ECDH-ES", "A256GCM"
"""RFC 7518, 4.6 and 5.3. Nothing else is opened, and nothing that is compressed."""
UNREADABLE = _("the secrets from the hub cannot be read with this server's key")
OF_OTHERS = _("the secrets from the hub are meant for another configuration or server")


class BadSealError(MessageError, ValueError):
    """Report what was not sealed for this key, or for another purpose; the words say which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedFor:
    """Name what secrets are sealed for: the ids of hub and agent, and the configuration."""

    hub: str
    agent: str
    configuration: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    sealed_for: SealedFor
    secrets: Mapping[str, str] = field(repr=False)


def seal(secrets: Mapping[str, str], sealed_for: SealedFor, key: str) -> str:
    """Return secrets, by name, sealed for a public key (a JWK). Raises BadKeyError."""
    with ONE_AT_A_TIME:
        from joserfc import jwe
        from joserfc.jwk import ECKey
    header = {"alg": ALGORITHM, "enc": ENCRYPTION, "kid": thumbprint_of(key)}
    text = schema.text(_Content(sealed_for=sealed_for, secrets=secrets))
    recipient = ECKey.import_key(json.loads(key))
    return jwe.encrypt_compact(
        header, text.encode(), recipient, algorithms=[ALGORITHM, ENCRYPTION]
    )


def open_sealed(
    sealed: str, sealed_for: SealedFor, keys: Iterable[PrivateKey]
) -> Mapping[str, str]:
    """Return the secrets, by name, that were sealed for one of these keys. Raises BadSealError."""
    content = _opened(sealed, keys)
    if content.sealed_for != sealed_for:
        raise BadSealError(OF_OTHERS)
    return content.secrets


def _opened(sealed: str, keys: Iterable[PrivateKey]) -> _Content:
    with ONE_AT_A_TIME:
        from joserfc import jwe
        from joserfc.errors import JoseError
        from joserfc.jwk import ECKey
    for key in keys:
        recipient = ECKey.import_key(json.loads(key.secret_text()))
        try:
            opened = jwe.decrypt_compact(sealed, recipient, algorithms=[ALGORITHM, ENCRYPTION])
            return schema.value(_Content, opened.plaintext or b"")
        except (JoseError, InvalidTag, ValueError, TypeError, KeyError, schema.Unreadable):
            continue  # for another key of this agent, or not for it at all
    raise BadSealError(UNREADABLE)
