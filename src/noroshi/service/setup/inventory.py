"""Operations that find what there is to watch on a computer, and take of it what is wanted: on this
one, on that of an agent, or on one that is reached over SSH."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from itertools import chain, count
from typing import Any

from noroshi import schema
from noroshi.core.agents import Agent, AgentState
from noroshi.core.definitions.problems import Problem, shortened_text, suggestion
from noroshi.core.definitions.version_note import note_text
from noroshi.core.model import LOGIN_SOURCES, Instance, Monitor
from noroshi.core.translation import _
from noroshi.definitions.blueprints import Blueprint, add
from noroshi.definitions.document_content import content
from noroshi.hosts.time_zone import machine_zone
from noroshi.link.order_messages import Discovered, OrderVerb
from noroshi.operations import setup_operations
from noroshi.operations.definition_answers import Applied
from noroshi.operations.setup_answers import Suggested, Suggestion
from noroshi.ports import Document, Host, Listener, Unmeasurable
from noroshi.service.agents.agent_by_name import NO_AGENT
from noroshi.service.agents.order_answers import clean_discovery
from noroshi.service.definitions.apply import BAD_DEFINITIONS
from noroshi.service.definitions.edit import EditOperations
from noroshi.service.errors import InvalidArgumentError, NotFoundError, OperationFailedError
from noroshi.service.operation import Person, offers
from noroshi.service.setup.computer_discovery import discover
from noroshi.service.setup.first_steps import TEST, FirstStart, FirstStepOperations
from noroshi.service.setup.suggestions import ANY, groups_of, instance_name, suggest_monitors

NEW = _("basic monitoring of this computer")
NOT_HERE = _("This process runs no measurements, so it cannot examine the computer.")
NO_SUGGESTION = _("“{given}” was not suggested{instead}")
NEW_OF_AGENT = _("basic monitoring of {agent}")
NEW_OVER_SSH = _("more monitoring of {instance}")
NOTHING_CHOSEN = _("Choose at least one thing to monitor.")
NOT_OVER_SSH = _("There is no instance “{given}” that is monitored over SSH or WinRM{instead}.")


class DiscoveryOperations(FirstStepOperations, EditOperations):
    """Suggest the monitors that a new node, or a server with an agent or a login, begins with."""

    @offers(setup_operations.SUGGEST)
    async def suggest(self, person: Person, agent: str = "", instance: str = "") -> Suggestion:
        """Return disk space, memory, processor, services and ports found on this computer, or on
        that of an agent or of an instance over SSH, with what there is of each."""
        documents = (await self._store.current()).documents
        if instance:
            monitor = await self._monitor_over_ssh(instance)
            name, title = monitor.instance.name, monitor.instance.title or monitor.instance.name
            discovered = await self._look_over_ssh(monitor)
        elif agent:
            known_agent = await self._agent_named(agent)
            name = _instance_of(known_agent.name, documents)
            title = known_agent.name
            discovered = await self._ask_agent(known_agent)
        else:
            title = self._context.runs_on or self._context.name
            name = instance_name(title)
            discovered = await discover(self._this_computer(name), self._is_manager)
        monitors = suggest_monitors(discovered, _existing_monitors(documents, name))
        zone = discovered.zone or machine_zone()
        return Suggestion(instance=name, title=title, zone=zone, monitors=monitors)

    @offers(setup_operations.SUGGEST_TAKE)
    async def suggest_take(
        self,
        person: Person,
        wanted: tuple[str, ...],
        language: str = "en",
        title: str = "",
        rules: tuple[str, ...] = (),
        agent: str = "",
        instance: str = "",
    ) -> Applied:
        """Apply the suggestions with these ids as monitors of this computer's instance, of the
        instance that an agent measures, or of an instance over SSH, with titles in that language.
        Existing monitors stay as they are."""
        proposal = await self.suggest(person, agent, instance)
        selected = _select(proposal, wanted)
        current = await self._store.current()
        blueprint = Blueprint(
            name=TEST, title=NEW, help=NEW, inputs={}, groups=groups_of(selected, language)
        )
        options = {
            "title": title or proposal.title,
            "zone": proposal.zone,
            "rules": list(rules or _rules(current.documents)),
        }
        new_text = NEW_OVER_SSH.fill(instance=proposal.title) if instance else NEW
        if agent:
            agent_name = (await self._agent_named(agent)).name
            options["source"] = agent_name
            new_text = NEW_OF_AGENT.fill(agent=agent_name)
        try:
            documents = add(current.documents, blueprint, proposal.instance, {}, options)
        except schema.Invalid as invalid:
            raise InvalidArgumentError(BAD_DEFINITIONS, invalid.problems) from None
        note = note_text(new_text)
        answer = await self.apply(person, documents=documents, base=current.number, note=note)
        if not agent and not instance and await self._first_start() is None:
            await self._save_first_start(FirstStart())
        return answer

    async def _agent_named(self, name: str) -> Agent:
        """Return the agent of that name that may come in. Raises NotFoundError."""
        agents = await self._context.agents_hub.agents()
        active_agents = {
            one.name.casefold(): one
            for one in agents.values()
            if one.state is AgentState.ACTIVE
        }
        agent = active_agents.get(name.casefold())
        if agent is None:
            near = suggestion(name, [one.name for one in active_agents.values()])
            raise NotFoundError(NO_AGENT.fill(given=shortened_text(name), instead=near))
        return agent

    async def _monitor_over_ssh(self, name: str) -> Monitor:
        """Return a monitor of an instance, which has the login. Raises NotFoundError."""
        _version, plan = await self._context.current()
        monitors = {
            one.instance.name: one
            for one in plan.monitors.values()
            if one.instance.source in LOGIN_SOURCES
        }
        if name not in monitors:
            near = suggestion(name, monitors)
            raise NotFoundError(NOT_OVER_SSH.fill(given=shortened_text(name), instead=near))
        return monitors[name]

    async def _look_over_ssh(self, monitor: Monitor) -> Discovered:
        """Return what there is on a computer over SSH. Raises OperationFailedError if that tells
        nothing."""
        if self._context.host_of is None:
            raise OperationFailedError(NOT_HERE)
        host = self._context.host_of(monitor)
        discovered = replace(await discover(host), zone=monitor.instance.zone)
        if not (discovered.volumes or discovered.memory or discovered.cores):
            try:
                await host.volumes()
            except Unmeasurable as problem:
                raise OperationFailedError(problem.words) from None
        listeners = tuple(map(_at_instance_address, discovered.listeners))
        return replace(discovered, listeners=tuple(filter(_is_open_to_others, listeners)))

    async def _ask_agent(self, agent: Agent) -> Discovered:
        hub = self._context.agents_hub
        answer = await hub.order(agent.name, OrderVerb.DISCOVER, Discovered)
        return clean_discovery(answer)

    def _is_manager(self, listener: Listener) -> bool:
        """Return whether that is the manager: whoever could be told that it is away need not be
        told by it."""
        manager = self._context.surroundings.manager if self._context.surroundings else None
        return manager is not None and (ip_address(listener.address), listener.port) == (
            ip_address(manager.address),
            manager.port,
        )

    def _this_computer(self, name: str) -> Host:
        if self._context.host_of is None:
            raise OperationFailedError(NOT_HERE)
        instance = Instance(name=name)
        return self._context.host_of(
            Monitor(id=name, name=name, instance=instance, group="", kind="", options=None)
        )


def _at_instance_address(listener: Listener) -> Listener:
    """Return what listens on all addresses as something to be reached by the instance's own."""
    return replace(listener, address=ANY[0]) if listener.address in ANY else listener


