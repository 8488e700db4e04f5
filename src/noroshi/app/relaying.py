"""Pass connections of browsers, programs and agents on to the node that sends, or take them there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.app.agent_listening import AgentListenerControl, own_socket
from noroshi.app.node_link import NodeLink
from noroshi.app.shared_work import OwnWork, SharedWork
from noroshi.background_task import run_beside
from noroshi.cluster.node_listener import Taker
from noroshi.cluster.node_requests import Purpose
from noroshi.config.config import Config
from noroshi.config.node_places import place_of
from noroshi.config.web import Web
from noroshi.knowledge.os_errors import cause_text
from noroshi.link.link_messages import HubPlace
from noroshi.ports import Store, StoreError
from noroshi.service.agents.hub_endpoints import ListenerSetting, read_setting
from noroshi.vault import VaultError

if TYPE_CHECKING:
    from noroshi.web.context import WebContext
    from noroshi.web.relay_listener import RelayListener, RelaySetting

SENDER_POLL_SECONDS = 1.0
"""Seconds between two checks of which node sends."""
SETTINGS_POLL_SECONDS = 10.0
"""Seconds between two readings of the settings, and two attempts to open a listener."""
ALL_ADDRESSES = ("0.0.0.0", "::")
log = logging.getLogger(__name__)


@asynccontextmanager
async def taking_relayed(
    link: NodeLink | None, web: WebContext | None, control: AgentListenerControl
) -> AsyncIterator[None]:
    """Answer connections that other nodes pass on, while the block runs; `web` None: no manager."""
    if link is None:
        yield
        return
    takers = link.node_answers.takers
    takers[Purpose.AGENTS] = control.take
    async with AsyncExitStack() as stack:
        if web is not None:
            takers[Purpose.MANAGER] = await stack.enter_async_context(_manager(web))
        try:
            yield
        finally:
            takers.clear()


@asynccontextmanager
async def _manager(web: WebContext) -> AsyncIterator[Taker]:
    with imports.ONE_AT_A_TIME:
        from noroshi.web.relayed_manager import RelayedManager

    manager = RelayedManager(web)
    try:
        yield manager.take
    finally:
        await manager.close()


class AgentPlaces:
    """Remember each node's own address for agents, also of a node that is gone: that node may come
    back, and the other ones may go."""

    def __init__(self, work: SharedWork | OwnWork) -> None:
        self._work, self._place_by_node = work, dict[str, HubPlace]()

    def current(self) -> tuple[HubPlace, ...]:
        """Return all addresses that nodes have announced so far, in the order of the nodes' names."""
        if isinstance(self._work, SharedWork):
            places = {one.name: place_of(one.agents) for one in self._work.places}
            self._place_by_node |= {
                name: HubPlace(host=place.host, port=place.port)
                for name, place in places.items()
                if place is not None
            }
        return tuple(self._place_by_node[name] for name in sorted(self._place_by_node))


@asynccontextmanager
async def relaying(
    config: Config, link: NodeLink | None, store: Store, web: WebContext
) -> AsyncIterator[None]:
    """Pass connections on to the node that sends while the block runs, if nodes are linked."""
    if link is None:
        yield
        return
    async with run_beside(Relay(config, link, store, web).run()):
        yield


