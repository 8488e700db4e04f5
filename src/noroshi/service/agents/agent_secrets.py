"""Give an agent the entries of the vault that its shared routes name, sealed for its key."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection
from dataclasses import replace

from noroshi.core.agents import Agent
from noroshi.link.sealed_secrets import SealedFor, seal
from noroshi.service.agents.configurations import Configuration
from noroshi.service.agents.roster import Roster
from noroshi.vault import Vault, VaultError

log = logging.getLogger(__name__)


class AgentSecrets:
    """Read secrets for agents, and note which of them each agent has."""

    def __init__(self, vault: Vault, roster: Roster) -> None:
        self._vault, self._roster = vault, roster

    async def sealed(self, agent: Agent, configuration: Configuration, hub: str) -> str:
        """Return what a configuration needs, as this agent alone can open it; "" if there is
        nothing. What the vault cannot give is left out, as monitoring does not depend on it.
        Raises StoreError."""
        secrets = dict[str, str]()
        for entry in configuration.entries:
            try:
                secret = await self._vault.get(entry)
            except VaultError as error:
                log.warning("an entry is not given to agent %s: %s", agent.name, error)
                continue
            if secret is not None:
                secrets[entry] = secret.reveal()
        if not secrets:
            return ""
        await self.note_given(agent, secrets)
        sealed_for = SealedFor(hub=hub, agent=agent.id, configuration=configuration.name)
        return await asyncio.to_thread(seal, secrets, sealed_for, agent.key)

    async def note_given(self, agent: Agent, entries: Collection[str]) -> None:
        """Note, before they are given, that an agent has these entries. Raises StoreError."""
        if set(entries) <= set(agent.secrets):
            return

        def with_entries(current: Agent) -> Agent:
            return replace(current, secrets=tuple(sorted({*current.secrets, *entries})))

        await self._roster.change(agent.id, with_entries)
