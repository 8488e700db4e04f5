"""The other provider's web side: discovery, the pages of a sign-in, and the token endpoint."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from noroshi.core.translation import _, plain
from noroshi_lab.lab import pages
from noroshi_lab.lab.authorize_request import matches
from noroshi_lab.lab.faults import OAUTH_ERRORS, Faults
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.other_provider.grants import JWT_BEARER, Ask, Grants, OAuthError
from noroshi_lab.lab.other_provider.provider import REDIRECTS, SCOPES, Provider
from noroshi_lab.lab.responses import PAGE, as_json, language, page, texts
from noroshi_lab.lab.web_faults import strike

ROOT = "/oidc"
_WRONG = _("The email address or password is wrong.")
_STALE = _("This page has already been used. Start the sign-in again.")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class _Visit:
    ask: Ask
    user: str = ""


class Authority:
    """Serve the endpoints under one path, which is the issuer's."""

    def __init__(self, grants: Grants, faults: Faults, journal: Journal) -> None:
        self._grants, self._faults, self._journal = grants, faults, journal
        self._visits: dict[str, _Visit] = {}
        self._consents: set[tuple[str, str]] = set()  # who, what

    @property
    def _provider(self) -> Provider:
        return self._grants.provider

    def routes(self, app: web.Application) -> None:
        """Add the endpoints to the application."""
        add = app.router.add_route
        add("GET", f"{ROOT}/.well-known/openid-configuration", self._discovery)
        add("GET", f"{ROOT}/keys", self._keys)
        add("GET", f"{ROOT}/authorize", self._authorize)
        add("POST", f"{ROOT}/login", self._login)
        add("POST", f"{ROOT}/consent", self._consent)
        add("POST", f"{ROOT}/token", self._token)
        add("POST", f"{ROOT}/revoke", self._revoke)

    def forget(self) -> None:
        """Drop all consents and refresh tokens, so that everybody is asked again."""
        self._consents.clear()
        self._grants.revoke_all()

    @web.middleware
    async def guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Turn a refusal that reached no app into JSON, or into a page."""
        try:
            return await handler(request)
        except OAuthError as error:
            if request.path.endswith("/authorize"):
                words = plain(f"{error.error}: {error.description}")
                return page(pages.notice_page(language(request), words), 400)
            self._note(request, error.error)
            answer = as_json(error.body(), error.status, self._faults.retry_after)
            if error.status == 401:
                answer.headers["WWW-Authenticate"] = 'Basic realm="elsewhere"'
            return answer

    def _note(self, request: web.Request, answer: str, who: str = "") -> None:
        self._journal.note("elsewhere", request.path.rpartition("/")[2], answer, who)

    async def _struck(self, at: str, request: web.Request) -> web.StreamResponse | None:
        does = self._faults.next(at)
        if does in OAUTH_ERRORS:
            raise OAuthError(does, "The lab was told to say so.")
        return await strike(does, request, self._faults.retry_after)

    async def _discovery(self, request: web.Request) -> web.StreamResponse:
        if instead := await self._struck("METADATA", request):
            return instead
        issuer = self._grants.issuer
        ways = {"basic": ["client_secret_basic"], "post": ["client_secret_post"]}
        every = [way for each in ways.values() for way in each]
        return as_json(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "revocation_endpoint": f"{issuer}/revoke",
                "jwks_uri": f"{issuer}/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query"],
                "grant_types_supported": ["authorization_code", "refresh_token", JWT_BEARER],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": sorted(self._scopes()),
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ways.get(
                    self._provider.client_auth, every
                ),
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def _scopes(self) -> frozenset[str]:
        """Return the known scopes: offline_access is none where access_type asks for a refresh
        token."""
        by_scope = self._provider.offline == "scope"
        return SCOPES if by_scope else SCOPES - {"offline_access"}

    async def _keys(self, request: web.Request) -> web.Response:
        return as_json(self._grants.mint.jwks())

    # The pages

    async def _authorize(self, request: web.Request) -> web.Response:
        query, tongue = request.query, language(request)
        uri = query.get("redirect_uri", "")
        if query.get("client_id") != self._provider.client_id:
            raise OAuthError("invalid_client", "The OAuth client was not found.")
        if not any(_fits(uri, each) for each in REDIRECTS):
            raise OAuthError("redirect_uri_mismatch", f"{uri} is not registered.")
        try:
            ask = self._read(query, uri)
        except OAuthError as error:
            return self._back(uri, query.get("state", ""), error.body())
        return self._ask(ask, tongue, hint=query.get("login_hint", ""))

    def _read(self, query: Mapping[str, str], uri: str) -> Ask:
        scopes = tuple(query.get("scope", "").split())
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type")
        if not scopes or not set(scopes) <= self._scopes():
            unknown = " ".join(sorted(set(scopes) - self._scopes()))
            raise OAuthError("invalid_scope", f"Some requested scopes were invalid: {unknown}")
        if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
            raise OAuthError("invalid_request", "PKCE with S256 is required.")
        if query.get("prompt") == "none":
            raise OAuthError("login_required")
        by_scope = self._provider.offline == "scope"
        asked = (
            "offline_access" in scopes if by_scope else query.get("access_type") == "offline"
        )
        return Ask(
            redirect_uri=uri,
            state=query.get("state", ""),
            scopes=self._granted(scopes, query.get("prompt", "")),
            nonce=query.get("nonce", ""),
            challenge=query["code_challenge"],
            offline=asked,
            prompt=query.get("prompt", ""),
        )

    def _granted(self, scopes: tuple[str, ...], prompt: str) -> tuple[str, ...]:
        """Return the granted scopes. Some servers ignore offline_access without prompt=consent
        (OpenID Connect Core, 11), and give a refresh token all the same."""
        if self._provider.granted == "asked" or prompt == "consent":
            return scopes
        return tuple(scope for scope in scopes if scope != "offline_access")

    def _ask(self, ask: Ask, tongue: str, *, hint: str, problem: str = "") -> web.Response:
        html = pages.sign_in_page(
            language=tongue,
            action=f"{self._grants.issuer}/login",
            ticket=self._open(_Visit(ask)),
            hint=hint,
            problem=problem,
        )
        return page(html)

    async def _login(self, request: web.Request) -> web.Response:
        form, tongue = texts(await request.post()), language(request)
        visit = self._visits.pop(form.get("ticket", ""), None)
        if visit is None:
            return page(pages.notice_page(tongue, _STALE), 400)
        if form.get("answer") == "cancel":
            return self._declined(visit.ask)
        name = form.get("login", "").strip().lower()
        person = self._provider.people.get(name)
        password = form.get("passwd", "").encode()
        if person is None or not hmac.compare_digest(person.password.encode(), password):
            return self._ask(visit.ask, tongue, hint=name, problem=_WRONG.say(tongue))
        grants = {(name, scope) for scope in visit.ask.scopes}
        if grants <= self._consents and visit.ask.prompt != "consent":
            return self._agreed(visit.ask, name, shown=False)
        html = pages.consent_page(
            language=tongue,
            action=f"{self._grants.issuer}/consent",
            ticket=self._open(_Visit(visit.ask, name)),
            app="Noroshi",
            user=name,
            scopes=visit.ask.scopes,
            for_all=False,
        )
        return page(html)

    async def _consent(self, request: web.Request) -> web.Response:
        form, tongue = texts(await request.post()), language(request)
        visit = self._visits.pop(form.get("ticket", ""), None)
        if visit is None or not visit.user:
            return page(pages.notice_page(tongue, _STALE), 400)
        if form.get("answer") != "accept":
            return self._declined(visit.ask)
        self._consents |= {(visit.user, scope) for scope in visit.ask.scopes}
        return self._agreed(visit.ask, visit.user, shown=True)

    def _open(self, visit: _Visit) -> str:
        ticket = secrets.token_urlsafe(24)
        self._visits[ticket] = visit
        return ticket

    def _agreed(self, ask: Ask, user: str, *, shown: bool) -> web.Response:
        """Return to the app with a code. Where access_type asks for it, a refresh token is
        granted only with a consent that was shown: with the first one, or with
        prompt=consent."""
        offline = ask.offline and (shown or self._provider.offline == "scope")
        code = self._grants.code(ask, user, offline=offline)
        return self._back(ask.redirect_uri, ask.state, {"code": code})

    def _declined(self, ask: Ask) -> web.Response:
        error = OAuthError("access_denied", "The user did not consent.")
        return self._back(ask.redirect_uri, ask.state, error.body())

    def _back(self, uri: str, state: str, fields: Mapping[str, object]) -> web.Response:
        parameters = dict(fields) | {"iss": self._grants.issuer}  # RFC 9207
        parameters |= {"state": state} if state else {}
        mark = "&" if "?" in uri else "?"
        headers = PAGE | {"Location": f"{uri}{mark}{urlencode(parameters)}"}
        return web.Response(status=302, headers=headers)

    # For programs

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if instead := await self._struck("TOKEN", request):
            return instead
        form = texts(await request.post())
        answer = self._grants.answer(form, request.headers.get("Authorization", ""))
        self._note(request, "200", form.get("grant_type", "").rpartition(":")[2])
        return as_json(answer)

    async def _revoke(self, request: web.Request) -> web.Response:
        form = texts(await request.post())
        self._grants.revoke(form.get("token", ""))
        return web.Response()


def _fits(uri: str, registered: str) -> bool:
    """Compare redirect URIs (RFC 8252, 7.3): the port of a loopback address may be any; a path
    may not be added."""
    bare = urlsplit(registered).path == ""
    return matches(uri, registered) or (bare and matches(uri.removesuffix("/"), registered))
