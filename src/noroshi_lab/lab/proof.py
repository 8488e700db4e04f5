"""Judge how an app proves to Entra ID that it is itself: a secret, a certificate, or nothing at
all."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa

from noroshi_lab.lab.directory import App, Platform, Tenant
from noroshi_lab.lab.jwt import Jwt, encode, is_for, take_apart
from noroshi_lab.lab.refusals import Refusal

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """Hold what came with a token request; `origin` is what a browser adds to a script's
    request."""

    client_id: str
    secret: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)
    origin: str = ""

    @property
    def given(self) -> bool:
        return self.secret is not None or self.assertion is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Hold when and where an app proves itself: what an assertion's times and audience are held
    to."""

    now: datetime
    base: str
    tenant: Tenant

    @property
    def names(self) -> set[str]:
        """Return what a client may call this endpoint."""
        roots = {f"{self.base}/{name}" for name in (self.tenant.id, self.tenant.domain)}
        return {f"{root}{end}" for root in roots for end in ("/oauth2/v2.0/token", "/v2.0")}


def read_proof(form: Mapping[str, str], authorization: str, origin: str = "") -> Proof:
    """Read client id and proof, from the form or from HTTP Basic (RFC 6749, 2.3.1; RFC 7523,
    2.2)."""
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except ValueError:
            raise Refusal(7000215) from None
        return Proof(client_id=unquote_plus(name), secret=unquote_plus(secret), origin=origin)
    if not form.get("client_id"):
        raise Refusal(900144, name="client_id")
    assertion = form.get("client_assertion")
    if assertion is not None and form.get("client_assertion_type") != _BEARER:
        raise Refusal(90023, name="client_assertion_type")
    return Proof(
        client_id=form["client_id"],
        secret=form.get("client_secret"),
        assertion=assertion,
        origin=origin,
    )


def prove(app: App, platform: Platform, proof: Proof, at: Endpoint) -> None:
    """Raise a Refusal unless the proof is the one that the platform of the used redirect URI
    needs."""
    if platform == "spa":
        return _as_page(proof)
    if proof.origin:
        raise Refusal(9002326)
    if platform == "public":
        if proof.given:
            raise Refusal(700025)
        return
    if platform == "device" and not proof.given and app.public_client:
        return
    _as_server(app, proof, at)


def _as_page(proof: Proof) -> None:
    """Check a single-page app: a browser's request from another origin, and nothing secret."""
    if not proof.origin:
        raise Refusal(9002327)
    if proof.given:
        raise Refusal(700025)


def _as_server(app: App, proof: Proof, at: Endpoint) -> None:
    if proof.assertion is not None:
        _check_assertion(app, proof.assertion, at)
    elif proof.secret is not None:
        _check_secret(app, proof.secret, at.now)
    else:
        raise Refusal(7000218)


def _check_secret(app: App, secret: str, now: datetime) -> None:
    known = [s for s in app.secrets if hmac.compare_digest(s.value.encode(), secret.encode())]
    if not known:
        raise Refusal(7000215)
    if all(each.ends is not None and each.ends <= now for each in known):
        raise Refusal(7000222, app=app.client_id)


def _check_assertion(app: App, assertion: str, at: Endpoint) -> None:
    """Check the signer first, then the claims: the issuer, the audience and the times. Raises
    Refusal."""
    jwt = take_apart(assertion)
    if jwt is None or not any(_made_by(one, jwt, at.now) for one in app.certificates):
        raise Refusal(700027, app=app.client_id)
    claims = jwt.claims
    if claims.get("iss") != app.client_id or claims.get("sub") != app.client_id:
        raise Refusal(50048)
    if not is_for(claims, at.names):
        raise Refusal(50012)
    _check_times(claims, at.now)


def _made_by(certificate: x509.Certificate, jwt: Jwt, now: datetime) -> bool:
    """Return whether the header names this certificate, by either hash of it, and the signature
    is by that key."""
    prints = thumbprints(certificate)
    named = {name: str(jwt.head[name]).rstrip("=") for name in prints if name in jwt.head}
    key = certificate.public_key()
    return (
        bool(named)
        and all(prints[name] == given for name, given in named.items())
        and isinstance(key, rsa.RSAPublicKey)
        and jwt.is_signed_by(key)
        and now < certificate.not_valid_after_utc
    )


def thumbprints(certificate: x509.Certificate) -> dict[str, str]:
    """Return the hashes by which a JWT's header names a certificate (RFC 7515, 4.1.7 and
    4.1.8)."""
    sha1 = certificate.fingerprint(hashes.SHA1())  # noqa: S303
    return {"x5t": encode(sha1), "x5t#S256": encode(certificate.fingerprint(hashes.SHA256()))}


def _check_times(claims: Mapping[str, object], now: datetime) -> None:
    """Check the times of an assertion; the app's clock may be wrong by five minutes. Raises
    Refusal."""
    begins, ends = claims.get("nbf", claims.get("iat", 0)), claims.get("exp")
    if not isinstance(ends, int | float) or not isinstance(begins, int | float):
        raise Refusal(700024)
    slack, stamp = _TOLERANCE.total_seconds(), now.timestamp()
    if not begins - slack <= stamp < ends + slack:
        raise Refusal(700024)
