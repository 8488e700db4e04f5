"""The agents of a node: silence is one alarm for a server, whatever it measures."""

from __future__ import annotations

import pytest

from noroshi.checks import noroshi_agent
from noroshi.core.judgement import advance
from noroshi.core.levels import Level
from noroshi.core.model import Instance, Monitor, Sample, State
from noroshi.ports import AgentFacts
from noroshi.testing import FakeHost

AGENTS = Monitor(
    id="noroshi-agent",
    name="agent",
    instance=Instance(name="noroshi"),
    group="node",
    kind="noroshi-agent",
    options=None,
    limits=noroshi_agent.CHECK.limits,
    may_vanish=True,
)


class Node:
    """A node that has these agents."""

    def __init__(self, *facts):
        self.facts = facts

    async def agents(self):
        return self.facts


async def levels(*facts):
    """The level of each agent."""
    host = FakeHost(own=Node(*facts))
    outcome = await noroshi_agent.run(noroshi_agent.Options(), host, {})
    sample = Sample(await host.now(), outcome.readings)
    state, _events, _findings = advance(AGENTS, State(), sample, "")
    return {name: item.level for name, item in state.items.items() if name}


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        (AgentFacts(name="fs01", silence=89), Level.OK),
        (AgentFacts(name="fs01", silence=90), Level.CRITICAL),
        (AgentFacts(name="fs01", backlog=999), Level.OK),
        (AgentFacts(name="fs01", backlog=1000), Level.WARNING),
        (AgentFacts(name="fs01", clock_offset=-59.0), Level.OK),
        (AgentFacts(name="fs01", clock_offset=-60.0), Level.WARNING),
        (AgentFacts(name="fs01", refused_rows=9), Level.OK),
        (AgentFacts(name="fs01", refused_rows=10), Level.WARNING),
        (AgentFacts(name="fs01", excessive_reports=1), Level.WARNING),
    ],
)
async def test_an_agent_is_judged_by_what_the_hub_knows_of_it(facts, level):
    assert await levels(facts) == {"fs01": level}


async def test_each_agent_is_an_item_of_its_own():
    agents = AgentFacts(name="db01"), AgentFacts(name="fs01", silence=600)
    assert await levels(*agents) == {"db01": Level.OK, "fs01": Level.CRITICAL}
    assert await levels() == {}


async def notes(facts):
    host = FakeHost(own=Node(facts))
    outcome = await noroshi_agent.run(noroshi_agent.Options(), host, {})
    return {one.name: one.note.en for one in outcome.readings}


async def test_the_alarm_of_a_silent_agent_names_what_it_hides_and_the_next_step():
    note = (await notes(AgentFacts(name="fs01", silence=100, instances=("Files", "web"))))[
        "silence"
    ]
    assert "Monitored there: Files, web." in note
    assert note.endswith("Next step: on fs01, run systemctl status noroshi")
    on_windows = AgentFacts(name="fs01", silence=100, is_windows=True)
    assert (await notes(on_windows))["silence"].endswith("run Get-Service noroshi")
    many = tuple(f"s{n}" for n in range(9))
    assert (
        "s4, …."
        in (await notes(AgentFacts(name="fs01", silence=100, instances=many)))["silence"]
    )


async def test_an_agent_that_reports_too_much_is_told_of_once_with_the_next_step():
    host = FakeHost(own=Node(AgentFacts(name="fs01", excessive_reports=3, backlog=90_000)))
    outcome = await noroshi_agent.run(noroshi_agent.Options(), host, {})
    sample = Sample(await host.now(), outcome.readings)
    state, (event,), _findings = advance(AGENTS, State(), sample, "")
    assert (event.item, event.cause.name) == ("fs01", "excess")
    assert event.cause.reading.note.en.endswith("that changes too often")
    assert "on fs01, run noroshi log" in event.cause.reading.note.en
    later_facts = AgentFacts(name="fs01", excessive_reports=5, backlog=95_000)
    later_outcome = await noroshi_agent.run(
        noroshi_agent.Options(), FakeHost(own=Node(later_facts)), {}
    )
    later_sample = Sample(await host.now(), later_outcome.readings)
    assert not advance(AGENTS, state, later_sample, "")[1]


async def test_an_agent_that_measures_nothing_hides_nothing():
    note = (await notes(AgentFacts(name="fs01", silence=100)))["silence"]
    assert note.startswith("it monitors nothing yet.")
    assert not (await notes(AgentFacts(name="fs01", silence=10)))["silence"]
