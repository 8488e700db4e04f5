"""Report on the node itself: its health, ports, files and folders."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence

from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.levels import Level
from noroshi.core.route_readiness import Sends, nothing_against
from noroshi.core.translation import Message, _, list_names, ngettext, plain
from noroshi.definitions.compilation import Plan
from noroshi.hosts.footprint import LISTENS, PlaceShown, Surroundings
from noroshi.hosts.threads import run_in_thread
from noroshi.operations import node_operations
from noroshi.operations.node_answers import Health, LastBackup, Places
from noroshi.operations.status_answers import MonitorStatus, RouteStatus
from noroshi.ports import NOTHING_QUEUED, NodeFacts, QueueFacts
from noroshi.service.agents.hub_endpoints import ListenerSetting, read_setting
from noroshi.service.alarms.alarm_view import suppressions_by_monitor
from noroshi.service.errors import OperationFailedError
from noroshi.service.monitors import status_view
from noroshi.service.monitors.status import StatusOperations
from noroshi.service.operation import Person, offers

BACKUP, LOOKED_THROUGH = "backup", 10_000
NO_ROUTE = _("no alarm can be sent: there is no route")
NO_WAY = ngettext(
    "no alarm can be sent: none of {count} route can send ({route}: {why})",
    "no alarm can be sent: none of {count} routes can send ({route}: {why})",
)
ONLY_ONE = _("no alarm can be sent: the only route cannot send ({route}: {why})")
STUCK = _("alarms from {which} cannot be sent: none of their routes can send ({route}: {why})")
SOON = _("sending alarms may soon fail: no route has a valid sign-in ({route}: {why})")
SOON_ONE = _(
    "sending alarms may soon fail: the only route may still send for a while, but its "
    "sign-in is not valid ({route}: {why})"
)
SOON_STUCK = _(
    "sending alarms from {which} may soon fail: none of their routes has a valid sign-in "
    "({route}: {why})"
)
MOST_STUCK = 3
"""Rules and notifications whose alarms cannot leave that are named at most."""
FOR_AGENTS = _("Address for agents")
FOR_AGENTS_IS = _("TLS, for agents only")
NOT_HERE = _("This process has no information about its environment.")


class NodeOperations(StatusOperations):
    """Show the facts that the node knows of itself."""

    @offers(node_operations.HEALTH)
    async def health(self, person: Person) -> Health:
        """Return lateness, store, disk, queue, clock, program, and the node's own monitors."""
        surroundings, (version, plan) = self._surroundings(), await self._context.current()
        # Side by side: where the node is busy, each wait for the store is a round of its loop.
        own_monitors, node, queue, routes, (size, free) = await asyncio.gather(
            self._own_monitors(plan),
            self._node_facts(),
            self._queue_facts(),
            self._context.routes(plan, NOTHING_QUEUED),
            run_in_thread(lambda: _sizes(surroundings)),
        )
        sending_hub, program = await self._sending_hub(plan), surroundings.program()
        trouble = node.trouble or (None if sending_hub else unsendable(plan, routes))
        worst = [one.level for one in own_monitors if one.known]
        return Health(
            node=self._context.name,
            level=Level.worst([*worst, *[Level.CRITICAL] * (trouble is not None)]),
            version=program.version,
            python=program.python,
            system=program.system,
            zone=program.zone,
            at=self._clocks.wall(),
            began=program.started_at,
            seconds=program.seconds,
            late=node.lateness,
            clock_set=node.clock_set,
            trouble=trouble,
            size=size,
            free=free,
            queue=queue,
            definitions=version.number,
            own=tuple(own_monitors),
            nodes=status_view.node_statuses(await self._store.nodes()),
        )

    async def _node_facts(self) -> NodeFacts:
        return (
            await self._context.self_facts.node() if self._context.self_facts else NodeFacts()
        )

    async def _queue_facts(self) -> QueueFacts:
        return (
            await self._context.self_facts.queue() if self._context.self_facts else QueueFacts()
        )

    async def _own_monitors(self, plan: Plan) -> Sequence[MonitorStatus]:
        """Return the status of the node's own monitors alone: all others may be many
        thousand."""
        monitors = [one for one in plan.monitors.values() if is_own(one)]
        states, suppressions, stops = await asyncio.gather(
            self._store.states([one.id for one in monitors]),
            self._store.suppressions(self._clocks.wall()),
            self._stops(),
        )
        by_monitor = suppressions_by_monitor(suppressions, monitors, self._clocks.wall())
        return await self._monitors(monitors, states, stops, by_monitor)

    @offers(node_operations.PLACES)
    async def places(self, person: Person) -> Places:
        """Return the present places, and the last backup in the audit log."""
        manager, *places = await self._surroundings().places()
        setting = await read_setting(self._store)
        listener = (self._listener(setting),) if setting else ()
        return Places(places=(manager, *listener, *places), backup=await self._last_backup())

    def _listener(self, setting: ListenerSetting) -> PlaceShown:
        """Return where agents are listened to. Its problem is told on the page of servers too."""
        control = self._context.endpoints.control
        problem = control.problem if control is not None else None
        return PlaceShown(
            id="agents",
            sort=LISTENS,
            title=FOR_AGENTS,
            where=setting.url,
            about=problem or FOR_AGENTS_IS,
            facts=plain(setting.host),
            there=self._context.endpoints.listener is not None,
        )

    def _surroundings(self) -> Surroundings:
        if self._context.surroundings is None:
            raise OperationFailedError(NOT_HERE)
        return self._context.surroundings

    async def _last_backup(self) -> LastBackup | None:
        rows = await self._store.audit_log(LOOKED_THROUGH)
        row = next((one for one in rows if one.op == BACKUP), None)
        if row is None:
            return None
        return LastBackup(path=str(row.given.get("path", "")), at=row.at, by=row.who)


