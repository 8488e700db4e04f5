"""Operations that show how everything is."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.levels import Level
from noroshi.core.model import Monitor, Sample, State
from noroshi.core.words import Words
from noroshi.definitions import Plan
from noroshi.service import looking
from noroshi.service.answers import MonitorStatus, RoutesShown, Status
from noroshi.service.answers_definitions import Kind
from noroshi.service.answers_stops import StoppedBy
from noroshi.service.cautions import FIRST, silent, untold
from noroshi.service.desk import Desk
from noroshi.service.offer import VIEWER, Person, operation
from noroshi.service.said import NOTHING_OF_IT, OfMonitor, of_monitors, silence_shown, under_way
from noroshi.service.stopped import outermost, stop_of
from noroshi.service.stops import Stops

MOST_LOOKED_UP = 500
"""Above so many monitors only those that are not OK are shown with their newest reading."""
UNKNOWN_STATE = State()


class Samples(Desk):
    """What was measured last."""

    async def _sample(self, monitor: Monitor) -> Sample | None:
        return next(iter(await self._store.samples(monitor.id, 1)), None)


class Looking(Samples, Stops):
    """How everything is, and what there is to choose from."""

    @operation(role=VIEWER, help=Words(en="How everything is.", ja="全体の状態を表示します。"))
    async def status(self, who: Person) -> Status:
        """Levels, routes and queue at this moment."""
        now = self._clocks.wall()
        version, plan = await self._current()
        states, waiting = await self._store.states(), await self._store.waiting()
        said, stopped = await self._store.said(now), await self._stops()
        of = of_monitors(said, plan.monitors.values(), now)
        monitors = await self._monitors(plan, states, stopped, of)
        return Status(
            node=self._name,
            version=version.number,
            at=now,
            level=Level.worst(monitor.level for monitor in monitors),
            monitors=monitors,
            routes=await self._routes(plan, waiting),
            queue=looking.counts(waiting),
            troubles=tuple(filter(None, (self._vault.problem, await self._store.trouble()))),
            cautions=tuple(silent(plan)),
            stopped=outermost(stopped),
            silences=tuple(
                silence_shown(one, plan.monitors.values(), now, plan.monitors)
                for one in said.silences
            ),
            untold=tuple(untold(plan)[:FIRST]),
            maintenance=under_way(plan.monitors.values(), now, of),
        )

    @operation(
        role=VIEWER, help=Words(en="How the routes are.", ja="送信経路の状態を一覧します。")
    )
    async def route_list(self, who: Person) -> RoutesShown:
        """The routes of `status` without anything of the monitors, of which there may be many."""
        _, plan = await self._current()
        routes = await self._routes(plan, await self._store.waiting())
        return RoutesShown(self._clocks.wall(), routes)

    async def _monitors(
        self,
        plan: Plan,
        states: Mapping[str, State],
        stopped: Mapping[str, StoppedBy],
        of: Mapping[str, OfMonitor],
    ) -> tuple[MonitorStatus, ...]:
        every = sorted(plan.monitors.values(), key=lambda m: m.path)
        few = len(every) <= MOST_LOOKED_UP
        found = list[MonitorStatus]()
        for monitor in every:
            state = states.get(monitor.id, UNKNOWN_STATE)
            asked = few or state.level is not Level.OK
            sample = await self._sample(monitor) if asked else None
            names = self._plugins.check(monitor.kind).names
            stop, said = stop_of(monitor, stopped), of.get(monitor.id, NOTHING_OF_IT)
            found.append(looking.monitor_status(monitor, state, sample, names, stop, said))
        return tuple(found)

    @operation(
        role=VIEWER,
        help=Words(en="The kinds that are installed.", ja="使える種別を一覧します。"),
    )
    async def kinds(self, who: Person) -> tuple[Kind, ...]:
        """Monitors, actions and routes that can be defined, with their options."""
        return looking.kinds(self._plugins)
