"""A person's way through a sign-in: account, second factor, consent, and back to the app."""

from __future__ import annotations

import hmac
import secrets
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from noroshi.core.translation import _
from noroshi_lab.lab import pages
from noroshi_lab.lab.authorize_request import (
    Ask,
    Return,
    Stage,
    Visit,
    Visits,
    ask_for_device,
    read_ask,
    read_return,
)
from noroshi_lab.lab.claims import client_info
from noroshi_lab.lab.consents import may_consent
from noroshi_lab.lab.directory import Directory, User
from noroshi_lab.lab.grants import Grants
from noroshi_lab.lab.person import DEVICE_PAGE
from noroshi_lab.lab.phone import Phone
from noroshi_lab.lab.refusals import Refusal
from noroshi_lab.lab.responses import PAGE, Answers, language, page, texts

_STALE = _("This page has already been used or has expired. Start the sign-in again.")
_NOT_YET = _("The sign-in has not been confirmed on the phone yet.")
_COOKIE = "lab-session"
_SESSION = timedelta(hours=12)
_Step = Callable[[web.Request, dict[str, str], Visit], Awaitable[web.Response]]


class Walk:
    """Serve the pages of a sign-in."""

    def __init__(self, answers: Answers, directory: Directory, grants: Grants) -> None:
        self._answers = answers
        self._directory = directory
        self._grants = grants
        self._consents = grants.consents
        self._visits = Visits()
        self.phone = Phone()
        self._sessions: dict[str, tuple[User, datetime]] = {}

    def routes(self, app: web.Application) -> None:
        """Add the pages to the application."""
        app.router.add_get("/phone", self._show_phone)
        app.router.add_post("/phone", self._answer_phone)
        app.router.add_get(DEVICE_PAGE, self._show_device)
        app.router.add_post(DEVICE_PAGE, self._type_device)
        app.router.add_get("/{tenant}/oauth2/v2.0/authorize", self._authorize)
        app.router.add_post("/{tenant}/login", self._step("login", self._login))
        app.router.add_post("/{tenant}/factor", self._step("factor", self._factor))
        app.router.add_post("/{tenant}/consent", self._step("consent", self._consent))

    def forget_consent(self) -> None:
        """Drop all consents; the next sign-in asks for consent again."""
        self._consents.withdraw(self._directory.tenants)

    # The beginning

    async def _authorize(self, request: web.Request) -> web.Response:
        back = read_return(request.match_info["tenant"], request.query, self._directory)
        try:
            ask = read_ask(back, request.query)
            if ask.silent:
                return self._silent(request, ask)
        except Refusal as refusal:
            return self._refuse(request, back, refusal)
        return self._ask_account(ask, language(request), hint=ask.login_hint)

    async def _show_device(self, request: web.Request) -> web.Response:
        """Show the page at which a person types in the code that a device shows."""
        tongue = language(request)
        return page(pages.device_page(tongue, request.query.get("otc", "")))

    async def _type_device(self, request: web.Request) -> web.Response:
        form, tongue = texts(await request.post()), language(request)
        waiting = self._grants.devices.typed(form.get("otc", ""), self._answers.clock())
        if waiting is None:
            return page(pages.device_page(tongue, "", problem=Refusal(70018).text), 400)
        return self._ask_account(ask_for_device(waiting), tongue, hint="")

    def _silent(self, request: web.Request, ask: Ask) -> web.Response:
        """Answer prompt=none: do only what needs nobody at the browser."""
        user, until = self._sessions.get(
            request.cookies.get(_COOKIE, ""), (None, self._answers.clock())
        )
        if user is None or until <= self._answers.clock():
            raise Refusal(50058)
        if user.upn not in ask.back.tenant.users:
            raise Refusal(50058)
        if self._needs_consent(ask, user):
            raise Refusal(65001, error="consent_required", scope=" ".join(ask.scopes.asked))
        return self._agreed(ask, user, language(request))

    def _step(
        self, stage: Stage, then: _Step
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Return a form that is good once, with Cancel on it."""

        async def handler(request: web.Request) -> web.Response:
            form = texts(await request.post())
            visit = self._visits.take(stage, form.get("ticket", ""), self._answers.clock())
            if visit is None:
                return page(pages.notice_page(language(request), _STALE), 400)
            if form.get("answer") == "cancel":
                return self._cancelled(request, visit)
            return await then(request, form, visit)

        return handler

    # Account and password

    async def _login(
        self, request: web.Request, form: dict[str, str], visit: Visit
    ) -> web.Response:
        name = form.get("login", "").strip().lower()
        try:
            user = self._identify(visit.ask, name, form.get("passwd", ""))
        except Refusal as refusal:
            return self._ask_account(visit.ask, visit.language, hint=name, problem=refusal.text)
        back = visit.ask.back
        if back.tenant.blocking or (back.waiting and not back.tenant.device_codes):
            return self._answers.refused(request, Refusal(53003))
        if back.app.assigned is not None and user.upn not in back.app.assigned:
            not_assigned = Refusal(50105, user=user.upn, app=back.app.client_id)
            return self._answers.refused(request, not_assigned)
        if user.factor == "unregistered":
            return self._answers.refused(request, Refusal(50079))
        if user.factor != "none":
            return self._ask_factor(visit, user)
        return self._after_factor(request, visit, user)

    def _identify(self, ask: Ask, name: str, password: str) -> User:
        user = ask.back.tenant.users.get(name)
        if user is None:
            raise Refusal(50034, user=name)
        if not hmac.compare_digest(user.password.encode(), password.encode()):
            raise Refusal(50126)
        if user.disabled:
            raise Refusal(50057)
        return user

    def _ask_account(
        self, ask: Ask, language: str, *, hint: str, problem: str = ""
    ) -> web.Response:
        ticket = self._visits.open("login", ask, language, self._answers.clock())
        action = f"{self._answers.base}/{ask.back.tenant.id}/login"
        return page(
            pages.sign_in_page(
                language=language, action=action, ticket=ticket, hint=hint, problem=problem
            )
        )

    # The second factor

    def _ask_factor(
        self, visit: Visit, user: User, *, number: str = "", problem: str = ""
    ) -> web.Response:
        if user.factor == "number" and not number:
            number = self.phone.ask(user)
        ticket = self._visits.open(
            "factor", visit.ask, visit.language, self._answers.clock(), user, number
        )
        return page(
            pages.factor_page(
                language=visit.language,
                action=f"{self._answers.base}/{visit.ask.back.tenant.id}/factor",
                ticket=ticket,
                phone=f"{self._answers.base}/phone?ui_locales={visit.language}",
                number=number,
                problem=problem,
            )
        )

    async def _factor(
        self, request: web.Request, form: dict[str, str], visit: Visit
    ) -> web.Response:
        user = visit.user
        if user is None:
            return page(pages.notice_page(visit.language, _STALE), 400)
        passed: bool | None = self.phone.outcome(user) if visit.number else None
        if not visit.number:
            passed = self.phone.takes(user, form.get("otc", ""), self._answers.clock())
        if passed:
            return self._after_factor(request, visit, user)
        if passed is None:
            waits = _NOT_YET.say(visit.language)
            return self._ask_factor(visit, user, number=visit.number, problem=waits)
        return self._ask_factor(visit, user, problem=Refusal(500121).text)

    async def _show_phone(self, request: web.Request) -> web.Response:
        now, users = self._answers.clock(), []
        for tenant in self._directory.tenants:
            for user in tenant.users.values():
                if user.factor in ("code", "number"):
                    is_asked = self.phone.asked(user)
                    users.append((user.upn, self.phone.code(user, now), is_asked))
        return page(pages.phone_page(language(request), users))

    async def _answer_phone(self, request: web.Request) -> web.Response:
        form = texts(await request.post())
        denied = form.get("answer") == "deny"
        self.phone.answer(form.get("upn", ""), "" if denied else form.get("number", ""))
        return await self._show_phone(request)

    # Consent

    def _after_factor(self, request: web.Request, visit: Visit, user: User) -> web.Response:
        ask = visit.ask
        if not self._needs_consent(ask, user):
            return self._agreed(ask, user, visit.language)
        now = self._answers.clock()
        ticket = self._visits.open("consent", ask, visit.language, now, user)
        action = f"{self._answers.base}/{ask.back.tenant.id}/consent"
        if not self._may_consent(ask, user):
            refusal = Refusal(90094, app=ask.back.app.name)
            report = self._answers.report(request, refusal)
            return page(
                pages.approval_page(
                    language=visit.language, action=action, ticket=ticket, report=report
                ),
                400,
            )
        return page(
            pages.consent_page(
                language=visit.language,
                action=action,
                ticket=ticket,
                app=ask.back.app.name,
                user=user.upn,
                scopes=(*ask.scopes.asked, *sorted(ask.scopes.words)),
                for_all=user.admin,
            )
        )

    async def _consent(
        self, request: web.Request, form: dict[str, str], visit: Visit
    ) -> web.Response:
        user, tenant = visit.user, visit.ask.back.tenant
        if user is None:
            return page(pages.notice_page(visit.language, _STALE), 400)
        if not self._may_consent(visit.ask, user):
            refusal = Refusal(90094, app=visit.ask.back.app.name)
            return self._refuse(request, visit.ask.back, refusal)
        if form.get("answer") != "accept":
            return self._cancelled(request, visit)
        for_all = bool(user.admin and form.get("for_all"))
        scopes, app = visit.ask.scopes.asked, visit.ask.back.app
        self._consents.give(tenant, app, user, scopes, for_all=for_all)
        return self._agreed(visit.ask, user, visit.language)

    def _may_consent(self, ask: Ask, user: User) -> bool:
        """Return whether the person may consent to what is asked; what is known already is not
        asked for again."""
        known = self._consents.known(ask.back.tenant, ask.back.app, user)
        return may_consent(ask.back.tenant, user, set(ask.scopes.asked) - known)

    def _needs_consent(self, ask: Ask, user: User) -> bool:
        back = ask.back
        missing = self._consents.missing(back.tenant, back.app, user, ask.scopes.asked)
        return ask.asks_consent or missing

    # Back to the app

    def _agreed(self, ask: Ask, user: User, language: str) -> web.Response:
        if ask.back.waiting:
            ask.back.waiting.user = user
            return page(pages.done_page(language, ask.back.app.name))
        fields = {"code": self._grants.code(ask, user)}
        if ask.client_info:
            fields["client_info"] = client_info(ask.back.tenant, user)
        fields["session_state"] = str(uuid.uuid4())
        answer = self._send_back(ask.back, fields, language)
        session = secrets.token_urlsafe(24)
        self._sessions[session] = user, self._answers.clock() + _SESSION
        answer.set_cookie(_COOKIE, session, secure=True, httponly=True, samesite="Lax")
        return answer

    def _cancelled(self, request: web.Request, visit: Visit) -> web.Response:
        return self._refuse(request, visit.ask.back, Refusal(65004), error_subcode="cancel")

    def _refuse(
        self, request: web.Request, back: Return, refusal: Refusal, **more: str
    ) -> web.Response:
        report = self._answers.report(request, refusal)
        if back.waiting:
            back.waiting.declined = True
            return self._answers.refused(request, refusal)
        fields = {"error": refusal.error, "error_description": report.description}
        fields |= {"error_uri": report.error_uri} | more
        return self._send_back(back, fields, language(request))

    def _send_back(self, back: Return, fields: dict[str, str], language: str) -> web.Response:
        if back.state is not None:
            fields = fields | {"state": back.state}
        if back.mode == "form_post":
            return page(pages.post_page(language, back.uri, fields))
        # HTTPFound would write the URL anew; the app's own must stay as it is, but for one
        # without a path, to which Entra ID adds a slash.
        uri = back.uri if urlsplit(back.uri).path else f"{back.uri}/"
        mark = "#" if back.mode == "fragment" else "&" if "?" in uri else "?"
        headers = PAGE | {"Location": f"{uri}{mark}{urlencode(fields)}"}
        return web.Response(status=302, headers=headers)
