"""Make the operations when somebody first asks for one: an agent that only measures saves their
memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.hosts.threads import run_in_thread
from noroshi.plugins import Plugins
from noroshi.ports import Clocks, Store
from noroshi.schema import VALIDATION
from noroshi.service.service_parts import ServiceParts

if TYPE_CHECKING:
    from noroshi.service.agents.hub_definitions import HubDefinitions
    from noroshi.service.agents.hub_orders import HubOrders
    from noroshi.service.operation_context import OperationContext
    from noroshi.service.operation_list import Service

OPERATIONS = "noroshi.service.operation_list"
ORDERS = "noroshi.service.agents.hub_orders"
OF_HUB = "noroshi.service.agents.hub_definitions"


class ServiceOnDemand:
    """The operations of a node, and what its hub has it do, which needs few of their modules."""

    def __init__(
        self, store: Store, plugins: Plugins, clocks: Clocks, parts: ServiceParts
    ) -> None:
        self._store, self._plugins, self._clocks, self._parts = store, plugins, clocks, parts
        self._context: OperationContext | None = None
        self._service: Service | None = None
        self._hub_orders: HubOrders | None = None

    @property
    def hub_routes(self) -> bool:
        """Return whether the hub may share routes with this node."""
        return self._parts.hub_routes

    async def open(self) -> Service:
        """Return the operations. The loop goes on while their modules are imported, and those of
        all kinds."""
        if self._service is None:
            await run_in_thread(self._load)
        return self.get()

    def get(self) -> Service:
        """Return the operations, imported here and now if nobody asked for them before."""
        if self._service is None:
            imports.load(VALIDATION)
            with imports.ONE_AT_A_TIME:
                from noroshi.service.operation_list import Service

            self._service = Service(self._made_context())
        return self._service

    async def hub_definitions(self) -> HubDefinitions:
        """Return what brings the hub's configuration into force."""
        await run_in_thread(lambda: imports.load(OF_HUB))
        with imports.ONE_AT_A_TIME:
            from noroshi.service.agents.hub_definitions import HubDefinitions

        return HubDefinitions(self._made_context())

    async def hub_orders(self) -> HubOrders:
        """Return what does what the hub orders."""
        if self._hub_orders is None:
            await run_in_thread(lambda: imports.load_all((ORDERS,)))
            with imports.ONE_AT_A_TIME:
                from noroshi.service.agents.hub_orders import HubOrders

            self._hub_orders = self._hub_orders or HubOrders(self._made_context())
        return self._hub_orders

    async def close(self) -> None:
        """End what operations began."""
        if self._service is not None:
            await self._service.close()
        elif self._context is not None:
            await self._context.close()

    def _load(self) -> None:
        imports.load_all((VALIDATION, OPERATIONS))
        self._plugins.load()

    def _made_context(self) -> OperationContext:
        if self._context is None:
            with imports.ONE_AT_A_TIME:
                from noroshi.service.operation_context import OperationContext

            self._context = OperationContext(
                self._store, self._plugins, self._clocks, self._parts
            )
        return self._context
