"""Authenticate requests by an API token or a session's cookie, and check that a post is really
theirs."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from noroshi.core.people import Person
from noroshi.core.translation import _
from noroshi.people import random_keys
from noroshi.service import ForbiddenError
from noroshi.web.context import WebContext
from noroshi.web.errors import WebError
from noroshi.web.http.connection_limits import report_person

LONGEST_KEY = 128
CSRF_HEADER = "x-csrf-token"

NOBODY = _("Log in first. Send an API token in the header Authorization: Bearer …")
NO_GOOD_TOKEN = _(
    "This API token is invalid or has expired. Create another one: noroshi token new"
)
NOT_BEGUN = _(
    "There is no administrator yet. Open the manager in a browser and enter the code printed "
    "by “noroshi serve”."
)
NOT_OURS = _(
    "This request did not come from a page of the manager, or the page is out of date. Open "
    "the page again."
)


class UnauthenticatedError(WebError, ForbiddenError):
    """Report that it is not known who asks."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Hold the person of a request; `key` is that of the person's session, "" for an API
    token."""

    person: Person
    key: str = ""


def address_of(request: Request) -> str:
    """Return the other end's address, as our own socket has it."""
    return request.client.host if request.client else ""


def key_of(request: Request, web: WebContext) -> str:
    """Return the session key that the cookie holds; "" for none."""
    key = request.cookies.get(web.cookie, "")
    return key if len(key) <= LONGEST_KEY else ""


async def authenticate(request: Request, web: WebContext) -> Caller:
    """Return the caller. Raises UnauthenticatedError, and ForbiddenError for a post that is not
    from a page of ours."""
    if not await web.people.has_administrator():
        raise UnauthenticatedError(NOT_BEGUN)
    token = request.headers.get("authorization", "")
    if token:
        person = await _by_token(token, address_of(request), web)
        report_person(request.scope, f"{person.door} {person.name}")
        return Caller(person)
    key = key_of(request, web)
    in_session = await session_person(request, web, key)
    if in_session is None:
        raise UnauthenticatedError(NOBODY)
    if request.method not in ("GET", "HEAD"):
        check_csrf(key, request.headers.get(CSRF_HEADER, ""))
    return Caller(in_session, key)


async def session_person(
    request: Request, web: WebContext, key: str, present: bool = True
) -> Person | None:
    """Return the person of the request's session, as `People.of_session` has it."""
    person = await web.people.of_session(key, address_of(request), present)
    if person is not None:
        report_person(request.scope, f"{person.door} {person.name}")
    return person


def check_csrf(key: str, token: str) -> None:
    """Raise ForbiddenError unless the token is the one of our own pages."""
    if not key or not random_keys.are_equal(random_keys.csrf_of(key), token):
        raise ForbiddenError(NOT_OURS)


async def _by_token(token: str, address: str, web: WebContext) -> Person:
    scheme, _, key = token.partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise UnauthenticatedError(NOBODY)
    person = await web.people.of_token(key, address)
    if person is None:
        raise UnauthenticatedError(NO_GOOD_TOKEN)
    return person
