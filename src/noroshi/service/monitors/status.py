"""Operations that show the status of monitors and routes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from noroshi.core.agents import AgentState
from noroshi.core.levels import Level
from noroshi.core.model import Monitor, Sample, State
from noroshi.core.translation import Message
from noroshi.definitions.compilation import Plan
from noroshi.definitions.unruled_monitors import (
    FIRST,
    is_notified_by_hub,
    paths_without_rule,
    without_rule,
)
from noroshi.operations import monitor_operations
from noroshi.operations.kind_answers import Kind
from noroshi.operations.status_answers import MonitorStatus, RoutesShown, Status, StoppedBy
from noroshi.service.alarms.alarm_view import (
    NO_SUPPRESSION,
    MonitorSuppression,
    active_windows,
    silence_shown,
    suppressions_by_monitor,
)
from noroshi.service.definitions.disabled_text import outermost, stop_of
from noroshi.service.definitions.enable_disable import DisabledMonitors
from noroshi.service.monitors import status_view
from noroshi.service.monitors.agents_status import silent_agents
from noroshi.service.operation import Person, offers
from noroshi.service.operation_context import OperationGroup

T = TypeVar("T")
MOST_LOOKED_UP = 500
"""The number of monitors above which only those that are not OK are shown with their newest
reading."""
UNKNOWN_STATE = State()
PORTION = 100
"""The number of monitors that are looked up in one go, before others have their turn."""


def batched(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Return the pieces of that size, the last one with what is left."""
    return (rows[at : at + size] for at in range(0, len(rows), size))


def _level(states: Mapping[str, State], monitor: Monitor) -> Level:
    return states.get(monitor.id, UNKNOWN_STATE).level


class NewestSamples(OperationGroup):
    """Keep the newest sample of each monitor."""

    async def _sample(self, monitor: Monitor) -> Sample | None:
        return next(iter(await self._store.samples(monitor.id, 1)), None)


class StatusOperations(NewestSamples, DisabledMonitors):
    """Show the status of everything, and the kinds to choose from."""

    @offers(monitor_operations.STATUS)
    async def status(self, person: Person) -> Status:
        """Return levels, routes and queue at this moment."""
        now = self._clocks.wall()
        version, plan = await self._context.current()
        states, queue = await self._store.states(), await self._store.queue_counts()
        suppressions, stops = await self._store.suppressions(now), await self._stops()
        by_monitor = suppressions_by_monitor(suppressions, plan.monitors.values(), now)
        monitors = await self._monitors(plan.monitors.values(), states, stops, by_monitor)
        return Status(
            node=self._context.name,
            runs_on=self._context.runs_on,
            agent_count=await self._agent_count(),
            sending_hub=await self._sending_hub(plan),
            absent_hub=await self._absent_hub(),
            version=version.number,
            at=now,
            level=Level.worst(monitor.level for monitor in monitors),
            monitors=monitors,
            routes=await self._context.routes(plan, queue),
            queue=status_view.counts(queue),
            troubles=await self._troubles(),
            cautions=tuple(without_rule(plan)),
            stopped=outermost(stops),
            silences=tuple(
                silence_shown(one, plan.monitors.values(), now, plan.monitors)
                for one in suppressions.silences
            ),
            untold=tuple(paths_without_rule(plan)[:FIRST]),
            maintenance=active_windows(plan.monitors.values(), now, by_monitor),
            nodes=status_view.node_statuses(await self._store.nodes()),
        )

    @offers(monitor_operations.ROUTE_LIST)
    async def routes(self, person: Person) -> RoutesShown:
        """Return the routes of `status` without anything of the monitors, of which there may be
        many."""
        _, plan = await self._context.current()
        routes = await self._context.routes(plan, await self._store.queue_counts())
        return RoutesShown(self._clocks.wall(), routes)

    async def _agent_count(self) -> int:
        agents = await self._store.agents()
        return sum(one.state is not AgentState.REVOKED for one in agents.values())

    async def _sending_hub(self, plan: Plan) -> str:
        """Return the name of the hub that sends all alarms of this node; "" if this node has a
        route, or monitors of its own, or if the hub turns it away."""
        links = self._context.hub_links
        enrolment = await links.enrolment() if links is not None else None
        if links is None or enrolment is None or links.status.own_trouble() is not None:
            return ""
        return enrolment.hub_name if is_notified_by_hub(plan) else ""

    async def _absent_hub(self) -> str:
        """Return the name of the hub in whose place this node sends now; "" if none."""
        links = self._context.hub_links
        if links is None or links.turn is None or not links.turn.may_send:
            return ""
        enrolment = await links.enrolment()
        return "" if enrolment is None else enrolment.hub_name

    async def _troubles(self) -> tuple[Message, ...]:
        """Return the troubles of Noroshi itself: vault, store, and the link to a hub."""
        links = self._context.hub_links
        link_trouble = links.status.own_trouble() if links is not None else None
        return tuple(
            filter(None, (self._vault.problem, await self._store.trouble(), link_trouble))
        )

    async def _monitors(
        self,
        monitors: Iterable[Monitor],
        states: Mapping[str, State],
        stops: Mapping[str, StoppedBy],
        by_monitor: Mapping[str, MonitorSuppression],
    ) -> tuple[MonitorStatus, ...]:
        by_path = sorted(monitors, key=lambda m: m.path)
        few = len(by_path) <= MOST_LOOKED_UP
        ids = [m.id for m in by_path if few or _level(states, m) is not Level.OK]
        samples, statuses = await self._store.newest_samples(ids), list[MonitorStatus]()
        agents = await silent_agents(self._context)
        for portion in batched(by_path, PORTION):
            for monitor in portion:
                state = states.get(monitor.id, UNKNOWN_STATE)
                check = self._plugins.check(monitor.kind)
                stop, suppression = (
                    stop_of(monitor, stops),
                    by_monitor.get(monitor.id, NO_SUPPRESSION),
                )
                sample = samples.get(monitor.id)
                status = status_view.monitor_status(
                    monitor, state, sample, check, stop, suppression
                )
                statuses.append(agents.with_agent(status, self._plugins.agent_of(monitor)))
            await asyncio.sleep(0)  # many are not to hold up the watch
        return tuple(statuses)

    @offers(monitor_operations.KINDS)
    async def kinds(self, person: Person) -> tuple[Kind, ...]:
        """Return the kinds of monitors, actions and routes, with their options."""
        return status_view.kinds(self._plugins)
