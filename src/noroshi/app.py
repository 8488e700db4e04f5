"""The composition root: the one place that names concrete things and joins them.

It alone hands in the clocks, the dice and the environment's randomness.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import random
import signal
import socket
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from noroshi import actions, checks, transports
from noroshi.actions.template import TemplateRenderer
from noroshi.config import Config
from noroshi.core import plan
from noroshi.core.cadence import zone_of
from noroshi.core.closed import Closed
from noroshi.core.model import Fault, Monitor, Network, Route
from noroshi.core.own import is_own
from noroshi.core.words import Words, plain
from noroshi.definitions import RANDOM_BYTES, Difference, Plan, compile_plan, ulid
from noroshi.definitions.needs import mark_of, resources_of
from noroshi.door import open_door
from noroshi.engine import Engine
from noroshi.engine.signs import Notify, SignsOfLife
from noroshi.hosts.around import Around
from noroshi.hosts.examining import System
from noroshi.hosts.jobs import Jobs
from noroshi.hosts.local import LocalHost
from noroshi.hosts.own import OwnFacts
from noroshi.hosts.programs import ProgramRules
from noroshi.hosts.threads import Pool, apart
from noroshi.intakes.opening import box_of
from noroshi.oauth.clouds import Account, Cloud
from noroshi.oauth.generic_provider import GenericProvider
from noroshi.oauth.msal_provider import MsalProvider
from noroshi.oauth.outside import secret_of, token_of
from noroshi.oauth.provider import Provider
from noroshi.oauth.tokens import TokenSource
from noroshi.oauth.turns import Turns
from noroshi.people import People
from noroshi.plugins import Plugins
from noroshi.ports import (
    Clocks,
    Host,
    Outside,
    Own,
    RouteTrouble,
    Store,
    StoreError,
    Transport,
    Version,
)
from noroshi.service import Service
from noroshi.stores.lock import LifeLock
from noroshi.stores.sqlite import SqliteStore
from noroshi.vault import KeyRing, Vault, VaultError, find_keys

log = logging.getLogger(__name__)


def _steady() -> float:
    """Seconds that pass, those too in which the machine sleeps: on Linux `time.monotonic` leaves
    them out, and nobody would be told that nobody watched."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


REAL = Clocks(wall=lambda: datetime.now(UTC), steady=_steady)
ENTRA, OTHERS = MsalProvider(), GenericProvider()
LOOK_AFTER = 3600.0
"""Seconds between two looks at the sign-ins that rest."""
STOP_WITHIN = 4.5  # seconds; who stops a service waits for five
WATCHES = Words(en="watching {name}: {count} monitors", ja="監視中: {name} ({count}項目)")
SENDS = Words(en="sending by {name} ({kind}{host})", ja="送信経路: {name} ({kind}{host})")
REMARK = Words(en="{name}: {remark}", ja="{name}: {remark}")
MARKED = Words(en="{kind} [{mark}]", ja="{kind} [{mark}]")
NOTHING_WATCHED = Words(
    en="nothing is watched yet; begin in the manager, or give it definitions: noroshi apply DIR",
    ja="まだ何も監視していません。マネージャーで設定を始めるか、noroshi apply DIR で定義を入れてください",
)
NO_ROUTE = Words(
    en="there is no route, so no alarm can leave", ja="送信経路がないため、アラームを送れません"
)
NOT_READY = Words(en="it does not watch yet", ja="まだ監視を始めていません")
NO_ACCOUNT = Words(
    en="there is no account {name} any more", ja="アカウント「{name}」はもうありません"
)


