"""The token endpoint's judgement: codes and refresh tokens in, the answer's fields out."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from noroshi.lab.model import App, Clock, Platform, Tenant, User
from noroshi.lab.refusals import Refusal
from noroshi.lab.scopes import GRAPH, GRAPH_AUDIENCE, Scopes, read_default, read_scopes
from noroshi.lab.signin import Ask, find_app
from noroshi.lab.tokens import Mint, encode

_CODE_LIVES = timedelta(minutes=10)
_CODE_IS_KNOWN = timedelta(hours=1)  # a code used twice is told from one that never was
_IDLE = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    ask: Ask
    user: User
    at: datetime
    redeemed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    """What a person has given an app: enough to answer with tokens."""

    tenant: Tenant
    app: App
    user: User
    platform: Platform
    consented: Scopes
    nonce: str = ""


class Grants:
    """Issues codes, and turns codes and refresh tokens into answers; raises Refusal."""

    def __init__(self, *, mint: Mint, clock: Clock, issuer: str, token_seconds: int) -> None:
        self._mint = mint
        self._clock = clock
        self._issuer = issuer
        self.token_seconds = token_seconds
        self._codes: dict[str, _Code] = {}
        self._revoked: dict[str, float] = {}

    def code(self, ask: Ask, user: User) -> str:
        """An authorization code for what the person has agreed to."""
        now = self._clock()
        self._codes = {k: v for k, v in self._codes.items() if now - v.at < _CODE_IS_KNOWN}
        code = "1." + secrets.token_urlsafe(300)  # Entra ID's are about as long
        self._codes[code] = _Code(ask=ask, user=user, at=now)
        return code

    def revoke(self, upn: str) -> None:
        """Ends every refresh token that this user has given so far."""
        self._revoked[upn] = self._clock().timestamp()

    def answer(
        self, tenant: Tenant, form: Mapping[str, str], authorization: str
    ) -> dict[str, object]:
        """The fields of a successful token response."""
        kinds = {"authorization_code": self._by_code, "refresh_token": self._by_refresh}
        kind = _needed(form, "grant_type")
        if tenant.blocking:
            raise Refusal(53003)
        if kind == "client_credentials":
            return self._by_itself(tenant, form, *_client(form, authorization))
        if kind not in kinds:
            raise Refusal(70003, grant=kind)
        client_id, secret = _client(form, authorization)
        app = find_app(tenant, client_id)
        grant = kinds[kind](tenant, app, form, secret)
        if tenant.users.get(grant.user.upn, grant.user).disabled:
            raise Refusal(50057)
        return self._respond(grant, form)

    def _by_itself(
        self, tenant: Tenant, form: Mapping[str, str], client_id: str, secret: str | None
    ) -> dict[str, object]:
        """An app alone: no refresh token, no id_token, and `roles` only if consented to."""
        app = find_app(tenant, client_id)
        prove(app, "web", secret, self._clock())
        resource = read_default(_needed(form, "scope"))
        claims: dict[str, object] = {
            "aud": GRAPH_AUDIENCE if resource == GRAPH else resource,
            "iss": f"https://sts.windows.net/{tenant.id}/",
            **self._times(),
            "appid": app.client_id,
            "idtyp": "app",
            "oid": str(uuid.uuid5(uuid.UUID(tenant.id), app.client_id)),
            "tid": tenant.id,
            "ver": "1.0",
        }
        if app.roles:
            claims["roles"] = list(app.roles)
        return {
            "token_type": "Bearer",
            "expires_in": self.token_seconds,
            "ext_expires_in": self.token_seconds,
            "access_token": self._mint.sign(claims),
        }

    def _by_code(
        self, tenant: Tenant, app: App, form: Mapping[str, str], secret: str | None
    ) -> _Grant:
        text = _needed(form, "code")
        code = self._codes.get(text)
        if code is None:
            raise Refusal(70000)
        back = code.ask.back
        prove(app, back.redirect.platform, secret, self._clock())
        if back.tenant is not tenant:
            raise Refusal(700005)
        if back.app.client_id != app.client_id:
            raise Refusal(70000)
        if code.redeemed:
            raise Refusal(54005)
        if self._clock() - code.at > _CODE_LIVES:
            raise Refusal(70008)
        if form.get("redirect_uri") != back.uri:
            raise Refusal(500112)
        _check_verifier(code.ask, form.get("code_verifier", ""))
        self._codes[text] = replace(code, redeemed=True)
        return _Grant(
            tenant=tenant,
            app=app,
            user=code.user,
            platform=back.redirect.platform,
            consented=code.ask.scopes,
            nonce=code.ask.nonce,
        )

    def _by_refresh(
        self, tenant: Tenant, app: App, form: Mapping[str, str], secret: str | None
    ) -> _Grant:
        record = self._mint.unseal(_needed(form, "refresh_token"))
        if record is None or record["app"] != app.client_id:
            raise Refusal(70000)
        platform: Platform = "public" if record["platform"] == "public" else "web"
        prove(app, platform, secret, self._clock())
        user = tenant.users.get(record["user"])
        if user is None:
            raise Refusal(50034, user=str(record["user"]))
        if self._clock().timestamp() - record["at"] > _IDLE.total_seconds():
            raise Refusal(700082)
        if record["at"] <= self._revoked.get(user.upn, 0):
            raise Refusal(50173)
        consented = read_scopes(record["scope"])
        return _Grant(tenant=tenant, app=app, user=user, platform=platform, consented=consented)

    def _respond(self, grant: _Grant, form: Mapping[str, str]) -> dict[str, object]:
        asked = form.get("scope") or _written(grant.consented)
        scopes = read_scopes(asked)
        scopes.within(grant.consented)
        answer: dict[str, object] = {
            "token_type": "Bearer",
            "scope": " ".join(scopes.granted),
            "expires_in": self.token_seconds,
            "ext_expires_in": self.token_seconds,
            "access_token": self.access_token(grant.tenant, grant.app, grant.user, scopes),
        }
        if "offline_access" in scopes.words & grant.consented.words:
            answer["refresh_token"] = self._refresh_token(grant)
        if "openid" in scopes.words & grant.consented.words:
            answer["id_token"] = self._id_token(grant)
        if form.get("client_info") == "1":
            answer["client_info"] = client_info(grant.tenant, grant.user)
        return answer

    def access_token(self, tenant: Tenant, app: App, user: User, scopes: Scopes) -> str:
        """A version 1.0 access token, as Exchange Online's resource gets it."""
        claims: dict[str, object] = {
            "aud": scopes.audience,
            "iss": f"https://sts.windows.net/{tenant.id}/",
            **self._times(),
            "appid": app.client_id,
            "oid": user.oid,
            "scp": scopes.scp,
            "sub": user.oid,
            "tid": tenant.id,
            "unique_name": user.upn,
            "upn": user.upn,
            "ver": "1.0",
        }
        return self._mint.sign(claims | ({"groups": user.groups} if user.groups else {}))

    def _refresh_token(self, grant: _Grant) -> str:
        now = self._clock()
        record = {
            "app": grant.app.client_id,
            "user": grant.user.upn,
            "platform": grant.platform,
            "scope": _written(grant.consented),
            "at": now.timestamp(),
            "one": secrets.token_urlsafe(8),
        }
        return self._mint.seal(record, now)

    def _id_token(self, grant: _Grant) -> str:
        claims = {
            "aud": grant.app.client_id,
            "iss": f"{self._issuer}/{grant.tenant.id}/v2.0",
            **self._times(),
            "name": grant.user.name,
            "oid": grant.user.oid,
            "preferred_username": grant.user.upn,
            "sub": grant.user.oid,
            "tid": grant.tenant.id,
            "ver": "2.0",
        }
        return self._mint.sign(claims | ({"nonce": grant.nonce} if grant.nonce else {}))

    def _times(self) -> dict[str, int]:
        now = int(self._clock().timestamp())
        return {"iat": now, "nbf": now, "exp": now + self.token_seconds}


