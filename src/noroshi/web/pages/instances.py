"""Show an instance or a group, and stop and start the monitoring; also of a single monitor."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi.core.model import LOGIN_SOURCES
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.translation import Message, _, join_sentences
from noroshi.operations.definition_answers import Applied
from noroshi.service import NotFoundError
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.definitions.blueprints import BlueprintOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.definitions.enable_disable import EnableDisableOperations
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.view.form_operations import address, permissions_of, query_value, run
from noroshi.web.view.instances import Table, stops_of, tables
from noroshi.web.view.language import LOCALIZERS
from noroshi.web.view.live_updates import Live, Snapshot
from noroshi.web.view.overview import part_page
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.server_rows import watch_page_over_ssh
from noroshi.web.view.servers import AgentOnPage, agent_on_page
from noroshi.web.view.sidebar import sidebar_html
from noroshi.web.view.tree import STOPPED, place_title

DEEDS: Mapping[tuple[str, bool], Callable[..., Awaitable[Applied]]] = {
    ("stop", True): EnableDisableOperations.stop_instance,
    ("start", True): EnableDisableOperations.start_instance,
    ("stop", False): EnableDisableOperations.disable_monitor,
    ("start", False): EnableDisableOperations.enable_monitor,
}
"""The operations of the switch, by the button and whether a whole instance is meant."""
DONE: Mapping[str, Message] = {
    "stop": _("{part}: monitoring has stopped."),
    "start": _("{part}: monitoring has started."),
    "copy": _("Copied from {part}."),
    "move": _("Moved here from {part}."),
    "added": _("Monitors added from blueprint “{part}”."),
}
LONGEST_NOTE = 200


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the pages and of the switch."""

    async def instance(visit: Visit) -> Response:
        return await _page(visit, live, visit.request.path_params["instance"], "")

    async def group(visit: Visit) -> Response:
        path = visit.request.path_params
        return await _page(visit, live, path["instance"], path["group"])

    async def switched(visit: Visit) -> Response:
        return await _stop_or_start(visit, live)

    return [
        Route("/instance/{instance}", page(web, instance), methods=["GET"]),
        Route("/group/{instance}/{group}", page(web, group), methods=["GET"]),
        Route("/switch", page(web, switched), methods=["POST"]),
    ]


async def _stop_or_start(visit: Visit, live: Live) -> Response:
    """Stop or start a part, and go back to the page that asked for it."""
    form = visit.form
    part, page_of, deed = form.get("part", ""), form.get("at", ""), form.get("do", "")
    operation = DEEDS.get((deed, "/" not in part))
    if operation is None or not part:
        raise NotFoundError(NO_SUCH_PAGE)
    page_shown, note = part_page(page_of or part), form.get("note", "")[:LONGEST_NOTE]
    target = {"instance": part} if "/" not in part else {"monitor": part}
    outcome = await run(visit, operation, note=note, **target)
    if outcome.reasons:
        reason = join_sentences(outcome.reasons, visit.language)
        return await visit.show("error.html", outcome.status, why=reason)
    live.expire()
    return visit.redirect(address(page_shown, did=deed, part=part))


async def _page(visit: Visit, live: Live, instance: str, group: str) -> Response:
    key = f"instances/{instance}"
    answer = await visit.call(EditOperations.read, keys=[key])
    content: Mapping[str, Any] = answer.documents.get(key, {})
    snapshot = (await live.now()).read_in(visit.language)
    instance_tree = snapshot.tree.get(instance)
    localizer = LOCALIZERS[visit.language]
    instance_groups = list(
        tables(instance, content.get("group", ()), instance_tree, snapshot.status, localizer)
    )
    groups = [one for one in instance_groups if not group or one.name == group]
    if (not content and instance_tree is None) or (group and not groups):
        raise NotFoundError(NO_SUCH_PAGE)
    path = f"{instance}/{group}" if group else instance
    switch = stops_of(snapshot.status, localizer).switch_of(path)
    level = groups[0].level if group else instance_tree.level if instance_tree else "new"
    return visit.page(
        "part.html",
        ledger_sum=snapshot.ledger.sum,
        serial=snapshot.serial,
        side=sidebar_html(snapshot, visit.language, path=path),
        names=path.split("/"),
        path=path,
        instance_title=content.get("title")
        or (instance_tree.title if instance_tree else instance),
        title=groups[0].title
        if group
        else instance_tree.title
        if instance_tree
        else content.get("title") or instance,
        address="" if group else content.get("address", ""),
        agent=await _agent(visit, snapshot, str(content.get("source", ""))),
        watch=_watch(instance, content) if not group else "",
        level_now=STOPPED if switch.is_stopped else level,
        level=localizer.level,
        groups=groups,
        settings=_settings(instance, "" if instance == OWN_INSTANCE else group),
        switch=switch,
        open=_open_problems(groups),
        own=instance == OWN_INSTANCE,
        may=permissions_of(visit),
        done_text=await done_text(visit, snapshot),
    )


async def _agent(visit: Visit, snapshot: Snapshot, source: str) -> AgentOnPage | None:
    """Return the agent that measures an instance with that source; None if none does."""
    names = [one.name for one in await visit.call(AgentOperations.list)] if source else ()
    if source.casefold() not in {name.casefold() for name in names}:
        return None
    answer = await visit.call(AgentOperations.show, agent=source)
    return agent_on_page(visit, answer.agent, snapshot.tree)


def _watch(instance: str, content: Mapping[str, Any]) -> str:
    """Return the address of the page that proposes monitors; "" where nobody can look for them."""
    is_by_login = content.get("source") in LOGIN_SOURCES
    return watch_page_over_ssh(instance) if is_by_login else ""


def _settings(instance: str, group: str) -> str:
    """Return the address of the settings page of a group, or of the instance."""
    if group:
        return address("/settings/group", **{"in": instance}, name=group)
    return address("/settings/instance", name=instance)


def _open_problems(groups: Sequence[Table]) -> int:
    """Return how many monitors have an open problem, of which somebody may have been
    notified."""
    levels = [row.level for table in groups for row in table.rows]
    return sum(level in ("warning", "critical", "unknown") for level in levels)


async def done_text(visit: Visit, snapshot: Snapshot) -> str:
    """Return the sentence about the last action, with the title of the part; a part that was
    moved away has the name alone. "" for none."""
    deed, part = query_value(visit, "did"), query_value(visit, "part")
    if deed not in DONE:
        return ""
    part_title = (
        place_title(part, snapshot.tree)
        if deed != "added"
        else await _blueprint_title(visit, part)
    )
    return visit.say(DONE[deed].fill(part=part_title))


async def _blueprint_title(visit: Visit, name: str) -> str:
    """Return the title of a blueprint; the name if there is no title or the blueprint is
    gone."""
    titles = {one.name: one.title for one in await visit.call(BlueprintOperations.list)}
    return (visit.say(titles[name]) if name in titles else "") or name
