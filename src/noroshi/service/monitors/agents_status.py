"""Show the monitors of agents as what they are: the last word of another computer, which may have
fallen silent since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from noroshi.core.agents import AgentState, is_silent
from noroshi.core.levels import Level
from noroshi.core.translation import _
from noroshi.operations.status_answers import ItemStatus, MonitorStatus
from noroshi.service.operation_context import OperationContext

NOT_REPORTED = _("agent {agent} has not reported this yet")
SILENT = _("agent {agent} is not reporting; last known: {words}")


@dataclass(frozen=True, slots=True)
class SilentAgents:
    """Hold when each agent that is silent was last heard, by its name; None: it never was."""

    last_contacts: Mapping[str, datetime | None] = field(default_factory=dict)

    def with_agent(self, status: MonitorStatus, agent: str) -> MonitorStatus:
        """Return the status of a monitor with the agent that measures it, "" for none. What was OK
        when the agent fell silent is unknown by now, and not fine; all else stays as it was last
        reported."""
        if not agent:
            return status
        status = replace(status, agent=agent)
        if status.stopped is not None:
            return status
        if not status.known:
            words = NOT_REPORTED.fill(agent=agent)
            items = tuple(replace(item, words=words) for item in status.items)
            status = replace(status, items=items)
        if agent not in self.last_contacts:
            return status
        items = tuple(self._item(status, item) for item in status.items)
        return replace(
            status,
            items=items,
            level=Level.worst(item.level for item in items),
            agent_silent_since=self.last_contacts[agent],
        )

    def _item(self, status: MonitorStatus, item: ItemStatus) -> ItemStatus:
        if not status.known:  # there is no last word
            return item
        words = SILENT.fill(agent=status.agent, words=item.words)
        if item.level is not Level.OK:
            return replace(item, words=words)
        last_contact = self.last_contacts[status.agent]
        return replace(item, words=words, level=Level.UNKNOWN, since=last_contact)


NO_AGENTS = SilentAgents()


async def silent_agents(context: OperationContext) -> SilentAgents:
    """Return which agents are silent; most nodes have none at all. Raises StoreError."""
    if not context.agent_names.current():
        return NO_AGENTS
    # Of the hub, and not of the store: what was just heard is not written down yet.
    last_seen, now = await context.agents_hub.last_seen(), context.now()
    silent = {
        agent.name: last_seen.get(agent.id)
        for agent in (await context.agents_hub.agents()).values()
        if agent.state is AgentState.ACTIVE and is_silent(last_seen.get(agent.id), now)
    }
    return SilentAgents(
        {name: None if one is None else one.last_contact for name, one in silent.items()}
    )
