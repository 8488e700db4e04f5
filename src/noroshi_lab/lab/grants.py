"""The token endpoint's judgement: codes and refresh tokens in, the answer's fields out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, get_args

from noroshi_lab.lab.authorize_request import Ask, find_app
from noroshi_lab.lab.claims import Scribe, client_info
from noroshi_lab.lab.consents import Consents
from noroshi_lab.lab.devices import Devices
from noroshi_lab.lab.directory import App, Clock, Platform, Tenant, User
from noroshi_lab.lab.jwt import encode
from noroshi_lab.lab.proof import Endpoint, Proof, prove, read_proof
from noroshi_lab.lab.refusals import Refusal
from noroshi_lab.lab.scopes import Scopes, read_default, read_scopes
from noroshi_lab.lab.tokens import Mint

DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
_CODE_IS_KNOWN = timedelta(hours=1)  # a code used twice is told from one that never was
_PAGE_LIVES = timedelta(hours=24)


@dataclass(slots=True, kw_only=True)
class Lives:
    """Hold how long what the authority gives is good for."""

    code: timedelta = timedelta(minutes=10)
    refresh: timedelta = timedelta(days=90)  # without being used


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    ask: Ask
    user: User
    at: datetime
    redeemed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grant:
    """Hold what a person has given an app: enough to answer with tokens."""

    tenant: Tenant
    app: App
    user: User
    platform: Platform
    consented: Scopes
    earlier: frozenset[str] = frozenset()
    signed_in: float  # when, as a POSIX time
    nonce: str = ""


class Grants:
    """Issue codes, and turn codes and refresh tokens into answers; raise Refusal."""

    def __init__(
        self,
        *,
        mint: Mint,
        clock: Clock,
        issuer: str,
        token_seconds: int,
        consents: Consents | None = None,
        devices: Devices | None = None,
    ) -> None:
        self._mint = mint
        self._clock = clock
        self._issuer = issuer
        self.scribe = Scribe(mint=mint, clock=clock, issuer=issuer, seconds=token_seconds)
        self.lives = Lives()
        self.consents = consents or Consents()
        self.devices = devices or Devices()
        self._codes: dict[str, _Code] = {}
        self._revoked: dict[str, float] = {}
        self._revoked_public: dict[str, float] = {}

    @property
    def token_seconds(self) -> int:
        """Return how long an access token holds."""
        return self.scribe.seconds

    def code(self, ask: Ask, user: User) -> str:
        """Return an authorization code for what the person has agreed to."""
        now = self._clock()
        self._codes = {k: v for k, v in self._codes.items() if now - v.at < _CODE_IS_KNOWN}
        code = "1." + secrets.token_urlsafe(300)  # Entra ID's are about as long
        self._codes[code] = _Code(ask=ask, user=user, at=now)
        return code

    def revoke(self, upn: str, *, public_only: bool = False) -> None:
        """Revoke every refresh token that this user has granted so far, or only those of public
        clients: a changed password ends no more than these."""
        ended = self._revoked_public if public_only else self._revoked
        ended[upn] = self._clock().timestamp()

    def answer(
        self, tenant: Tenant, form: Mapping[str, str], authorization: str, origin: str = ""
    ) -> dict[str, object]:
        """Return the fields of a successful token response."""
        kind = _needed(form, "grant_type")
        if tenant.blocking:
            raise Refusal(53003)
        kinds = {
            "authorization_code": self._by_code,
            "refresh_token": self._by_refresh,
            DEVICE_CODE: self._by_device,
        }
        proof = read_proof(form, authorization, origin)
        app = find_app(tenant, proof.client_id)
        if kind == "client_credentials":
            return self._by_itself(tenant, app, form, proof)
        if kind not in kinds:
            raise Refusal(70003, grant=kind)
        grant = kinds[kind](tenant, app, form, proof)
        if tenant.users.get(grant.user.upn, grant.user).disabled:
            raise Refusal(50057)
        return self._respond(grant, form)

    def access_token(self, tenant: Tenant, app: App, user: User, scopes: Scopes) -> str:
        """Return an access token, without any grant before it."""
        return self.scribe.for_user(tenant, app, user, scopes)

    def _at(self, tenant: Tenant) -> Endpoint:
        return Endpoint(now=self._clock(), base=self._issuer, tenant=tenant)

    # The grants

    def _by_itself(
        self, tenant: Tenant, app: App, form: Mapping[str, str], proof: Proof
    ) -> dict[str, object]:
        """Answer an app alone: no refresh token, no id_token, and `roles` only if consented
        to."""
        prove(app, "web", proof, self._at(tenant))
        resource = read_default(_needed(form, "scope"))
        return self._fields(self.scribe.for_app(tenant, app, resource))

    def _by_code(
        self, tenant: Tenant, app: App, form: Mapping[str, str], proof: Proof
    ) -> _Grant:
        text = _needed(form, "code")
        code = self._codes.get(text)
        if code is None:
            raise Refusal(70000)
        back = code.ask.back
        prove(app, back.redirect.platform, proof, self._at(tenant))
        self._check_code(code, tenant, app, form)
        self._codes[text] = replace(code, redeemed=True)
        return _Grant(
            tenant=tenant,
            app=app,
            user=code.user,
            platform=back.redirect.platform,
            consented=code.ask.scopes,
            signed_in=code.at.timestamp(),
            nonce=code.ask.nonce,
        )

    def _check_code(
        self, code: _Code, tenant: Tenant, app: App, form: Mapping[str, str]
    ) -> None:
        back = code.ask.back
        if back.tenant is not tenant:
            raise Refusal(700005)
        if back.app.client_id != app.client_id:
            raise Refusal(70000)
        if code.redeemed:
            raise Refusal(54005)
        if self._clock() - code.at > self.lives.code:
            raise Refusal(70008)
        if form.get("redirect_uri") != back.uri:
            raise Refusal(500112)
        _check_verifier(code.ask, form.get("code_verifier", ""))

    def _by_device(
        self, tenant: Tenant, app: App, form: Mapping[str, str], proof: Proof
    ) -> _Grant:
        prove(app, "device", proof, self._at(tenant))
        done = self.devices.poll(_needed(form, "device_code"), app, self._clock())
        assert done.user is not None
        return _Grant(
            tenant=tenant,
            app=app,
            user=done.user,
            platform="device",
            consented=done.scopes,
            signed_in=self._clock().timestamp(),
        )

    def _by_refresh(
        self, tenant: Tenant, app: App, form: Mapping[str, str], proof: Proof
    ) -> _Grant:
        record = self._mint.unseal(_needed(form, "refresh_token"))
        if record is None or record["app"] != app.client_id:
            raise Refusal(70000)
        platform = next(each for each in get_args(Platform) if each == record["platform"])
        prove(app, platform, proof, self._at(tenant))
        user = tenant.users.get(record["user"])
        if user is None:
            raise Refusal(50034, user=str(record["user"]))
        signed_in = float(record.get("signed_in", record["at"]))
        self._check_age(platform, record, signed_in)
        self._check_ended(tenant, app, user, record)
        _check_policies(tenant, signed_in, self._clock())
        return _Grant(
            tenant=tenant,
            app=app,
            user=user,
            platform=platform,
            consented=read_scopes(record["scope"]),
            earlier=frozenset(record.get("earlier", ())),
            signed_in=signed_in,
        )

    def _check_age(
        self, platform: Platform, record: Mapping[str, Any], signed_in: float
    ) -> None:
        now = self._clock().timestamp()
        if platform == "spa" and now - signed_in > _PAGE_LIVES.total_seconds():
            raise Refusal(700084)
        if now - record["at"] > self.lives.refresh.total_seconds():
            raise Refusal(700082)

    def _check_ended(
        self, tenant: Tenant, app: App, user: User, record: Mapping[str, Any]
    ) -> None:
        """Check what an administrator, or the person, has ended since."""
        ended = [self._revoked.get(user.upn, 0.0)]
        if record["platform"] not in ("web", "device"):
            ended.append(self._revoked_public.get(user.upn, 0.0))
        if record["at"] <= max(ended):
            raise Refusal(50173)
        if app.assigned is not None and user.upn not in app.assigned:
            raise Refusal(50105, user=user.upn, app=app.client_id)
        if not self.consents.holds(tenant, app, user):
            raise Refusal(65001, scope=str(record["scope"]))

    # The answer

    def _respond(self, grant: _Grant, form: Mapping[str, str]) -> dict[str, object]:
        tenant, app, user = grant.tenant, grant.app, grant.user
        scope = form.get("scope") or _written(grant.consented)
        scopes = read_scopes(scope).with_defaults(app.permissions, app.client_id)
        scopes.within((*grant.consented.asked, *self._known(grant)))
        answer = self._fields(self.scribe.for_user(tenant, app, user, scopes))
        answer["scope"] = " ".join(scopes.granted)
        if "offline_access" in scopes.words & grant.consented.words:
            answer["refresh_token"] = self._refresh_token(grant)
        if "openid" in scopes.words & grant.consented.words:
            answer["id_token"] = self.scribe.id_token(tenant, app, user, grant.nonce)
        if form.get("client_info") == "1":
            answer["client_info"] = client_info(tenant, user)
        return answer

    def _fields(self, token: str) -> dict[str, object]:
        """Return the fields of every answer; a token of two hours or more is to be renewed at
        half that time."""
        seconds = self.token_seconds
        early = {"refresh_in": seconds // 2} if seconds >= 7200 else {}
        return {
            "token_type": "Bearer",
            "expires_in": seconds,
            "ext_expires_in": seconds,
            **early,
            "access_token": token,
        }

    def _known(self, grant: _Grant) -> frozenset[str]:
        """Return what was consented to apart from this sign-in; a refresh token keeps it
        through a restart."""
        return grant.earlier | self.consents.known(grant.tenant, grant.app, grant.user)

    def _refresh_token(self, grant: _Grant) -> str:
        now = self._clock()
        record = {
            "app": grant.app.client_id,
            "user": grant.user.upn,
            "platform": grant.platform,
            "scope": _written(grant.consented),
            "earlier": sorted(self._known(grant)),
            "at": now.timestamp(),
            "signed_in": grant.signed_in,
            "one": secrets.token_urlsafe(8),
        }
        return self._mint.seal(record, now)


def _check_policies(tenant: Tenant, signed_in: float, now: datetime) -> None:
    """Check what Conditional Access asks of a sign-in that was made a while ago."""
    since, hours = tenant.factor_since, tenant.sign_in_again
    if since is not None and signed_in < since.timestamp():
        raise Refusal(50076)
    if hours and now.timestamp() - signed_in > hours * 3600:
        raise Refusal(70043)


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
