"""Mail: the routes with how far each is proved, their order, accounts and networks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.forms.conflict import Side, by_title
from noroshi.web.view.form_operations import Outcome, may, query_value, run
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.routes import (
    DEFINED,
    TELLERS,
    Answer,
    clouds,
    heading,
    labels,
    named,
    of_type,
    orders,
    ranked,
    shown,
)

DONE: Mapping[str, Message] = {
    "order": _("Order changed."),
    "removed": _("Removed."),
    "saved": _("Saved."),
    "added": _("Route added. Complete the remaining steps below, in order."),
    "signed_in": _("Sign-in complete. Mails that wait for this route are now sent."),
    "secret": _("Saved in the vault. It is never shown again."),
}
"""The changes that the pages on mail tell of."""
MOVES = ("up", "down", "out", "into")
WORST = {"well": 0, "down": 1, "not signed in": 2, "needs somebody": 3}


def routes(web: WebContext) -> list[Route]:
    """Its address."""
    return [Route("/mail", page(web, mailing), methods=["GET", "POST"])]


async def mailing(visit: Visit) -> Response:
    """All of it; a form changes an order."""
    if visit.request.method == "GET":
        did = query_value(visit, "did")
        return await _mailing(visit, did=DONE.get(did))
    key, move = visit.form.get("key", ""), visit.form.get("do", "")
    if key.partition("/")[0] not in TELLERS or move not in MOVES:
        raise NotFoundError(NO_SUCH_PAGE)
    found = await visit.call("definition_show", keys=[key])
    if key not in found["documents"]:
        raise NotFoundError(NO_SUCH_PAGE)
    before = found["documents"][key]
    after = {
        **before,
        "routes": moved(before.get("routes", ()), visit.form.get("route", ""), move),
    }
    etags = {key: visit.form.get("etag", "")}
    done = await run(visit, "definition_change", put={key: after}, etags=etags)
    if done.why:
        why = _why_not(visit, done, (key, before))
        return await _mailing(visit, why=why, status=done.status)
    return visit.to("/mail?did=order#order")


def _why_not(visit: Visit, done: Outcome, now: Side) -> tuple[str, ...]:
    """The order that is in force since somebody else changed it stands on the page itself."""
    return (by_title(visit, done.why[0], now),) if done.kind == "conflict" else done.why


def moved(routes: Sequence[str], name: str, move: str) -> list[str]:
    """The order once that route is moved in it, taken out of it, or added at its end."""
    after = list(routes)
    if move == "into":
        return [*after, name]
    if name not in after:
        return after
    place = after.index(name)
    after.remove(name)
    if move != "out":
        after.insert(max(0, place - 1) if move == "up" else place + 1, name)
    return after


async def _mailing(
    visit: Visit, did: Message | None = None, why: tuple[str, ...] = (), status: int = 200
) -> Response:
    now = await visit.call("route_list")
    defined = await visit.call("definition_show", types=DEFINED)
    documents = defined["documents"]
    found = ranked(now["routes"], documents)
    called = labels(visit, found)
    rows = [shown(visit, one, called[one["name"]], now["at"]) for one in found]
    return await visit.show(
        "mailing.html",
        status,
        head=heading(visit, found, documents),
        rows=rows,
        users={one["name"]: _users(visit, documents, one["name"]) for one in rows},
        orders=list(_orders(visit, defined, rows)),
        accounts=list(_accounts(visit, documents, rows)),
        networks=sorted(of_type(documents, "networks").items()),
        may=may(visit),
        did=did,
        why=why,
    )


def _users(visit: Visit, documents: Mapping[str, Answer], route: str) -> list[str]:
    return [
        named(visit, key, documents) for key, routes in orders(documents) if route in routes
    ]


def _orders(
    visit: Visit, defined: Answer, rows: Sequence[Answer]
) -> Iterator[Mapping[str, Any]]:
    known = {one["name"]: one for one in rows}
    for key, names in orders(defined["documents"]):
        yield {
            "key": key,
            "etag": defined["etags"][key],
            "title": named(visit, key, defined["documents"]),
            "routes": [known[name] for name in names if name in known],
            "others": [one for one in rows if one["name"] not in names],
        }


def _accounts(
    visit: Visit, documents: Mapping[str, Answer], rows: Sequence[Answer]
) -> Iterator[Mapping[str, Any]]:
    """Each with the worst of its routes."""
    titles = dict(clouds(visit, documents))
    for name, said in sorted(of_type(documents, "accounts").items()):
        mine = [one for one in rows if one["account"] == name]
        worst = max(mine, key=lambda one: WORST[one["state"]], default=None)
        yield {
            "name": name,
            "mailbox": said.get("mailbox", ""),
            "cloud": titles.get(said.get("cloud", ""), said.get("cloud", "")),
            "alone": said.get("sign_in") == "app",
            "route": worst,
            "again": worst is not None
            and worst["state"] in ("not signed in", "needs somebody"),
        }
