"""The authorise endpoint's judgement, and sign-ins that are under way in a browser."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from noroshi_lab.lab.devices import Waiting
from noroshi_lab.lab.directory import App, Directory, Redirect, Tenant, User
from noroshi_lab.lab.refusals import Refusal
from noroshi_lab.lab.scopes import Scopes, read_scopes

Mode = Literal["query", "fragment", "form_post", "device"]
Stage = Literal["login", "factor", "consent"]
_PATIENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Hold where the answer goes, once the redirect URI is trusted; or to the device that
    waits."""

    tenant: Tenant
    app: App
    uri: str
    redirect: Redirect
    mode: Mode
    state: str | None
    waiting: Waiting | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A checked authorise request."""

    back: Return
    scopes: Scopes
    nonce: str
    challenge: str
    method: str
    login_hint: str
    asks_consent: bool
    silent: bool
    client_info: bool


def read_return(tenant_name: str, query: Mapping[str, str], directory: Directory) -> Return:
    """Find app and redirect URI; a Refusal here is shown as a page and reaches no app."""
    client_id = _needed(query, "client_id")
    tenant = find_tenant(tenant_name, client_id, directory)
    app = find_app(tenant, client_id)
    uri = query.get("redirect_uri", "")
    if not uri:
        raise Refusal(900971)
    fitting = [each for each in app.redirects if matches(uri, each.uri)]
    redirect = next((each for each in fitting if each.uri == uri), *fitting[:1] or (None,))
    if redirect is None:
        raise Refusal(50011, uri=uri, app=client_id)
    mode = query.get("response_mode", "query")
    known: Mode = "fragment" if mode == "fragment" else "query"
    return Return(
        tenant=tenant,
        app=app,
        uri=uri,
        redirect=redirect,
        mode="form_post" if mode == "form_post" else known,
        state=query.get("state"),
    )


def read_ask(back: Return, query: Mapping[str, str]) -> Ask:
    """Return the rest of the request; a Refusal here is told to the redirect URI."""
    if _needed(query, "response_type") != "code":
        raise Refusal(70005, type=query["response_type"])
    if query.get("response_mode", back.mode) != back.mode:
        raise Refusal(90023, name="response_mode")
    challenge, method = (
        query.get("code_challenge", ""),
        query.get("code_challenge_method", "plain"),
    )
    _check_challenge(challenge, method)
    if back.redirect.platform == "spa" and not challenge:
        raise Refusal(9002325)
    scopes = read_scopes(query.get("scope", ""))
    return Ask(
        back=back,
        scopes=scopes.with_defaults(back.app.permissions, back.app.client_id),
        nonce=query.get("nonce", ""),
        challenge=challenge,
        method=method,
        login_hint=query.get("login_hint", ""),
        asks_consent=query.get("prompt") == "consent",
        silent=query.get("prompt") == "none",
        client_info=query.get("client_info") == "1",
    )


def ask_for_device(waiting: Waiting) -> Ask:
    """Return what a person is asked who has typed in a device's code."""
    back = Return(
        tenant=waiting.tenant,
        app=waiting.app,
        uri="",
        redirect=Redirect("", "device"),
        mode="device",
        state=None,
        waiting=waiting,
    )
    return Ask(
        back=back,
        scopes=waiting.scopes,
        nonce="",
        challenge="",
        method="",
        login_hint="",
        asks_consent=False,
        silent=False,
        client_info=False,
    )


def find_tenant(name: str, client_id: str, directory: Directory) -> Tenant:
    """Return the tenant of a URL. All apps here are single-tenant, so `common` is refused."""
    tenant = directory.tenant(name)
    if tenant is not None:
        return tenant
    if name in ("common", "organizations", "consumers"):
        raise Refusal(50194, app=client_id)
    raise Refusal(90002, tenant=name)


def find_app(tenant: Tenant, client_id: str) -> App:
    """Return the app of that id; Refusal 700016 if there is none, 7000112 if it is switched
    off."""
    if client_id not in tenant.apps:
        raise Refusal(700016, app=client_id)
    if not tenant.apps[client_id].enabled:
        raise Refusal(7000112, app=client_id)
    return tenant.apps[client_id]


def matches(given: str, registered: str) -> bool:
    """Compare redirect URIs exactly, case and trailing slash included; but the port of a
    loopback http is ignored."""
    if given == registered:
        return True
    try:
        left, right = urlsplit(given), urlsplit(registered)
        left_host, right_host = left.hostname, right.hostname
    except ValueError:
        return False
    on_loopback = right.scheme == "http" and right_host in ("localhost", "127.0.0.1")
    same_rest = (left.path, left.query, left.fragment) == (right.path, right.query, "")
    same_host = (
        left.scheme == right.scheme and left_host == right_host and "@" not in left.netloc
    )
    return on_loopback and same_host and same_rest


def _needed(query: Mapping[str, str], name: str) -> str:
    if not query.get(name):
        raise Refusal(900144, name=name)
    return query[name]


def _check_challenge(challenge: str, method: str) -> None:
    if method not in ("S256", "plain"):
        raise Refusal(90023, name="code_challenge_method")
    if challenge and not 43 <= len(challenge) <= 128:
        raise Refusal(501491)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A page that a person has before them; `user` once the password was right.

    `number` is what the phone must be told, where that is asked for.
    """

    stage: Stage
    ask: Ask
    language: str
    until: datetime
    user: User | None = None
    number: str = ""


class Visits:
    """The pages under way. Each form carries an id that is good for one submission."""

    def __init__(self) -> None:
        self._open: dict[str, Visit] = {}

    def open(
        self,
        stage: Stage,
        ask: Ask,
        language: str,
        now: datetime,
        user: User | None = None,
        number: str = "",
    ) -> str:
        """Begin a page and return the id for the form."""
        self._open = {key: visit for key, visit in self._open.items() if visit.until > now}
        ticket = secrets.token_urlsafe(24)
        self._open[ticket] = Visit(
            stage=stage,
            ask=ask,
            language=language,
            until=now + _PATIENCE,
            user=user,
            number=number,
        )
        return ticket

    def take(self, stage: Stage, ticket: str, now: datetime) -> Visit | None:
        """Return the page of that form, once; a form of another page is none, so that none is
        skipped."""
        visit = self._open.get(ticket)
        if visit is None or visit.stage != stage:
            return None
        del self._open[ticket]
        return visit if visit.until > now else None
