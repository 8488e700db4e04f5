"""The composition root: the one place that names concrete things and joins them.

It alone hands in the clocks, the dice and the environment's randomness.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from noroshi import actions, checks, imports, transports
from noroshi.actions.mail import DRAFTING
from noroshi.actions.template import TemplateRenderer
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.agent.installed_folder import installed_folder
from noroshi.agent.link_on_demand import LinkOnDemand
from noroshi.agent.link_settings import LinkSettings
from noroshi.agent.machine import describe_machine
from noroshi.agent.node_updates import NodeUpdates
from noroshi.app.database_steps import database_steps_of
from noroshi.app.host_choice import Hosts
from noroshi.app.host_parts import shared_parts
from noroshi.app.install_file import find_install_file, find_windows_installer
from noroshi.app.store_opening import open_store_of
from noroshi.config.config import Config
from noroshi.core.definitions import compiler
from noroshi.core.definitions.self_monitoring import is_own
from noroshi.core.mail import Fault, Route
from noroshi.core.model import Monitor
from noroshi.core.network_policy import NetworkPolicy
from noroshi.core.sender_lease import LeaseTerms
from noroshi.core.sources import titles_by_source
from noroshi.core.translation import Message, _, label_text, plain
from noroshi.definitions.changes import Difference
from noroshi.definitions.compilation import Plan
from noroshi.definitions.ids import RANDOM_BYTES, ulid
from noroshi.definitions.plan_cache import PlanCache
from noroshi.engine import Engine, EngineSettings, ProcessCalls
from noroshi.engine.dispatch.send_rights import SendRightSources
from noroshi.engine.engine import AskPeers
from noroshi.engine.retention import RetentionPeriods
from noroshi.help_texts import label_texts
from noroshi.hosts.agent_names import AgentNames
from noroshi.hosts.examination import System
from noroshi.hosts.footprint import Surroundings
from noroshi.hosts.own_names import OwnNames, addresses_of_interfaces
from noroshi.hosts.programs import program_rules
from noroshi.hosts.self_monitoring import NodeReadings, OwnFacts
from noroshi.hosts.threads import run_in_thread
from noroshi.intakes import selection
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.knowledge.os_errors import os_errors
from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.provider import Provider
from noroshi.oauth.refresh_lock import RefreshLock
from noroshi.oauth.token_provider import secret_of, token_of
from noroshi.oauth.tokens import TokenSource
from noroshi.plugins import Plugins
from noroshi.ports import (
    Check,
    Clocks,
    RouteError,
    Store,
    StoreError,
    Transport,
    TransportContext,
    Version,
)
from noroshi.service.agents.agent_leases import AgentLeases
from noroshi.service.agents.hub_endpoints import HubEndpoints
from noroshi.service.on_demand import ServiceOnDemand
from noroshi.service.service_parts import ServiceParts
from noroshi.stores.sqlite.process_lock import Holder, LifeLock, life_of
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.vault import KeyRing, SecretCache, Vault, VaultError, find_keys
from noroshi.vault.secret_cache import PATIENCE

if TYPE_CHECKING:
    from noroshi.service import Service

log = logging.getLogger(__package__)


def _steady() -> float:
    """Return the seconds that have passed, those included in which the machine slept: on Linux
    `time.monotonic` leaves them out, and nobody would be told that nobody watched."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


REAL = Clocks(wall=lambda: datetime.now(UTC), steady=_steady)
SENDING_MODULES = (DRAFTING, "noroshi.actions.letter_template", *transports.EXAMINING)
"""Loaded only where there is a route: a server that leaves its alarms to its hub saves 6 MB."""
SSH_MODULES = ("noroshi.hosts.ssh.ssh_hosts",)
"""Loaded only where an instance is asked by SSH: asyncssh takes 0.2 s and 15 MB."""
WINRM_MODULES = ("noroshi.hosts.winrm.winrm_hosts",)
"""Loaded only where an instance is asked by WinRM: pypsrp and pyspnego take 0.5 s and 9 to 12 MB."""
NO_ACCOUNT = _("account “{name}” no longer exists")


