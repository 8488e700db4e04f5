"""The other provider's token endpoint: codes, families of refresh tokens, and service accounts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote_plus

from noroshi_lab.lab.clock import LabClock
from noroshi_lab.lab.jwt import encode, is_for, take_apart
from noroshi_lab.lab.other_provider.provider import DOMAIN, MAIL_SCOPE, Provider
from noroshi_lab.lab.tokens import Mint

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
_CODE_LIVES = timedelta(minutes=10)
_SLACK, _HOUR = 300, 3600
_TIMEFRAME = (
    "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. "
    "Check your iat and exp values in the JWT claim."
)
_NOT_DELEGATED = (
    "Client is unauthorized to retrieve access tokens using this method, or client not "
    "authorized for any of the scopes requested."
)


class OAuthError(Exception):
    """Refuse in the words of RFC 6749, 5.2."""

    def __init__(self, error: str, description: str = "") -> None:
        super().__init__(error)
        self.error, self.description = error, description

    @property
    def status(self) -> int:
        return {"invalid_client": 401, "temporarily_unavailable": 503, "server_error": 500}.get(
            self.error, 400
        )

    def body(self) -> dict[str, object]:
        return {"error": self.error, "error_description": self.description or self.error}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Hold a checked authorise request."""

    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    nonce: str
    challenge: str
    offline: bool
    prompt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    ask: Ask
    user: str
    at: datetime
    offline: bool
    family: str
    redeemed: bool = False