class Plans:
    """Compiles versions off the loop, and remembers the one that is in use."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self.current: Plan = plan.Plan()
        self._ids: dict[str, str] = {}

    async def compile(self, version: Version) -> Plan:
        """Raises schema.Invalid; a version that became current has been compiled before."""
        self.current = await apart(lambda: compile_plan(version.documents, self._plugins))
        self._ids |= {name: one.kept_as for name, one in self.current.accounts.items()}
        return self.current

    def account(self, name: str) -> Account:
        """Raises RouteTrouble when the definitions no longer have it."""
        account = self.current.accounts.get(name) or self._renamed(name)
        if account is None:
            raise RouteTrouble(NO_ACCOUNT.fill(name=name), fault=Fault.SETUP)
        return account

    def _renamed(self, name: str) -> Account | None:
        """It under its new name, for a mail that was on its way when it was given that."""
        id = self._ids.get(name)
        return next((a for a in self.current.accounts.values() if a.kept_as == id), None)


class Hosts:
    """All instances are watched from this computer; address and time zone are their own, and
    some monitors have a network."""

    def __init__(
        self, rules: ProgramRules, outside: Outside, jobs: Jobs, closed: Closed
    ) -> None:
        self._rules, self._outside, self._jobs, self._closed = rules, outside, jobs, closed
        self._known: dict[tuple[str, str, bool, Network], Host] = {}
        self.own: Own | None = None
        """What the node knows of itself; only its own instance may ask for it."""

    def of(self, monitor: Monitor) -> Host:
        address, zone, own = monitor.instance.address, monitor.instance.zone, is_own(monitor)
        network = replace(monitor.network, closed=self._closed)
        key = address, zone, own, network
        if key not in self._known:
            self._known[key] = LocalHost(
                self._rules,
                self._outside.clocks,
                address,
                zone=zone_of(zone),
                jobs=self._jobs,
                own=self.own if own else None,
                network=network,
                secret=self._outside.secret,
            )
        return self._known[key]


@dataclass(frozen=True, slots=True)
class App:
    """What is open: the store with everything that works on it."""

    store: Store
    engine: Engine
    service: Service
    plans: Plans
    tokens: TokenSource
    people: People


@asynccontextmanager
async def open_app(
    config: Config,
    clocks: Clocks = REAL,
    open_store: Callable[[Path], Store] = SqliteStore.open,
) -> AsyncIterator[App]:
    """Open a home folder; StoreError if its store cannot be opened, or is in use."""
    async with AsyncExitStack() as stack:  # what is opened first is closed last
        stack.enter_context(LifeLock(config.store.with_suffix(".lock")))
        store = open_store(config.store)
        stack.push_async_callback(store.close)
        renderer = TemplateRenderer()
        stack.push_async_callback(renderer.close)
        here = socket.gethostname()
        closed = Closed(config.web.port if config.web else 0, config.may_reach)
        plugins = Plugins(
            checks.BUILT_IN, actions.built_in(renderer), transports.BUILT_IN, here, closed
        )
        plans = Plans(plugins)
        vault, ring = _vault(store, config)
        tokens = TokenSource(
            vault=vault,
            provider_of=_provider_of,
            clocks=clocks,
            turns=Turns(store, config.name, clocks),
        )
        stack.push_async_callback(tokens.close)
        outside = Outside(clocks, token_of(plans.account, tokens), secret_of(vault))
        jobs = Jobs(store.beats, clocks.steady)
        hosts = Hosts(ProgramRules(config.programs, config.runs_as), outside, jobs, closed)
        engine = Engine(
            store,
            plugins,
            plans.compile,
            _opener(plugins, outside),
            hosts.of,
            clocks,
            name=config.name,
            luck=random.random,
            ledger=timedelta(days=config.ledger_days),
            audit=timedelta(days=config.audit_days),
            box_of=lambda route: box_of(plans.current, route, outside),
            new_id=_new_id(clocks),
            worded=_worded(plugins),
        )
        hosts.own = _own_facts(store, tokens, plans, engine, config)
        people = People(store, vault, clocks)
        service = Service(
            store,
            plugins,
            clocks,
            vault=vault,
            tokens=tokens,
            new_id=_new_id(clocks),
            name=config.name,
            runs_on=here,
            measure=engine.watch.measure,
            host_of=hosts.of,
            ring=ring,
            people=people,
            system=System(config, store, ring).steps,
            around=Around(config, clocks),
            own=hosts.own,
        )
        stack.push_async_callback(service.close)
        await _finish_rotation(ring)
        yield App(store, engine, service, plans, tokens, people)


@asynccontextmanager
async def open_service(config: Config) -> AsyncIterator[Service]:
    """The operations on a home folder whose node does not run; no node may start meanwhile."""
    async with open_app(config) as app:
        yield app.service


async def serve(
    config: Config,
    say: Callable[[Words], None],
    open_store: Callable[[Path], Store] = SqliteStore.open,
) -> None:
    """Run the node until SIGTERM or SIGINT. Raises StoreError if it cannot start.

    `say` is told what is watched and by which routes it sends, once it is so.
    """
    asyncio.get_running_loop().set_default_executor(Pool())
    async with AsyncExitStack() as stack:
        app = await stack.enter_async_context(open_app(config, open_store=open_store))
        await stack.enter_async_context(open_door(config, app.service, app.engine.news))
        stop = asyncio.Event()
        _on_signals(stop.set)
        working = asyncio.create_task(app.engine.run())
        try:
            await _until_either(app.engine.ready.wait(), stop.wait())
            for words in announce(app.plans.current):
                say(words)
            await stack.enter_async_context(_manager(app, config, say))
            _settle_memory()
            async with _signs_of_life(app, config), _sign_ins_alive(app):
                await _until_either(stop.wait(), asyncio.shield(working))
        finally:
            working.cancel()
            await asyncio.wait((working,), timeout=STOP_WITHIN)


@asynccontextmanager
async def _manager(
    app: App, config: Config, say: Callable[[Words], None]
) -> AsyncIterator[None]:
    """Browsers and the API are answered, if there is to be a manager."""
    if config.web is None:
        yield
        return
    # Only now: it costs 0.2 s and 20 MB, which no command and no node without it shall pay.
    from noroshi.web.house import House
    from noroshi.web.serving import open_web

    async def ready() -> Words | None:
        return await app.store.trouble() if app.engine.ready.is_set() else NOT_READY

    house = House(
        service=app.service,
        people=app.people,
        news=app.engine.news,
        ready=ready,
        name=config.name,
    )
    async with open_web(config.web, config.home, house, say):
        yield


@asynccontextmanager
async def _signs_of_life(app: App, config: Config) -> AsyncIterator[None]:
    """The service manager and the URL hear of this node as long as it is alive."""
    notify = Notify.of(os.environ)
    notify.say("READY=1")
    living = asyncio.create_task(SignsOfLife(REAL, app.engine.signs, notify, config.beat).run())
    try:
        yield
    finally:
        notify.say("STOPPING=1")
        living.cancel()
        await asyncio.wait((living,))


@asynccontextmanager
async def _sign_ins_alive(app: App) -> AsyncIterator[None]:
    """What nobody uses is renewed before it ends by resting, at a start too."""
    keeping = asyncio.create_task(keep_signed_in(app))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait((keeping,))


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
    """What was read at the start stays: looking through it again and again costs a twentieth
    of a node's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def announce(current: Plan) -> Sequence[Words]:
    """What the node watches and by which routes it sends, a line each."""
    watched = [monitor for monitor in current.monitors.values() if not is_own(monitor)]
    instances = Counter(monitor.instance.name for monitor in watched)
    lines = [WATCHES.fill(name=name, count=count) for name, count in sorted(instances.items())]
    for name, route in current.routes.items():
        shown = route.title or name
        lines.append(
            SENDS.fill(name=shown, kind=_kind_of(current, route), host=_host_in(route))
        )
        remarks = getattr(route.options, "remarks", ())
        lines += [REMARK.fill(name=shown, remark=remark) for remark in remarks]
    if not watched:
        lines.append(NOTHING_WATCHED)
    if not current.routes:
        lines.append(NO_ROUTE)
    return lines


