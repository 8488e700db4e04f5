"""What people at a hub say of an agent's monitors, as the agent judges by it: by its own clock, and of no
monitor of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import Acknowledgement, AcknowledgementOfHub, Silence
from noroshi.core.levels import Level
from noroshi.core.model import Change, ItemState, State
from noroshi.service.agents.hub_definitions import HubDefinitions
from noroshi.service.agents.hub_suppressions import HubSuppressions
from noroshi.service.agents.suppression_book import suppressions_of_hub
from tests.service.agents.test_hub_definitions import HUB, ID, configuration
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness

HOUR = timedelta(hours=1)
CRITICAL = State(items={"/": ItemState(level=Level.CRITICAL)}, serial=1)


@pytest.fixture
async def node():
    """An agent with monitors of its own, and one of its hub; all are critical."""
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    assert await HubDefinitions(harness.service.context).take_up(HUB, configuration()) == ()
    (_version, plan) = await harness.service.context.current()
    running = await harness.store.begin("node", harness.time.now)
    block = await harness.store.lease_monitors(running, harness.time.now)
    for id in plan.monitors:
        await harness.store.commit(block.fence, Change(monitor=id, state=CRITICAL))
    return harness


def own_monitor(plan):
    return next(id for id in plan.monitors if id != ID)


def silence(node, place, monitor="", id="s1"):
    now = node.time.now
    return Silence(
        id=id, place=place, monitor=monitor, begins=now, ends=now + HOUR, why="電源", who="aki"
    )


def acknowledgement(node, monitor):
    one = Acknowledgement(
        monitor=monitor, item="/", level=Level.CRITICAL, who="aki\x1b", at=node.time.now
    )
    return AcknowledgementOfHub(acknowledgement=one, serial=1)


async def put(node, silences=(), acknowledgements=(), offset=timedelta(0)):
    told = suppressions_of_hub(silences, acknowledgements)
    await HubSuppressions(node.store, node.service.context.plans).put(told, offset)
    return await node.store.suppressions(node.time.now)


async def test_a_silence_of_everything_covers_the_monitors_of_the_hub_alone(node):
    (kept,) = (await put(node, [silence(node, "")])).silences
    plan = (await node.service.context.current())[1]
    assert [id for id, one in plan.monitors.items() if kept.covers(one)] == [ID]
    (kept,) = (await put(node, [silence(node, "own", monitor=own_monitor(plan))])).silences
    assert [id for id, one in plan.monitors.items() if kept.covers(one)] == []


async def test_it_ends_by_the_clock_of_this_computer(node):
    offset = timedelta(minutes=5)
    assert (await put(node, [silence(node, "")], offset=offset)).silences == ()
    (kept,) = (await node.store.suppressions(node.time.now + offset)).silences
    assert (kept.begins, kept.ends) == (node.time.now + offset, node.time.now + HOUR + offset)


async def test_a_hub_acknowledges_what_it_gave_alone(node):
    own = own_monitor((await node.service.context.current())[1])
    kept = await put(node, (), [acknowledgement(node, ID), acknowledgement(node, own)])
    (one,) = kept.acknowledged
    assert (one.monitor, one.who, one.of_hub) == (ID, "aki?", True)


async def test_what_is_no_longer_said_is_gone(node):
    await put(node, [silence(node, "")], [acknowledgement(node, ID)])
    kept = await put(node, [replace(silence(node, "fs01"), id="s2")])
    assert [one.id for one in kept.silences] == ["hub/s2"] and kept.acknowledged == ()
