"""Make the link to a hub when it is needed: it imports slowly, and most nodes have no hub."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from noroshi.agent.enrolment import Enrolment, enrolment_in
from noroshi.agent.link_settings import LinkSettings, NodeCalls
from noroshi.agent.link_status import LinkStatus
from noroshi.agent.report_status import ReportStatus
from noroshi.core.sender_lease import AgentTurn
from noroshi.imports import ONE_AT_A_TIME
from noroshi.link.update_messages import FilePartRequest
from noroshi.ports import Store
from noroshi.vault import Vault

if TYPE_CHECKING:
    from noroshi.agent.hub_link import HubLink


class LinkOnDemand:
    """The link of this node to its hub, if it has one."""

    def __init__(self, store: Store, vault: Vault, settings: LinkSettings) -> None:
        self._store, self._vault, self._settings = store, vault, settings
        self._link: HubLink | None = None
        self._opening, self._opened_event = asyncio.Lock(), asyncio.Event()

    async def open(self) -> HubLink:
        """Return the link, made at the first call."""
        async with self._opening:
            if self._link is None:
                self._link = await asyncio.to_thread(self._make)
                self._opened_event.set()
            return self._link

    async def enrolment(self) -> Enrolment | None:
        """Return the enrolment; None: the node has no hub. Raises StoreError."""
        if self._link is not None:
            return await self._link.enrolment()
        return enrolment_in(await self._store.get_values())

    @property
    def status(self) -> LinkStatus:
        """Return how the link is."""
        return self._link.status if self._link is not None else LinkStatus()

    @property
    def report_status(self) -> ReportStatus:
        """Return how far the hub has what is reported to it."""
        return self._link.report_status if self._link is not None else ReportStatus()

    @property
    def turn(self) -> AgentTurn | None:
        """Return whose turn it is to send the hub's notifications; None if no link runs."""
        return self._settings.notifications.turn

    @property
    def alone_after(self) -> float | None:
        """Return after how many seconds without the hub this node sends; None if no link runs."""
        keeper = self._settings.notifications.keeper
        return None if keeper is None else keeper.memory.alone_after

    async def fetch_part(self, request: FilePartRequest) -> bytes:
        """Return a part of the file by which the hub updates this node. Raises as
        `LinkClient.ask` does."""
        return await (await self.open()).fetch_part(request)

    async def run(self, calls: NodeCalls) -> None:
        """Keep the link, as soon as there is a hub; without end. Raises StoreError if it is not
        known whether there is one."""
        if await self.enrolment() is None:
            await self._opened_event.wait()
        await (await self.open()).run(calls)

    def _make(self) -> HubLink:
        with ONE_AT_A_TIME:
            from noroshi.agent.hub_link import HubLink

        return HubLink(self._store, self._vault, self._settings)
