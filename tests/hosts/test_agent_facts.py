"""What a node knows of its agents: silence begins with the node's start at the earliest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.core.agents import AgentState
from noroshi.core.model import Instance, Monitor
from noroshi.core.sources import titles_by_source
from noroshi.hosts.self_monitoring import NodeReadings, OwnFacts
from noroshi.ports import AgentFacts
from tests.service.agents.fleet import heard, joined
from tests.service.harness import Harness


def measured(instance):
    return Monitor(id="m", name="m", instance=instance, group="", kind="", options=None)


MEASURED = [
    measured(Instance(name="web", source="FS01")),
    measured(Instance(name="files", title="Files", source="fs01")),
    measured(Instance(name="files", title="Files", source="fs01")),
    measured(Instance(name="other")),
]


@pytest.fixture
def harness():
    return Harness()


def own_facts(harness):
    readings = NodeReadings(
        routes=dict,
        accounts=dict,
        lateness=lambda: 0.0,
        clock_set=lambda: 0.0,
        wall=lambda: harness.time.now,
        refused_rows=lambda agent: 3 if agent == "id-of-fs01" else 0,
        update_grace=lambda agent: 300.0 if agent == "id-of-fs02" else 0.0,
        excessive_reports=lambda agent: 2 if agent == "id-of-fs01" else 0,
        instances=lambda: titles_by_source(MEASURED),
    )
    return OwnFacts(harness.store, harness.tokens, None, readings)


async def silences(facts):
    return {one.name: one.silence for one in await facts.agents()}


async def test_each_agent_that_may_come_in_is_told_with_what_was_heard_of_it(harness):
    fs01 = await joined(harness)
    await joined(harness, "gone", state=AgentState.REVOKED)
    facts = own_facts(harness)
    await heard(harness, fs01, backlog=7, clock_offset=timedelta(seconds=-80))
    harness.time.pass_by(seconds=50)
    assert await facts.agents() == [
        AgentFacts(
            name="fs01",
            silence=50.0,
            backlog=7,
            clock_offset=-80.0,
            refused_rows=3,
            excessive_reports=2,
            instances=("Files", "web"),
        )
    ]


async def test_an_agent_that_was_never_heard_is_silent_since_it_joined(harness):
    facts = own_facts(harness)
    harness.time.pass_by(seconds=300)
    await joined(harness)
    harness.time.pass_by(seconds=20)
    assert await silences(facts) == {"fs01": 20.0}


async def test_a_node_that_was_away_waits_for_its_agents_first(harness):
    await heard(harness, await joined(harness))
    harness.time.pass_by(seconds=86_400)
    facts = own_facts(harness)
    assert await silences(facts) == {"fs01": 0.0}
    harness.time.pass_by(seconds=95)
    assert await silences(facts) == {"fs01": 95.0}


async def test_an_agent_that_is_being_updated_may_be_silent_for_longer(harness):
    facts = own_facts(harness)
    await heard(harness, await joined(harness, "fs02"))
    harness.time.pass_by(seconds=200)
    assert await silences(facts) == {"fs02": 0.0}
    harness.time.pass_by(seconds=200)
    assert await silences(facts) == {"fs02": 100.0}
