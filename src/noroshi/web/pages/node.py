"""Show the node itself: the health, and the ports, files and folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.translation import Message, _, pgettext
from noroshi.hosts.footprint import FILES, GOES, LISTENS, size_text
from noroshi.operations.status_answers import MonitorStatus, NodeStatus, with_titles_in
from noroshi.service.monitors.status import StatusOperations
from noroshi.service.node.node import NodeOperations
from noroshi.web.context import WebContext
from noroshi.web.view.form_operations import LENGTHS, clock, permissions_of
from noroshi.web.view.mail import StateMark, level
from noroshi.web.view.page_context import Visit, page

NODE_ALIVE, NODE_GONE = _("monitoring"), _("not running")
NODE_UNUSABLE = _("cannot use version {version} of the definitions")
NODE_STOPPED = pgettext("node", "stopped")
PLACES: Mapping[str, Message] = {
    LISTENS: _("Listens on"),
    FILES: _("Files and folders"),
    GOES: _("Monitoring of this node"),
}


def routes(web: WebContext) -> list[Route]:
    """Return the routes of both pages."""
    return [
        Route("/settings/health", page(web, health), methods=["GET"]),
        Route("/settings/places", page(web, places), methods=["GET"]),
    ]


async def health(visit: Visit) -> Response:
    """Show the health of Noroshi itself, in figures and by the monitors of the node."""
    answer = await visit.call(NodeOperations.health)
    kinds = await visit.call(StatusOperations.kinds)
    titles = {one.kind: one.title for one in kinds if one.family == "monitor"}
    return await visit.show(
        "health.html",
        one=answer,
        state=level(visit, answer.level),
        at=clock(visit, answer.at),
        began=clock(visit, answer.began),
        ran=_duration_text(visit, answer.seconds),
        size=size_text(answer.size),
        free=size_text(answer.free),
        oldest=clock(visit, answer.queue.oldest),
        own=[
            _monitor(visit, with_titles_in(one, visit.language), titles) for one in answer.own
        ],
        nodes=[_node(visit, one) for one in answer.nodes],
        may=permissions_of(visit),
    )


def _duration_text(visit: Visit, seconds: float) -> str:
    """Return a length of time in the two largest units that are not zero."""
    parts, seconds_left = list[str](), int(seconds)
    for length, text in LENGTHS:
        count, seconds_left = divmod(seconds_left, length)
        if count or (length == 1 and not parts):
            parts.append(visit.say(text.fill(n=count)))
    return " ".join(parts[:2])


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnMonitor:
    """Hold one of the monitors by which the node watches itself, in words; `level` is None as
    long as it was not judged."""

    name: str
    kind: str
    path: str
    level: StateMark | None
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeRow:
    """Hold one of the nodes that share the database, in words; `renewed` is when it last renewed its
    lease, `held_since` when it got it ("": it has none)."""

    name: str
    state: StateMark
    sends: bool
    version: str
    address: str
    monitor_count: int
    share: str
    held_since: str
    renewed: str


def _node(visit: Visit, one: NodeStatus) -> NodeRow:
    return NodeRow(
        name=one.name,
        state=_node_state(visit, one),
        sends=one.sends,
        version=one.version,
        address=one.address,
        monitor_count=one.monitor_count,
        share=f"{one.share:.0%}",
        held_since=clock(visit, one.held_since),
        renewed=clock(visit, one.renewed_at),
    )


def _node_state(visit: Visit, one: NodeStatus) -> StateMark:
    if one.unusable_version:
        words = NODE_UNUSABLE.fill(version=one.unusable_version)
        return StateMark("critical", "critical", visit.say(words))
    if one.is_alive:
        return StateMark("ok", "ok", visit.say(NODE_ALIVE))
    if one.has_left:
        return StateMark("paused", "paused", visit.say(NODE_STOPPED))
    return StateMark("critical", "critical", visit.say(NODE_GONE))


def _monitor(visit: Visit, one: MonitorStatus, titles: Mapping[str, Message]) -> OwnMonitor:
    worst_items = tuple(item for item in one.items if item.level is one.level)
    worst_items = worst_items or one.items
    return OwnMonitor(
        name=one.title or one.path.rpartition("/")[2],
        kind=visit.say(titles[one.kind]) if one.kind in titles else one.kind,
        path=one.path,
        level=level(visit, one.level if one.known else None),
        words=visit.say(worst_items[0].words) if worst_items else "",
    )


async def places(visit: Visit) -> Response:
    """Show ports, files and folders, outgoing notifications, and the last backup."""
    answer = await visit.call(NodeOperations.places)
    backup = answer.backup
    sorts = [
        (sort, title, [one for one in answer.places if one.sort == sort])
        for sort, title in PLACES.items()
    ]
    return await visit.show(
        "places.html",
        sorts=sorts,
        backup=backup,
        backed_up_at=clock(visit, backup.at) if backup else "",
        may=permissions_of(visit),
    )