def _kind_of(current: Plan, route: Route) -> Words:
    """With a mark where the provider is none of the built-in ones: the lab, or one's own."""
    mark = mark_of(current, route)
    return MARKED.fill(kind=route.kind, mark=mark) if mark else plain(route.kind)


def _host_in(route: Route) -> str:
    where = getattr(route.options, "where", "")
    return f" {where}" if where else ""


def _on_signals(act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        if sys.platform == "win32":  # its loop takes no signal handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(act))
        else:
            loop.add_signal_handler(number, act)


async def _until_either(*waits: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    done, rest = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    for task in done:
        await task


def _vault(store: Store, config: Config) -> tuple[Vault, KeyRing]:
    """Without its key the node watches all the same, and says what it cannot send."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")  # systemd.exec(5)
    credentials = Path(folder) if folder else None
    try:
        keys = find_keys(config.key, credentials)
        vault = Vault(store, keys.box, next=keys.next)
    except (VaultError, OSError) as error:
        log.warning("cannot open the vault: %s", error)
        problem = error.words if isinstance(error, VaultError) else plain(str(error))
        vault = Vault(store, None, problem)
    return vault, KeyRing(vault, config.key, credentials)


async def _finish_rotation(ring: KeyRing) -> None:
    """A new key that was not everywhere when the process ended; both open until then."""
    try:
        done = await ring.resume()
    except (VaultError, StoreError, OSError) as error:
        log.warning("cannot finish the change of the vault's key now: %s", error)
        return
    if done is not None:
        log.info("the vault's key is changed key=%s entries=%d", done.new, done.entries)


def _provider_of(cloud: Cloud) -> Provider:
    """Entra has a dialect of its own, which MSAL speaks."""
    return ENTRA if cloud.entra else OTHERS


def _own_facts(
    store: Store, tokens: TokenSource, plans: Plans, engine: Engine, config: Config
) -> OwnFacts:
    health, steady = engine.watch.health, engine.clocks.steady
    return OwnFacts(
        store,
        tokens,
        routes=lambda: plans.current.routes,
        accounts=lambda: plans.current.accounts,
        late=lambda: health.late(steady()),
        clock_set=lambda: health.clock_set(steady()),
        store_path=config.store,
        read_since=engine.trips.since,
    )


def _worded(plugins: Plugins) -> Callable[[Difference], Words]:
    """Mails say what differs as the manager does; its words are read with the first of them."""

    def sentence(one: Difference) -> Words:
        from noroshi.web.worded import Names, worded

        checks = plugins.checks.values()
        kinds = {check.kind: check.title for check in checks}
        readings = {check.kind: check.names for check in checks}
        return worded(one, Names(kinds=kinds, readings=readings)).sentence

    return sentence


def _opener(plugins: Plugins, outside: Outside) -> Callable[[Route], Transport]:
    def open(route: Route) -> Transport:
        reached = replace(outside, network=route.network)
        return plugins.transport(route.kind).open(route.options, reached)

    return open


def _new_id(clocks: Clocks) -> Callable[[], str]:
    return lambda: ulid(clocks.wall(), os.urandom(RANDOM_BYTES))