def _is_open_to_others(listener: Listener) -> bool:
    try:
        address = ip_address(listener.address)
    except ValueError:  # netstat shortens long ones, and it is another computer's word
        return False
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return not (mapped or address).is_loopback


def _rules(documents: Iterable[Document]) -> Collection[str]:
    return [one.key.partition("/")[2] for one in documents if one.key.startswith("rules/")][:1]


def _instance_of(agent: str, documents: Iterable[Document]) -> str:
    """Return the name of the instance that an agent measures; one that is free if there is none."""
    instances = {
        one.key.partition("/")[2]: str(content(one).get("source", "")).casefold()
        for one in documents
        if one.key.startswith("instances/")
    }
    measured = sorted(name for name, source in instances.items() if source == agent.casefold())
    if measured:
        return measured[0]
    name = instance_name(agent)
    return next(
        one
        for one in chain([name], (f"{name}-{number}" for number in count(2)))
        if one not in instances
    )


def _existing_monitors(documents: Iterable[Document], instance: str) -> Collection[str]:
    """Return the monitors that this instance has, as group/name."""
    instance_document = next(
        (one for one in documents if one.key == f"instances/{instance}"), None
    )
    groups: Iterable[Mapping[str, Any]] = (
        content(instance_document).get("group", ()) if instance_document else ()
    )
    return {f"{g.get('name')}/{m.get('name')}" for g in groups for m in g.get("monitor", ())}


def _select(proposal: Suggestion, ids: tuple[str, ...]) -> list[Suggested]:
    """Return the wanted suggestions that are not there yet. Raises InvalidArgumentError."""
    by_id = {one.id: one for one in proposal.monitors}
    problems = [
        Problem("wanted", NO_SUGGESTION.fill(given=id, instead=suggestion(id, by_id)))
        for id in ids
        if id not in by_id
    ]
    if not ids:
        problems.append(Problem("wanted", NOTHING_CHOSEN))
    if problems:
        raise InvalidArgumentError(
            NOTHING_CHOSEN if not ids else BAD_DEFINITIONS, tuple(problems)
        )
    return [by_id[id] for id in dict.fromkeys(ids) if not by_id[id].there]