class Relay:
    """Hold the listeners whose connections this node passes on to the node that sends."""

    def __init__(self, config: Config, link: NodeLink, store: Store, web: WebContext) -> None:
        self._config, self._link, self._store, self._web = config, link, store, web
        self._open_listeners: dict[tuple[Purpose, str, int], RelayListener] = {}
        self._manager_setting: RelaySetting | None = None
        self._announced_setting: ListenerSetting | None = None
        self._reported_problems = set[str]()
        self._sender = link.sender()

    async def run(self) -> None:
        """Keep the listeners open as the settings say, until cancelled."""
        try:
            while True:
                try:
                    await self._follow_settings()
                except Exception:  # a fault of ours must not end it for good
                    log.exception("what is passed on to the node that sends met with a bug")
                await self._watch_sender(SETTINGS_POLL_SECONDS)
        finally:
            for listener in self._open_listeners.values():
                await listener.close()

    async def _watch_sender(self, seconds: float) -> None:
        """End the connections that were passed on as soon as another node sends."""
        for _unused in range(int(seconds / SENDER_POLL_SECONDS)):
            await asyncio.sleep(SENDER_POLL_SECONDS)
            if (now := self._link.sender()) not in ("", self._sender):
                for listener in self._open_listeners.values():
                    listener.cut()
            self._sender = now or self._sender

    async def _follow_settings(self) -> None:
        for purpose, read in (
            (Purpose.MANAGER, self._manager_settings),
            (Purpose.AGENTS, self._agent_settings),
        ):  # what is wrong with one of them must not keep the other one shut
            try:
                await self._follow(purpose, await read())
            except (OSError, StoreError, VaultError) as error:
                self._report(f"cannot read what is to be passed on ({purpose}): {error}")

    async def _follow(self, purpose: Purpose, settings: Sequence[RelaySetting]) -> None:
        setting_by_key = {(one.purpose, one.address, one.port): one for one in settings}
        open_keys = {key for key in self._open_listeners if key[0] is purpose}
        for key in open_keys - setting_by_key.keys():
            await self._open_listeners.pop(key).close()
        for key in setting_by_key.keys() - open_keys:
            await self._open(setting_by_key[key])

    async def _open(self, setting: RelaySetting) -> None:
        with imports.ONE_AT_A_TIME:
            from noroshi.web.relay_listener import RelayListener

        listener = RelayListener(setting, self._link.pass_on)
        address_text = f"{setting.address} port {setting.port}"
        try:
            await listener.open()
        except OSError as error:
            self._report(f"cannot listen at {address_text}: {cause_text(error).en}")
            return
        self._open_listeners[setting.purpose, setting.address, setting.port] = listener
        log.info("passes on to the node that sends: %s at %s", setting.purpose, address_text)

    async def _manager_settings(self) -> Sequence[RelaySetting]:
        settings = self._config.web
        if settings is None or not settings.port:
            return []
        if self._manager_setting is None:
            self._manager_setting = await self._read_manager_setting(settings)
        return [self._manager_setting]

    async def _read_manager_setting(self, settings: Web) -> RelaySetting:
        with imports.ONE_AT_A_TIME:
            from noroshi.web.relay_listener import RelaySetting
            from noroshi.web.server import hosts_of, manager_context

        hosts = hosts_of(settings)
        web = replace(self._web, hosts=hosts)
        return RelaySetting(
            purpose=Purpose.MANAGER,
            address=settings.address,
            port=settings.port,
            hosts=tuple(sorted(hosts)),
            context=await manager_context(settings, self._config.home, web),
        )

    async def _agent_settings(self) -> Sequence[RelaySetting]:
        with imports.ONE_AT_A_TIME:
            from noroshi.web.relay_listener import AGENT_LIMITS, RelaySetting

        setting = await read_setting(self._store)
        await self._announce(setting)
        if setting is None:
            return []
        own_place = None if self._config.cluster is None else self._config.cluster.agents
        sockets = {setting.socket} | (set() if own_place is None else {own_socket(own_place)})
        return [
            RelaySetting(
                purpose=Purpose.AGENTS, address=address, port=port, limits=AGENT_LIMITS
            )
            for address, port in sockets
            if not _is_covered(address, port, sockets)
        ]

    async def _announce(self, setting: ListenerSetting | None) -> None:
        """Let commands at this node tell where agents reach all nodes, and invite them there."""
        if setting == self._announced_setting:
            return
        with imports.ONE_AT_A_TIME:
            from noroshi.web.agent_listener import own_endpoint

        endpoints = self._web.service.context.endpoints
        endpoints.listener = (
            None
            if setting is None
            else await own_endpoint(self._web, self._config.home, setting)
        )
        self._announced_setting = setting

    def _report(self, problem: str) -> None:
        if problem not in self._reported_problems:
            self._reported_problems.add(problem)
            log.warning("%s", problem)


def _is_covered(address: str, port: int, sockets: Collection[tuple[str, int]]) -> bool:
    """Return whether another one of these listens at all addresses of that port."""
    return address not in ALL_ADDRESSES and any((one, port) in sockets for one in ALL_ADDRESSES)
