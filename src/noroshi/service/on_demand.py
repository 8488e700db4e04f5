"""Make the operations when somebody first asks for one: an agent that only measures saves their
memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from noroshi import imports
from noroshi.hosts.threads import run_in_thread

if TYPE_CHECKING:
    from noroshi.service.operation_list import Service

OPERATIONS = "noroshi.service.operation_list"


class ServiceOnDemand:
    """The operations of a node: `prepare` imports what they work with, `make` makes them."""

    def __init__(
        self, make: Callable[[], Service], prepare: Callable[[], None] = lambda: None
    ) -> None:
        self._make, self._prepare = make, prepare
        self._service: Service | None = None

    async def open(self) -> Service:
        """Return the operations. The loop goes on while their modules are imported."""
        if self._service is None:
            await run_in_thread(self._load)
        return self.get()

    def _load(self) -> None:
        imports.load(OPERATIONS)
        self._prepare()

    def get(self) -> Service:
        """Return the operations, imported here and now if nobody asked for them before."""
        if self._service is None:
            self._service = self._make()
        return self._service

    async def close(self) -> None:
        """End what operations began."""
        if self._service is not None:
            await self._service.close()
