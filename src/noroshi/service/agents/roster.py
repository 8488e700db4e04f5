"""Hold all agents in memory, as fresh as revocation needs them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping

from noroshi.core.agents import Agent
from noroshi.ports import Clocks, Store

FRESH_FOR = 2.0
"""Seconds for which the agents count as they were read: so long a revocation may take that another
process wrote."""


class Roster:
    """Read agents, and change them. `on_change` is called with the id of each that is another than
    it was, `on_read` with all of them."""

    def __init__(
        self,
        store: Store,
        clocks: Clocks,
        on_change: Callable[[str], None],
        on_read: Callable[[Collection[Agent]], None],
    ) -> None:
        self._store, self._clocks = store, clocks
        self._on_change, self._on_read = on_change, on_read
        self._agents: Mapping[str, Agent] = {}
        self._read_at: float | None = None
        self._reading = asyncio.Lock()

    @property
    def agents(self) -> Mapping[str, Agent]:
        """Return the agents as they were last read, by id."""
        return self._agents

    async def refresh(self) -> None:
        """Read the agents again if they are older than `FRESH_FOR`. Raises StoreError."""
        if not self._is_fresh:
            async with self._reading:  # once for all who ask meanwhile
                if not self._is_fresh:
                    await self._read()

    async def reload(self) -> None:
        """Read the agents again, as one was written. Raises StoreError."""
        async with self._reading:
            await self._read()

    async def change(self, id: str, change: Callable[[Agent], Agent]) -> Agent | None:
        """Write what `change` makes of an agent, and return it; None if there is none of that
        id, or another agent has its name or key. Raises StoreError."""
        async with self._reading:
            if not self._is_fresh:
                await self._read()
            while (agent := self._agents.get(id)) is not None:
                new_agent = change(agent)
                if new_agent == agent:
                    return agent
                if await self._store.put_agent(new_agent, agent):
                    self._take({**self._agents, id: new_agent})
                    return new_agent
                await self._read()
                if self._agents.get(id) == agent:  # so it was not written meanwhile
                    return None
            return None

    async def forget(self, agent: Agent) -> bool:
        """Delete an agent that is still exactly this one. Raises StoreError."""
        is_deleted = await self._store.drop_agent(agent)
        await self.reload()
        return is_deleted

    @property
    def _is_fresh(self) -> bool:
        return self._read_at is not None and self._clocks.steady() - self._read_at < FRESH_FOR

    async def _read(self) -> None:
        began_at = self._clocks.steady()
        agents = await self._store.agents()
        self._read_at = began_at  # until then whoever asks waits for it
        self._take(agents)

    def _take(self, agents: Mapping[str, Agent]) -> None:
        previous_agents, self._agents = self._agents, agents
        self._on_read(self._agents.values())
        for id in previous_agents.keys() | self._agents.keys():
            previous, current = previous_agents.get(id), self._agents.get(id)
            if previous is not current and previous != current:
                self._on_change(id)
