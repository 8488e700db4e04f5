"""Operations that share delivery routes of this node with agents, for use while it is unavailable."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from noroshi.core.agents import Agent, AgentState
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import Message, _, list_names
from noroshi.definitions.document_content import content
from noroshi.definitions.shared_routes import ROUTES, NotSharedError, SharedRoute, shared_route
from noroshi.operations import agent_operations
from noroshi.operations.agent_answers import RouteOfAgent, RouteShared
from noroshi.ports import Document
from noroshi.schema import Invalid
from noroshi.service.agents.agent_by_name import agent_by_name
from noroshi.service.errors import ConflictError, InvalidArgumentError, NotFoundError
from noroshi.service.operation import Person, note, note_nothing, offers
from noroshi.service.operation_context import OperationContext, OperationGroup
from noroshi.service.people.users import MEANWHILE

NOT_SHARED = _("The route was not shared.")
WAS_REMOVED = _("{name} was removed and can no longer connect.")
NOT_ACCEPTED = _(
    "{name} does not accept delivery routes from this node: either its noroshi.toml does not "
    "allow it (the hub_routes setting), or its version is too old."
)
NO_ROUTE = _("There is no delivery route “{route}”.")
NOT_IN_VAULT = _("“{entry}”, which this route needs, is not in the vault.")
NOT_SHARED_NOW = _(
    "Route “{route}” will no longer be shared with these agents: {agents}. {why}"
)
IS_NOT_SHARED = _("Route “{route}” is not shared with {name}.")


class RouteSharing(OperationGroup):
    """Share a route with an agent, and end that."""

    @offers(agent_operations.AGENT_SHARE)
    async def share(self, person: Person, agent: str, route: str) -> RouteShared:
        """Share a route with an agent: it gets the route with its secrets, sealed for its key, and
        sends the notifications of its monitors through it while this node is unavailable."""
        one = await self._agent(agent)
        if one.state is AgentState.REVOKED:
            raise ConflictError(WAS_REMOVED.fill(name=one.name))
        if not one.accepts_routes:
            raise ConflictError(NOT_ACCEPTED.fill(name=one.name))
        needs = await self._require_shareable(route)
        return await self._put(one, route, {*one.shared_routes, route}, needs.entries)

    @offers(agent_operations.AGENT_UNSHARE)
    async def unshare(self, person: Person, agent: str, route: str) -> RouteShared:
        """Stop sharing a route with an agent. It removes the route and its secrets once it is told;
        whoever has its server may have kept them."""
        one = await self._agent(agent)
        if route not in one.shared_routes:
            raise NotFoundError(IS_NOT_SHARED.fill(route=route, name=one.name))
        return await self._put(one, route, {*one.shared_routes} - {route}, one.secrets)

    async def _put(
        self, agent: Agent, route: str, routes: Iterable[str], secrets: tuple[str, ...]
    ) -> RouteShared:
        new_routes = tuple(sorted(routes))
        if new_routes == agent.shared_routes:
            note_nothing()
        else:
            if await self._context.agents_hub.share(agent.id, new_routes) is None:
                raise ConflictError(MEANWHILE.fill(name=agent.name))
            note(
                old_state={"name": agent.name, "routes": list(agent.shared_routes)},
                new_state={"routes": list(new_routes)},
            )
        return RouteShared(id=agent.id, name=agent.name, route=route, secrets=secrets)

    async def _require_shareable(self, route: str) -> SharedRoute:
        """Return what a route needs. Raises InvalidArgumentError."""
        try:
            needs = shared_route(route, await _documents(self._context))
        except NotSharedError as error:
            raise InvalidArgumentError(NOT_SHARED, (Problem("route", error.words),)) from None
        except Invalid as invalid:
            raise InvalidArgumentError(NOT_SHARED, invalid.problems) from None
        vault_names = set(await self._vault.names())
        missing = (
            Problem("route", NOT_IN_VAULT.fill(entry=entry))
            for entry in needs.entries
            if entry not in vault_names
        )
        if problems := tuple(missing):
            raise InvalidArgumentError(NOT_SHARED, problems)
        return needs

    async def _agent(self, name_or_id: str) -> Agent:
        return agent_by_name(name_or_id, await self._store.agents())


async def routes_of_agent(context: OperationContext, agent: Agent) -> tuple[RouteOfAgent, ...]:
    """Return the routes of this node, and which of them are shared with an agent. Raises
    StoreError."""
    return tuple(_routes_of_agent(await _documents(context), agent))


async def rename_shared_routes(context: OperationContext, names: Mapping[str, str]) -> None:
    """Let agents have a route under the name that it has by now; `names` are new ones by old ones.
    Raises StoreError."""
    for one in (await context.store.agents()).values():
        if names.keys() & set(one.shared_routes):
            routes = {names.get(route, route) for route in one.shared_routes}
            await context.agents_hub.share(one.id, routes)


async def sharing_cautions(
    context: OperationContext,
    old: Iterable[Document],
    new: Iterable[Document],
    names: Mapping[str, str],
) -> tuple[Message, ...]:
    """Return which agents lose a shared route by new definitions, and why; `names` are new names of
    routes by old ones. Raises StoreError."""
    agents = [one for one in (await context.store.agents()).values() if one.shared_routes]
    if not agents:
        return ()
    return tuple(_sharing_cautions(agents, _by_key(old), _by_key(new), names))


def _sharing_cautions(
    agents: Iterable[Agent],
    old: Mapping[str, Document],
    new: Mapping[str, Document],
    names: Mapping[str, str],
) -> Iterator[Message]:
    agents_by_route = defaultdict[str, list[str]](list)
    for one in agents:
        if one.state is AgentState.ACTIVE:
            for route in one.shared_routes:
                agents_by_route[route].append(one.name)
    for route, agent_names in sorted(agents_by_route.items()):
        refusal = _refusal(names.get(route, route), new)
        if refusal is not None and _refusal(route, old) is None:
            agent_list = list_names(sorted(agent_names))
            yield NOT_SHARED_NOW.fill(route=route, agents=agent_list, why=refusal)


def _by_key(documents: Iterable[Document]) -> Mapping[str, Document]:
    return {one.key: one for one in documents}


async def _documents(context: OperationContext) -> Mapping[str, Document]:
    return _by_key((await context.store.current()).documents)


def _routes_of_agent(documents: Mapping[str, Document], agent: Agent) -> Iterator[RouteOfAgent]:
    names = {key.partition("/")[2] for key in documents if key.startswith(f"{ROUTES}/")}
    for name in sorted(names | set(agent.shared_routes)):
        definition = documents.get(f"{ROUTES}/{name}")
        yield RouteOfAgent(
            name=name,
            title=str(content(definition).get("title", "")) if definition is not None else "",
            is_shared=name in agent.shared_routes,
            refusal=_refusal(name, documents),
        )


def _refusal(route: str, documents: Mapping[str, Document]) -> Message | None:
    if f"{ROUTES}/{route}" not in documents:
        return NO_ROUTE.fill(route=route)
    try:
        shared_route(route, documents)
    except NotSharedError as error:
        return error.words
    return None
