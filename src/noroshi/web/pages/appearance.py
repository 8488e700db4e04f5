"""Save the language and the appearance in the browser that chose them, and in no account."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from noroshi.web.context import WebContext
from noroshi.web.view.page_context import (
    A_YEAR,
    LANGUAGE,
    LANGUAGES,
    THEME,
    THEMES,
    Visit,
    page,
)


def routes(web: WebContext) -> list[Route]:
    """Return the route of the form."""
    return [Route("/look", page(web, choose, anybody=True), methods=["POST"])]


async def choose(visit: Visit) -> Response:
    """Keep the chosen appearance, and go back to the page before."""
    answer = visit.redirect(visit.form.get("next", "/"))
    for name, allowed in ((LANGUAGE, LANGUAGES), (THEME, THEMES)):
        choice = visit.form.get(name.removeprefix("noroshi-"))
        if choice in allowed:
            secure = visit.web.secure
            answer.set_cookie(
                name, choice, A_YEAR, httponly=True, samesite="lax", secure=secure
            )
        elif choice is not None:
            answer.delete_cookie(name)
    return answer
