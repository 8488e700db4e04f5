"""What a hub may order on an agent: of its own monitors, and as far as the agent's file allows it."""

from __future__ import annotations

import pytest

from noroshi import schema
from noroshi.core.model import Reading, Sample
from noroshi.link.order_messages import Discovered, Examined, MeasuredOnTrial, Order
from noroshi.ports import Listener, Memory, Process, Processor, Volume
from noroshi.service.agents.hub_definitions import HubDefinitions
from noroshi.service.agents.hub_orders import HubOrders
from noroshi.testing import FakeHost
from tests.service.agents.test_hub_definitions import HUB, ID, configuration
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness

GIB = 1 << 30


class Computer(FakeHost):
    async def volumes(self):
        return (Volume("/srv", 100 * GIB, 30 * GIB),)

    async def memory(self):
        return Memory(total=8 * GIB, available=4 * GIB)

    async def processor(self):
        return Processor(cores=4, total=1.0, busy=0.5)

    async def processes(self):
        return [Process(1, "nginx", ("nginx",)), Process(2, "nginx", ("nginx",))]

    async def listeners(self):
        return [Listener("0.0.0.0", 443), Listener("127.0.0.1", 45000)]


@pytest.fixture
async def node():
    """An agent that may be ordered everything, with monitors of its own and one of its hub."""
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    context = harness.service.context
    assert await HubDefinitions(context).take_up(HUB, configuration()) == ()
    context.hub_requests = ("try", "doctor", "discover")
    context.host_of = lambda _monitor: Computer()

    async def measure(_monitor, _memory):
        return Sample(harness.time.now, (Reading("used", 91.0, "%", "/srv"),))

    context.measure = measure
    return harness


async def answer(node, verb, target=""):
    order = Order(number=1, id="o1", verb=verb, target=target)
    result = await HubOrders(node.service.context).carry_out(order)
    assert result.order == "o1"
    return result


async def result(node, shape, verb, target=""):
    done = await answer(node, verb, target)
    assert done.outcome == "done", done.words.en
    return schema.value(shape, done.body)


async def test_a_monitor_of_the_hub_is_measured_on_trial(node):
    trial = await result(node, MeasuredOnTrial, "try", ID)
    assert [one.value for one in trial.sample.readings] == [91.0]
    assert list(await node.store.samples(ID)) == []


async def test_a_monitor_of_the_nodes_own_is_not(node):
    plan = (await node.service.context.current())[1]
    for id in (*(id for id in plan.monitors if id != ID), "unknown"):
        refused = await answer(node, "try", id)
        assert (refused.outcome, refused.body) == ("failed", "")
        assert "does not have this monitor" in refused.words.en


async def test_what_can_be_asked_is_examined(node):
    stages = (await result(node, Examined, "doctor", "fs01")).stages
    assert [one.name for one in stages] == [
        *("source", "volumes", "processes", "ports", "memory", "processor")
    ]
    assert not any(one.is_failed for one in stages)
    assert (await answer(node, "doctor", "web")).outcome == "failed"


async def test_what_there_is_to_watch_is_found(node):
    found = await result(node, Discovered, "discover")
    assert found.volumes == (Volume("/srv", 100 * GIB, 30 * GIB),)
    assert (found.cores, found.memory.total) == (4, 8 * GIB)
    assert [(one.name, one.count) for one in found.programs] == [("nginx", 2)]
    assert found.listeners == (Listener("0.0.0.0", 443),)


@pytest.mark.parametrize("verb", ["try", "doctor", "discover"])
async def test_what_the_nodes_file_does_not_allow_is_not_done(node, verb):
    node.service.context.hub_requests = tuple({"try", "doctor", "discover"} - {verb})
    node.service.context.host_of = node.service.context.measure = None
    forbidden = await answer(node, verb, ID if verb == "try" else "fs01")
    assert (forbidden.outcome, forbidden.body) == ("forbidden", "")


async def test_a_verb_of_a_later_version_is_not_known(node):
    assert (await answer(node, "explode")).outcome == "failed"
