"""The node as a process: it watches and answers until a signal ends it, and says that it lives."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.agent.enrolment import Enrolment
from noroshi.agent.installed_folder import installed_folder
from noroshi.agent.link_settings import NodeCalls
from noroshi.agent.link_status import LinkStatus
from noroshi.agent.node_updates import NodeUpdates
from noroshi.app.agent_listening import AgentListenerControl, listening
from noroshi.app.composition import REAL, App, open_app
from noroshi.app.node_link import NodeLink, linked_to_nodes
from noroshi.app.relaying import AgentPlaces, relaying, taking_relayed
from noroshi.app.shared_work import OwnWork, SharedWork, WorkLostError, work_of
from noroshi.app.startup_report import announce
from noroshi.background_task import run_beside
from noroshi.config.config import Config
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import NOTHING, Message, _
from noroshi.definitions.accounts_of_routes import resources_of
from noroshi.door import open_door
from noroshi.engine.signs_of_life import SignsOfLife, supervisor
from noroshi.hosts.freed_memory import keep_large_blocks_apart
from noroshi.hosts.threads import Pool
from noroshi.link.link_messages import FetchAnswer
from noroshi.link.order_messages import Order, OrderAnswer
from noroshi.link.report_messages import SuppressionsOfHub
from noroshi.link.update_messages import UpdatePhase
from noroshi.ports import Store, StoreError
from noroshi.service.agents.hub_suppressions import HubSuppressions
from noroshi.stores.sqlite.earlier_copy import return_to_copy
from noroshi.stores.sqlite.process_lock import Holder, LifeLock
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.system.service_process import service_process
from noroshi.vault.secret_cache import SecretCache

if TYPE_CHECKING:
    from noroshi.web.context import WebContext

log = logging.getLogger(__package__)
MANAGER = ("noroshi.web.context", "noroshi.web.server")
"""Imported only where there is to be one: it costs 0.2 s and 20 MB, which no command and no node
without it shall pay."""
LOOK_AFTER = 3600.0
"""Seconds between two looks at the sign-ins that rest."""
SECRETS_AGAIN_AFTER = 30.0
"""Seconds between two readings of the secrets, for the time in which the database is away."""
LINK_AGAIN_AFTER = 30.0
"""Seconds after which the link is begun anew, if the store could not be read."""
STOP_WITHIN = 4.5  # seconds; who stops a service waits for five
NOT_READY = _("monitoring has not started yet")


@dataclass(frozen=True, slots=True)
class NodeTurn:
    """Hold the parts that outlast one life of the node: the shared work, the link to the other nodes,
    and the event that stops the process."""

    work: SharedWork | OwnWork
    link: NodeLink | None
    stop: asyncio.Event


async def serve(
    config: Config,
    say: Callable[[Message], None],
    open_store: Callable[[Path], Store] = SqliteStore.reopen,
    life: LifeLock | None = None,
) -> NodeUpdates | None:
    """Run the node until SIGTERM or SIGINT; return its updates if another version is to start in its
    place, else None. Raises StoreError if it cannot start, and WorkLostError if another node on the
    same database has taken over.

    `say` is told what is watched and by which routes it sends, once it is so. `life` is the lock
    on the store, where it is taken already.
    """
    asyncio.get_running_loop().set_default_executor(Pool())
    if config.database is None:
        await asyncio.to_thread(_restore_earlier_store, config.store)
    stop = asyncio.Event()
    async with work_of(config, REAL) as (work, clocks), linked_to_nodes(config, work) as link:
        ask_peers = None if link is None else link.ask_for_database
        while True:
            sends = work.taken_event.is_set()
            opening = open_app(
                config, clocks, open_store=open_store, life=life, ask_peers=ask_peers
            )
            turn = NodeTurn(work, link, stop)
            updates = await _live(opening, config, say, turn)
            if updates.restart_event.is_set() or not _begins_anew(sends, work, stop):
                break
            log.info("this node sends from now on")
    if work.lost_event.is_set():
        raise WorkLostError
    return updates if updates.restart_event.is_set() else None


async def _live(
    opening: AbstractAsyncContextManager[App],
    config: Config,
    say: Callable[[Message], None],
    turn: NodeTurn,
) -> NodeUpdates:
    """Run one life of the node, and return its updates: it ends also as this node is to send."""
    work, link, stop = turn.work, turn.link, turn.stop
    sends = work.taken_event.is_set()
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(opening)
        if isinstance(work, SharedWork):
            work.contact.block_renewed_at = lambda: app.engine.liveness().renewed_at
        if sends:
            app.endpoints.node_places = AgentPlaces(work).current
            is_shared = isinstance(work, SharedWork)
            await _open_for_others(app, config, link, stack, is_shared=is_shared)
        else:
            app.endpoints.is_elsewhere = True
            app.engine.follow()
            await _relay(app, config, link, stack)
        await stack.enter_async_context(
            open_door(config, app.services.open, app.engine.wake_up)
        )
        await stack.enter_async_context(_secrets_at_hand(app))
        stack.enter_context(_mark_in_lock(app.life))
        _on_stop(stop.set)
        working = asyncio.create_task(app.engine.run())
        try:
            await _until_either(app.engine.ready.wait(), stop.wait())
            for line in announce(app.plans.current, await _enrolment(app)):
                say(line)
            if sends:
                await stack.enter_async_context(_manager(app, config, say))
            _settle_memory()
            signs = _signs_of_life(app, config, lambda: _begins_anew(sends, work, stop))
            async with signs, AsyncExitStack() as links:
                if sends:
                    await links.enter_async_context(run_beside(keep_signed_in(app)))
                    await links.enter_async_context(_linked(app))
                await _until_either(
                    stop.wait(),
                    work.lost_event.wait(),
                    *([] if sends else [work.taken_event.wait()]),
                    app.updates.restart_event.wait(),
                    asyncio.shield(working),
                )
        finally:
            working.cancel()
            await asyncio.wait((working,), timeout=STOP_WITHIN)
    return app.updates


def _begins_anew(sends: bool, work: SharedWork | OwnWork, stop: asyncio.Event) -> bool:
    """Return whether a life that did not send ends as this node is the one that sends. What it kept in
    memory of agents, sessions and mails is of a time when another node did that."""
    is_over = work.lost_event.is_set() or stop.is_set()
    return not sends and work.taken_event.is_set() and not is_over


async def _open_for_others(
    app: App, config: Config, link: NodeLink | None, stack: AsyncExitStack, *, is_shared: bool
) -> None:
    """Import the manager, if there is to be one, and listen for agents, here and at other nodes."""
    await _load_manager(app, config)
    # Before the door: who asks there for another address must find it.
    own_place = None if config.cluster is None else config.cluster.agents
    control = AgentListenerControl(lambda: _web_context(app, config), config.home, own_place)
    listener = listening(app.store, app.endpoints, control, is_shared=is_shared)
    await stack.enter_async_context(listener)
    web = None if config.web is None or link is None else _web_context(app, config)
    await stack.enter_async_context(taking_relayed(link, web, control))


async def _relay(
    app: App, config: Config, link: NodeLink | None, stack: AsyncExitStack
) -> None:
    """Pass connections that come to this node on to the node that sends."""
    if link is not None:
        await _load_manager(app, config)
        web = _web_context(app, config)
        await stack.enter_async_context(relaying(config, link, app.store, web))


async def _load_manager(app: App, config: Config) -> None:
    if config.web is not None:  # before the first turn, which it would hold up
        imports.load_all(MANAGER)
        await app.services.open()


def _restore_earlier_store(path: Path) -> None:
    """Put back the store of before an update that did not stay."""
    place = installed_folder()
    if place is None or place.record.phase != UpdatePhase.WENT_BACK:
        return
    try:
        newer_store = return_to_copy(path)
    except (OSError, StoreError) as error:
        log.warning("the store of before the update cannot be restored: %s", error)
    else:
        if newer_store is not None:
            log.warning("the store of before the update is back, not %s", newer_store)


@contextmanager
def _mark_in_lock(life: LifeLock | None) -> Iterator[None]:
    """Mark in the lock from when to when the door is open; a command need not wait for it."""
    if life is not None:
        life.mark(Holder.RUNNING)
    yield
    if life is not None:
        life.mark(Holder.STOPPING)


@asynccontextmanager
async def _manager(
    app: App, config: Config, say: Callable[[Message], None]
) -> AsyncIterator[None]:
    """Browsers and the API are answered, if there is to be a manager."""
    if config.web is None:
        yield
        return
    with imports.ONE_AT_A_TIME:
        from noroshi.web.server import open_web

    async with open_web(config.web, config.home, _web_context(app, config), say):
        yield


def _web_context(app: App, config: Config) -> WebContext:
    with imports.ONE_AT_A_TIME:
        from noroshi.web.context import WebContext

    async def ready() -> Message | None:
        return await app.store.trouble() if app.engine.ready.is_set() else NOT_READY

    return WebContext(
        service=app.service,
        people=app.service.context.people,
        news=app.engine.wake_up,
        ready=ready,
        name=config.name,
    )


@asynccontextmanager
async def _signs_of_life(
    app: App, config: Config, begins_anew: Callable[[], bool]
) -> AsyncIterator[None]:
    """Let the service manager and the URL hear of this node as long as it is alive."""
    manager = supervisor(os.environ)
    manager.notify("READY=1")
    async with run_beside(SignsOfLife(REAL, app.engine.liveness, manager, config.beat).run()):
        try:
            yield
        finally:
            if not begins_anew():
                manager.notify("STOPPING=1")


@asynccontextmanager
async def _secrets_at_hand(app: App) -> AsyncIterator[None]:
    """Keep the secrets, sealed, for alarms that are sent while the database is away."""
    if app.secret_cache is None:
        yield
        return
    async with run_beside(_read_ahead(app.secret_cache)):
        yield


async def _read_ahead(cache: SecretCache) -> None:
    """Read the secrets now and then, without end."""
    while True:
        try:
            await cache.read_ahead()
        except StoreError as error:
            log.info("secrets cannot be read ahead: %s", error)
        except Exception:  # a fault of ours must not end it for good
            log.exception("the secrets could not be read ahead")
        await asyncio.sleep(SECRETS_AGAIN_AFTER)


async def _enrolment(app: App) -> Enrolment | None:
    """Return the enrolment at a hub; None also if the store cannot be read now."""
    try:
        return await app.hub_links.enrolment()
    except StoreError:
        return None


@asynccontextmanager
async def _linked(app: App) -> AsyncIterator[None]:
    """Keep the link to the hub, if this node has one."""
    trial = app.updates.watch_trial(lambda: app.hub_links.status.last_contact)
    async with run_beside(keep_link(app)), run_beside(trial):
        yield


async def keep_link(app: App) -> None:
    """Keep the link to the hub, without end."""
    calls = _node_calls(app)
    while True:
        try:
            await _withdraw_routes(app)
            await app.hub_links.run(calls)
        except StoreError as error:
            log.warning("the link to the hub waits for the store: %s", error)
        except Exception:  # a fault of ours must not end it for good
            log.exception("the link to the hub met with a bug")
        await asyncio.sleep(LINK_AGAIN_AFTER)


def _node_calls(app: App) -> NodeCalls:
    """Return what the link calls in this node."""

    async def take_up(enrolment: Enrolment, answer: FetchAnswer) -> tuple[Problem, ...]:
        definitions = await app.services.hub_definitions()
        problems = await definitions.take_up(enrolment, answer)
        app.engine.wake_up()
        return problems

    async def report_refusal(enrolment: Enrolment, status: LinkStatus) -> None:
        definitions = await app.services.hub_definitions()
        await definitions.report_refusal(enrolment, status)

    async def report_absence(enrolment: Enrolment, status: LinkStatus) -> None:
        definitions = await app.services.hub_definitions()
        await definitions.report_absence(enrolment, status)

    async def put_suppressions(
        suppressions: SuppressionsOfHub, clock_offset: timedelta
    ) -> None:
        await HubSuppressions(app.store, app.plans.cache).put(suppressions, clock_offset)
        app.engine.wake_up()

    def monitors() -> Sequence[str]:
        plan = app.plans.current
        return [id for id, one in plan.monitors.items() if one.instance.of_hub]

    async def carry_out(order: Order) -> OrderAnswer:
        return await (await app.services.hub_orders()).carry_out(order)

    return NodeCalls(
        take_up,
        report_refusal,
        monitors,
        put_suppressions,
        carry_out,
        report_absence,
        lambda: app.updates.report,
    )


async def _withdraw_routes(app: App) -> None:
    """Use no route of the hub that noroshi.toml no longer allows. Nothing is sent by one before the
    link begins."""
    if not app.services.hub_routes and await app.hub_links.enrolment() is not None:
        definitions = await app.services.hub_definitions()
        if (problem := await definitions.withdraw_routes()) != NOTHING:
            log.warning("the routes of the hub cannot be withdrawn: %s", problem.en)
        app.engine.wake_up()


async def keep_signed_in(app: App) -> None:
    """Look at all sign-ins now and then, without end."""
    while True:
        plan = app.plans.current
        try:
            await app.tokens.keep_alive(
                [(account, resources_of(plan, account)) for account in plan.accounts.values()]
            )
        except Exception:  # a fault of ours must not end it for good
            log.exception("the sign-ins could not be looked after")
        await asyncio.sleep(LOOK_AFTER)


def _settle_memory() -> None:
    """Keep what was read at the start out of collections: looking through it again and again
    costs a twentieth of a node's CPU. What large requests leave goes back to the system."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    keep_large_blocks_apart()


def _on_stop(act: Callable[[], None]) -> None:
    """Let this be called when somebody ends the node: by a signal, or as a service of Windows."""
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, act)
        return

    def act_in_loop(*_: object) -> None:
        loop.call_soon_threadsafe(act)

    if (service := service_process()) is not None:
        service.on_stop(act_in_loop)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGBREAK):
        signal.signal(number, act_in_loop)


async def _until_either(*awaitables: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in awaitables]
    finished, unfinished = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in unfinished:
        task.cancel()
    for task in finished:
        await task
