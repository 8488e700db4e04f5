"""Show the pages on mail: the routes with the proof of each, the orders of routes, accounts and
networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _
from noroshi.guides.setup_documents import Content, definitions_of, orders
from noroshi.operations.definition_answers import DefinitionsShown
from noroshi.service import NotFoundError
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.monitors.status import StatusOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.conflict import Side, by_title
from noroshi.web.view.form_operations import Outcome, permissions_of, query_value, run
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.routes import (
    DEFINED,
    TELLERS,
    RouteRow,
    clouds,
    heading,
    labels,
    order_title,
    ranked,
    route_row,
)

DONE: Mapping[str, Message] = {
    "order": _("Order changed."),
    "removed": _("Removed."),
    "saved": _("Saved."),
    "added": _("Route added. Complete the remaining steps below, in order."),
    "signed_in": _("Sign-in complete. Messages waiting for this route are now being sent."),
    "secret": _("Saved in the vault. It is never shown again."),
}
"""The changes that the pages on mail tell of."""
MOVES = ("up", "down", "out", "into")
WORST = {"well": 0, "down": 1, "not signed in": 2, "needs somebody": 3}


def routes(web: WebContext) -> list[Route]:
    """Return the route of the page."""
    return [Route("/mail", page(web, mailing), methods=["GET", "POST"])]


async def mailing(visit: Visit) -> Response:
    """Show the page, or change an order."""
    if visit.request.method == "GET":
        deed_done = query_value(visit, "did")
        return await _page(visit, done_text=DONE.get(deed_done))
    key, move = visit.form.get("key", ""), visit.form.get("do", "")
    if key.partition("/")[0] not in TELLERS or move not in MOVES:
        raise NotFoundError(NO_SUCH_PAGE)
    answer = await visit.call(EditOperations.read, keys=[key])
    if key not in answer.documents:
        raise NotFoundError(NO_SUCH_PAGE)
    base_document = answer.documents[key]
    new_document = {
        **base_document,
        "routes": reorder(base_document.get("routes", ()), visit.form.get("route", ""), move),
    }
    etags = {key: visit.form.get("etag", "")}
    outcome = await run(visit, EditOperations.change, put={key: new_document}, etags=etags)
    if outcome.reasons:
        reasons = _refusal(visit, outcome, (key, base_document))
        return await _page(visit, reasons=reasons, status=outcome.status)
    return visit.redirect("/mail?did=order#order")


def _refusal(visit: Visit, outcome: Outcome[object], now: Side) -> tuple[str, ...]:
    """Return the texts of a refusal; after a conflict the page itself shows the order in
    force."""
    return (
        (by_title(visit, outcome.reasons[0], now),)
        if outcome.kind == "conflict"
        else outcome.reasons
    )


def reorder(routes: Sequence[str], name: str, move: str) -> list[str]:
    """Return the order after that route is moved in it, removed from it, or added at the
    end."""
    order = list(routes)
    if move == "into":
        return [*order, name]
    if name not in order:
        return order
    index = order.index(name)
    order.remove(name)
    if move != "out":
        order.insert(max(0, index - 1) if move == "up" else index + 1, name)
    return order


async def _page(
    visit: Visit,
    done_text: Message | None = None,
    reasons: tuple[str, ...] = (),
    status: int = 200,
) -> Response:
    answer = await visit.call(StatusOperations.routes)
    definitions = await visit.call(EditOperations.read, types=DEFINED)
    documents = definitions.documents
    routes_by_rank = ranked(answer.routes, documents)
    route_labels = labels(visit, routes_by_rank)
    rows = [route_row(visit, one, route_labels[one.name], answer.at) for one in routes_by_rank]
    return await visit.show(
        "mailing.html",
        status,
        head=heading(visit, routes_by_rank, documents),
        rows=rows,
        users={one.name: _users(visit, documents, one.name) for one in routes_by_rank},
        orders=list(_orders(visit, definitions, rows)),
        accounts=list(_accounts(visit, documents, rows)),
        networks=sorted(definitions_of(documents, "networks").items()),
        may=permissions_of(visit),
        done_text=done_text,
        why=reasons,
    )


def _users(visit: Visit, documents: Mapping[str, Content], route: str) -> list[str]:
    return [
        order_title(visit, key, documents)
        for key, routes in orders(documents)
        if route in routes
    ]


def _orders(
    visit: Visit, defined: DefinitionsShown, rows: Sequence[RouteRow]
) -> Iterator[Mapping[str, Any]]:
    rows_by_name = {one.status.name: one for one in rows}
    for key, names in orders(defined.documents):
        yield {
            "key": key,
            "etag": defined.etags[key],
            "title": order_title(visit, key, defined.documents),
            "routes": [rows_by_name[name] for name in names if name in rows_by_name],
            "others": [one for one in rows if one.status.name not in names],
        }


def _accounts(
    visit: Visit, documents: Mapping[str, Content], rows: Sequence[RouteRow]
) -> Iterator[Mapping[str, Any]]:
    """Yield each account with the worst of the routes that use it."""
    titles = dict(clouds(visit, documents))
    for name, account in sorted(definitions_of(documents, "accounts").items()):
        routes = [one for one in rows if one.status.account == name]
        worst_route = max(routes, key=lambda one: WORST[one.status.state], default=None)
        yield {
            "name": name,
            "mailbox": account.get("mailbox", ""),
            "cloud": titles.get(account.get("cloud", ""), account.get("cloud", "")),
            "alone": account.get("sign_in") == "app",
            "route": worst_route,
            "again": worst_route is not None
            and worst_route.status.state in ("not signed in", "needs somebody"),
        }
