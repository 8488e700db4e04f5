"""Open the listener for agents in the node's process: at the start, and when a person asks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.background_task import run_beside
from noroshi.config.node_places import Place
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Store, StoreError
from noroshi.service.agents.hub_endpoints import (
    FORMER_KEPT,
    FormerListener,
    HubEndpoints,
    ListenerSetting,
    read_former,
    read_setting,
    write_setting,
)
from noroshi.service.agents.next_key import read_next_key, take_next_key
from noroshi.vault import VaultError

if TYPE_CHECKING:
    from noroshi.cluster.node_requests import Opening
    from noroshi.cluster.node_stream import NodeStream
    from noroshi.web.agent_listener import AgentListener
    from noroshi.web.context import WebContext

log = logging.getLogger(__package__)
KEY_CHECK_PAUSE = 3600.0
"""Seconds between two checks whether the next key is to be used."""
SETTING_CHECK_PAUSE = 10.0
"""Seconds between two checks whether a command at another node set another address."""
LISTEN_RETRY_SECONDS = 30.0
"""Seconds between two attempts to open what could not be opened at the start."""
OPEN = _("address for agents: {address} port {port}")
CANNOT_OPEN = _(
    "cannot listen for agents on {address} port {port}: {why}. Agents keep monitoring; the "
    "node retries every 30 seconds"
)


class AgentListenerControl:
    """Open and close the listener. Its modules are imported when it is first needed: a node without
    agents shall not pay for them."""

    def __init__(
        self, web: Callable[[], WebContext], home: Path, own_place: Place | None = None
    ) -> None:
        self._web, self._home, self._own_place = web, home, own_place
        self._listener: AgentListener | None = None
        self._changing = asyncio.Lock()
        self._former_end: asyncio.Task[None] | None = None
        self._stored_setting: ListenerSetting | None = None
        """The setting that was last read from the store."""
        self.problem: Message | None = None

    @property
    def former_setting(self) -> ListenerSetting | None:
        """Return the former address, if it is still open."""
        return None if self._listener is None else self._listener.former_setting

    async def open(self, setting: ListenerSetting) -> ListenerSetting:
        """Listen at an address, and for a time at the former one. Raises OSError."""
        async with self._changing:
            last_former = self.former_setting
            actual_setting = await self._listener_on_demand().open(setting)
            self.problem = None
            if self.former_setting not in (None, last_former):
                self._close_former_after(FORMER_KEPT)
            return actual_setting

    async def open_former(self, listener: FormerListener) -> None:
        """Listen at the former address for the rest of its time. Raises OSError."""
        async with self._changing:
            await self._listener_on_demand().open_former(listener.setting)
            self._close_former_after(listener.until - self._web().service.now())

    def _close_former_after(self, time: timedelta) -> None:
        if self._former_end is not None:
            self._former_end.cancel()
        self._former_end = asyncio.create_task(self._close_former(time.total_seconds()))

    async def _close_former(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        async with self._changing:
            if self._listener is not None:
                await self._listener.close_former()

    async def follow_key(self, store: Store, endpoints: HubEndpoints) -> None:
        """Announce the next key, and use it once its time has come. Where agents reach only the
        manager, that is at a start. Raises OSError, VaultError and StoreError."""
        next_key = await read_next_key(store)
        if next_key is None:
            return
        endpoints.next_pin = bytes.fromhex(next_key.pin)
        if endpoints.listener is None and endpoints.manager is not None:
            return
        service = self._web().service
        if await take_next_key(store, service.context.vault, service.now()):
            log.info("the next key for agents is used from now on")
            async with self._changing:
                if self._listener is not None:
                    await self._listener.renew_key()

    async def take(self, opening: Opening, stream: NodeStream) -> None:
        """Answer a connection that another node passes on, until it ends."""
        if self._listener is None:
            stream.abort()
        else:
            await self._listener.take(opening, stream)

    async def close(self) -> None:
        """Stop listening."""
        async with self._changing:
            self.problem = None
            if self._former_end is not None:
                self._former_end.cancel()
            if self._listener is not None:
                await self._listener.close()

    async def open_stored(self, store: Store, endpoints: HubEndpoints) -> bool:
        """Open what is stored; False: it cannot be opened now, and `problem` says why."""
        self._stored_setting = setting = await read_setting(store)
        if setting is None or endpoints.listener is not None:
            return True
        await self._open_stored_former(store)
        return await self._open_setting(store, setting)

    async def follow_stored(self, store: Store) -> None:
        """Listen where a command at another node stored it: only this node takes agents, as it sends.
        What is stored and the same as before may be older than what this node was told. Raises
        StoreError."""
        setting = await read_setting(store)
        if setting == self._stored_setting:
            return
        if setting is None:
            await self.close()
        elif setting != self._current_setting:
            await self._open_setting(store, setting)
            return
        self._stored_setting = setting

    @property
    def _current_setting(self) -> ListenerSetting | None:
        return None if self._listener is None else self._listener.setting

    async def _open_setting(self, store: Store, setting: ListenerSetting) -> bool:
        try:
            actual_setting = await self.open(setting)
        except OSError as error:
            self.problem = CANNOT_OPEN.fill(
                address=setting.address, port=setting.port, why=cause_text(error)
            )
            return False
        if actual_setting != setting:  # any free port was asked for, before the node ran
            await write_setting(store, actual_setting)
        self._stored_setting = setting = actual_setting
        await self._open_own()
        log.info(OPEN.fill(address=setting.address, port=setting.port).en)
        return True

    async def _open_stored_former(self, store: Store) -> None:
        listener = await read_former(store, self._web().service.now())
        if listener is None or listener.setting == self.former_setting:
            return
        try:
            await self.open_former(listener)
        except OSError as error:  # agents that know the new address need it no more
            log.warning("the former address for agents cannot be opened: %s", error)

    async def _open_own(self) -> None:
        """Listen at the address of this node alone too, if it has one."""
        if self._own_place is None:
            return
        address, port = own_socket(self._own_place)
        own_setting = ListenerSetting(address=address, port=port, host=self._own_place.host)
        try:
            async with self._changing:
                await self._listener_on_demand().open_own(own_setting)
        except OSError as error:
            log.warning("cannot listen for agents at %s: %s", self._own_place, error)

    def _listener_on_demand(self) -> AgentListener:
        if self._listener is None:
            self._listener = self._make()
        return self._listener

    def _make(self) -> AgentListener:
        with imports.ONE_AT_A_TIME:
            from noroshi.web.agent_listener import AgentListener

        return AgentListener(self._web(), self._home)


def own_socket(place: Place) -> tuple[str, int]:
    """Return the address of this computer, and the port, at which agents reach a node by its own
    address: all addresses, if that is a name."""
    try:
        return str(ip_address(place.host)), place.port
    except ValueError:
        return "0.0.0.0", place.port


@asynccontextmanager
async def listening(
    store: Store,
    endpoints: HubEndpoints,
    control: AgentListenerControl,
    *,
    is_shared: bool = False,
) -> AsyncIterator[None]:
    """Listen for agents while the block runs, where that was asked for. `is_shared`: other nodes use
    the store, and may be asked for another address."""
    endpoints.control = control
    try:
        opening = _keep_open(store, endpoints, control, is_shared=is_shared)
        async with run_beside(opening):
            yield
    finally:
        endpoints.control = None
        await control.close()


async def _keep_open(
    store: Store, endpoints: HubEndpoints, control: AgentListenerControl, *, is_shared: bool
) -> None:
    """Open it, then follow the key, and what commands at other nodes ask for."""
    await _follow_key(store, endpoints, control)  # before it is shown
    await _open_with_retries(store, endpoints, control)
    while True:
        if is_shared:
            await _follow_stored(store, control)
        else:
            await asyncio.sleep(KEY_CHECK_PAUSE)
        await _follow_key(store, endpoints, control)


async def _open_with_retries(
    store: Store, endpoints: HubEndpoints, control: AgentListenerControl
) -> None:
    """Try until it is open: after a boot the address may not be there yet."""
    last_problem: Message | None = None
    while not await _try(store, endpoints, control):
        last_problem = _log_news(control, last_problem)
        await asyncio.sleep(LISTEN_RETRY_SECONDS)


async def _follow_stored(store: Store, control: AgentListenerControl) -> None:
    """Follow what is stored until the key is to be checked again."""
    last_problem: Message | None = None
    for _unused in range(int(KEY_CHECK_PAUSE / SETTING_CHECK_PAUSE)):
        await asyncio.sleep(SETTING_CHECK_PAUSE)
        with suppress(StoreError):  # the store's trouble is told elsewhere
            await control.follow_stored(store)
        last_problem = _log_news(control, last_problem)


def _log_news(control: AgentListenerControl, last_problem: Message | None) -> Message | None:
    """Log a problem that is not the last one, and return it."""
    if control.problem is not None and control.problem != last_problem:
        log.warning(control.problem.en)
    return control.problem


async def _follow_key(
    store: Store, endpoints: HubEndpoints, control: AgentListenerControl
) -> None:
    try:
        await control.follow_key(store, endpoints)
    except (OSError, VaultError, StoreError) as error:
        log.warning("the next key for agents cannot be used now: %s", error)


async def _try(store: Store, endpoints: HubEndpoints, control: AgentListenerControl) -> bool:
    with suppress(StoreError):  # the store's trouble is told elsewhere
        return await control.open_stored(store, endpoints)
    return False
