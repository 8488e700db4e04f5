"""Entra ID's v2.0 endpoints: discovery, keys and tokens; `walk` has the pages of a sign-in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from noroshi.lab import pages
from noroshi.lab.answering import Answers, as_json, language, page, pause, texts
from noroshi.lab.faults import Faults, seconds
from noroshi.lab.grants import Grants
from noroshi.lab.model import Directory
from noroshi.lab.refusals import KNOWN, Refusal
from noroshi.lab.signin import find_tenant
from noroshi.lab.tokens import Mint
from noroshi.lab.walk import Walk

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Entra:
    """The web side of the lab."""

    def __init__(
        self,
        answers: Answers,
        *,
        directory: Directory,
        mint: Mint,
        grants: Grants,
        faults: Faults,
    ) -> None:
        self._answers = answers
        self._directory = directory
        self._mint = mint
        self._grants = grants
        self._faults = faults
        self.walk = Walk(answers, directory, grants)

    def application(self) -> web.Application:
        """All routes."""
        app = web.Application(middlewares=[self._guard])
        self.walk.routes(app)
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/{tenant}/discovery/v2.0/keys", self._keys)
        app.router.add_route("*", "/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/error", self._error)
        return app

    def forget_consent(self) -> None:
        """The next sign-in of everybody shows the consent page again."""
        self.walk.forget_consent()

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Turns a refusal that reached no answer of its own into JSON, or into a page."""
        try:
            return await handler(request)
        except Refusal as refusal:
            if request.path.endswith(("/token", "/openid-configuration", "/keys")):
                told = self._answers.report(request, refusal)
                return as_json(told.body(), refusal.status)
            return self._answers.refused(request, refusal)

    async def _discovery(self, request: web.Request) -> web.Response:
        """A named tenant is answered with its GUID; `common` keeps its name."""
        name, base = request.match_info["tenant"], self._answers.base
        tenant = self._directory.tenant(name)
        if tenant is None and name not in ("common", "organizations"):
            raise Refusal(90002, tenant=name)
        root = f"{base}/{tenant.id if tenant else name}"
        return as_json(
            {
                "issuer": f"{root}/v2.0" if tenant else f"{base}/{{tenantid}}/v2.0",
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
        return as_json(self._mint.jwks())

    async def _token(self, request: web.Request) -> web.Response:
        if request.method != "POST":
            raise Refusal(900561)
        if self._faults.token_code:
            raise Refusal(self._faults.token_code)
        does = self._faults.next("TOKEN")
        if does == "html":
            return page("<!doctype html><title>Proxy</title><h1>Bad Gateway</h1>", 502)
        await pause(seconds(does))
        if does.removeprefix("AADSTS").isdecimal():
            raise Refusal(int(does.removeprefix("AADSTS")))
        form = texts(await request.post())
        tenant = find_tenant(
            request.match_info["tenant"], form.get("client_id", ""), self._directory
        )
        proof = request.headers.get("Authorization", "")
        return as_json(self._grants.answer(tenant, form, proof))

    async def _error(self, request: web.Request) -> web.Response:
        """The page that `error_uri` names."""
        code = request.query.get("code", "")
        known = code.isdecimal() and int(code) in KNOWN
        refusal = Refusal(int(code) if known else 70000)
        told = self._answers.report(request, refusal)
        return page(pages.refusal_page(language(request), told), 200 if known else 404)
