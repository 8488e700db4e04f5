"""Hold what people say of the monitors of each agent: an agent judges by it itself."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from noroshi import schema
from noroshi.core.alarms import (
    NO_SUPPRESSIONS,
    NODE,
    Acknowledgement,
    AcknowledgementOfHub,
    Silence,
    Suppressions,
)
from noroshi.link.link_messages import NAME_DIGITS
from noroshi.link.report_messages import SuppressionsOfHub
from noroshi.ports import Store
from noroshi.service.agents.agents_monitors import AgentsMonitors, MonitorsByAgent
from noroshi.service.agents.link_refusal import LinkRefusedError

AgentsById = Mapping[str, str]
"""The names of the agents that may come in, by their ids."""
AcknowledgementKey = tuple[str, str, datetime]


def suppressions_of_hub(
    silences: Collection[Silence], acknowledgements: Collection[AcknowledgementOfHub]
) -> SuppressionsOfHub:
    """Return what is said of the monitors of an agent, under its name."""
    suppressions = SuppressionsOfHub(
        name="", silences=tuple(silences), acknowledgements=tuple(acknowledgements)
    )
    digest = hashlib.sha256(schema.text(suppressions).encode("utf-8", "surrogatepass"))
    return replace(suppressions, name=digest.hexdigest()[:NAME_DIGITS])


NOTHING_SAID = suppressions_of_hub((), ())


@dataclass(frozen=True, slots=True)
class AgentPlaces:
    """Know the agent of each monitor, by its id, and of each instance, by its name."""

    by_monitor: Mapping[str, str]
    by_instance: Mapping[str, str]

    def agent_of(self, silence: Silence) -> str:
        """Return the name of the agent at whose monitors a silence may be; "" for none."""
        if silence.monitor:
            return self.by_monitor.get(silence.monitor, "")
        return self.by_instance.get(silence.place.partition("/")[0], "")


class SuppressionBook:
    """Read what people say when it changed, and sort it by agent."""

    def __init__(self, store: Store, monitors: AgentsMonitors) -> None:
        self._store, self._monitors = store, monitors
        self._by_agent: Mapping[str, SuppressionsOfHub] = {}
        self._made_of: tuple[Suppressions, MonitorsByAgent, AgentsById] | None = None
        self._serials: dict[AcknowledgementKey, int] = {}
        """Those of the monitors' states when an acknowledgement was first seen."""

    def of_agent(self, id: str) -> SuppressionsOfHub | None:
        """Return what is said of the monitors of an agent; None where that is not known yet."""
        return self._by_agent.get(id)

    async def refresh(self, agents: AgentsById, now: datetime) -> Collection[str]:
        """Read and sort anew if something changed; return the ids of the agents of whose monitors
        something else is said than before. Raises StoreError."""
        try:
            monitors = await self._monitors.by_agent() if agents else {}
        except LinkRefusedError:  # the definitions cannot be read now: all stays as it is
            return ()
        suppressions = await self._store.suppressions(now) if agents else NO_SUPPRESSIONS
        if self._is_made_of(suppressions, monitors, agents):
            return ()
        places = _places(monitors)
        suppressions = await self._with_serials(suppressions, places, now)
        previous, self._by_agent = self._by_agent, self._sorted(suppressions, places, agents)
        self._made_of = suppressions, monitors, agents
        return [id for id, one in self._by_agent.items() if previous.get(id) != one]

    def _is_made_of(
        self, suppressions: Suppressions, monitors: MonitorsByAgent, agents: AgentsById
    ) -> bool:
        if self._made_of is None:
            return False
        old_suppressions, old_monitors, old_agents = self._made_of
        is_same = (suppressions, agents) == (old_suppressions, old_agents)
        return is_same and monitors is old_monitors

    async def _with_serials(
        self, suppressions: Suppressions, places: AgentPlaces, now: datetime
    ) -> Suppressions:
        """Note the serials of what was acknowledged since; return what is said after that, as an
        event may have ended it meanwhile."""
        new_monitors = {
            one.monitor
            for one in suppressions.acknowledged
            if one.monitor in places.by_monitor and _key(one) not in self._serials
        }
        if not new_monitors:
            return suppressions
        states = await self._store.states(new_monitors)
        later_suppressions = await self._store.suppressions(now)
        self._serials = {
            key: self._serials.get(key, states[one.monitor].serial)
            for one in later_suppressions.acknowledged
            if (key := _key(one)) in self._serials or one.monitor in states
        }
        return later_suppressions

    def _sorted(
        self, suppressions: Suppressions, places: AgentPlaces, agents: AgentsById
    ) -> Mapping[str, SuppressionsOfHub]:
        silences = defaultdict[str, list[Silence]](list)
        for silence in suppressions.silences:
            is_everywhere = silence.place == NODE and not silence.monitor
            for agent in agents.values() if is_everywhere else (places.agent_of(silence),):
                silences[agent].append(silence)
        acknowledgements = defaultdict[str, list[AcknowledgementOfHub]](list)
        for agent, one in self._acknowledgements(suppressions, places):
            acknowledgements[agent].append(one)
        return {
            id: suppressions_of_hub(silences[agent], acknowledgements[agent])
            if agent in silences or agent in acknowledgements
            else NOTHING_SAID
            for id, agent in agents.items()
        }

    def _acknowledgements(
        self, suppressions: Suppressions, places: AgentPlaces
    ) -> Iterator[tuple[str, AcknowledgementOfHub]]:
        for one in suppressions.acknowledged:
            agent, serial = places.by_monitor.get(one.monitor), self._serials.get(_key(one))
            if agent is not None and serial is not None:
                yield agent, AcknowledgementOfHub(acknowledgement=one, serial=serial)


def _places(monitors: MonitorsByAgent) -> AgentPlaces:
    by_monitor, by_instance = dict[str, str](), dict[str, str]()
    for agent, of_agent in monitors.items():
        for id, monitor in of_agent.items():
            by_monitor[id] = by_instance[monitor.instance.name] = agent
    return AgentPlaces(by_monitor, by_instance)


def _key(one: Acknowledgement) -> AcknowledgementKey:
    return one.monitor, one.item, one.at
