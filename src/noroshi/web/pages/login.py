"""Log in and out: the password, the second step, the first start, and the password again."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _
from noroshi.people import AuthenticationError
from noroshi.web.context import WebContext
from noroshi.web.http.request_form import MOST_FIELDS, local_address
from noroshi.web.view.page_context import NOT_CARRIED, Visit, page

LONGEST_CODE = 40


def routes(web: WebContext) -> list[Route]:
    """Return the routes of logging in and out."""
    methods = ["GET", "POST"]
    return [
        Route("/login", page(web, log_in, anybody=True), methods=methods),
        Route("/login/code", page(web, second, anybody=True), methods=methods),
        Route("/start", page(web, start, anybody=True), methods=methods),
        Route("/logout", page(web, log_out, anybody=True), methods=["POST"]),
        Route("/sure", page(web, reauthenticate), methods=methods),
    ]


def _next(visit: Visit) -> str:
    target = visit.form.get("next") or visit.request.query_params.get("next", "/")
    return local_address(target)


def _refusal_page(
    visit: Visit, template: str, error: AuthenticationError, **values: object
) -> Response:
    status = 429 if error.seconds else 403
    saved_input = visit.form.get("kept", "")
    reason = visit.say(error.words)
    answer = visit.page(
        template, status, why=reason, next=_next(visit), saved_input=saved_input, **values
    )
    if error.seconds:
        answer.headers["retry-after"] = str(int(error.seconds) + 1)
    return answer


async def log_in(visit: Visit) -> Response:
    """Check name and password."""
    people, form = visit.web.people, visit.form
    if visit.request.method == "GET":
        if visit.person is not None:
            return visit.redirect(_next(visit))
        return visit.page("login.html", why="", name="", next=_next(visit))
    name = form.get("name", "")
    try:
        session = await people.log_in(
            name, form.get("password", ""), visit.address, visit.key, visit.known_key
        )
    except AuthenticationError as error:
        return _refusal_page(visit, "login.html", error, name=name)
    visit.session_key, visit.device_key = session.key, session.device_key
    if session.half:
        visit.key = session.key
        saved_input = form.get("kept", "")
        return visit.page("code.html", why="", next=_next(visit), saved_input=saved_input)
    return _continue(visit, session.key)


def _continue(visit: Visit, key: str) -> Response:
    """Go on to the page that was wanted; with the input from before the log-in ended."""
    saved_input = visit.form.get("kept", "")
    if not saved_input:
        return visit.redirect(_next(visit))
    visit.key = key
    saved_fields = dict(
        parse_qsl(saved_input, keep_blank_values=True, max_num_fields=MOST_FIELDS)
    )
    fields = {name: text for name, text in saved_fields.items() if name not in NOT_CARRIED}
    return visit.page("kept.html", why="", next=_next(visit), fields=fields)


async def second(visit: Visit) -> Response:
    """Check the code of the second step."""
    if visit.request.method == "GET":
        if not await visit.web.people.awaits_second_step(visit.key):
            return visit.redirect("/login")
        return visit.page("code.html", why="", next=_next(visit))
    try:
        code = visit.form.get("code", "")
        session = await visit.web.people.second_step(visit.key, code, visit.address)
    except AuthenticationError as error:
        return _refusal_page(visit, "code.html", error)
    visit.session_key, visit.device_key = session.key, session.device_key
    return _continue(visit, session.key)


async def start(visit: Visit) -> Response:
    """Take a one-time code and set the password; the first one makes the administrator."""
    people, form = visit.web.people, visit.form
    is_first = not await people.has_administrator()
    name, code = form.get("name", ""), form.get("code", "")
    values: dict[str, Any] = {"first": is_first, "name": name, "code": code, "from_link": False}
    if visit.request.method == "GET":
        values["code"] = visit.request.query_params.get("code", "")[:LONGEST_CODE]
        values["from_link"] = bool(values["code"])
        return visit.page("start.html", why="", next="/", **values)
    password = form.get("password", "")
    if password != form.get("again", ""):
        reason = visit.say(_("The passwords do not match."))
        return visit.page("start.html", 400, why=reason, next="/", **values)
    try:
        session = await people.start(code, name, password, visit.address)
    except AuthenticationError as error:
        return _refusal_page(visit, "start.html", error, **values)
    visit.session_key, visit.device_key = session.key, session.device_key
    return visit.redirect("/login/code" if session.half else "/first" if is_first else "/")


async def log_out(visit: Visit) -> Response:
    """End the session."""
    await visit.web.people.log_out(visit.key)
    visit.session_key = ""
    return visit.redirect("/login")


async def reauthenticate(visit: Visit) -> Response:
    """Check the password again, before programs are run."""
    if visit.request.method == "GET":
        return visit.page("reauthenticate.html", why="", next=_next(visit), pending=None)
    try:
        password = visit.form.get("password", "")
        session = await visit.web.people.reauthenticate(visit.key, password, visit.address)
    except AuthenticationError as error:
        return _refusal_page(visit, "reauthenticate.html", error, pending=None)
    visit.session_key = session.key
    return visit.redirect(_next(visit))
