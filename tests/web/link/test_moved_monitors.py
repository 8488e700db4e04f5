"""A monitor that moves to an agent: what its new agent reports waits until the engine of the hub has
closed what the computer before had open."""

from __future__ import annotations

import pytest

from noroshi.core.levels import Level
from noroshi.link.link_messages import LinkFault
from noroshi.link.report_messages import ReportAnswer
from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import MADE_BY
from tests.service.harness import Harness
from tests.web.link.agent_client import invite
from tests.web.link.reporting_agent import CONTENT, M, ReportingAgent, found, publish

CRITICAL = Level.CRITICAL
FILES = CONTENT["instances/files"]


@pytest.fixture
async def harness():
    """A hub whose engine has applied no version yet."""
    harness = Harness(
        store=MemoryStore(MADE_BY), name="hub1", applied_version=lambda: harness.applied
    )
    harness.applied, harness.extra_ids = 0, []
    yield harness
    await harness.service.close()


@pytest.fixture
async def fs01(harness, agent):
    await publish(harness)
    await agent.greet()
    return ReportingAgent(agent, lambda: harness.time.now)


async def waits(agent):
    """Whether the report that was just sent has to be sent again a moment later."""
    reply = await agent.send(start=agent.acknowledged)
    if reply.status == 200:
        return False
    assert (reply.fault, reply.headers["Retry-After"]) == (LinkFault.BUSY.value, "1")
    return True


async def level(harness):
    return (await harness.store.states())[M].level


async def test_the_first_report_waits_for_the_engine_and_is_not_lost(harness, fs01):
    fs01.write(found(CRITICAL, now=harness.time.now))
    assert await waits(fs01)
    assert await level(harness) is Level.OK
    harness.applied = 1
    assert not await waits(fs01)
    assert await level(harness) is CRITICAL


async def test_an_edit_elsewhere_holds_up_no_report(harness, fs01):
    harness.applied = 1
    await fs01.report(found(CRITICAL, now=harness.time.now))
    contact = {"addresses": ["other@example.com"]}
    await publish(harness, CONTENT | {"contacts/boss": contact})
    answer = await fs01.report(found(Level.OK, serial=2, before=CRITICAL, now=harness.time.now))
    assert isinstance(answer, ReportAnswer) and await level(harness) is Level.OK


async def test_the_next_agent_of_a_monitor_waits_and_the_one_before_does_not_come_back(
    harness, fs01, newcomer
):
    harness.applied = 1
    await fs01.report(found(CRITICAL, now=harness.time.now))
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    await publish(harness, CONTENT | {"instances/files": FILES | {"source": "db01"}})
    db01 = ReportingAgent(other, lambda: harness.time.now)
    db01.write(found(Level.WARNING, serial=1001, now=harness.time.now))
    assert await waits(db01)
    assert await level(harness) is CRITICAL
    harness.applied = 2
    assert not await waits(db01)
    assert await level(harness) is Level.WARNING
