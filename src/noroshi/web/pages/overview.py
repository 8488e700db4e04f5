"""The first page: what is wrong, how far each alarm has come, how each route is; told live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from urllib.parse import unquote

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from noroshi.core.people import ADMIN
from noroshi.ports import StoreError
from noroshi.service import NotFoundError, OperationError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.control_escape import Page, neutral
from noroshi.web.view.live_updates import PARTS, Live, Snapshot
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.sidebar import side_of, tree_parts

STREAM = "text/event-stream"
ALARMS, QUEUE = "alarms", "queue"
STILL = ":\n\n"
"""A comment that says nothing; a connection that is gone is noticed by it."""


def routes(web: WebContext, live: Live) -> list[Route]:
    """Their addresses."""

    async def overview(visit: Visit) -> Response:
        snapshot = await live.now()
        opened = unquote(visit.request.query_params.get("open", ""))
        return visit.page(
            "overview.html",
            first=await _first(visit),
            ledger_sum=snapshot.ledger["sum"],
            serial=snapshot.serial,
            parts=snapshot.parts(visit.language),
            side=side_of(snapshot, visit.language, opened=opened),
        )

    async def instance(visit: Visit) -> Response:
        snapshot = await live.now()
        found = snapshot.tree.get(visit.request.path_params["instance"])
        if found is None:
            raise NotFoundError(NO_SUCH_PAGE)
        what = "signs" if visit.request.query_params.get("part") else "groups"
        return _fragment(tree_parts(visit.language, what, snapshot, found))

    async def group(visit: Visit) -> Response:
        snapshot, named = await live.now(), visit.request.path_params
        found = snapshot.tree.get(named["instance"])
        if found is None or named["group"] not in found.groups:
            raise NotFoundError(NO_SUCH_PAGE)
        one = found.groups[named["group"]]
        return _fragment(tree_parts(visit.language, "monitors", snapshot, found, one))

    async def told(visit: Visit) -> Response:
        if visit.person is None:
            return Response(status_code=401)
        asked = visit.request
        knows = asked.headers.get("last-event-id") or asked.query_params.get("seen", "")
        return StreamingResponse(_changes(visit, live, knows), media_type=STREAM)

    return [
        Route("/", page(web, overview), methods=["GET"]),
        Route("/live", page(web, told, anybody=True), methods=["GET"]),
        Route("/tree/{instance}", page(web, instance), methods=["GET"]),
        Route("/tree/{instance}/{group}", page(web, group), methods=["GET"]),
    ]


async def _first(visit: Visit) -> bool:
    """Return whether the first start is still to be finished, by this person."""
    rules = visit.person is not None and ADMIN in visit.person.roles
    told = await visit.call_json("first_look") if rules else {}
    return "ok" in told and bool(told["ok"]["open"])


def _fragment(html: str) -> Response:
    return Page(html)


async def _changes(visit: Visit, live: Live, knows: str) -> AsyncIterator[str]:
    """The fragments that changed, each time that something did. `knows`: what they have."""
    last: Snapshot | None = None
    shows = visit.request.query_params.get("part", "")
    try:
        async for snapshot in live.follow():
            if not await visit.web.people.is_session_open(visit.key):
                return  # asking again, the browser has the session's next key, or is told 401
            if snapshot is None or (last is None and snapshot.serial == knows):
                last = snapshot or last
                yield STILL
                continue
            for one in news(last, snapshot, visit.language, shows):
                yield one
            last = snapshot
    except (OperationError, StoreError):
        return  # the browser asks again, and is told why by the page


def news(
    before: Snapshot | None, now: Snapshot, language: str, shows: str = ""
) -> Iterator[str]:
    """Return what is sent to somebody who has seen that before (None: nobody knows what). `shows`
    is what their page has: "" is the whole overview, ALARMS the alarms, QUEUE mails, else the
    tree alone."""
    if before is not None and before.status["version"] != now.status["version"]:
        yield event("definitions")
        return
    was = before.parts(language) if before else {}
    all_now, only = now.parts(language), ("lamp",) if shows else PARTS
    new = {name: all_now[name] for name in only if was.get(name) != all_now[name]}
    sent = [partial(name, html) for name, html in new.items()]
    signs = {} if shows in (ALARMS, QUEUE) else now.prints
    moved = [one for one, its in signs.items() if _print(before, one) != its]
    sent += [
        partial(f"s-{one}", tree_parts(language, "instance_sign", now, now.tree[one]))
        for one in moved
    ]
    if sent:
        yield message("\n".join(sent), now.serial)
    if shows == ALARMS and (before is None or before.alarms != now.alarms):
        yield event(ALARMS)
    if shows == QUEUE and (before is None or before.mails != now.mails):
        yield event(QUEUE)
    for one in moved:
        yield event(f"tree-{one}")


def _print(snapshot: Snapshot | None, instance: str) -> int | None:
    return snapshot.prints.get(instance) if snapshot else None


def partial(name: str, html: str) -> str:
    """A fragment for the element of that name, put in without disturbing who reads there."""
    return f'<hx-partial hx-target="#{name}" hx-swap="innerMorph">{neutral(html)}</hx-partial>'


def message(text: str, id: str) -> str:
    """A message without a name: its fragments are put in (WHATWG HTML, 9.2.6)."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
    return f"id: {id}\n{lines}\n"


def event(name: str) -> str:
    """A message with a name: the page hears it as an event."""
    return f"event: {name}\ndata: {name}\n\n"
