"""Logging in and out, the second step, the first start, and the password once more."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import _
from noroshi.people import AuthenticationError
from noroshi.web.context import WebContext
from noroshi.web.http.request_form import MOST_FIELDS, local_address
from noroshi.web.view.page_context import NOT_KEPT, Visit, page

LONGEST_CODE = 40


def routes(web: WebContext) -> list[Route]:
    """Their addresses."""
    methods = ["GET", "POST"]
    return [
        Route("/login", page(web, log_in, anybody=True), methods=methods),
        Route("/login/code", page(web, second, anybody=True), methods=methods),
        Route("/start", page(web, start, anybody=True), methods=methods),
        Route("/logout", page(web, log_out, anybody=True), methods=["POST"]),
        Route("/sure", page(web, reauthenticate), methods=methods),
    ]


def _next(visit: Visit) -> str:
    asked = visit.form.get("next") or visit.request.query_params.get("next", "/")
    return local_address(asked)


def _refused(
    visit: Visit, template: str, no: AuthenticationError, **values: object
) -> Response:
    status = 429 if no.seconds else 403
    kept_form = visit.form.get("kept", "")
    why = visit.say(no.words)
    answer = visit.page(template, status, why=why, next=_next(visit), kept=kept_form, **values)
    if no.seconds:
        answer.headers["retry-after"] = str(int(no.seconds) + 1)
    return answer


async def log_in(visit: Visit) -> Response:
    """The first step: name and password."""
    people, form = visit.web.people, visit.form
    if visit.request.method == "GET":
        if visit.person is not None:
            return visit.to(_next(visit))
        return visit.page("login.html", why="", name="", next=_next(visit))
    name = form.get("name", "")
    try:
        opened = await people.log_in(
            name, form.get("password", ""), visit.address, visit.key, visit.known
        )
    except AuthenticationError as no:
        return _refused(visit, "login.html", no, name=name)
    visit.session_key, visit.device_key = opened.key, opened.device_key
    if opened.half:
        visit.key = opened.key
        kept = form.get("kept", "")
        return visit.page("code.html", why="", next=_next(visit), kept=kept)
    return _on(visit, opened.key)


def _on(visit: Visit, key: str) -> Response:
    """To where they wanted to go; with what they had typed there before their log-in ended."""
    kept = visit.form.get("kept", "")
    if not kept:
        return visit.to(_next(visit))
    visit.key = key
    typed = dict(parse_qsl(kept, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    fields = {name: text for name, text in typed.items() if name not in NOT_KEPT}
    return visit.page("kept.html", why="", next=_next(visit), fields=fields)


async def second(visit: Visit) -> Response:
    """The second step: a code."""
    if visit.request.method == "GET":
        if not await visit.web.people.awaits_second_step(visit.key):
            return visit.to("/login")
        return visit.page("code.html", why="", next=_next(visit))
    try:
        code = visit.form.get("code", "")
        opened = await visit.web.people.second_step(visit.key, code, visit.address)
    except AuthenticationError as no:
        return _refused(visit, "code.html", no)
    visit.session_key, visit.device_key = opened.key, opened.device_key
    return _on(visit, opened.key)


async def start(visit: Visit) -> Response:
    """A one-time code for a password; the first one makes the administrator."""
    people, form = visit.web.people, visit.form
    first = not await people.begun()
    name, code = form.get("name", ""), form.get("code", "")
    values: dict[str, Any] = {"first": first, "name": name, "code": code, "from_link": False}
    if visit.request.method == "GET":
        values["code"] = visit.request.query_params.get("code", "")[:LONGEST_CODE]
        values["from_link"] = bool(values["code"])
        return visit.page("start.html", why="", next="/", **values)
    password = form.get("password", "")
    if password != form.get("again", ""):
        why = visit.say(_("The two passwords are not the same."))
        return visit.page("start.html", 400, why=why, next="/", **values)
    try:
        opened = await people.start(code, name, password, visit.address)
    except AuthenticationError as no:
        return _refused(visit, "start.html", no, **values)
    visit.session_key, visit.device_key = opened.key, opened.device_key
    return visit.to("/login/code" if opened.half else "/first" if first else "/")


async def log_out(visit: Visit) -> Response:
    """End the session."""
    await visit.web.people.log_out(visit.key)
    visit.session_key = ""
    return visit.to("/login")


async def reauthenticate(visit: Visit) -> Response:
    """The password once more, before what runs programs."""
    if visit.request.method == "GET":
        return visit.page("reauthenticate.html", why="", next=_next(visit), asked=None)
    try:
        given = visit.form.get("password", "")
        opened = await visit.web.people.reauthenticate(visit.key, given, visit.address)
    except AuthenticationError as no:
        return _refused(visit, "reauthenticate.html", no, asked=None)
    visit.session_key = opened.key
    return visit.to(_next(visit))
