"""List the pages of settings."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from noroshi.web.context import WebContext
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.settings_index import GROUPS


def routes(web: WebContext) -> list[Route]:
    """Return the route of the list."""
    return [Route("/settings", page(web, settings), methods=["GET"])]


async def settings(visit: Visit) -> Response:
    """Show all pages of settings that this person may open, in groups."""
    roles = visit.person.roles if visit.person else frozenset()
    groups = [(group.title, group.for_roles(roles)) for group in GROUPS]
    return await visit.show("settings.html", groups=[one for one in groups if one[1]])
