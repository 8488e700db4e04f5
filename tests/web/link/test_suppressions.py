"""What people at the hub say of an agent's monitors reaches the agent whole, and nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import Remark, Remarked, Silence
from noroshi.core.levels import Level
from noroshi.link.link_messages import WaitAnswer
from tests.web.link.reporting_agent import CONTENT, FILES, M, ReportingAgent, found, publish
from tests.web.link.test_messages import started

HOUR = timedelta(hours=1)


def silence(harness, id, place, monitor="", ends=HOUR):
    now = harness.time.now
    return Silence(
        id=id, place=place, monitor=monitor, begins=now, ends=now + ends, why="電源", who="aki"
    )


@pytest.fixture
async def fs01(harness, agent):
    harness.extra_ids = ()
    await publish(harness)
    await agent.greet()
    return agent


async def said(agent, known=""):
    """What the agent is told that knows so much."""
    return (await agent.wait(suppressions=known)).suppressions


async def test_silences_of_its_instances_groups_monitors_and_of_everything_reach_an_agent(
    harness, fs01
):
    reaching = [
        silence(harness, "s1", "files"),
        silence(harness, "s2", "files/base"),
        silence(harness, "s3", "files/base/disks", monitor=M),
        silence(harness, "s4", ""),
    ]
    elsewhere = [
        silence(harness, "s5", "here"),
        silence(harness, "s6", "here/base/disks", monitor="here1"),
        silence(harness, "s7", "file"),
    ]
    for one in (*reaching, *elsewhere):
        await harness.store.silence(one)
    told = await said(fs01)
    assert list(told.silences) == reaching and told.acknowledgements == ()


async def test_an_agent_that_knows_them_waits_and_hears_when_one_ends_early(harness, fs01):
    await harness.store.silence(silence(harness, "s1", "files"))
    name = (await said(fs01)).name
    assert await said(fs01, known=name) is None
    configuration = (await fs01.greet()).configuration
    waiting = await started(fs01, hold=40.0, suppressions=name, configuration=configuration)
    await harness.store.end_silence("s1", "aki", harness.time.now)
    told = (await waiting).message(WaitAnswer).suppressions
    assert told.silences == () and told.name != name


async def test_what_is_said_elsewhere_is_no_news(harness, fs01):
    name = (await said(fs01)).name
    assert name != ""
    await harness.store.silence(silence(harness, "s5", "here"))
    assert await said(fs01, known=name) is None


async def test_an_agent_of_an_earlier_version_is_told_none(harness, fs01):
    await harness.store.silence(silence(harness, "s1", "files"))
    assert await said(fs01, known=None) is None


async def test_a_silence_that_is_over_leaves(harness, fs01):
    await harness.store.silence(silence(harness, "s1", "files", ends=HOUR / 12))
    assert (await said(fs01)).silences != ()
    harness.time.now += HOUR / 10
    assert (await said(fs01)).silences == ()


async def test_an_acknowledgement_comes_with_the_serial_at_which_it_was_seen(harness, fs01):
    reporter = ReportingAgent(fs01, lambda: harness.time.now)
    await reporter.report(found(Level.CRITICAL, now=harness.time.now, serial=3))
    remark = Remark(
        monitor=M,
        item="/var",
        sort=Remarked.ACKNOWLEDGED,
        at=harness.time.now,
        who="aki",
        level=Level.CRITICAL,
    )
    assert await harness.store.acknowledge(remark.acknowledgement, remark)
    told = await said(fs01)
    (one,) = told.acknowledgements
    assert (one.acknowledgement, one.serial) == (remark.acknowledgement, 3)
    other = found(Level.WARNING, now=harness.time.now, serial=4, item="/home")
    both = {**found(Level.CRITICAL, now=harness.time.now).state.items, **other.state.items}
    await reporter.report(replace(other, state=replace(other.state, items=both)))
    assert await said(fs01, known=told.name) is None
    over = found(Level.OK, now=harness.time.now, serial=5, before=Level.CRITICAL)
    await reporter.report(over)
    assert (await said(fs01, known=told.name)).acknowledgements == ()


async def test_a_monitor_that_moves_to_an_agent_brings_what_is_said_of_it(harness, fs01):
    await harness.store.silence(silence(harness, "s5", "here"))
    assert (await said(fs01)).silences == ()
    moved = {
        "source": "fs01",
        "group": [{"name": "base", "monitor": [FILES | {"id": "here1"}]}],
    }
    await publish(harness, CONTENT | {"instances/here": moved})
    assert [one.id for one in (await said(fs01)).silences] == ["s5"]