class Grants:
    """Issue codes and answer with tokens; raise OAuthError. Access tokens are opaque."""

    def __init__(self, *, provider: Provider, mint: Mint, clock: LabClock, issuer: str) -> None:
        self.provider, self.mint, self._clock = provider, mint, clock
        self.issuer = issuer
        self._codes: dict[str, _Code] = {}
        self._newest: dict[str, int] = {}  # the serial number of a family's newest token
        self._used: dict[str, float] = {}
        self._dead: set[str] = set()
        self._revoked = 0.0

    def code(self, ask: Ask, user: str, *, offline: bool) -> str:
        """Return an authorization code; `offline`: a refresh token comes with it."""
        code = "4/0A" + secrets.token_urlsafe(48)
        self._codes[code] = _Code(
            ask=ask,
            user=user,
            at=self._clock(),
            offline=offline,
            family=secrets.token_urlsafe(9),
        )
        return code

    def revoke_all(self) -> None:
        """Revoke all refresh tokens."""
        self._revoked = self._clock().timestamp()

    def revoke(self, token: str) -> None:
        """Revoke the family of a refresh token (RFC 7009); ignore what is no token."""
        if record := self._record(token):
            self._dead.add(str(record["family"]))

    def answer(self, form: Mapping[str, str], authorization: str) -> dict[str, object]:
        """Return the fields of a successful token response."""
        kind = form.get("grant_type", "")
        if kind == JWT_BEARER:
            return self._by_assertion(form.get("assertion", ""))
        self._check_client(form, authorization)
        if kind == "authorization_code":
            return self._by_code(form)
        if kind == "refresh_token":
            return self._by_refresh(form)
        raise OAuthError("unsupported_grant_type", f"Invalid grant_type: {kind}")

    def owner(self, token: str) -> str:
        """Return whose mail an access token opens; "" if it opens none."""
        record = self.mint.unseal(token.removeprefix("ya29."))
        if not record or "refresh" in record or MAIL_SCOPE not in record["scope"].split():
            return ""
        return str(record["user"]) if self._clock().timestamp() < record["exp"] else ""

    # The client

    def _check_client(self, form: Mapping[str, str], authorization: str) -> None:
        """Check the client, by HTTP Basic or in the body, as the provider is set (RFC 6749,
        2.3.1)."""
        scheme, _, encoded = authorization.partition(" ")
        way = "basic" if scheme.lower() == "basic" else "post"
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if way == "basic":
            try:
                name, _, secret = (
                    base64.b64decode(encoded, validate=True).decode().partition(":")
                )
            except ValueError:
                raise OAuthError("invalid_client", "Malformed header.") from None
            name, secret = unquote_plus(name), unquote_plus(secret)
        known = self.provider.client_id, self.provider.client_secret
        right = hmac.compare_digest(f"{name} {secret}".encode(), " ".join(known).encode())
        if not right or self.provider.client_auth not in ("any", way):
            raise OAuthError("invalid_client", "The OAuth client was not found.")

    # The grants

    def _by_code(self, form: Mapping[str, str]) -> dict[str, object]:
        text = form.get("code", "")
        code = self._codes.get(text)
        if code is None or self._clock() - code.at > _CODE_LIVES:
            raise OAuthError("invalid_grant", "Malformed auth code.")
        if code.redeemed:  # RFC 6749, 4.1.2: and what it has brought ends with it
            self._dead.add(code.family)
            raise OAuthError("invalid_grant", "The code was used already.")
        if form.get("redirect_uri") != code.ask.redirect_uri:
            raise OAuthError("redirect_uri_mismatch", "Bad Request")
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if encode(hashed) != code.ask.challenge:
            raise OAuthError("invalid_grant", "Invalid code verifier.")
        self._codes[text] = replace(code, redeemed=True)
        answer = self._tokens(code.user, code.ask.scopes)
        if code.offline:
            answer["refresh_token"] = self._refresh(code.family, 0, code.user, code.ask.scopes)
        if "openid" in code.ask.scopes:
            answer["id_token"] = self._id_token(code.user, code.ask.nonce)
        return answer

    def _by_refresh(self, form: Mapping[str, str]) -> dict[str, object]:
        record = self._record(form.get("refresh_token", ""))
        if record is None:
            raise OAuthError("invalid_grant", "Bad Request")
        family, serial = str(record["family"]), int(record["serial"])
        self._check_family(family, record)
        scopes = tuple(record["scope"].split())
        wanted = tuple(form.get("scope", record["scope"]).split())
        if more := sorted(set(wanted) - set(scopes)):  # RFC 6749, 6
            raise OAuthError("invalid_scope", f"Not granted at the sign-in: {' '.join(more)}")
        self._used[family] = self._clock().timestamp()
        answer = self._tokens(record["user"], wanted)
        if self.provider.refresh == "rotating":
            answer["refresh_token"] = self._refresh(family, serial + 1, record["user"], scopes)
        return answer

    def _check_family(self, family: str, record: Mapping[str, Any]) -> None:
        """Refuse a token that was already exchanged: it is in two hands, and nobody's holds any
        more."""
        now, serial = self._clock().timestamp(), int(record["serial"])
        if serial < self._newest.setdefault(family, serial):
            self._dead.add(family)
        idle = now - self._used.get(family, float(record["at"]))
        ended = (
            record["at"] <= self._revoked or idle > self.provider.refresh_life.total_seconds()
        )
        if family in self._dead or ended:
            raise OAuthError("invalid_grant", "Token has been expired or revoked.")

    def _by_assertion(self, assertion: str) -> dict[str, object]:
        """Sign in a service account for one of the domain's people (RFC 7523, 2.1)."""
        account, jwt = self.provider.account, take_apart(assertion)
        if jwt is None or jwt.head.get("kid") not in (None, account.key_id):
            raise OAuthError("invalid_grant", "Invalid JWT Signature.")
        if not jwt.is_signed_by(account.key.public_key()):
            raise OAuthError("invalid_grant", "Invalid JWT Signature.")
        claims = jwt.claims
        if claims.get("iss") != account.email or not is_for(claims, {f"{self.issuer}/token"}):
            raise OAuthError("invalid_grant", "Invalid issuer or audience.")
        self._check_times(claims)
        scopes = tuple(str(claims.get("scope", "")).split())
        if not scopes or not set(scopes) <= account.scopes:
            raise OAuthError("unauthorized_client", _NOT_DELEGATED)
        user = str(claims.get("sub", account.email))
        if user != account.email:
            self._check_delegation(user)
        return self._tokens(user, scopes)

    def _check_times(self, claims: Mapping[str, Any]) -> None:
        begins, ends, now = claims.get("iat"), claims.get("exp"), self._clock().timestamp()
        if not isinstance(begins, int | float) or not isinstance(ends, int | float):
            raise OAuthError("invalid_grant", _TIMEFRAME)
        in_time = begins - _SLACK <= now < ends + _SLACK
        if not in_time or not 0 < ends - begins <= _HOUR:
            raise OAuthError("invalid_grant", _TIMEFRAME)

    def _check_delegation(self, user: str) -> None:
        if not self.provider.delegated:
            raise OAuthError("unauthorized_client", _NOT_DELEGATED)
        if user not in self.provider.people:
            raise OAuthError("invalid_grant", "Invalid email or User ID")

    # The tokens

    def _tokens(self, user: str, scopes: tuple[str, ...]) -> dict[str, object]:
        seconds = int(self.provider.token_life.total_seconds())
        record = {
            "user": user,
            "scope": " ".join(scopes),
            "exp": self._clock().timestamp() + seconds,
        }
        return {
            "access_token": "ya29." + self.mint.seal(record, self._clock()),
            "expires_in": seconds,
            "scope": " ".join(scopes),
            "token_type": "Bearer",
        }

    def _refresh(self, family: str, serial: int, user: str, scopes: tuple[str, ...]) -> str:
        self._newest[family] = serial
        record = {
            "refresh": True,
            "family": family,
            "serial": serial,
            "user": user,
            "scope": " ".join(scopes),
            "at": self._clock().timestamp(),
        }
        return "1//0" + self.mint.seal(record, self._clock())

    def _record(self, token: str) -> dict[str, Any] | None:
        record = self.mint.unseal(token.removeprefix("1//0"))
        return record if record and "refresh" in record else None

    def _id_token(self, user: str, nonce: str) -> str:
        now = int(self._clock().timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.provider.client_id,
            "sub": hashlib.sha256(user.encode()).hexdigest()[:21],
            "email": user,
            "email_verified": True,
            "preferred_username": user,
            "hd": DOMAIN,
            "iat": now,
            "exp": now + int(self.provider.token_life.total_seconds()),
        }
        return self.mint.sign(claims | ({"nonce": nonce} if nonce else {}))
