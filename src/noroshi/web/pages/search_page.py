"""Show what the search finds: on a page of its own, and in the list that opens over each page."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from noroshi.service.definitions.edit import EditOperations
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import query_value
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import Live
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.site_search import LONGEST_QUERY, MOST_IN_DIALOG, MOST_ON_PAGE, search

SEARCH = "/search"


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the page and of the list."""

    async def result_page(visit: Visit) -> Response:
        return await _show(visit, live, "search.html", MOST_ON_PAGE)

    async def result_list(visit: Visit) -> Response:
        return await _show(visit, live, "search_list.html", MOST_IN_DIALOG)

    return [
        Route(SEARCH, page(web, result_page), methods=["GET"]),
        Route(f"{SEARCH}/list", page(web, result_list), methods=["GET"]),
    ]


async def _show(visit: Visit, live: Live, template: str, most: int) -> Response:
    query = query_value(visit, "q", LONGEST_QUERY).strip()
    snapshot, open_alarms = await live.alarms()
    roles = visit.person.roles if visit.person else ()
    definitions = await visit.call(EditOperations.read, types=("contacts", "rules"))
    localizer = LOCALIZERS[visit.language]
    return visit.page(
        template,
        ledger_sum=snapshot.ledger.sum,
        found=search(
            snapshot, open_alarms, localizer, roles, query, most, definitions.documents
        ),
    )
