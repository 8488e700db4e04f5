"""Show what was found by the search in the bar of each page."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import query_value
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import Live
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.site_search import LONGEST_QUERY, search

SEARCH = "/search"


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the route of the page."""

    async def results(visit: Visit) -> Response:
        query = query_value(visit, "q", LONGEST_QUERY).strip()
        snapshot = await live.now()
        roles = visit.person.roles if visit.person else ()
        groups = search(snapshot, LOCALIZERS[visit.language], roles, query)
        return visit.page(
            "search.html",
            ledger_sum=snapshot.ledger.sum,
            query=query,
            groups=groups,
            count=sum(one.count for one in groups),
        )

    return [Route(SEARCH, page(web, results), methods=["GET"])]
