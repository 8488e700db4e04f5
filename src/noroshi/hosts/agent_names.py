"""Remember the names of the hub's agents, for those who cannot wait for the store."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from noroshi.core.agents import Agent, names_in_use, removed_names
from noroshi.ports import Store


class AgentNames:
    """Hold the names of the agents that may come in, as of the last refresh."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names = frozenset[str]()
        self._names_by_id: Mapping[str, str] = {}
        self._removed_names = frozenset[str]()
        self._is_known = False
        self.reserved = frozenset[str]()
        """Names that no agent may have, as they mean something else where instances are
        measured."""
        self.on_read: Callable[[Collection[Agent]], None] = lambda _agents: None
        """Is called with all agents each time that they were read."""
        self.refused_rows: Callable[[str], int] = lambda _agent: 0
        """Returns how many rows of an agent, by its id, were refused within the last hour; the hub
        writes it."""
        self.excessive_reports: Callable[[str], int] = lambda _agent: 0
        """Returns how many reports of an agent were put off within the last hour, as it reports too
        much; the hub writes it."""

        self.update_grace: Callable[[str], float] = lambda _agent: 0.0
        """Returns for how many seconds an agent, by its id, may be silent as it is being updated; the
        hub writes it."""

    def current(self) -> frozenset[str]:
        """Return the names."""
        return self._names

    def name_of(self, id: str) -> str:
        """Return the name of an agent, also of one that was removed; "" if there is none."""
        return self._names_by_id.get(id, "")

    def removed_names(self) -> frozenset[str]:
        """Return the names of those that were removed."""
        return self._removed_names

    async def ensure_read(self) -> frozenset[str]:
        """Return the names, read now if they never were. Raises StoreError."""
        if not self._is_known:
            await self.refresh()
        return self._names

    async def read_anew(self) -> frozenset[str]:
        """Return the names, read now. Raises StoreError."""
        await self.refresh()
        return self._names

    async def refresh(self) -> None:
        """Read the agents anew, as one joined, left or has another name. Raises StoreError."""
        self.update((await self._store.agents()).values())

    def update(self, agents: Collection[Agent]) -> None:
        """Take the agents as somebody else has just read them."""
        self._names, self._is_known = names_in_use(agents), True
        self._removed_names = removed_names(agents)
        self._names_by_id = {agent.id: agent.name for agent in agents}
        self.on_read(agents)
