"""List servers, and show one agent: to rename it, or to remove it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from noroshi import __version__
from noroshi.core.agents import runs_windows
from noroshi.operations.agent_answers import (
    AgentRenamed,
    AgentRevoked,
    AgentShown,
    AgentUpdating,
    RouteShared,
)
from noroshi.operations.registry import button_of
from noroshi.service import NotFoundError
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.agents.route_sharing import RouteSharing
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.pages.fleet_update import (
    UPDATE_ALL,
    UpdatesOnPage,
    outdated_agents,
    update_all,
)
from noroshi.web.view.form_operations import (
    Outcome,
    clock,
    permissions_of,
    query_value,
    refusal_texts,
    run_reauthenticated,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.server_rows import SERVERS
from noroshi.web.view.servers import (
    agent_on_page,
    own_route_ways,
    routes_on_page,
    servers_on_page,
    summary,
)

VIEWS = ("cards", "list")
RENAME, REVOKE, FORGET = "agent_rename", "agent_revoke", "agent_forget"
SHARE, UNSHARE, UPDATE = "agent_share", "agent_unshare", "agent_update"
SHARING = {SHARE: RouteSharing.share, UNSHARE: RouteSharing.unshare}
BUTTONS = (RENAME, REVOKE, FORGET, SHARE, UNSHARE, UPDATE)
Changed = AgentRenamed | AgentRevoked | AgentUpdating | RouteShared


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the routes of the list and of an agent's page."""

    async def servers(visit: Visit) -> Response:
        return await _list(visit, live)

    async def agent(visit: Visit) -> Response:
        return await _agent(visit, live)

    return [
        Route(SERVERS, page(web, servers), methods=["GET", "POST"]),
        Route(f"{SERVERS}/agent/{{id}}", page(web, agent), methods=["GET", "POST"]),
    ]


async def _list(visit: Visit, live: Live) -> Response:
    """Show each server as a card, or as a row of a table."""
    snapshot = (await live.now()).read_in(visit.language)
    agents, updates = await visit.call(AgentOperations.list), UpdatesOnPage()
    if visit.request.method == "POST":
        if visit.form.get("do") != UPDATE_ALL:
            raise NotFoundError(NO_SUCH_PAGE)
        updates = await update_all(visit, agents)
        agents = await visit.call(AgentOperations.list)
    instances = await visit.call(AgentOperations.sources)
    glances = snapshot.glances(visit.language)
    rows = servers_on_page(visit, agents, instances, snapshot.tree, glances)
    view = query_value(visit, "view")
    return visit.page(
        "servers.html",
        403 if updates.needs_password else 200,
        updates=updates,
        outdated_count=len(outdated_agents(agents)),
        hub_version=__version__,
        ledger_sum=snapshot.ledger.sum,
        rows=rows,
        summary=summary(visit, rows),
        view=view if view in VIEWS else VIEWS[0],
        may=permissions_of(visit),
    )


async def _agent(visit: Visit, live: Live) -> Response:
    """Show an agent in full; rename it, remove it or share a route with it, each with the password
    again."""
    id, deed = visit.request.path_params["id"], visit.form.get("do", "")
    outcome = Outcome[Changed]()
    if visit.request.method == "POST":
        if deed == FORGET:
            await visit.call(AgentOperations.forget, agent=id)
            live.expire()
            return visit.redirect(SERVERS)
        outcome = await _change_agent(visit, id, deed)
        live.expire()
    answer = await visit.call(AgentOperations.show, agent=id)
    return visit.page(
        "agent.html", outcome.status, **await _agent_context(visit, live, answer, deed, outcome)
    )


async def _change_agent(visit: Visit, id: str, deed: str) -> Outcome[Changed]:
    if deed == RENAME:
        name = visit.form.get("name", "").strip()
        return await run_reauthenticated(visit, AgentOperations.rename, agent=id, name=name)
    if deed == UPDATE:
        return await run_reauthenticated(visit, AgentOperations.update, agent=id)
    if deed == REVOKE:
        return await run_reauthenticated(visit, AgentOperations.revoke, agent=id)
    if deed in SHARING:
        route = visit.form.get("route", "")
        return await run_reauthenticated(visit, SHARING[deed], agent=id, route=route)
    raise NotFoundError(NO_SUCH_PAGE)


async def _agent_context(
    visit: Visit, live: Live, answer: AgentShown, deed: str, outcome: Outcome[Changed]
) -> dict[str, Any]:
    snapshot = (await live.now()).read_in(visit.language)
    return {
        "ledger_sum": snapshot.ledger.sum,
        "agent": agent_on_page(visit, answer.agent, snapshot.tree),
        "shown": answer,
        "hub_version": __version__,
        "runs_windows": runs_windows(answer.agent.system),
        "own_route_ways": own_route_ways(visit, answer.agent.system),
        "routes": routes_on_page(visit, answer),
        "key_since": clock(visit, answer.key_since),
        "revoked_at": clock(visit, answer.revoked_at),
        "deed": deed if outcome.answer is not None else "",
        "pending": deed if outcome.answer is None else "",
        "done": outcome.answer,
        "why": refusal_texts(visit, outcome),
        "needs_password": outcome.needs_password,
        "bad": outcome.wrong_fields,
        "chosen_route": visit.form.get("route", "") if outcome.answer is None else "",
        "typed_name": visit.form.get("name", "") if outcome.answer is None else "",
        "buttons": {one: visit.say(button_of(one)) for one in BUTTONS},
        "may": permissions_of(visit),
    }
