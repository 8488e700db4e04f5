"""Hold the hub's right to send for each agent (`core.sender_lease`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from noroshi.core.agents import Agent
from noroshi.core.sender_lease import (
    DEFAULT_TERMS,
    SHORTEST_ALONE_AFTER,
    Custody,
    HubLease,
    HubReason,
    LeaseTerms,
    Sender,
    SendRight,
    start_lease,
)
from noroshi.ports import Clocks
from noroshi.service.agents.hub_time import HubTime

CURRENT_FOR = 0.5
"""Seconds for which the rights of all agents count as they were: the lease leaves ten times that."""
MOST_SECONDS = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """Hold what a verified message of an agent says of who sends. `alone_after` is in seconds, as the
    agent goes by it; `stamped_at` the time in the stamp that came back."""

    sender: Sender
    alone_after: float
    stamped_at: datetime
    is_caught_up: bool


class AgentLeases:
    """Renew the lease of each agent by its messages, and say what may be sent. Nothing of it is
    stored: a life of the hub begins without leases."""

    def __init__(self, clocks: Clocks, terms: LeaseTerms = DEFAULT_TERMS) -> None:
        self.time, self.terms = HubTime(clocks), terms
        self._steady, self._started_at = clocks.steady, self.time.now()
        self._leases: dict[str, HubLease] = {}
        self._names: Mapping[str, str] = {}
        self._rights: tuple[SendRight, ...] = ()
        self._known_rights = set[SendRight]()
        self._rights_at = clocks.steady() - CURRENT_FOR

    def update(self, agents: Collection[Agent]) -> None:
        """Take the agents as somebody has just read them."""
        self._names = {agent.id: agent.name for agent in agents}
        for agent in agents:
            if agent.id not in self._leases:
                lease = start_lease(self._started_at, has_route=agent.needs_lease)
                self._leases[agent.id] = lease
                self._rights_at = self._steady() - CURRENT_FOR

    def renew(self, agent: str, promise: Promise) -> bool:
        """Renew the lease of an agent after a message; return whether the agent may send itself, so
        that the hub needs a lease: that has to be stored before the message is answered."""
        sender, terms = promise.sender, self._promised_terms(promise.alone_after)
        if sender is Sender.HUB and terms is None:
            sender = Sender.AGENT
        lease = self.lease(agent).renewed(
            sender, promise.stamped_at, terms or self.terms, is_caught_up=promise.is_caught_up
        )
        self._leases[agent] = lease
        self._add_rights(agent)
        return lease.has_route

    def note_contact(self, agent: str, stamped_at: datetime) -> None:
        """Note a message that says nothing of who sends."""
        self._leases[agent] = self.lease(agent).with_contact(stamped_at)

    def lease(self, agent: str) -> HubLease:
        """Return the lease of an agent."""
        return self._leases.get(agent) or start_lease(self._started_at)

    def reason(self, agent: str, custody: Custody) -> HubReason:
        """Return whether the hub may begin to send a notification of an agent now, and why."""
        return self.lease(agent).decide(custody, self.time.now(), self.terms)

    def grace_at(self, agent: str) -> datetime:
        """Return when the hub sends what the agent may have sent, if it is not heard until then."""
        return self.lease(agent).grace_at(self.terms)

    def rights(self) -> Collection[SendRight]:
        """Return what may be sent now of the notifications of all agents."""
        now = self._steady()
        if now - self._rights_at >= CURRENT_FOR:
            self._rights_at = now
            self._rights = tuple(
                right for agent in sorted(self._leases) for right in self._rights_of(agent)
            )
            self._known_rights = set(self._rights)
        return self._rights

    def longest_hold(self, alone_after: float) -> timedelta:
        """Return for how long a `wait` may be held, so that the lease of an agent that promises so
        long does not lapse meanwhile."""
        terms = self._promised_terms(alone_after) or self.terms
        return terms.longest_hold

    def _promised_terms(self, alone_after: float) -> LeaseTerms | None:
        """Return the terms for an agent that goes by another `alone_after`: the shorter time counts.
        None: so short a promise is none."""
        if not SHORTEST_ALONE_AFTER.total_seconds() <= alone_after <= MOST_SECONDS:
            return None
        shorter = min(self.terms.alone_after, timedelta(seconds=alone_after))
        return replace(self.terms, alone_after=shorter)

    def _rights_of(self, agent: str) -> Iterator[SendRight]:
        for custody in (Custody.HUB, Custody.AGENT):
            reason = self.reason(agent, custody)
            if reason.may_send:
                is_doubtful = reason is HubReason.GRACE
                name = self._names.get(agent, agent) if is_doubtful else ""
                yield SendRight(agent, custody, name)

    def _add_rights(self, agent: str) -> None:
        """Add what may be sent of an agent that was just heard, so that its alarm need not wait."""
        new_rights = [
            right for right in self._rights_of(agent) if right not in self._known_rights
        ]
        if new_rights:
            self._rights += tuple(new_rights)
            self._known_rights.update(new_rights)
