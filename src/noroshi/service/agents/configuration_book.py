"""Hold the configuration of each agent, as the current definitions make it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from noroshi.ports import Store
from noroshi.service.agents.configurations import Configuration, configurations


class ConfigurationBook:
    """Read the definitions when they changed, and choose from them."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_agent: Mapping[str, Configuration] = {}
        self._made_of: tuple[int, Mapping[str, str], frozenset[str]] | None = None
        self._changes_under_way = 0
        self._choosing = asyncio.Lock()

    async def refresh(self, names: Mapping[str, str], senders: frozenset[str]) -> bool:
        """Choose anew for the agents with these names, by id, if they or the definitions changed;
        return whether they did. `senders` are the names of those with a route of their own. Raises
        StoreError."""
        if self._changes_under_way or await self._is_made_of(names, senders):
            return False
        async with self._choosing:  # once for all agents that come back at the same instant
            if await self._is_made_of(names, senders):
                return False
            return await self._choose(names, senders)

    async def _is_made_of(self, names: Mapping[str, str], senders: frozenset[str]) -> bool:
        return (await self._store.current_number(), names, senders) == self._made_of

    async def _choose(self, names: Mapping[str, str], senders: frozenset[str]) -> bool:
        number = await self._store.current_number()
        documents = (await self._store.current()).documents if names else ()
        # Those of a thousand agents take seconds, for which the loop has others to answer.
        by_name = await asyncio.to_thread(
            configurations, documents, tuple(names.values()), senders
        )
        if self._changes_under_way:
            return False
        self._by_agent = {id: by_name[name.casefold()] for id, name in names.items()}
        self._made_of = number, names, senders
        return True

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Leave all configurations as they are until the block ends: an agent that is renamed
        together with the definitions that name it shall not be told of half of that."""
        self._changes_under_way += 1
        try:
            yield
        finally:
            self._changes_under_way -= 1

    def of_agent(self, id: str) -> Configuration | None:
        """Return the configuration of an agent; None where nothing is known of it yet."""
        return self._by_agent.get(id)

    def is_of_other(self, configuration: str, id: str) -> bool:
        """Return whether a configuration is another agent's, and not this one's as well."""
        own_configuration = self._by_agent.get(id)
        is_own = own_configuration is not None and own_configuration.name == configuration
        names = {one.name for one in self._by_agent.values()}
        return not is_own and configuration in names
