"""Entra ID's v2.0 endpoints: discovery, keys, device codes and tokens; `sign_in_pages` has the pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from noroshi.core.translation import _
from noroshi_lab.lab import pages
from noroshi_lab.lab.authorize_request import find_app, find_tenant
from noroshi_lab.lab.codes import KNOWN
from noroshi_lab.lab.devices import INTERVAL, LIVES
from noroshi_lab.lab.directory import Directory
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.grants import DEVICE_CODE, Grants
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.person import DEVICE_PAGE
from noroshi_lab.lab.refusals import Refusal
from noroshi_lab.lab.responses import Answers, as_json, language, page, texts
from noroshi_lab.lab.scopes import read_scopes
from noroshi_lab.lab.sign_in_pages import Walk
from noroshi_lab.lab.tokens import Mint
from noroshi_lab.lab.web_faults import struck

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_COMMON = ("common", "organizations", "consumers")
_FOR_PROGRAMS = ("/token", "/devicecode", "/openid-configuration", "/keys", "/instance")
_TYPE_IN = _(
    "To sign in, use a web browser to open the page {page} and enter the code {code} to "
    "authenticate."
)


class Entra:
    """Serve the web side of the lab."""

    def __init__(
        self,
        answers: Answers,
        *,
        directory: Directory,
        mint: Mint,
        grants: Grants,
        faults: Faults,
        journal: Journal,
    ) -> None:
        self.answers, self._journal = answers, journal
        self._directory = directory
        self._mint = mint
        self._grants = grants
        self._faults = faults
        self.walk = Walk(answers, directory, grants)

    def routes(self, app: web.Application) -> None:
        """Add the endpoints to the application."""
        self.walk.routes(app)
        app.router.add_get("/common/discovery/instance", self._instance)
        app.router.add_get("/{tenant}/v2.0/.well-known/openid-configuration", self._discovery)
        app.router.add_get("/{tenant}/discovery/v2.0/keys", self._keys)
        app.router.add_post("/{tenant}/oauth2/v2.0/devicecode", self._devicecode)
        app.router.add_route("*", "/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_get("/error", self._error)

    def forget_consent(self) -> None:
        """Drop all consents; the next sign-in asks for consent again."""
        self.walk.forget_consent()

    @web.middleware
    async def guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Turn a refusal that no handler answered into JSON, or into a page."""
        try:
            return await handler(request)
        except Refusal as refusal:
            if not request.path.endswith(_FOR_PROGRAMS):
                return self.answers.refused(request, refusal)
            self._note(request, f"{refusal.error} AADSTS{refusal.code}")
            report = self.answers.report(request, refusal)
            return as_json(report.body(), refusal.status, self._faults.retry_after)

    def _note(self, request: web.Request, answer: str, who: str = "") -> None:
        self._journal.note("entra", request.path.rpartition("/")[2], answer, who)

    async def _instance(self, request: web.Request) -> web.Response:
        """Answer which hosts belong together: this one alone."""
        wanted = request.query.get("authorization_endpoint", "")
        if not wanted.startswith(self.answers.base + "/"):
            return as_json({"error": "invalid_instance", "error_codes": [50049]}, 400)
        host = self.answers.base.removeprefix("https://")
        known = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
        where = wanted.partition("/oauth2/")[0] + "/v2.0/.well-known/openid-configuration"
        return as_json(
            {
                "tenant_discovery_endpoint": where,
                "api-version": request.query.get("api-version", "1.0"),
                "metadata": [known],
            }
        )

    async def _discovery(self, request: web.Request) -> web.StreamResponse:
        """Answer the discovery for a named tenant with the tenant's GUID; `common` stays as it
        is."""
        if struck_by := await struck(self._faults, "METADATA", request):
            return struck_by
        name, base = request.match_info["tenant"], self.answers.base
        tenant = self._directory.tenant(name)
        if tenant is None and name not in _COMMON:
            raise Refusal(90002, tenant=name)
        root = f"{base}/{tenant.id if tenant else name}"
        oauth = f"{root}/oauth2/v2.0"
        return as_json(
            {
                "issuer": f"{root}/v2.0" if tenant else f"{base}/{{tenantid}}/v2.0",
                "authorization_endpoint": f"{oauth}/authorize",
                "token_endpoint": f"{oauth}/token",
                "device_authorization_endpoint": f"{oauth}/devicecode",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "fragment", "form_post"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": [
                    "client_secret_post",
                    "private_key_jwt",
                    "client_secret_basic",
                ],
            }
        )

    async def _keys(self, request: web.Request) -> web.Response:
        return as_json(self._mint.jwks())

    async def _devicecode(self, request: web.Request) -> web.StreamResponse:
        """Hand out a code for the app to poll with, and one for the person to type in."""
        if struck_by := await struck(self._faults, "DEVICE", request):
            return struck_by
        form = texts(await request.post())
        client_id = form.get("client_id", "")
        if not client_id:
            raise Refusal(900144, name="client_id")
        tenant = find_tenant(request.match_info["tenant"], client_id, self._directory)
        app = find_app(tenant, client_id)
        scopes = read_scopes(form.get("scope", ""))
        scopes = scopes.with_defaults(app.permissions, client_id)
        now = self.answers.clock()
        code, waiting = self._grants.devices.begin(tenant, app, scopes, now)
        where = self.answers.base + DEVICE_PAGE
        message = _TYPE_IN.fill(page=where, code=waiting.user_code)
        return as_json(
            {
                "user_code": waiting.user_code,
                "device_code": code,
                "verification_uri": where,
                "expires_in": int(LIVES.total_seconds()),
                "interval": int(INTERVAL.total_seconds()),
                "message": message.say(pages.pick_language(request.query.get("mkt", ""), "")),
            }
        )

    async def _token(self, request: web.Request) -> web.StreamResponse:
        if request.method == "OPTIONS":
            return _for_pages(request, web.Response(status=204))
        if request.method != "POST":
            raise Refusal(900561)
        if self._faults.token_code:
            raise Refusal(self._faults.token_code)
        if struck_by := await struck(self._faults, "TOKEN", request):
            return struck_by
        form = texts(await request.post())
        name, client_id = request.match_info["tenant"], form.get("client_id", "")
        if name in _COMMON and form.get("grant_type") == "client_credentials":
            raise Refusal(9001023)
        tenant = find_tenant(name, client_id, self._directory)
        proof, origin = (request.headers.get(each, "") for each in ("Authorization", "Origin"))
        if form.get("grant_type") == DEVICE_CODE and "code" in form:
            form.setdefault("device_code", form["code"])
        answer = as_json(self._grants.answer(tenant, form, proof, origin))
        self._note(request, "200", form.get("grant_type", "").rpartition(":")[2])
        return _for_pages(request, answer)

    async def _error(self, request: web.Request) -> web.Response:
        """Show the page that `error_uri` names."""
        code = request.query.get("code", "")
        known = code in map(str, KNOWN)
        refusal = Refusal(int(code) if known else 70000)
        report = self.answers.report(request, refusal)
        return page(pages.refusal_page(language(request), report), 200 if known else 404)


def _for_pages(request: web.Request, answer: web.Response) -> web.Response:
    """Let a single-page app's script read the answer (CORS)."""
    if origin := request.headers.get("Origin"):
        answer.headers["Access-Control-Allow-Origin"] = origin
        answer.headers["Access-Control-Allow-Headers"] = "content-type"
    return answer
