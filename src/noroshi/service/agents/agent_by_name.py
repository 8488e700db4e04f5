"""Find an agent by what a person calls it."""

from __future__ import annotations

from collections.abc import Mapping

from noroshi.core.agents import Agent, AgentState
from noroshi.core.definitions.problems import shortened_text, suggestion
from noroshi.core.translation import _
from noroshi.service.errors import NotFoundError

NO_AGENT = _("There is no agent “{given}”{instead}.")


def agent_by_name(name_or_id: str, agents: Mapping[str, Agent]) -> Agent:
    """Return the agent of that ID or name; of one name, the one that may come in. Raises
    NotFoundError."""
    if name_or_id in agents:
        return agents[name_or_id]
    name = name_or_id.casefold()
    namesakes = [one for one in agents.values() if one.name.casefold() == name]
    if not namesakes:
        near = suggestion(name_or_id, [one.name for one in agents.values()])
        raise NotFoundError(NO_AGENT.fill(given=shortened_text(name_or_id), instead=near))
    active = [one for one in namesakes if one.state is AgentState.ACTIVE]
    return (active or sorted(namesakes, key=lambda one: one.joined_at, reverse=True))[0]
