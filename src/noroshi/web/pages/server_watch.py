"""Choose what to monitor on a server: what its agent or a login over SSH found there, each with the
proposed limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from starlette.responses import Response
from starlette.routing import Route

from noroshi.operations.definition_answers import Applied
from noroshi.operations.setup_answers import Suggested, Suggestion
from noroshi.service import NotFoundError, OperationError
from noroshi.service.agents.agents import AgentOperations
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.setup.inventory import DiscoveryOperations
from noroshi.service.setup.suggestions import GROUP_TITLES
from noroshi.web.context import WebContext
from noroshi.web.forms.location import title_of
from noroshi.web.view.form_operations import (
    Outcome,
    address,
    query_value,
    require_administrator,
    run_reauthenticated,
)
from noroshi.web.view.live_updates import Live
from noroshi.web.view.page_context import Visit, page
from noroshi.web.view.server_rows import WATCH, new_instance

TAKE, RULE = "take.", "rule."


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedGroup:
    """Hold the proposals of one group."""

    title: str
    monitors: Sequence[Suggested]


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchedServer:
    """Hold the server that the page is about: by the name of its agent, or by that of its instance
    over SSH; and the page on which monitors are chosen by hand."""

    agent: str = ""
    instance: str = ""
    by_hand: str


def routes(web: WebContext, live: Live) -> list[Route]:
    """Return the route of the page."""

    async def watch(visit: Visit) -> Response:
        return await _watch(visit, live)

    return [Route(WATCH, page(web, watch), methods=["GET", "POST"])]


async def _watch(visit: Visit, live: Live) -> Response:
    require_administrator(visit)
    server, outcome = await _server(visit), Outcome[Applied]()
    if visit.request.method == "POST":
        outcome = await _take(visit, server)
        if outcome.answer is not None:
            live.expire()
            return visit.redirect("/")
    proposal, problem = await _proposal(visit, server)
    rules = await _rules(visit)
    return await visit.show(
        "server_watch.html",
        outcome.status,
        server=server,
        name=_shown_name(server, proposal),
        proposal=proposal,
        problem=problem,
        groups=_groups(visit, proposal),
        rules=rules,
        chosen_rules=_names_with_prefix(visit.form, RULE) or list(rules)[:1],
        typed_title=visit.form.get("title", "") or (proposal.title if proposal else ""),
        taken=_names_with_prefix(visit.form, TAKE) if outcome.reasons else None,
        why=outcome.reasons,
        needs_password=outcome.needs_password,
        by_hand=server.by_hand,
        action=address(WATCH, agent=server.agent, instance=server.instance),
    )


def _shown_name(server: WatchedServer, proposal: Suggestion | None) -> str:
    if proposal and server.instance:
        return proposal.title
    return server.agent or server.instance


async def _server(visit: Visit) -> WatchedServer:
    """Return the server that the query names: by its agent, or by its instance, which has a login."""
    instance = query_value(visit, "instance")
    if instance:
        return WatchedServer(instance=instance, by_hand=address("/add", to=instance))
    answer = await visit.call(AgentOperations.show, agent=query_value(visit, "agent"))
    name = answer.agent.name
    return WatchedServer(agent=name, by_hand=new_instance(name, answer.agent.address))


async def _take(visit: Visit, server: WatchedServer) -> Outcome[Applied]:
    return await run_reauthenticated(
        visit,
        DiscoveryOperations.suggest_take,
        wanted=_names_with_prefix(visit.form, TAKE),
        language=visit.language,
        title=visit.form.get("title", "").strip(),
        rules=_names_with_prefix(visit.form, RULE),
        agent=server.agent,
        instance=server.instance,
    )


async def _proposal(visit: Visit, server: WatchedServer) -> tuple[Suggestion | None, str]:
    """Return what was found on the server; None and the reason if the server cannot be asked."""
    try:
        proposal = await visit.call(
            DiscoveryOperations.suggest, agent=server.agent, instance=server.instance
        )
    except NotFoundError:
        raise
    except OperationError as error:
        return None, visit.say(error.words)
    return proposal, ""


async def _rules(visit: Visit) -> Mapping[str, str]:
    """Return the rules by name, with their titles."""
    documents = (await visit.call(EditOperations.read)).documents
    return {
        key.partition("/")[2]: title_of(key.partition("/")[2], one)
        for key, one in sorted(documents.items())
        if key.startswith("rules/")
    }


def _groups(visit: Visit, proposal: Suggestion | None) -> Sequence[ProposedGroup]:
    monitors = proposal.monitors if proposal else ()
    return [
        ProposedGroup(title=visit.say(GROUP_TITLES[name]), monitors=list(ones))
        for name, ones in groupby(monitors, key=lambda one: one.id.partition("/")[0])
    ]


def _names_with_prefix(form: Iterable[str], prefix: str) -> list[str]:
    return [name.removeprefix(prefix) for name in form if name.startswith(prefix)]
