"""Name the agents that tell when the hub is gone: few, so that not everyone's agent does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from noroshi.core.agents import Agent, AgentState, LastSeen, is_silent

MOST_WITNESSES = 3


def witness_ranks(
    agents: Mapping[str, Agent], last_seen: Mapping[str, LastSeen], now: datetime
) -> Mapping[str, int]:
    """Return the rank, from 1, of each agent that tells when the hub is gone, by its id: those that
    have a route of their own and were heard lately, the longest enrolled first."""
    able_agents = [
        agent
        for agent in agents.values()
        if agent.state is AgentState.ACTIVE
        and agent.own_route
        and not is_silent(last_seen.get(agent.id), now)
    ]
    able_agents.sort(key=lambda agent: (agent.joined_at, agent.id))
    return {agent.id: rank for rank, agent in enumerate(able_agents[:MOST_WITNESSES], start=1)}
