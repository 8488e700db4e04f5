"""Join a hub and leave it, and hold the link while a node runs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from noroshi import __version__
from noroshi.agent.enrolment import (
    AcceptedConfiguration,
    Enrolment,
    enrolment_in,
    keep_configuration,
    keep_enrolment,
    name_from_hub,
    next_life_number,
)
from noroshi.agent.hub_secrets import entries_from_hub
from noroshi.agent.key_chain import KeyChain, keep_keys, read_keys
from noroshi.agent.link_client import LinkClient, Signer, address_of
from noroshi.agent.link_errors import HubNotReachedError, LinkRefusedError, OtherHubError
from noroshi.agent.link_loop import LinkLoop, LinkParts
from noroshi.agent.link_settings import NO_PROXY, HubProxy, LinkSettings, NodeCalls
from noroshi.agent.link_status import LinkPhase, LinkStatus
from noroshi.agent.report_loop import ReportLoop
from noroshi.agent.report_status import ReportStatus
from noroshi.core.agents import Life
from noroshi.core.report import START
from noroshi.core.reserved_entries import AGENT_KEYS, HUB_PROXY
from noroshi.core.translation import _
from noroshi.link.agent_key import BadKeyError
from noroshi.link.join_code import JoinCode
from noroshi.link.link_messages import LEAVE, Accepted, JoinRequest, LeaveRequest
from noroshi.link.signature import join_binding, sign
from noroshi.link.update_messages import FilePartRequest
from noroshi.network.connector import NetworkEgress
from noroshi.ports import RouteError, Store, StoreError
from noroshi.vault import Vault, VaultError

log = logging.getLogger(__name__)
LEAVE_PATIENCE = 10.0
"""Seconds to wait for the hub while leaving it."""
TURN_PAUSE = timedelta(seconds=1)
"""After that time, or as something is written, it is looked whose turn it is."""
RETRY_PAUSE = 30.0
"""Seconds until the enrolment is read again, if the store could not be read."""
NOT_LINKED = _("there is no connection to the hub")
Release = Callable[[], Awaitable[None]]


class HubLink:
    """The node's membership of a hub, and the link while `run` runs."""

    def __init__(self, store: Store, vault: Vault, settings: LinkSettings) -> None:
        self._store, self._vault, self._settings = store, vault, settings
        self._change_event = asyncio.Event()
        self._session: asyncio.Task[None] | None = None
        self._loop: LinkLoop | None = None
        self._reports: ReportLoop | None = None
        self._life: Life | None = None
        self._part_client: LinkClient | None = None
        """Asks for the parts of an update, so that nothing else waits behind them."""

    async def enrolment(self) -> Enrolment | None:
        """Return the enrolment; None: the node has no hub. Raises StoreError."""
        if self._loop is not None:
            return self._loop.enrolment
        return enrolment_in(await self._store.get_values())

    @property
    def status(self) -> LinkStatus:
        """Return how the link is."""
        return self._loop.status if self._loop is not None else LinkStatus()

    @property
    def report_status(self) -> ReportStatus:
        """Return how far the hub has what is reported to it."""
        return self._reports.status if self._reports is not None else ReportStatus()

    async def thumbprint(self) -> str:
        """Return the thumbprint of the node's key; "" if there is none. Raises as `read_keys`."""
        keys = await read_keys(self._vault)
        return keys.current.thumbprint if keys is not None else ""

    async def join(
        self, host: str, port: int, code: JoinCode, name: str = "", proxy: HubProxy = NO_PROXY
    ) -> Enrolment:
        """Become an agent of the hub that made the code, or say so again: the first answer may
        have been lost. Raises OtherHubError, LinkRefusedError, HubNotReachedError, VaultError,
        StoreError, or what the proxy's password raises."""
        current = await self.enrolment()
        if current is not None and code.pin.hex() not in current.pins:
            raise OtherHubError(current)
        keys = await self._keys_to_join()
        await self._keep_proxy_password(proxy)
        enrolment = await self._ask_to_join(host, port, code, name, proxy, keys)
        notifications = self._settings.notifications
        async with self._link_stopped():
            if current is not None and current.agent != enrolment.agent:
                await notifications.leave()
            await keep_enrolment(self._store, enrolment)
            notifications.enrolment = enrolment
        log.info("joined a hub hub=%s name=%s", enrolment.hub_name, enrolment.name)
        return enrolment

    async def leave(self, release: Release | None = None) -> bool:
        """Leave the hub; `release` makes the documents that it gave the node's own, once nothing
        comes from it any more. Return whether the hub was told. Raises VaultError, StoreError, or
        what `release` raises: then the node has its hub still."""
        enrolment = await self.enrolment()
        async with self._link_stopped():
            # The link is stopped before: it would hear that this node was removed, and say so.
            hub_informed = enrolment is not None and await self._tell_leave(enrolment)
            if release is not None:
                await release()
            await self._settings.notifications.leave()
            await keep_enrolment(self._store, None)
            await keep_configuration(self._store, AcceptedConfiguration())
            await self._store.put_hub_suppressions((), ())
            await self._store.begin_reports(START)  # another hub knows none of it
            for entry in (AGENT_KEYS, HUB_PROXY, *await entries_from_hub(self._vault)):
                await self._vault.remove(entry)
        log.info("left the hub told=%s", hub_informed)
        return hub_informed

    async def fetch_part(self, request: FilePartRequest) -> bytes:
        """Return a part of the file by which the hub updates this node. Raises as
        `LinkClient.ask` does."""
        loop = self._loop
        if loop is None:
            raise HubNotReachedError(NOT_LINKED)
        client = self._part_client = self._part_client or self._client(loop.enrolment)
        client.use_address(address_of(loop.enrolment))
        client.stamp = client.stamp or loop.stamp
        return await client.ask_for_part(request, await loop.signer())

    async def run(self, calls: NodeCalls) -> None:
        """Keep the link to the hub, if there is one, and to the next one; without end."""
        while True:
            self._change_event.clear()
            self._session = asyncio.create_task(self._keep_link(calls))
            try:
                await self._change_event.wait()
            finally:
                await self._stop()

    @asynccontextmanager
    async def _link_stopped(self) -> AsyncIterator[None]:
        """Stop the link while the enrolment changes; it goes on by what is stored then."""
        await self._stop()
        try:
            yield
        finally:
            self._change_event.set()

    async def _stop(self) -> None:
        """End the link, so that it writes nothing any more."""
        session, self._session = self._session, None
        if session is not None:
            session.cancel()
            await asyncio.wait((session,))
        self._loop = self._reports = None
        if self._part_client is not None:
            self._part_client.close()
            self._part_client = None
        self._settings.notifications.end()

    async def _keep_link(self, calls: NodeCalls) -> None:
        enrolment = await self._stored_enrolment()
        if enrolment is not None:
            await self._begin_turn(enrolment)
            parts = self._parts()
            self._loop = LinkLoop(enrolment, parts, calls)
            self._reports = ReportLoop(self._loop, parts, calls.monitors)
            async with asyncio.TaskGroup() as loops:
                loops.create_task(self._loop.run())
                loops.create_task(self._reports.run())
                loops.create_task(self._keep_turn(self._loop, calls))

    async def _begin_turn(self, enrolment: Enrolment) -> None:
        while True:
            try:
                return await self._settings.notifications.begin(enrolment)
            except StoreError as error:
                log.warning("whose turn it is to notify cannot be read: %s", error)
                await self._settings.sleep(RETRY_PAUSE)

    async def _keep_turn(self, loop: LinkLoop, calls: NodeCalls) -> None:
        """Follow the turn, and tell people of a hub that is unreachable, without end."""
        while True:
            try:
                await self._follow_turn(loop, calls)
            except StoreError as error:
                log.debug("the turn waits for the store: %s", error)
            except Exception:  # a fault of ours must not end it for good
                log.exception("the turn to notify met with a bug")
                await self._settings.sleep(RETRY_PAUSE)
            await self._store.wait(TURN_PAUSE)

    async def _follow_turn(self, loop: LinkLoop, calls: NodeCalls) -> None:
        notifications, now = self._settings.notifications, self._settings.clocks.wall()
        await notifications.step()
        keeper = notifications.keeper
        if keeper is not None and keeper.must_tell(now):
            await calls.report_absence(loop.enrolment, loop.status)
            keeper.note_notice(now)
            await notifications.step()

    async def _stored_enrolment(self) -> Enrolment | None:
        while True:
            try:
                return enrolment_in(await self._store.get_values())
            except StoreError as error:
                log.warning("the enrolment cannot be read: %s", error)
                await self._settings.sleep(RETRY_PAUSE)

    def _parts(self) -> LinkParts:
        settings = self._settings
        return LinkParts(
            store=self._store,
            vault=self._vault,
            clocks=settings.clocks,
            uniform=settings.uniform,
            sleep=settings.sleep,
            machine=settings.machine,
            kinds=settings.kinds,
            notifications=settings.notifications,
            life=self._current_life,
            client=self._client,
            accepts_routes=settings.accepts_routes,
        )

    def _client(self, enrolment: Enrolment) -> LinkClient:
        network = enrolment.network(self._settings.policy)
        egress = NetworkEgress(network, self._settings.secret)
        return LinkClient(address_of(enrolment), egress, self._settings.clocks.steady)

    async def _current_life(self) -> Life:
        """Return the run of this process, counted at the first request."""
        if self._life is None:
            number = await next_life_number(self._store)
            self._life = Life(number, self._settings.random_mark())
        return self._life

    async def _keys_to_join(self) -> KeyChain:
        """Return the keys, on disk before the hub hears of them: those that are there, or fresh
        ones if there are none, or the hub turned them away."""
        keys = None
        if self.status.phase not in (LinkPhase.REMOVED, LinkPhase.CLONED):
            keys = await _usable_keys(self._vault)
        if keys is None:
            keys = KeyChain.create()
            await keep_keys(self._vault, keys)
        return keys

    async def _keep_proxy_password(self, proxy: HubProxy) -> None:
        if proxy.password is not None:
            await self._vault.put(HUB_PROXY, proxy.password)

    async def _ask_to_join(
        self, host: str, port: int, code: JoinCode, name: str, proxy: HubProxy, keys: KeyChain
    ) -> Enrolment:
        now, pin = self._settings.clocks.wall(), code.pin.hex()
        draft = Enrolment(
            hub="",
            hub_name="",
            host=host,
            port=port,
            pins=(pin,),
            agent="",
            name=name,
            joined_at=now,
            key_since=now,
            proxy=proxy.address,
            proxy_user=proxy.user,
        )
        request = JoinRequest(
            secret=code.secret.hex(),
            key=keys.current.public_text,
            proof=sign(join_binding(code.secret_hash, code.pin), "", keys.current),
            machine=self._settings.machine(),
            name=name,
            version=__version__,
        )
        client = self._client(draft)
        try:
            answer = await client.join(request)
        finally:
            client.close()
        return replace(
            draft,
            hub=answer.hub,
            hub_name=name_from_hub(answer.hub_name),
            pins=answer.pins or draft.pins,
            agent=answer.agent,
            name=name_from_hub(answer.name),
        )

    async def _tell_leave(self, enrolment: Enrolment) -> bool:
        """Tell the hub, if it can be reached now; return whether it was told."""
        client = self._client(enrolment)
        try:
            keys = await read_keys(self._vault)
            if keys is None:
                return False
            life = await self._current_life()
            signer = Signer(enrolment.hub, enrolment.agent, keys.current, life)
            async with asyncio.timeout(LEAVE_PATIENCE):
                await _tell_with_fresh_stamp(client, signer)
        except (
            HubNotReachedError,
            LinkRefusedError,
            RouteError,
            VaultError,
            BadKeyError,
            TimeoutError,
        ) as error:
            log.info("the hub is not told that this node leaves: %s", error)
            return False
        finally:
            client.close()
        return True


async def _tell_with_fresh_stamp(client: LinkClient, signer: Signer) -> None:
    """Send the request again with the stamp that the first refusal brings."""
    for attempt in range(2):
        try:
            await client.ask(LEAVE, LeaveRequest(), Accepted, signer)
        except LinkRefusedError as refusal:
            if attempt or not refusal.is_stale:
                raise
        else:
            return


async def _usable_keys(vault: Vault) -> KeyChain | None:
    """Return the keys in the vault; None if there are none that can be used."""
    keys = await read_keys(vault)
    try:
        _unused = keys.current if keys is not None else None
    except BadKeyError:
        return None
    return keys
