"""Update all agents that run another version than this node, from the list of servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from noroshi.core.agents import AgentState
from noroshi.core.translation import join_sentences
from noroshi.operations.agent_answers import AgentRow
from noroshi.service.agents.agents import AgentOperations
from noroshi.web.view.form_operations import run_reauthenticated
from noroshi.web.view.page_context import Visit

UPDATE_ALL = "agent_update_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentUpdateOnPage:
    """Tell of one agent whether its update began; `reason`: why it did not."""

    name: str
    version: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatesOnPage:
    """Hold what came of updating all agents. `needs_password`: nothing was done yet."""

    results: Sequence[AgentUpdateOnPage] = ()
    needs_password: bool = False


def outdated_agents(agents: Sequence[AgentRow]) -> Sequence[AgentRow]:
    """Return the agents that run another version than this node."""
    return [one for one in agents if one.state is AgentState.ACTIVE and one.has_other_version]


async def update_all(visit: Visit, agents: Sequence[AgentRow]) -> UpdatesOnPage:
    """Have all agents updated that run another version, one after the other."""
    results = list[AgentUpdateOnPage]()
    for one in outdated_agents(agents):
        outcome = await run_reauthenticated(visit, AgentOperations.update, agent=one.id)
        if outcome.needs_password:
            return UpdatesOnPage(needs_password=True)
        version = outcome.answer.version if outcome.answer is not None else ""
        reason = join_sentences(outcome.reasons, visit.language)
        results.append(AgentUpdateOnPage(name=one.name, version=version, reason=reason))
    return UpdatesOnPage(results=results)