def unsendable(plan: Plan, routes: Sequence[RouteStatus]) -> Message | None:
    """Return why alarms cannot leave, or may soon not; None: each order has a route that can send,
    or nothing is watched yet."""
    if not routes:
        return NO_ROUTE if plan.monitors else None
    dead = {one.name: one for one in routes if one.sends is Sends.NO}
    unreliable = {one.name: one for one in routes if not nothing_against(one.sends)}
    if len(dead) == len(routes):
        return _no_route_text((ONLY_ONE, NO_WAY), routes)
    if stuck := _stuck(plan, dead, STUCK):
        return stuck
    if len(unreliable) == len(routes):
        return _no_route_text((SOON_ONE, SOON), routes)
    return _stuck(plan, unreliable, SOON_STUCK)


def _no_route_text(messages: tuple[Message, Message], routes: Sequence[RouteStatus]) -> Message:
    words = messages[len(routes) > 1]
    return words.fill(count=len(routes), route=routes[0].name, why=routes[0].why)


def _stuck(plan: Plan, unreliable: Mapping[str, RouteStatus], words: Message) -> Message | None:
    """Return the rules and notifications that name only these routes."""
    orders = [(name, one.routes) for name, one in plan.rules.items()]
    orders += [(name, one.routes) for name, one in plan.notifications.items()]
    stuck = sorted(
        (name, ways) for name, ways in orders if ways and unreliable.keys() >= set(ways)
    )
    if not stuck:
        return None
    route, more = unreliable[stuck[0][1][0]], ["…"] if len(stuck) > MOST_STUCK else []
    names = list_names([*(name for name, _ in stuck[:MOST_STUCK]), *more])
    return words.fill(which=names, route=route.name, why=route.why)


def _sizes(surroundings: Surroundings) -> Sequence[int]:
    """Return in bytes the size of the store with the files beside it, and the free space on the
    volume; 0: unknown."""
    store = surroundings.store
    try:
        files = [one for one in store.parent.glob(f"{store.name}*") if one.is_file()]
        size = sum(one.stat().st_size for one in files)
        return size, shutil.disk_usage(store.parent).free
    except OSError:  # a file that just went, a folder that is away: the store tells that itself
        return 0, 0
