"""Keep agents and invitations in the store for tests and trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from noroshi.core.agents import Agent, Invitation, JoinRefusal, LastSeen, admission, may_replace


class AgentsInMemory:
    """Do what ports.Store says of agents."""

    def __init__(self) -> None:
        self._agents: dict[str, Agent] = {}
        self._invitations: dict[str, Invitation] = {}
        self._last_contacts: dict[str, LastSeen] = {}

    async def invitations(self) -> Mapping[str, Invitation]:
        return dict(sorted(self._invitations.items()))

    async def put_invitation(self, invitation: Invitation) -> None:
        self._invitations[invitation.id] = invitation

    async def drop_invitation(self, id: str) -> bool:
        return self._invitations.pop(id, None) is not None

    async def admit(self, secret_hash: str, agent: Agent, now: datetime) -> Agent | JoinRefusal:
        matching = (one for one in self._invitations.values() if one.hash == secret_hash)
        invitation = next(matching, None)
        result = admission(invitation, agent, self._agents.values(), now)
        if invitation is None or isinstance(result, JoinRefusal):
            return result
        self._agents[result.id] = result
        self._invitations[invitation.id] = invitation.with_use(result.thumbprint)
        return result

    async def agents(self) -> Mapping[str, Agent]:
        return dict(sorted(self._agents.items()))

    async def put_agent(self, agent: Agent, previous: Agent) -> bool:
        other_agents = [one for id, one in self._agents.items() if id != agent.id]
        if self._agents.get(agent.id) != previous or not may_replace(agent, other_agents):
            return False
        self._agents[agent.id] = agent
        return True

    async def last_seen(self) -> Mapping[str, LastSeen]:
        return dict(sorted(self._last_contacts.items()))

    async def put_last_seen(self, last_seen: Sequence[LastSeen]) -> None:
        self._last_contacts |= {one.agent: one for one in last_seen}
