"""Receive the browser that comes back from a provider's sign-in page."""

from __future__ import annotations

from urllib.parse import parse_qs

from starlette.responses import RedirectResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from noroshi.core.translation import _
from noroshi.service import NotFoundError, OperationError, name_of, perform
from noroshi.service.sign_in.authorization import SignInOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.http.oauth_redirects import ExpectedRedirect, ExpectedRedirects
from noroshi.web.view.form_operations import query_value
from noroshi.web.view.page_context import Handler, Visit, page

PRIVATE = {"referrer-policy": "no-referrer"}  # the code stands in this page's own address


class Landing(Route):
    """Match any path, but only for a browser that is expected there with the state of a
    sign-in."""

    def __init__(self, web: WebContext, returns: ExpectedRedirects) -> None:
        super().__init__("/{path:path}", page(web, _handler(returns), anybody=True))
        self._returns = returns

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match a request, as a route of Starlette does."""
        match, child_scope = super().matches(scope)
        if match is Match.FULL and scope["type"] == "http":
            state = parse_qs(scope.get("query_string", b"").decode("latin-1")).get(
                "state", [""]
            )
            if self._returns.find(scope["path"], state[0]) is not None:
                return match, child_scope
        return Match.NONE, {}


def _handler(returns: ExpectedRedirects) -> Handler:
    async def landing(visit: Visit) -> Response:
        state = query_value(visit, "state", most=10_000)
        expected = returns.find(visit.request.url.path, state)
        if expected is None:
            raise NotFoundError(NO_SUCH_PAGE)
        answer = await _finish_sign_in(visit, expected, returns)
        answer.headers.update(PRIVATE)
        return answer

    return landing


async def _finish_sign_in(
    visit: Visit, expected: ExpectedRedirect, returns: ExpectedRedirects
) -> Response:
    """Finish a sign-in in the name of whoever began it, as long as they are logged in."""
    web = visit.web
    person = await web.people.of_session(expected.key, visit.address)
    return_address = expected.home + expected.failure_page
    if person is None:
        logged_out = visit.say(
            _("You have since been logged out of the manager. Log in and restart the sign-in.")
        )
        return visit.page("mailing_landed.html", 401, why=(logged_out,), back=return_address)
    if not returns.take(expected):  # the same browser at the same moment: it is under way
        return RedirectResponse(return_address, 303)
    arguments = {"route": expected.route, "pasted": str(visit.request.url)}
    operation = name_of(SignInOperations.authorize_finish)
    try:
        await perform(web.service, person, operation, arguments, web.news)
    except OperationError as refusal:
        problems = [visit.say(one.what) for one in refusal.problems]
        reasons = (visit.say(refusal.words), *problems)
        return visit.page("mailing_landed.html", 409, why=reasons, back=return_address)
    return RedirectResponse(expected.home + expected.next_page, 303)
