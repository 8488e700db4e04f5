"""Entra ID's v2.0 endpoints: discovery, keys, the pages of a sign-in, and tokens."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from aiohttp import web

from noroshi.core.words import Words
from noroshi.lab import pages
from noroshi.lab.faults import Faults
from noroshi.lab.grants import Grants, client_info
from noroshi.lab.model import Clock, Directory, User
from noroshi.lab.refusals import KNOWN, Refusal, Report, report
from noroshi.lab.signin import Ask, Return, Visit, Visits, find_tenant, read_ask, read_return
from noroshi.lab.tokens import Mint

_STALE = Words(
    en="This page was used already, or it is too old. Begin the sign-in again.",
    ja="このページはすでに使われたか、期限が切れています。サインインを最初からやり直してください。",
)
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entra:
    """The web side of the lab; `base` is its own address, without a slash at the end."""

    def __init__(
        self,
        *,
        base: str,
        directory: Directory,
        mint: Mint,
        grants: Grants,
        clock: Clock,
        faults: Faults,
    ) -> None:
        self._base = base
        self._directory = directory
        self._mint = mint
        self._grants = grants
        self._clock = clock
        self._faults = faults
        self._visits = Visits()
        self._consents: set[tuple[str, str, str]] = set()

    def application(self) -> web.Application:
        """All routes."""
        app = web.Application(middlewares=[self._guard])
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/{tenant}/discovery/v2.0/keys", self._keys)
        app.router.add_get("/{tenant}/oauth2/v2.0/authorize", self._authorize)
        app.router.add_post("/{tenant}/login", self._login)
        app.router.add_post("/{tenant}/consent", self._consent)
        app.router.add_route("*", "/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/error", self._error)
        return app

    def forget_consent(self) -> None:
        """The next sign-in of everybody shows the consent page again."""
        self._consents.clear()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Turns a refusal that reached no answer of its own into JSON, or into a page."""
        try:
            return await handler(request)
        except Refusal as refusal:
            told = self._report(request, refusal)
            if request.path.endswith(("/token", "/openid-configuration", "/keys")):
                return self._json(told.body(), refusal.status)
            return self._page(pages.refusal_page(_language(request), told), 400)

    async def _discovery(self, request: web.Request) -> web.Response:
        """A named tenant is answered with its GUID; `common` keeps its name."""
        name = request.match_info["tenant"]
        tenant = self._directory.tenant(name)
        if tenant is None and name not in ("common", "organizations"):
            raise Refusal(90002, tenant=name)
        root = f"{self._base}/{tenant.id if tenant else name}"
        return self._json(
            {
                "issuer": f"{root}/v2.0" if tenant else f"{self._base}/{{tenantid}}/v2.0",
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "client_secret_basic",
                ],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return self._json(self._mint.jwks())

    async def _authorize(self, request: web.Request) -> web.Response:
        query = request.query
        back = read_return(request.match_info["tenant"], query, self._directory)
        try:
            ask = read_ask(back, query)
        except Refusal as refusal:
            return self._send_back(back, self._failure(request, refusal), _language(request))
        return self._ask_account(ask, _language(request), hint=ask.login_hint)

    async def _login(self, request: web.Request) -> web.Response:
        form, visit = await self._submitted(request)
        if visit is None:
            return self._page(pages.notice_page(_language(request), _STALE), 400)
        if form.get("answer") == "cancel":
            return self._cancelled(request, visit)
        name = form.get("login", "").strip().lower()
        try:
            user = self._identify(visit.ask, name, form.get("passwd", ""))
        except Refusal as refusal:
            problem = self._report(request, refusal).refusal.text
            return self._ask_account(visit.ask, visit.language, hint=name, problem=problem)
        if self._needs_consent(visit.ask, user):
            return self._ask_consent(visit, user)
        return self._agreed(visit.ask, user, visit.language)

    async def _consent(self, request: web.Request) -> web.Response:
        form, visit = await self._submitted(request)
        if visit is None or visit.user is None:
            return self._page(pages.notice_page(_language(request), _STALE), 400)
        if form.get("answer") != "accept":
            return self._cancelled(request, visit)
        self._consents |= _consent_keys(visit.ask, visit.user)
        return self._agreed(visit.ask, visit.user, visit.language)

    async def _token(self, request: web.Request) -> web.Response:
        if request.method != "POST":
            raise Refusal(900561)
        if self._faults.token_code:
            raise Refusal(self._faults.token_code)
        form = _texts(await request.post())
        tenant = find_tenant(
            request.match_info["tenant"], form.get("client_id", ""), self._directory
        )
        proof = request.headers.get("Authorization", "")
        return self._json(self._grants.answer(tenant, form, proof))

    async def _error(self, request: web.Request) -> web.Response:
        """The page that `error_uri` names."""
        code = request.query.get("code", "")
        known = code.isdecimal() and int(code) in KNOWN
        refusal = Refusal(int(code) if known else 70000)
        told = self._report(request, refusal)
        return self._page(pages.refusal_page(_language(request), told), 200 if known else 404)

    async def _submitted(self, request: web.Request) -> tuple[dict[str, str], Visit | None]:
        form = _texts(await request.post())
        return form, self._visits.take(form.get("ticket", ""), self._clock())

    def _identify(self, ask: Ask, name: str, password: str) -> User:
        user = ask.back.tenant.users.get(name)
        if user is None:
            raise Refusal(50034, user=name)
        if not hmac.compare_digest(user.password.encode(), password.encode()):
            raise Refusal(50126)
        if user.disabled:
            raise Refusal(50057)
        return user

    def _needs_consent(self, ask: Ask, user: User) -> bool:
        return ask.asks_consent or not _consent_keys(ask, user) <= self._consents

    def _ask_account(
        self, ask: Ask, language: str, *, hint: str, problem: str = ""
    ) -> web.Response:
        ticket = self._visits.open(ask, language, self._clock())
        action = f"{self._base}/{ask.back.tenant.id}/login"
        return self._page(
            pages.sign_in_page(
                language=language, action=action, ticket=ticket, hint=hint, problem=problem
            )
        )

    def _ask_consent(self, visit: Visit, user: User) -> web.Response:
        ask = visit.ask
        ticket = self._visits.open(ask, visit.language, self._clock(), user)
        return self._page(
            pages.consent_page(
                language=visit.language,
                action=f"{self._base}/{ask.back.tenant.id}/consent",
                ticket=ticket,
                app=ask.back.app.name,
                user=user.upn,
                scopes=(*ask.scopes.asked, *sorted(ask.scopes.words)),
            )
        )

    def _agreed(self, ask: Ask, user: User, language: str) -> web.Response:
        fields = {"code": self._grants.code(ask, user)}
        if ask.client_info:
            fields["client_info"] = client_info(ask.back.tenant, user)
        fields["session_state"] = str(uuid.uuid4())
        return self._send_back(ask.back, fields, language)

    def _cancelled(self, request: web.Request, visit: Visit) -> web.Response:
        fields = self._failure(request, Refusal(65004)) | {"error_subcode": "cancel"}
        return self._send_back(visit.ask.back, fields, visit.language)

    def _failure(self, request: web.Request, refusal: Refusal) -> dict[str, str]:
        told = self._report(request, refusal)
        fields = {"error": refusal.error, "error_description": told.description}
        return fields | {"error_uri": told.error_uri}

    def _send_back(self, back: Return, fields: dict[str, str], language: str) -> web.Response:
        if back.state is not None:
            fields = fields | {"state": back.state}
        if back.mode == "form_post":
            return self._page(pages.post_page(language, back.uri, fields))
        mark = "#" if back.mode == "fragment" else "&" if "?" in back.uri else "?"
        # HTTPFound would write the URL anew; the app's own must stay as it is.
        headers = _HEADERS | {"Location": f"{back.uri}{mark}{urlencode(fields)}"}
        return web.Response(status=302, headers=headers)

    def _report(self, request: web.Request, refusal: Refusal) -> Report:
        request_id = request.headers.get("client-request-id")
        return report(refusal, at=self._clock(), base=self._base, request_id=request_id)

    def _page(self, html: str, status: int = 200) -> web.Response:
        return web.Response(
            text=html, status=status, content_type="text/html", headers=_HEADERS
        )

    def _json(self, body: Mapping[str, object], status: int = 200) -> web.Response:
        headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
        return web.json_response(dict(body), status=status, headers=headers)


def _consent_keys(ask: Ask, user: User) -> set[tuple[str, str, str]]:
    return {(user.upn, ask.back.app.client_id, scope) for scope in ask.scopes.asked}


def _language(request: web.Request) -> str:
    query, headers = request.query, request.headers
    return pages.pick_language(query.get("ui_locales", ""), headers.get("Accept-Language", ""))


def _texts(form: Mapping[str, object]) -> dict[str, str]:
    return {name: value for name, value in form.items() if isinstance(value, str)}
