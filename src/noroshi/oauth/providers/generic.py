"""Ask any OAuth 2.0 server through Authlib, by discovery or by given endpoints; Google as well.

Authlib makes the requests and signs the assertions; they go over our wire. An id_token comes
straight from the token endpoint over TLS, which may replace the check of the signature (OpenID
Connect Core, 3.1.3.7, 6): the nonce is compared with ours, and a name in the token is for
people to read.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, get_args
from urllib.parse import parse_qsl

from noroshi.core.translation import _
from noroshi.imports import ONE_AT_A_TIME
from noroshi.oauth.account import Account
from noroshi.oauth.http_session import MODULES, ErrorReplyError, HttpSession, Reply
from noroshi.oauth.jwt_claims import claims_in
from noroshi.oauth.provider import Attempt, Client, DeviceAttempt, Pending, SignInError, Tokens
from noroshi.oauth.providers.client_auth import authentication, key_file, keyless
from noroshi.oauth.providers.discovery import Endpoints, endpoints_of
from noroshi.oauth.providers.provider_call import (
    ask_provider,
    device,
    no_device,
    tokens,
    user_in,
)
from noroshi.ports import Resource
from noroshi.vault import Secret

T = TypeVar("T")
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
ASSERTION = "urn:ietf:params:oauth:grant-type:jwt-bearer"
PENDING, SLOW_DOWN = "authorization_pending", "slow_down"
OF_OPENID = frozenset({"openid", "profile", "email", "address", "phone", "offline_access"})
"""Scopes that are for no resource (OpenID Connect Core, 5.4 and 11)."""

OTHER_SIGN_IN = _("The sign-in server's reply belongs to a different sign-in. Sign in again.")
OTHER_SERVER = _(
    "This URL comes from a different sign-in server, or it is incomplete (iss). Start the "
    "sign-in again."
)


class GenericProvider:
    """Ask through Authlib, each time with a new client and nothing kept."""

    modules: tuple[str, ...] = (
        *MODULES,
        "authlib.oauth2.client",
        "authlib.oauth2.rfc7523",
        "joserfc.jwk",
    )

    async def begin(
        self, client: Client, resources: Sequence[Resource], redirect: str
    ) -> Attempt:
        """Prepare a sign-in with PKCE."""

        def ask(request: _TokenRequest) -> Attempt:
            flow = {
                "code_verifier": secrets.token_urlsafe(48),
                "nonce": secrets.token_urlsafe(24) if request.openid else "",
                "redirect_uri": redirect,
                "scope": " ".join(request.scopes(*resources)),
                "issuer": request.endpoints.issuer,
            }
            url, state = request.oauth.create_authorization_url(
                request.endpoints.authorization,
                state=secrets.token_urlsafe(24),
                code_verifier=flow["code_verifier"],
                redirect_uri=redirect,
                scope=flow["scope"],
                login_hint=client.account.login_hint or None,
                nonce=flow["nonce"] or None,
                **dict(parse_qsl(client.account.cloud.authorize_with)),
            )
            return Attempt(url=url, state=state, flow=flow)

        return await _ask_through(client, ask)

    async def redeem(
        self, client: Client, attempt: Attempt, query: Mapping[str, str], resource: Resource
    ) -> Tokens:
        """Trade the code for tokens. RFC 6749, 4.1.3 has no scope here: they are for all that
        was consented to."""

        def ask(request: _TokenRequest) -> Tokens:
            _check_issuer(request.endpoints, attempt, query)
            answer = request.oauth.fetch_token(
                request.endpoints.token,
                grant_type="authorization_code",
                code=query["code"],
                code_verifier=attempt.flow["code_verifier"],
                redirect_uri=attempt.flow["redirect_uri"],
            )
            user = _user(answer, attempt.flow["nonce"], client.account)
            return tokens(answer, user, requested_scope=attempt.flow.get("scope", ""))

        return await _ask_through(client, ask)

    async def device_begin(self, client: Client, resource: Resource) -> DeviceAttempt:
        """Prepare a sign-in on another device (RFC 8628, 3.1)."""

        def ask(request: _TokenRequest) -> DeviceAttempt:
            if not request.endpoints.device:
                raise no_device(client.account)
            form = {"scope": " ".join(request.scopes(resource))}
            answer = request.session.post(
                request.endpoints.device, form, auth=request.auth
            ).json()
            return device(
                answer, {"device_code": str(answer["device_code"]), **form}, client.account
            )

        return await _ask_through(client, ask)

    async def device_ask(self, client: Client, attempt: DeviceAttempt) -> Tokens | Pending:
        """Ask whether somebody has finished there (RFC 8628, 3.4, 3.5)."""

        def ask(request: _TokenRequest) -> Tokens | Pending:
            code = attempt.flow["device_code"]
            try:
                answer = request.oauth.fetch_token(
                    request.endpoints.token, grant_type=DEVICE, device_code=code
                )
            except ErrorReplyError as reply_error:
                error = (reply_error.reply.content or {}).get("error")
                if error in (PENDING, SLOW_DOWN) and reply_error.reply.status_code < 500:
                    return Pending(slow_down=error == SLOW_DOWN)
                raise
            user = _user(answer, "", client.account)
            return tokens(answer, user, requested_scope=attempt.flow.get("scope", ""))

        return await _ask_through(client, ask)

    async def refresh(
        self, client: Client, refresh_token: Secret, resource: Resource, granted_scope: str = ""
    ) -> Tokens:
        """Trade a refresh token for tokens."""

        def ask(request: _TokenRequest) -> Tokens:
            scope = request.granted_for(resource, granted_scope)
            answer = request.oauth.fetch_token(
                request.endpoints.token,
                grant_type="refresh_token",
                refresh_token=refresh_token.reveal(),
                **({"scope": scope} if scope else {}),
            )
            return tokens(answer, _user(answer, "", client.account))

        return await _ask_through(client, ask)

    async def app_only(self, client: Client, resource: Resource) -> Tokens:
        """Fetch a token for the app itself, or for the mailbox on whose behalf Google lets it
        act."""

        def ask(request: _TokenRequest) -> Tokens:
            scope = client.account.cloud.scope_for(resource, app_only=True)
            if client.account.cloud.app_grant == "service_account":
                return tokens(request.by_key_file(scope))
            answer = request.oauth.fetch_token(
                request.endpoints.token, grant_type="client_credentials", scope=scope
            )
            return tokens(answer)

        return await _ask_through(client, ask)

    async def tenant(self, client: Client) -> str:
        """Return "": there are no tenants here."""
        return ""


class _Session:
    """Post for Authlib: pass good answers on, let refusals leave as ours."""

    def __init__(self, session: HttpSession) -> None:
        self._wire = session

    def post(
        self,
        url: str,
        data: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        auth: Any = None,
    ) -> Reply:
        """Post with what proves the client put in, as requests' auth objects do."""
        with ONE_AT_A_TIME:
            from authlib.common.urls import url_encode

        url, sent_headers, body = auth.prepare(
            "POST", url, dict(headers or {}), url_encode(data.items())
        )
        reply = self._wire.post(url, data=body, headers=sent_headers)
        content = reply.content or {}
        if reply.status_code >= 400 or "error" in content:
            raise ErrorReplyError(reply)
        return reply


