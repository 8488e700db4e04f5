"""Know which monitors each agent measures, by the definitions in use."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Mapping

from noroshi.core.model import Monitor
from noroshi.definitions.compilation import Plan
from noroshi.hosts.agent_names import AgentNames
from noroshi.link.link_messages import LinkFault
from noroshi.ports import Version
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.service.errors import OperationError

log = logging.getLogger(__name__)
CurrentPlan = Callable[[], Awaitable[tuple[Version, Plan]]]
AppliedVersion = Callable[[], int]
MonitorsByAgent = Mapping[str, Mapping[str, Monitor]]
AGAIN_AFTER = 5.0


class AgentsMonitors:
    """Look them up, anew whenever definitions or agents changed. `applied_version` returns the
    version by which the engine of this node measures, if one runs."""

    def __init__(
        self,
        current_plan: CurrentPlan,
        agent_of: Callable[[Monitor], str],
        agent_names: AgentNames,
        applied_version: AppliedVersion | None = None,
    ) -> None:
        self._current_plan, self._agent_of = current_plan, agent_of
        self._agent_names, self._applied_version = agent_names, applied_version
        self._by_agent: MonitorsByAgent = {}
        self._applied: MonitorsByAgent = {}
        self._version = 0
        self._made_of: tuple[Plan, frozenset[str]] | None = None

    async def monitors_of(self, agent: str) -> Mapping[str, Monitor]:
        """Return the monitors of the agent with that name, by id. Raises as `by_agent`."""
        return (await self.by_agent()).get(agent, {})

    async def new_monitors_of(self, agent: str) -> Collection[str]:
        """Return the ids of those monitors of an agent that the engine has yet to hand over to it:
        what another computer left open is closed first. Raises as `by_agent`."""
        monitors = await self.monitors_of(agent)
        if self._applied_version is None or self._applied_version() >= self._version:
            self._applied = self._by_agent
        return monitors.keys() - self._applied.get(agent, {}).keys()

    async def by_agent(self) -> MonitorsByAgent:
        """Return the monitors of each agent, by its name: the same as long as nothing changed.
        Raises LinkRefusedError while the definitions cannot be read, and StoreError."""
        try:
            version, plan = await self._current_plan()
        except OperationError as error:
            log.warning("reports of agents wait: %s", error)
            text = "the definitions cannot be read now"
            raise LinkRefusedError(LinkFault.BUSY, text, AGAIN_AFTER) from None
        names = self._agent_names.current()
        made_of = self._made_of
        if made_of is None or made_of[0] is not plan or made_of[1] != names:
            self._by_agent, self._made_of = self._sorted(plan), (plan, names)
            self._version = version.number
        return self._by_agent

    def _sorted(self, plan: Plan) -> MonitorsByAgent:
        by_agent = defaultdict[str, dict[str, Monitor]](dict)
        for id, monitor in plan.monitors.items():
            if agent := self._agent_of(monitor):
                by_agent[agent][id] = monitor
        return by_agent
