"""Operation that shows servers at a glance: how each is measured, its key values, its last day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from noroshi.core.agents import Agent, AgentState, LastSeen, is_silent
from noroshi.core.levels import Level
from noroshi.core.model import Event, Instance, Monitor, Sample, State
from noroshi.core.own_instance import OWN_INSTANCE
from noroshi.core.sources import NodeIdentity, Source, SourceKind, source_of
from noroshi.operations import monitor_operations
from noroshi.operations.server_answers import ServerRow, Servers, Spell
from noroshi.service.alarms.alarm_view import (
    NO_SUPPRESSION,
    MonitorSuppression,
    suppressions_by_monitor,
)
from noroshi.service.monitors.server_days import (
    key_monitors,
    key_values,
    quiet_since,
    spells_by_instance,
)
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationContext, OperationGroup

DAY = timedelta(days=1)
MOST_SERVERS = 500
MOST_EVENTS = 2000
"""The most events that are read for the last day; with more, less than a day is known."""
MOST_VERSIONS = 30
"""The most versions that are looked through for when an instance was added."""
INSTANCES = "instances/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Hold what is known of the agents: by name in lower case, and when each was last heard."""

    agents: Mapping[str, Agent] = field(default_factory=dict)
    last_seen: Mapping[str, LastSeen] = field(default_factory=dict)

    def is_silent(self, agent: Agent, now: datetime) -> bool:
        """Return whether an agent was not heard of late."""
        return is_silent(self.last_seen.get(agent.id), now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Hold what the rows of all servers are made of."""

    now: datetime
    identity: NodeIdentity
    fleet: Fleet
    states: Mapping[str, State]
    spells: Mapping[str, Sequence[Spell]]
    suppressions: Mapping[str, MonitorSuppression]
    day_begins: datetime
    added_at: Mapping[str, datetime]
    """When an instance was added, for those added within the last day."""


class ServerOperations(OperationGroup):
    """Show servers."""

    def __init__(self, context: OperationContext) -> None:
        super().__init__(context)
        self._events: tuple[Event, ...] = ()
        self._added_at: tuple[int, Mapping[str, datetime]] = (-1, {})

    @offers(monitor_operations.SERVER_LIST)
    async def list(self, person: Person, limit: int = MOST_SERVERS) -> Servers:
        """Show the servers: instances but the node's own, and agents that measure none yet. With
        more than `limit`, those that are not OK come first."""
        version, plan = await self._context.current()
        by_instance = dict[str, list[Monitor]]()
        for one in plan.monitors.values():
            if one.instance.name != OWN_INSTANCE:
                by_instance.setdefault(one.instance.name, []).append(one)
        facts = await self._facts(version.number, plan.monitors)
        rows = [
            *(_row_of_instance(monitors, facts) for monitors in by_instance.values()),
            *_rows_of_idle_agents(by_instance.values(), facts),
        ]
        shown_rows, count = _first(rows, max(1, min(limit, MOST_SERVERS))), len(rows)
        samples = await self._samples(by_instance, [one.name for one in shown_rows])
        return Servers(
            at=facts.now,
            day_begins=facts.day_begins,
            rows=tuple(
                _with_values(one, by_instance.get(one.name, ()), samples, facts)
                for one in shown_rows
            ),
            more=count - len(shown_rows),
        )

    async def _facts(self, version: int, monitors: Mapping[str, Monitor]) -> Facts:
        now = self._clocks.wall()
        states, suppressions = await self._store.states(), await self._store.suppressions(now)
        events = await self._newest_events()
        day_begins = now - DAY
        if len(events) == MOST_EVENTS:
            day_begins = max(day_begins, events[-1].at)
        return Facts(
            now=now,
            identity=self._context.node_identity(),
            fleet=await self._fleet(),
            states=states,
            spells=spells_by_instance(monitors, states, events, day_begins),
            suppressions=suppressions_by_monitor(suppressions, monitors.values(), now),
            day_begins=day_begins,
            added_at=await self._instances_added_since(version, day_begins),
        )

    async def _fleet(self) -> Fleet:
        """Return the agents, as the hub knows them; most nodes have none at all."""
        if not self._context.agent_names.current():
            return Fleet()
        hub = self._context.agents_hub
        agents = (await hub.agents()).values()
        active = [one for one in agents if one.state is not AgentState.REVOKED]
        return Fleet(
            agents={one.name.casefold(): one for one in active}, last_seen=await hub.last_seen()
        )

    async def _newest_events(self) -> tuple[Event, ...]:
        """Return the newest events, read anew only where there is a newer one."""
        newest = await self._store.events("", 1)
        if tuple(newest) != self._events[:1]:
            self._events = tuple(await self._store.events("", MOST_EVENTS))
        return self._events

    async def _instances_added_since(
        self, version: int, since: datetime
    ) -> Mapping[str, datetime]:
        """Return when instances were added that did not exist then, as far as versions tell."""
        if self._added_at[0] != version:
            self._added_at = version, await self._added_instances(since)
        return self._added_at[1]

    async def _added_instances(self, since: datetime) -> Mapping[str, datetime]:
        added_at, names_before = dict[str, datetime](), set[str]()
        versions = await self._store.versions(MOST_VERSIONS)
        recent = [one for one in versions if one.saved_at is not None and one.saved_at > since]
        number_before = versions[len(recent)].number if len(recent) < len(versions) else 0
        for number, saved_at in [
            (number_before, None),
            *((one.number, one.saved_at) for one in reversed(recent)),
        ]:
            one = await self._store.version(number)
            names = {d.key for d in one.documents} if one is not None else set[str]()
            if saved_at is not None:
                added_at |= {
                    key.removeprefix(INSTANCES): saved_at for key in names - names_before
                }
            names_before = names
        return added_at

    async def _samples(
        self, by_instance: Mapping[str, Sequence[Monitor]], names: Collection[str]
    ) -> Mapping[str, Sample]:
        ids = [
            one.id
            for name in names
            for monitors in key_monitors(by_instance.get(name, ())).values()
            for one in monitors
        ]
        return await self._store.newest_samples(ids)


def _first(rows: Sequence[ServerRow], limit: int) -> Sequence[ServerRow]:
    """Return at most that many rows by title; of more, those that are not OK before others."""
    if len(rows) > limit:
        rows = sorted(rows, key=lambda one: (-one.level.severity, one.title.casefold()))
    return sorted(rows[:limit], key=lambda one: one.title.casefold())


def _row_of_instance(monitors: Sequence[Monitor], facts: Facts) -> ServerRow:
    """Return the row of an instance, without the key values."""
    instance = monitors[0].instance
    source = source_of(instance, facts.identity)
    agent = facts.fleet.agents.get(source.agent.casefold()) if source.agent else None
    return _with_agent(_instance_row(instance, source, monitors, facts), agent, facts)


def _instance_row(
    instance: Instance, source: Source, monitors: Sequence[Monitor], facts: Facts
) -> ServerRow:
    states = [facts.states[m.id] for m in monitors if not m.disabled and m.id in facts.states]
    pauses = [facts.suppressions.get(m.id, NO_SUPPRESSION) for m in monitors]
    return ServerRow(
        name=instance.name,
        title=instance.title or instance.name,
        address=instance.address,
        source=source.kind,
        problem=source.problem if source.kind is SourceKind.OTHER_NODE else None,
        level=Level.worst(one.level for one in states),
        is_known=any(one.items for one in states),
        is_stopped=all(m.disabled for m in monitors),
        monitors=len(monitors),
        key_values=(),
        spells=tuple(facts.spells.get(instance.name, ())),
        begins=max(facts.day_begins, facts.added_at.get(instance.name, facts.day_begins)),
        quiet_since=quiet_since(monitors, facts.states),
        silenced_until=_until_for_all(one.silent for one in pauses),
        maintenance_until=_until_for_all(one.maintenance for one in pauses),
    )


def _until_for_all(ends: Iterable[datetime | None]) -> datetime | None:
    """Return until when all monitors of an instance are left alone; None if one is not."""
    all_ends = list(ends)
    given_ends = [one for one in all_ends if one is not None]
    return min(given_ends) if given_ends and len(given_ends) == len(all_ends) else None


def _rows_of_idle_agents(
    instances: Iterable[Sequence[Monitor]], facts: Facts
) -> Iterator[ServerRow]:
    """Yield a row for each agent that measures no instance yet."""
    names_in_use = {
        source_of(monitors[0].instance, facts.identity).agent.casefold()
        for monitors in instances
    }
    for name, agent in facts.fleet.agents.items():
        if name not in names_in_use:
            row = ServerRow(
                name="",
                title=agent.name,
                address="",
                source=SourceKind.AGENT,
                level=Level.OK,
                is_known=False,
                is_stopped=False,
                monitors=0,
                key_values=(),
                spells=(),
                begins=facts.now,
            )
            yield _with_agent(row, agent, facts)


def _with_agent(row: ServerRow, agent: Agent | None, facts: Facts) -> ServerRow:
    """Return a row with the agent that measures the instance. What was OK when the agent fell
    silent is unknown by now."""
    if agent is None:
        return row
    last_seen = facts.fleet.last_seen.get(agent.id)
    has_silent_agent = facts.fleet.is_silent(agent, facts.now)
    is_unknown = (
        has_silent_agent and row.is_known and not row.is_stopped and row.level is Level.OK
    )
    return replace(
        row,
        agent=agent.name,
        agent_id=agent.id,
        level=Level.UNKNOWN if is_unknown else row.level,
        address=row.address or (last_seen.address if last_seen else ""),
        is_silent=has_silent_agent,
        last_contact=last_seen.last_contact if last_seen else None,
        system=agent.machine.system,
        version=(last_seen.version if last_seen else "") or agent.version,
    )


def _with_values(
    row: ServerRow, monitors: Sequence[Monitor], samples: Mapping[str, Sample], facts: Facts
) -> ServerRow:
    values = key_values(key_monitors(monitors), samples, facts.states)
    return replace(row, key_values=tuple(values))
