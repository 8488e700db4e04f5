"""An instance or a group: what is in it, and its watch stopped and started; also a monitor's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.definitions.self_monitoring import OWN
from noroshi.core.translation import Message, _
from noroshi.service import NotFoundError
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.form_operations import address, may, query_value, run
from noroshi.web.view.instances import stops_of, tables
from noroshi.web.view.language import TONGUES
from noroshi.web.view.live_updates import Live, Snapshot
from noroshi.web.view.overview import part_page
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.sidebar import side_of
from noroshi.web.view.tree import STOPPED, called

DEEDS: Mapping[tuple[str, bool], str] = {
    ("stop", True): "instance_stop",
    ("start", True): "instance_start",
    ("stop", False): "monitor_disable",
    ("start", False): "monitor_enable",
}
DONE: Mapping[str, Message] = {
    "stop": _("{part}: monitoring is stopped."),
    "start": _("{part}: monitoring is started."),
    "copy": _("Copied from {part}."),
    "move": _("Moved here from {part}."),
    "added": _("The monitors of the blueprint {part} are added."),
}
LONGEST_NOTE = 200


def routes(web: WebContext, live: Live) -> list[Route]:
    """Their addresses."""

    async def instance(visit: Visit) -> Response:
        return await _shown(visit, live, visit.request.path_params["instance"], "")

    async def group(visit: Visit) -> Response:
        named = visit.request.path_params
        return await _shown(visit, live, named["instance"], named["group"])

    async def switched(visit: Visit) -> Response:
        return await _switched(visit, live)

    return [
        Route("/instance/{instance}", page(web, instance), methods=["GET"]),
        Route("/group/{instance}/{group}", page(web, group), methods=["GET"]),
        Route("/switch", page(web, switched), methods=["POST"]),
    ]


async def _switched(visit: Visit, live: Live) -> Response:
    """Stop or start a part, and back to the page where that was asked for."""
    form = visit.form
    part, at, deed = form.get("part", ""), form.get("at", ""), form.get("do", "")
    op = DEEDS.get((deed, "/" not in part))
    if op is None or not part:
        raise NotFoundError(NO_SUCH_PAGE)
    here, note = part_page(at or part), form.get("note", "")[:LONGEST_NOTE]
    what = {"instance": part} if "/" not in part else {"monitor": part}
    done = await run(visit, op, note=note, **what)
    if done.why:
        return await visit.show("error.html", done.status, why=" ".join(done.why))
    live.changed()
    return visit.to(address(here, did=deed, part=part))


async def _shown(visit: Visit, live: Live, instance: str, group: str) -> Response:
    key = f"instances/{instance}"
    shown = await visit.call("definition_show", keys=[key])
    said: Mapping[str, Any] = shown["documents"].get(key, {})
    seen = await live.now()
    found = seen.tree.get(instance)
    tongue = TONGUES[visit.language]
    all_of_them = list(tables(instance, said.get("group", ()), found, seen.status, tongue))
    groups = [one for one in all_of_them if not group or one.name == group]
    if (not said and found is None) or (group and not groups):
        raise NotFoundError(NO_SUCH_PAGE)
    path = f"{instance}/{group}" if group else instance
    switch = stops_of(seen.status, tongue).of(path)
    level = groups[0].level if group else found.level if found else "new"
    return visit.page(
        "part.html",
        ledger_sum=seen.ledger["sum"],
        serial=seen.serial,
        side=side_of(seen, visit.language, path=path),
        names=path.split("/"),
        path=path,
        instance_title=said.get("title") or (found.title if found else instance),
        title=groups[0].title
        if group
        else found.title
        if found
        else said.get("title") or instance,
        address="" if group else said.get("address", ""),
        level_now=STOPPED if switch.stopped else level,
        level=tongue.level,
        groups=groups,
        settings=_settings(instance, "" if instance == OWN else group),
        switch=switch,
        open=_open(groups),
        own=instance == OWN,
        may=may(visit),
        did=await did(visit, seen),
    )


def _settings(instance: str, group: str) -> str:
    """The address of its settings: those of the node's own groups are its instance's."""
    if group:
        return address("/settings/group", **{"in": instance}, name=group)
    return address("/settings/instance", name=instance)


def _open(groups: Sequence[Any]) -> int:
    """Return how many of its monitors have an open problem, of which somebody may have been
    told."""
    levels = [row.level for table in groups for row in table.rows]
    return sum(level in ("warning", "critical", "unknown") for level in levels)


async def did(visit: Visit, seen: Snapshot) -> str:
    """Return what was just done, and with what, by its title; what was moved away has its name
    alone. "" for nothing."""
    done, part = query_value(visit, "did"), query_value(visit, "part")
    if done not in DONE:
        return ""
    title = called(part, seen.tree) if done != "added" else await _blueprint(visit, part)
    return visit.say(DONE[done].fill(part=title))


async def _blueprint(visit: Visit, name: str) -> str:
    """Return the title of a blueprint; its name if it has none or is gone."""
    titles = {one["name"]: one["title"] for one in await visit.call("blueprints")}
    return (visit.say(titles[name]) if name in titles else "") or name