class Plans:
    """Compiles versions off the loop, loads what they need, and remembers the one in use."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins
        self.cache = PlanCache(plugins, run_in_thread)
        self.current: Plan = compiler.Plan()
        self._ids: dict[str, str] = {}

    async def compile(self, version: Version) -> Plan:
        """Compile a version and return its plan, which is in use from now on. Raises
        schema.Invalid.

        All that takes long to import is loaded before the first turn: of a thousand turns that
        import a module at once, one would find it half made. So are the explanations of errors
        and the template of mails: a node that has too many files open could no longer read
        them. A node without routes drafts no mail.
        """
        plan = await self.cache.plan_of(version)
        await run_in_thread(lambda: _load(plan, self._plugins))
        self.current = plan
        self._ids |= {name: one.storage_name for name, one in self.current.accounts.items()}
        return self.current

    def account(self, name: str) -> Account:
        """Raises RouteError when the definitions no longer have it."""
        account = self.current.accounts.get(name) or self._renamed_account(name)
        if account is None:
            raise RouteError(NO_ACCOUNT.fill(name=name), fault=Fault.SETUP)
        return account

    def _renamed_account(self, name: str) -> Account | None:
        """Return a renamed account by its former name, for a mail that was on its way during
        the renaming."""
        id = self._ids.get(name)
        return next((a for a in self.current.accounts.values() if a.storage_name == id), None)


def _load(plan: Plan, plugins: Plugins) -> None:
    imports.load_all(_modules_of(plan, plugins))
    os_errors()
    knowledge()


def _modules_of(plan: Plan, plugins: Plugins) -> set[str]:
    """Return the modules that the monitors, routes and accounts of a plan import late."""
    kinds = {monitor.kind for monitor in plan.monitors.values()}
    ways = {route.kind for route in plan.routes.values()}
    lists = (
        *(plugins.check(kind).modules for kind in kinds),
        *(plugins.transport(kind).modules for kind in ways),
        *(_provider_of(account.cloud).modules for account in plan.accounts.values()),
    )
    instances = [monitor.instance for monitor in plan.monitors.values()]
    of_ssh = SSH_MODULES if any(one.ssh for one in instances) else ()
    of_winrm = WINRM_MODULES if any(one.winrm for one in instances) else ()
    of_routes = SENDING_MODULES if plan.routes else ()
    of_accounts = selection.MODULES if plan.accounts else ()
    return {
        name for names in (*lists, of_ssh, of_winrm, of_routes, of_accounts) for name in names
    }


@dataclass(frozen=True, slots=True)
class App:
    """Hold what is open: the store with everything that works on it. `life` is the lock on it; None
    for who only looks."""

    life: LifeLock | None
    store: Store
    engine: Engine
    services: ServiceOnDemand
    plans: Plans
    tokens: TokenSource
    hub_links: LinkOnDemand
    endpoints: HubEndpoints
    updates: NodeUpdates
    secret_cache: SecretCache | None

    @property
    def service(self) -> Service:
        """Return the operations, imported here and now if nobody asked for them before."""
        return self.services.get()


@asynccontextmanager
async def open_app(
    config: Config,
    clocks: Clocks = REAL,
    open_store: Callable[[Path], Store] = SqliteStore.reopen,
    holder: Holder | None = Holder.STARTING,
    life: LifeLock | None = None,
    ask_peers: AskPeers | None = None,
) -> AsyncIterator[App]:
    """Open a home folder. Raises StoreError if its store is lost, cannot be opened, or is in
    use. `holder` is the role of this process; None: it only reads, and keeps no other process
    from the store. `life` is the lock, if the caller has taken it already. `ask_peers` asks other
    nodes whether they have the database."""
    async with AsyncExitStack() as stack:  # what is opened first is closed last
        life = life or _life(stack, config, holder)
        store = await open_store_of(config, open_store, to_look=holder is None)
        stack.push_async_callback(store.close)
        host_name = socket.gethostname()
        policy = NetworkPolicy(config.web.port if config.web else 0, config.may_reach)
        agent_leases = _agent_leases(config, clocks)
        agent_names = await _agent_names(store, agent_leases)
        own_names = _own_names(config.name, host_name, clocks, agent_names)
        plugins = _plugins(stack, host_name, policy, own_names, _kinds(config))
        plans = Plans(plugins)
        vault, ring, cache = _vault(store, config, clocks)
        tokens = _tokens(vault, store, config, clocks, stack)
        context = TransportContext(clocks, token_of(plans.account, tokens), secret_of(vault))
        host_parts = shared_parts(store, clocks, config, stack, _credentials)
        hosts = Hosts(program_rules(config), context, policy, host_parts, own_names)
        notifications = await _hub_notifications(store, clocks, plans)
        send_rights = SendRightSources(agent_leases.rights, notifications.send_rights)
        stack.callback(hosts.close)
        calls = ProcessCalls(
            compile_plan=plans.compile,
            open_transport=_opener(plugins, context),
            host_of=hosts.host_for,
            jitter=random.random,
            mailbox_of=lambda route: selection.mailbox_source_of(plans.current, route, context),
            difference_text=_difference_text_of(plugins),
            agents=_agents_of(config, agent_names),
            agent_name=agent_names.name_of,
            marked=notifications.marked,
            hub_offset=notifications.hub_offset,
            send_rights=send_rights.current,
            reports_of_attempt=notifications.rows_of_end,
            ask_peers=ask_peers,
        )
        engine = Engine(store, plugins, clocks, calls, _engine_settings(config))
        notifications.count_attempts = engine.dispatcher.attempts_of
        hosts.own_facts = _own_facts(store, tokens, plans, engine, config, agent_names)
        hub_links = _hub_links(store, vault, config, clocks, plugins, notifications)
        endpoints, updates = HubEndpoints(), _updates(config, clocks, stack)
        parts = ServiceParts(
            vault=vault,
            tokens=tokens,
            new_id=_new_id(clocks),
            name=config.name,
            runs_on=host_name,
            measure=engine.watcher.measure,
            hub_requests=config.hub_requests,
            node_updates=updates,
            hub_routes=config.hub_routes,
            host_of=hosts.host_for,
            ring=ring,
            system=_system(config, store, ring).steps,
            surroundings=Surroundings(config, clocks),
            self_facts=hosts.own_facts,
            applied_version=lambda: engine.version,
            plans=plans.cache,
            agent_names=agent_names,
            identity=own_names.current,
            find_install_file=lambda: find_install_file(config.home),
            find_windows_installer=lambda: find_windows_installer(config.home),
            hub_links=hub_links,
            text_failures=engine.notifier.text_failures,
            endpoints=endpoints,
            agent_leases=agent_leases,
        )
        services = ServiceOnDemand(store, plugins, clocks, parts)
        stack.push_async_callback(services.close)
        if life is not None:
            await _finish_rotation(ring)
        yield App(
            life, store, engine, services, plans, tokens, hub_links, endpoints, updates, cache
        )


def _updates(config: Config, clocks: Clocks, stack: AsyncExitStack) -> NodeUpdates:
    updates = NodeUpdates(installed_folder(), config.home, clocks, os.environ)
    stack.push_async_callback(updates.close)
    return updates


def _tokens(
    vault: Vault, store: Store, config: Config, clocks: Clocks, stack: AsyncExitStack
) -> TokenSource:
    patience = None if config.database is None else PATIENCE
    tokens = TokenSource(
        vault=vault,
        provider_of=_provider_of,
        clocks=clocks,
        refresh_lock=RefreshLock(store, config.name, clocks, patience=patience),
    )
    stack.push_async_callback(tokens.close)
    return tokens


def _agent_leases(config: Config, clocks: Clocks) -> AgentLeases:
    return AgentLeases(
        clocks, LeaseTerms(alone_after=timedelta(seconds=config.alone_after_seconds))
    )


def _own_names(name: str, host_name: str, clocks: Clocks, agent_names: AgentNames) -> OwnNames:
    return OwnNames(
        name,
        host_name,
        clocks.steady,
        agents=agent_names.current,
        removed_agents=agent_names.removed_names,
    )


def _life(stack: AsyncExitStack, config: Config, holder: Holder | None) -> LifeLock | None:
    """Take the lock of the store, if this process is more than a reader."""
    return None if holder is None else stack.enter_context(life_of(config.store, holder))


async def _hub_notifications(store: Store, clocks: Clocks, plans: Plans) -> HubNotifications:
    notifications = HubNotifications(store, clocks, lambda: plans.current)
    await notifications.load()
    return notifications


def _kinds(config: Config) -> Mapping[str, Check]:
    return checks.KINDS_WITHOUT_NODES if config.database is None else checks.KINDS


def _plugins(
    stack: AsyncExitStack,
    host_name: str,
    policy: NetworkPolicy,
    own_names: OwnNames,
    kinds: Mapping[str, Check],
) -> Plugins:
    def agent_of(monitor: Monitor) -> str:
        return "" if is_own(monitor) else own_names.current().agent_of(monitor.instance.source)

    renderer = TemplateRenderer()
    stack.push_async_callback(renderer.close)
    built_in = actions.built_in(renderer)
    return Plugins(kinds, built_in, transports.KINDS, host_name, policy, agent_of)


async def _agent_names(store: Store, agent_leases: AgentLeases) -> AgentNames:
    """Return the names of the agents; of none while the store cannot say, as the node watches on.
    The leases learn of the agents, too."""
    names = AgentNames(store)
    names.on_read = agent_leases.update
    try:
        await names.refresh()
    except StoreError as error:
        log.warning("the agents are not known: %s", error)
    return names


def _agents_of(
    config: Config, agent_names: AgentNames
) -> Callable[[], Awaitable[Collection[str]]]:
    """Return what reads the names of the agents: again and again where they may join at another node,
    of which this one hears by the store alone."""
    return agent_names.ensure_read if config.database is None else agent_names.read_anew


@asynccontextmanager
async def open_service(
    config: Config, open_store: Callable[[Path], Store] = SqliteStore.reopen
) -> AsyncIterator[Service]:
    """Open the operations on a home folder whose node does not run; no node may start
    meanwhile."""
    async with open_app(config, open_store=open_store, holder=Holder.COMMAND) as app:
        yield app.service


@asynccontextmanager
async def open_to_look(config: Config) -> AsyncIterator[Service]:
    """Open the same, of which only those that write nothing can be done; a node may start
    meanwhile. StoreError with StoreFault.OLD if the store must be brought up to date first."""
    async with open_app(config, open_store=SqliteStore.look, holder=None) as app:
        yield app.service


@asynccontextmanager
async def open_to_examine(config: Config) -> AsyncIterator[Service]:
    """Open the same, of which those that examine can be done too: a sign-in that they renew is
    kept, as a rotated one that is lost may end it; a node may start meanwhile."""
    async with open_app(config, open_store=SqliteStore.share, holder=None) as app:
        yield app.service


def _system(config: Config, store: Store, ring: KeyRing | None) -> System:
    database_steps = database_steps_of(config, store, REAL.wall)
    return System(config, store, ring, database_steps)


def _vault(
    store: Store, config: Config, clocks: Clocks
) -> tuple[Vault, KeyRing, SecretCache | None]:
    """Open the vault and the key ring, with a cache where the store is a database, which may be away.
    Without a key the node still watches, and says what it cannot send."""
    cache = None if config.database is None else SecretCache(store, clocks.steady)
    credentials = _credentials()
    try:
        keys = find_keys(config.key, credentials)
        vault = Vault(store, keys.box, next=keys.next, cache=cache)
    except (VaultError, OSError) as error:
        log.warning("cannot open the vault: %s", error)
        problem = error.words if isinstance(error, VaultError) else plain(str(error))
        vault = Vault(store, None, problem)
    return vault, KeyRing(vault, config.key, credentials), cache


def _credentials() -> Path | None:
    folder = os.environ.get("CREDENTIALS_DIRECTORY")  # systemd.exec(5)
    return Path(folder) if folder else None


async def _finish_rotation(ring: KeyRing) -> None:
    """Finish with a new key that was not everywhere when the process ended; both open until
    then."""
    try:
        rotation = await ring.resume()
    except (VaultError, StoreError, OSError) as error:
        log.warning("cannot finish the change of the vault's key now: %s", error)
        return
    if rotation is not None:
        log.info("the vault's key is changed key=%s entries=%d", rotation.new, rotation.entries)


def _provider_of(cloud: Cloud) -> Provider:
    """Return the provider of a cloud: Entra has a dialect of its own, which MSAL speaks."""
    return _entra() if cloud.entra else _generic()


@cache
def _entra() -> Provider:
    with imports.ONE_AT_A_TIME:
        from noroshi.oauth.providers.msal import MsalProvider

    return MsalProvider()


@cache
def _generic() -> Provider:
    with imports.ONE_AT_A_TIME:
        from noroshi.oauth.providers.generic import GenericProvider

    return GenericProvider()


def _own_facts(
    store: Store,
    tokens: TokenSource,
    plans: Plans,
    engine: Engine,
    config: Config,
    agent_names: AgentNames,
) -> OwnFacts:
    punctuality, steady = engine.watcher.punctuality, engine.clocks.steady
    return OwnFacts(
        store,
        tokens,
        config.store,
        NodeReadings(
            routes=lambda: plans.current.routes,
            accounts=lambda: plans.current.accounts,
            lateness=lambda: punctuality.lateness(steady()),
            clock_set=lambda: punctuality.clock_set_by(steady()),
            wall=engine.clocks.wall,
            read_since=engine.mailbox_poller.reads_since,
            refused_rows=lambda agent: agent_names.refused_rows(agent),
            excessive_reports=lambda agent: agent_names.excessive_reports(agent),
            update_grace=lambda agent: agent_names.update_grace(agent),
            instances=lambda: titles_by_source(plans.current.monitors.values()),
        ),
    )


def _difference_text_of(plugins: Plugins) -> Callable[[Difference], Message]:
    """Return the function that says in mails what differs, in the manager's words; they are
    imported with the first difference, and so are the kinds that no definition names."""

    def sentence(one: Difference) -> Message:
        with imports.ONE_AT_A_TIME:
            from noroshi.web.view.difference import KindNames, difference_text

        families = (plugins.checks, plugins.actions, plugins.transports)
        kind = next((family[one.kind] for family in families if one.kind in family), None)
        texts = label_texts(kind.options) if kind is not None else {}
        names = KindNames(
            kinds={one.kind: one.title for one in plugins.checks.values()},
            readings={one.kind: one.names for one in plugins.checks.values()},
            labels={one.kind: {name: label_text(text) for name, text in texts.items()}},
        )
        return difference_text(one, names).sentence

    return sentence


def _engine_settings(config: Config) -> EngineSettings:
    return EngineSettings(
        name=config.name,
        is_shared=config.database is not None,
        retention=RetentionPeriods(
            samples=timedelta(days=config.history_days),
            ledger=timedelta(days=config.ledger_days),
            audit=timedelta(days=config.audit_days),
        ),
    )


def _opener(plugins: Plugins, context: TransportContext) -> Callable[[Route], Transport]:
    def open(route: Route) -> Transport:
        route_context = replace(context, network=route.network)
        return plugins.transport(route.kind).open(route.options, route_context)

    return open


def _hub_links(
    store: Store,
    vault: Vault,
    config: Config,
    clocks: Clocks,
    plugins: Plugins,
    notifications: HubNotifications,
) -> LinkOnDemand:
    host_name = socket.gethostname()
    settings = LinkSettings(
        clocks=clocks,
        uniform=random.uniform,
        sleep=asyncio.sleep,
        random_mark=lambda: os.urandom(8).hex(),
        machine=lambda: describe_machine(host_name, addresses_of_interfaces),
        kinds=tuple(sorted(plugins.checks)),
        policy=NetworkPolicy(may_reach=config.may_reach),
        notifications=notifications,
        secret=secret_of(vault),
        accepts_routes=config.hub_routes,
    )
    return LinkOnDemand(store, vault, settings)


def _new_id(clocks: Clocks) -> Callable[[], str]:
    return lambda: ulid(clocks.wall(), os.urandom(RANDOM_BYTES))