def client_info(tenant: Tenant, user: User) -> str:
    """Who the account is, as MSAL wants to know it."""
    return encode(json.dumps({"uid": user.oid, "utid": tenant.id}).encode())


def prove(app: App, platform: Platform, secret: str | None, now: datetime) -> None:
    """Checks the app's own proof: a secret for platform Web, and none for a public client."""
    if platform == "public":
        if secret is not None:
            raise Refusal(700025)
        return
    if secret is None:
        raise Refusal(7000218)
    known = [s for s in app.secrets if hmac.compare_digest(s.value.encode(), secret.encode())]
    if not known:
        raise Refusal(7000215)
    if all(each.ends is not None and each.ends <= now for each in known):
        raise Refusal(7000222, app=app.client_id)


def _client(form: Mapping[str, str], authorization: str) -> tuple[str, str | None]:
    """Client id and secret, from the form or from HTTP Basic (RFC 6749, 2.3.1)."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            raise Refusal(7000215) from None
        return unquote_plus(name), unquote_plus(secret)
    return _needed(form, "client_id"), form.get("client_secret")


def _check_verifier(ask: Ask, verifier: str) -> None:
    if not ask.challenge:
        return
    hashed = encode(hashlib.sha256(verifier.encode()).digest())
    if ask.challenge != (hashed if ask.method == "S256" else verifier):
        raise Refusal(501481)


def _written(scopes: Scopes) -> str:
    return " ".join((*scopes.asked, *sorted(scopes.words)))


def _needed(form: Mapping[str, str], name: str) -> str:
    if not form.get(name):
        raise Refusal(900144, name=name)
    return form[name]
