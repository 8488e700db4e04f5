"""Show the first page: problems, the progress of each alarm, the state of each route; live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from urllib.parse import unquote

from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from noroshi.core.roles import ADMIN
from noroshi.ports import StoreError
from noroshi.service import NotFoundError, OperationError
from noroshi.service.setup.first_steps import FirstStepOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.control_escape import Page, neutral
from noroshi.web.view.form_operations import permissions_of
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import PARTS, Live, Snapshot
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.sidebar import sidebar_html, tree_parts

STREAM = "text/event-stream"
ALARMS, QUEUE = "alarms", "queue"
STILL = ":\n\n"
"""A comment that says nothing; a connection that is gone is noticed by it."""


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the page, of the live stream and of the tree's branches."""

    async def overview(visit: Visit) -> Response:
        snapshot = await live.now()
        open_path = unquote(visit.request.query_params.get("open", ""))
        return visit.page(
            "overview.html",
            first=await _is_first_start_open(visit),
            ledger_sum=snapshot.ledger.sum,
            serial=snapshot.serial,
            parts=snapshot.parts(visit.language),
            servers=snapshot.server_list(visit.language),
            day_begins=_day_begins(snapshot, visit.language),
            may=permissions_of(visit),
            side=sidebar_html(snapshot, visit.language, open_path=open_path),
        )

    async def instance(visit: Visit) -> Response:
        snapshot = (await live.now()).read_in(visit.language)
        instance_tree = snapshot.tree.get(visit.request.path_params["instance"])
        if instance_tree is None:
            raise NotFoundError(NO_SUCH_PAGE)
        macro = "signs" if visit.request.query_params.get("part") else "groups"
        return _fragment(tree_parts(visit.language, macro, snapshot, instance_tree))

    async def group(visit: Visit) -> Response:
        snapshot = (await live.now()).read_in(visit.language)
        names = visit.request.path_params
        instance_tree = snapshot.tree.get(names["instance"])
        if instance_tree is None or names["group"] not in instance_tree.groups:
            raise NotFoundError(NO_SUCH_PAGE)
        group_in_tree = instance_tree.groups[names["group"]]
        return _fragment(
            tree_parts(visit.language, "monitors", snapshot, instance_tree, group_in_tree)
        )

    async def stream(visit: Visit) -> Response:
        if visit.person is None:
            return Response(status_code=401)
        request = visit.request
        last_serial = request.headers.get("last-event-id") or request.query_params.get(
            "seen", ""
        )
        return StreamingResponse(_live_messages(visit, live, last_serial), media_type=STREAM)

    return [
        Route("/", page(web, overview), methods=["GET"]),
        Route("/live", page(web, stream, anybody=True), methods=["GET"]),
        Route("/tree/{instance}", page(web, instance), methods=["GET"]),
        Route("/tree/{instance}/{group}", page(web, group), methods=["GET"]),
    ]


async def _is_first_start_open(visit: Visit) -> bool:
    """Return True if this person has still to finish the first start."""
    is_administrator = visit.person is not None and ADMIN in visit.person.roles
    if not is_administrator:
        return False
    try:
        return (await visit.call(FirstStepOperations.first_look)).open
    except OperationError:  # it is told where it is asked for: the overview stands without it
        return False


def _fragment(html: str) -> Response:
    return Page(html)


async def _live_messages(visit: Visit, live: Live, last_serial: str) -> AsyncIterator[str]:
    """Yield the fragments that changed, each time that some did. `last_serial`: the reader has
    that snapshot."""
    last_snapshot: Snapshot | None = None
    page_part = visit.request.query_params.get("part", "")
    try:
        async for snapshot in live.follow():
            if not await visit.web.people.is_session_open(visit.key):
                return  # asking again, the browser has the session's next key, or is told 401
            if snapshot is None or (last_snapshot is None and snapshot.serial == last_serial):
                last_snapshot = snapshot or last_snapshot
                yield STILL
                continue
            for one in news(last_snapshot, snapshot, visit.language, page_part):
                yield one
            last_snapshot = snapshot
    except (OperationError, StoreError):
        return  # the browser asks again, and is told why by the page


def news(
    old_snapshot: Snapshot | None, now: Snapshot, language: str, shows: str = ""
) -> Iterator[str]:
    """Yield the messages for a reader who has that snapshot (None: unknown). `shows` is the
    part on the reader's page: "" is the whole overview, ALARMS the alarms, QUEUE mails, else
    the tree alone."""
    if old_snapshot is not None and old_snapshot.status.version != now.status.version:
        yield event("definitions")
        return
    before_parts = old_snapshot.parts(language) if old_snapshot else {}
    parts_now, names = now.parts(language), ("lamp",) if shows else PARTS
    changed_parts = {
        name: parts_now[name] for name in names if before_parts.get(name) != parts_now[name]
    }
    fragments = [partial(name, html) for name, html in changed_parts.items()]
    fragments += () if shows else _changed_servers(old_snapshot, now, language)
    fingerprints = {} if shows in (ALARMS, QUEUE) else now.prints
    tree = now.read_in(language).tree
    changed_instances = [
        one
        for one, fingerprint in fingerprints.items()
        if _fingerprint(old_snapshot, one) != fingerprint
    ]
    fragments += [
        partial(f"s-{one}", tree_parts(language, "instance_sign", now, tree[one]))
        for one in changed_instances
    ]
    if fragments:
        yield message("\n".join(fragments), now.serial)
    if shows == ALARMS and (old_snapshot is None or old_snapshot.alarms != now.alarms):
        yield event(ALARMS)
    if shows == QUEUE and (old_snapshot is None or old_snapshot.mails != now.mails):
        yield event(QUEUE)
    for one in changed_instances:
        yield event(f"tree-{one}")


def _changed_servers(
    old_snapshot: Snapshot | None, now: Snapshot, language: str
) -> Iterator[str]:
    """Yield the rows of servers that changed; the whole list where others are shown now."""
    old_rows = old_snapshot.server_rows(language) if old_snapshot else {}
    rows = now.server_rows(language)
    if list(rows) != list(old_rows):
        yield partial("servers", now.server_list(language))
        return
    yield from (partial(id, row) for id, row in rows.items() if old_rows[id] != row)


def _day_begins(snapshot: Snapshot, language: str) -> str:
    """Return when the last day of the servers begins, as the axis above them says it."""
    servers = snapshot.servers
    return LOCALIZERS[language].moment(servers.day_begins, servers.at)


def _fingerprint(snapshot: Snapshot | None, instance: str) -> int | None:
    return snapshot.prints.get(instance) if snapshot else None


def partial(name: str, html: str) -> str:
    """Return a fragment for the element of that name, put in without disturbing who reads
    there."""
    return f'<hx-partial hx-target="#{name}" hx-swap="innerMorph">{neutral(html)}</hx-partial>'


def message(text: str, id: str) -> str:
    """Return a message without an event name: the page inserts the fragments of it (WHATWG
    HTML, 9.2.6)."""
    lines = "".join(f"data: {line}\n" for line in text.splitlines() if line.strip())
    return f"id: {id}\n{lines}\n"


def event(name: str) -> str:
    """Return a message with a name: the page gets it as an event."""
    return f"event: {name}\ndata: {name}\n\n"
