"""Find a server's endpoints: as the cloud says, or as the server itself does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from noroshi.core.translation import Message, _
from noroshi.oauth.account import Account
from noroshi.oauth.endpoint_hosts import (
    are_addresses,
    require_no_microsoft_host,
    require_own_hosts,
)
from noroshi.oauth.http_session import ErrorReplyError, HttpSession
from noroshi.oauth.provider import SignInError, UnreachableError

NEEDED_SCOPES = ("openid", "offline_access")
"""The scopes that OpenID Connect needs for a name (Core, 3.1.2.1) and for a refresh token
(Core, 11)."""
ADDRESS = re.compile(r"https://[\w.-]+(?::\d+)?(?:/[\w./-]*)?", re.ASCII)
LONGEST_ISSUER = 120
"""Letters of an issuer that are quoted."""

NO_METADATA = _(
    "The cloud's authority {authority} publishes no endpoints. Check it, or set the "
    "endpoints themselves (such as token_endpoint)."
)
OTHER_ISSUER = _(
    "The server at {authority} identifies itself as {issuer}. The cloud's authority must be "
    "exactly that address."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Hold the endpoints of a provider; `extra_scopes`: what a sign-in needs beside the
    resource's."""

    authorization: str
    token: str
    device: str = ""
    extra_scopes: tuple[str, ...] = ()
    issuer: str = ""
    """The server's issuer identifier; "" where it was not asked."""
    says_issuer: bool = False
    """The server sends the issuer with each code (RFC 9207)."""


def endpoints_of(account: Account, session: HttpSession) -> Endpoints:
    """Return the endpoints that the cloud names; else ask the server. Raises SignInError,
    UnreachableError."""
    cloud = account.cloud
    if cloud.token_endpoint:
        configured = (
            cloud.authorization_endpoint,
            cloud.token_endpoint,
            cloud.device_authorization_endpoint,
        )
        authorization, token, device = map(account.at_tenant, configured)
        require_no_microsoft_host(account, (authorization, token, device))
        return Endpoints(authorization=authorization, token=token, device=device)
    parsed = _parse_metadata(account.authority, _ask_metadata(account.authority, session))
    endpoints = (parsed.authorization, parsed.token, parsed.device)
    require_own_hosts(account, filter(None, endpoints))
    return parsed


def _parse_metadata(authority: str, metadata: Mapping[str, Any]) -> Endpoints:
    issuer = str(metadata.get("issuer", ""))
    # OpenID Connect Discovery 4.3, RFC 8414 3.3: another's metadata would lead codes and
    # secrets elsewhere.
    if issuer.rstrip("/") != authority.rstrip("/"):
        raise _setup_error(OTHER_ISSUER.fill(authority=authority, issuer=_quote_issuer(issuer)))
    token, authorization = (
        metadata.get("token_endpoint"),
        metadata.get("authorization_endpoint", ""),
    )
    device = metadata.get("device_authorization_endpoint") or ""
    if not token or not are_addresses((token, authorization, device)):
        raise _setup_error(NO_METADATA.fill(authority=authority))
    known_scopes = metadata.get("scopes_supported")
    extra = tuple(
        w for w in NEEDED_SCOPES if not isinstance(known_scopes, list) or w in known_scopes
    )
    return Endpoints(
        authorization=authorization,
        token=token,
        device=device,
        extra_scopes=extra,
        issuer=issuer,
        says_issuer=metadata.get("authorization_response_iss_parameter_supported") is True,
    )


def _quote_issuer(issuer: str) -> str:
    """Quote an issuer that is a plain address, and nothing else: everybody reads it, and
    anything may have answered there."""
    return issuer[:LONGEST_ISSUER] if ADDRESS.fullmatch(issuer) else "…"


def _ask_metadata(authority: str, session: HttpSession) -> Mapping[str, Any]:
    """Ask as OpenID Connect Discovery 4 says, else as RFC 8414, which puts the well-known path
    before the issuer's path."""
    parts = urlsplit(authority)
    path = f"/.well-known/oauth-authorization-server{parts.path.rstrip('/')}"
    urls = (
        f"{authority.rstrip('/')}/.well-known/openid-configuration",
        urlunsplit(parts._replace(path=path)),
    )
    trouble: Exception | None = None
    for url in urls:
        try:
            return session.get(url).content or {}
        except ErrorReplyError as reply_error:
            # Busy is busy; not there may be there at the other place.
            if reply_error.reply.status_code == 429 or reply_error.reply.status_code >= 500:
                raise
            trouble = trouble or reply_error
        except UnreachableError as error:
            trouble = trouble or error
    if isinstance(trouble, UnreachableError):
        raise trouble
    raise _setup_error(NO_METADATA.fill(authority=authority))


def _setup_error(message: Message) -> SignInError:
    return SignInError(message, error="invalid_request", party="setup")
