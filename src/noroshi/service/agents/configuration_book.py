"""Hold the configuration of each agent, as the current definitions make it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from noroshi.ports import Store
from noroshi.service.agents.configurations import (
    NO_SHARED_ROUTES,
    Configuration,
    configurations,
    with_marks,
)
from noroshi.vault import Vault

SharedRoutes = Mapping[str, Collection[str]]
"""The routes that are shared with agents, by the name of the agent."""
VAULT_INTERVAL = 1.0
"""Seconds between two queries of the vault: each request of an agent comes by here."""


class ConfigurationBook:
    """Read the definitions when they changed, and choose from them."""

    def __init__(self, store: Store, vault: Vault, steady: Callable[[], float]) -> None:
        self._store, self._vault, self._steady = store, vault, steady
        self._followed_at = steady()
        self._by_definitions: Mapping[str, Configuration] = {}
        """The configurations by what the definitions say, whatever the vault has."""
        self._marks: Mapping[str, str] = {}
        self._by_agent: Mapping[str, Configuration] = {}
        self._made_of: tuple[int, Mapping[str, str], frozenset[str], SharedRoutes] | None = None
        self._changes_under_way = 0
        self._choosing = asyncio.Lock()

    async def refresh(
        self,
        names: Mapping[str, str],
        senders: frozenset[str],
        shared_routes: SharedRoutes = NO_SHARED_ROUTES,
    ) -> bool:
        """Choose anew for the agents with these names, by id, if they, the definitions or the
        secrets that they are given changed; return whether they did. `senders` are the names of
        those with a route. Raises StoreError."""
        if self._changes_under_way:
            return False
        if await self._is_made_of(names, senders, shared_routes):
            return await self._follow_vault()
        async with self._choosing:  # once for all agents that come back at the same instant
            if await self._is_made_of(names, senders, shared_routes):
                return False
            return await self._choose(names, senders, shared_routes)

    async def _is_made_of(
        self, names: Mapping[str, str], senders: frozenset[str], shared_routes: SharedRoutes
    ) -> bool:
        number = await self._store.current_number()
        return (number, names, senders, shared_routes) == self._made_of

    async def _choose(
        self, names: Mapping[str, str], senders: frozenset[str], shared_routes: SharedRoutes
    ) -> bool:
        number = await self._store.current_number()
        documents = (await self._store.current()).documents if names else ()
        # Those of a thousand agents take seconds, for which the loop has others to answer.
        by_name = await asyncio.to_thread(
            configurations, documents, tuple(names.values()), senders, shared_routes
        )
        configurations_by_id = {id: by_name[name.casefold()] for id, name in names.items()}
        marks = await self._marks_of(configurations_by_id)
        if self._changes_under_way:
            return False
        self._set_configurations(configurations_by_id, marks)
        self._made_of = number, names, senders, shared_routes
        return True

    async def _follow_vault(self) -> bool:
        """Rename the configurations whose secrets were replaced; return whether there are any."""
        now = self._steady()
        if not self._marks or now - self._followed_at < VAULT_INTERVAL:
            return False
        self._followed_at = now
        configurations_by_id = self._by_definitions
        marks = await self._marks_of(configurations_by_id)
        if marks == self._marks or configurations_by_id is not self._by_definitions:
            return False
        self._set_configurations(configurations_by_id, marks)
        return True

    async def _marks_of(
        self, configurations_by_id: Mapping[str, Configuration]
    ) -> Mapping[str, str]:
        """Return a mark of each entry that the vault can give."""
        entries = {entry for one in configurations_by_id.values() for entry in one.entries}
        if self._vault.problem is not None:
            return dict.fromkeys(entries, "")
        return {entry: await self._vault.mark_of(entry) for entry in entries}

    def _set_configurations(
        self, configurations_by_id: Mapping[str, Configuration], marks: Mapping[str, str]
    ) -> None:
        self._by_definitions, self._marks = configurations_by_id, marks
        self._by_agent = {
            id: with_marks(one, marks) for id, one in configurations_by_id.items()
        }

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
