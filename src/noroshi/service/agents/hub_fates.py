"""Tell agents what became of their notifications at the hub."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from noroshi.core.agents import Agent, AgentState
from noroshi.core.mail import Receipt, delivery_state
from noroshi.link.report_messages import HubFate
from noroshi.ports import Clocks, Store, StoredFate

REPEATED_AFTER = 10.0
"""Seconds after which what was told and not acknowledged counts as news once more."""


class HubFates:
    """Hold the numbers of the newest fates, and tell them until they are acknowledged. `name` is the
    hub's. An agent that never sends itself is told, too: from its log a hub that is restored from an
    older backup hears what it has sent."""

    def __init__(self, store: Store, clocks: Clocks, name: str) -> None:
        self._store, self._clocks, self._name = store, clocks, name
        self._newest: Mapping[str, int] | None = None
        self._last_forgotten = dict[str, int]()
        self._deliveries = dict[str, tuple[int, float]]()

    async def refresh(self, agents: Mapping[str, Agent]) -> Collection[str]:
        """Read the numbers anew, and return the agents for whom there is more than before. Raises
        StoreError."""
        newest = await self._store.newest_fates()
        for id, number in newest.items():
            if id not in agents or agents[id].state is AgentState.REVOKED:
                await self._store.forget_fates(id, number)
        numbers = {id: number for id, number in newest.items() if id in agents}
        known_numbers = self._newest or {}
        agents_with_news = [id for id, n in numbers.items() if n > known_numbers.get(id, 0)]
        self._newest = numbers
        return agents_with_news

    def has_news(self, agent: str, known_number: int) -> bool:
        """Return whether an agent lacks fates, but for those that it was told just now."""
        delivered_number, delivered_at = self._deliveries.get(agent, (0, 0.0))
        if self._clocks.steady() - delivered_at >= REPEATED_AFTER:
            delivered_number = 0
        return (self._newest or {}).get(agent, 0) > max(known_number, delivered_number)

    async def news(self, agent: Agent, known_number: int) -> tuple[HubFate, ...]:
        """Return the fates that an agent lacks, and forget those that it knows. The store is asked
        only if there may be some: most requests find none. Raises StoreError."""
        if known_number > self._last_forgotten.get(agent.id, 0):
            await self._store.forget_fates(agent.id, known_number)
            self._last_forgotten[agent.id] = known_number
        if self._newest is not None and self._newest.get(agent.id, 0) <= known_number:
            return ()
        fates = await self._store.fates_of(agent.id, known_number)
        if fates:
            self._deliveries[agent.id] = fates[-1].number, self._clocks.steady()
        return tuple(map(self._hub_fate, fates))

    def begin(self, agent: str) -> None:
        """Begin anew with an agent whose link begins: what it was told may be lost."""
        self._deliveries.pop(agent, None)

    def _hub_fate(self, fate: StoredFate) -> HubFate:
        return HubFate(
            number=fate.number,
            envelope=fate.envelope,
            fate=delivery_state(fate.state).value,
            receipt=None if fate.receipt is None else self._without_answers(fate.receipt),
        )

    def _without_answers(self, receipt: Receipt) -> Receipt:
        """Return a receipt without addresses and replies, which are the hub's alone."""
        return replace(receipt, answers={}, provider_id="", sent_by=self._name)