class _TokenRequest:
    """Hold one question: a client of Authlib's, the endpoints, and who asks."""

    def __init__(self, client: Client, session: HttpSession) -> None:
        # Imported here: it costs 0.08 s, which a node without such a route must not pay.
        with ONE_AT_A_TIME:
            from authlib.oauth2.client import OAuth2Client

        self.endpoints: Endpoints = endpoints_of(client.account, session)
        self.session, self._client = _Session(session), client
        secret, method = authentication(client, self.endpoints.token)
        self.oauth = OAuth2Client(
            self.session,
            client_id=client.account.client_id,
            client_secret=secret,
            token_endpoint_auth_method=method,
            code_challenge_method="S256",
        )
        self.auth = self.oauth.client_auth(method)

    @property
    def openid(self) -> bool:
        """Return whether an id_token is asked for."""
        return "openid" in self.scopes("smtp")

    def scopes(self, *resources: Resource) -> list[str]:
        """Return the scopes of the resources, and what a sign-in needs as far as the server knows
        it."""
        account = self._client.account
        scopes = [w for one in resources for w in account.scope_for(one).split()]
        return list(dict.fromkeys([*scopes, *self.endpoints.extra_scopes]))

    def granted_for(self, resource: Resource, granted_scope: str) -> str:
        """Return the scopes to ask for in a renewal: none, which means all that were granted
        (RFC 6749, 6). Where the account's resources have different scopes, return those of this
        resource that were granted; where the granted ones are not known, return all of this
        resource."""
        account, granted_words = self._client.account, granted_scope.split()
        own_words = account.scope_for(resource).split()
        all_words = {w for one in get_args(Resource) for w in account.scope_for(one).split()}
        if all_words - OF_OPENID <= set(own_words):
            return ""
        scopes = self.scopes(resource)
        # A server may tell the scope of one token alone: what it says nothing of is asked for.
        usable = (
            {*granted_words, *(() if set(own_words) & set(granted_words) else own_words)}
            if granted_words
            else set(scopes)
        )
        return " ".join(word for word in scopes if word in usable)

    def by_key_file(self, scope: str) -> Mapping[str, Any]:
        """Sign a statement of who acts for whom, instead of a secret: Google's way.

        https://developers.google.com/identity/protocols/oauth2/service-account
        """
        with ONE_AT_A_TIME:
            from authlib.oauth2.rfc7523.assertion import sign_jwt_bearer_assertion
            from joserfc.jwk import RSAKey

        key = key_file(self._client)
        assertion = sign_jwt_bearer_assertion(
            RSAKey.import_key(key.private_key.reveal()),
            issuer=key.client_email,
            audience=self.endpoints.token,
            subject=self._client.account.mailbox,
            claims={"scope": scope},
            header={"alg": "RS256", "kid": key.private_key_id},
        )
        answer: Mapping[str, Any] = self.oauth.fetch_token(
            self.endpoints.token,
            grant_type=ASSERTION,
            assertion=assertion,
            auth=self.oauth.client_auth(keyless),
        )
        return answer


async def _ask_through(client: Client, ask: Callable[[_TokenRequest], T | SignInError]) -> T:
    def with_client(session: HttpSession) -> T | Exception:
        return ask(_TokenRequest(client, session))

    return await ask_provider(client, with_client)


def _check_issuer(endpoints: Endpoints, attempt: Attempt, query: Mapping[str, str]) -> None:
    """Raise SignInError for a code of another server than was asked: it is shown to nobody
    (RFC 9207, 2.4)."""
    expected, issuer = attempt.flow.get("issuer", ""), query.get("iss", "")
    if expected and (issuer or endpoints.says_issuer) and issuer != expected:
        raise SignInError(OTHER_SERVER, error="invalid_response", party="user")


def _user(answer: Mapping[str, Any], nonce: str, account: Account) -> str:
    """Return the user who signed in. Raises SignInError if the id_token belongs to another
    sign-in."""
    claims = claims_in(str(answer.get("id_token") or "")) or {}
    returned_nonce = str(claims.get("nonce", ""))
    if claims and nonce and not hmac.compare_digest(returned_nonce.encode(), nonce.encode()):
        raise SignInError(OTHER_SIGN_IN, error="invalid_response", party="user")
    return user_in(answer, claims, account)
