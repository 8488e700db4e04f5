"""What an agent reports to a hub over real sockets: rows of its log, and samples."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi import schema
from noroshi.agent.link_settings import NodeCalls
from noroshi.core.model import Reading, Sample, State
from noroshi.core.report import START, Position, ReportDraft, RowKind
from noroshi.link.link_messages import LinkFault
from noroshi.link.message_body import CODING_AFTER_TEXT, NO_TEXT
from noroshi.link.report_messages import ChangeOfRow, GapOfRow, RefusedRow
from noroshi.link.stamps import StampMint
from noroshi.ports import Beat, Version
from noroshi.stores.memory.store import MemoryStore
from tests.agent.stand_in_hub import stand_in_hub
from tests.agent.test_hub_link import NOW, AgentNode


class WatchedStore(MemoryStore):
    """Tells when the hub's position is noted."""

    def __init__(self):
        super().__init__()
        self.acknowledged_event = asyncio.Event()

    async def acknowledge_reports(self, position):
        result = await super().acknowledge_reports(position)
        self.acknowledged_event.set()
        return result


class ReportingNode(AgentNode):
    """A node with monitors of the hub, on a steady clock that stands still."""

    def __init__(self):
        self.seconds, self.monitors = 0.0, ["m"]
        super().__init__(store=WatchedStore(), steady=iter(lambda: self.seconds, None))

    @asynccontextmanager
    async def running(self, link=None):
        calls = NodeCalls(self.take_up, self.report, lambda: self.monitors)
        task = asyncio.create_task((link or self.link).run(calls))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait((task,))

    async def add(self, *bodies):
        drafts = (ReportDraft(kind=RowKind.CHANGE, written_at=NOW, body=one) for one in bodies)
        await self.store.add_reports(*drafts)

    async def wake(self, seconds=0.0):
        """Let time pass, and something be written."""
        self.seconds += seconds
        await self.store.beat("job", Beat(at=NOW))

    async def until_acknowledged(self):
        """Wait until the hub has the whole log, and the node knows it."""
        while (await self.store.report_log()).backlog:
            self.store.acknowledged_event.clear()
            await self.store.acknowledged_event.wait()


@pytest.fixture
async def hub(tmp_path):
    async with stand_in_hub(tmp_path, clock=lambda: NOW).open() as found:
        yield found


@pytest.fixture
async def node(hub):
    """A node that joined."""
    made = ReportingNode()
    await made.link.join("127.0.0.1", hub.port, hub.invite())
    return made


async def pressed(node, hub, is_so):
    """Let time pass, and the link hear of the hub, until it is so."""
    while not is_so():
        await node.wake(61)
        hub.request_event.clear()
        hub.tell()
        await hub.request_event.wait()


def bodies(hub):
    return [row.body for row in hub.rows]


async def test_rows_are_sent_as_they_come_and_acknowledged(node, hub):
    async with node.running():
        await node.add("1", "2")
        await hub.until(lambda: bodies(hub) == ["1", "2"])
        await node.until_acknowledged()
        await node.add("3")
        await hub.until(lambda: bodies(hub) == ["1", "2", "3"])
        await node.until_acknowledged()
    assert (await node.store.report_log()).acknowledged == hub.position
    assert node.link.report_status.backlog == 0


async def test_what_happened_before_the_link_is_sent_from_where_the_hub_is(node, hub):
    await node.add("1", "2", "3")
    hub.position = await node.store.report_position(2)
    async with node.running():
        await hub.until(lambda: bodies(hub) == ["3"])
        await node.until_acknowledged()


async def test_a_log_of_many_rows_arrives_in_order_in_several_reports(node, hub):
    texts = [str(n) for n in range(2500)]
    await node.add(*texts)
    async with node.running():
        await hub.until(lambda: bodies(hub) == texts)
    sizes = [len(one.rows) for one in hub.heard_of("report")]
    assert max(sizes) == 1000


async def test_a_report_is_repeated_at_once_if_the_hub_answered_the_link_meanwhile(node, hub):
    """As behind a load balancer, where the report's way fails after the link found another one: the
    link hears of the hub next only when its wait ends."""
    hub.lost_answers, hub.report_gate = 1, asyncio.Event()
    async with node.running():
        await hub.until(lambda: hub.heard_of("report") and hub.heard_of("wait"))
        hub.tell()
        await hub.until(lambda: len(hub.heard_of("wait")) == 2)
        await node.add("1")
        hub.report_gate.set()
        await hub.until(lambda: bodies(hub) == ["1"])


async def test_an_answer_that_is_lost_costs_no_row_and_none_twice(node, hub):
    hub.lost_answers = 3
    async with node.running():
        await node.add("1")
        await pressed(node, hub, lambda: bodies(hub) == ["1"])
        await node.add("2")
        await pressed(node, hub, lambda: bodies(hub) == ["1", "2"])


@pytest.mark.parametrize("fault", [LinkFault.STALE, LinkFault.BUSY, LinkFault.MALFORMED])
async def test_a_refusal_is_no_end(node, hub, fault):
    hub.report_faults = [fault]
    async with node.running():
        await node.add("1")
        await hub.until(lambda: bodies(hub) == ["1"])


async def test_a_restored_hub_gets_again_what_it_lost_though_nothing_happens_here(node, hub):
    async with node.running():
        await node.add("1", "2", "3")
        await hub.until(lambda: len(hub.rows) == 3)
        await node.until_acknowledged()
        hub.position, hub.rows = await node.store.report_position(1), hub.rows[:1]
        hub.mint = StampMint("era-2", b"n" * 32, hub.clock)
        waits = len(hub.heard_of("wait"))
        hub.tell()
        await hub.until(lambda: len(hub.heard_of("wait")) > waits)
        await node.wake()
        await hub.until(lambda: bodies(hub) == ["1", "2", "3"])


async def test_rows_that_no_longer_exist_are_told_as_missing(node, hub):
    await node.add("1", "2", "3")
    await node.store.acknowledge_reports(await node.store.report_position(2))
    await node.store.forget_reports(NOW + timedelta(days=1), 0, 100)
    async with node.running():
        await hub.until(lambda: len(hub.rows) == 2)
    kept, gap = hub.rows
    assert (kept.body, gap.kind) == ("3", RowKind.GAP)
    assert schema.value(GapOfRow, gap.body).count == 2


async def with_state(node):
    """The state that monitor m has."""
    state = State(serial=7)
    await node.store.publish(Version(number=1), ["m", "own"], 0, {"m": state})
    return state


@pytest.mark.parametrize(
    "of_hub",
    [
        pytest.param(Position(epoch=2, seq=9, tag="99"), id="this node was set back"),
        pytest.param(Position(epoch=2, seq=1, tag="99"), id="the hub has another log"),
    ],
)
async def test_an_agent_with_another_log_begins_anew_with_how_its_monitors_stand(
    node, hub, of_hub
):
    state = await with_state(node)
    await node.add("1", "2")
    hub.position = of_hub
    async with node.running():
        await hub.until(lambda: len(hub.rows) == 3)
        await node.until_acknowledged()
    first, second, last = hub.rows
    assert [first.body, second.body] == ["1", "2"]  # alarms may be among them
    assert schema.value(ChangeOfRow, last.body) == ChangeOfRow(monitor="m", state=state)
    assert first.seq == of_hub.seq + 1 and first.epoch == 3


async def test_a_row_that_the_hub_refuses_is_told_and_holds_up_none(node, hub, caplog):
    hub.refused_rows = [RefusedRow(seq=1, reason="m is no monitor of this agent")]
    with caplog.at_level(logging.WARNING):
        async with node.running():
            await node.add("1", "2")
            await hub.until(lambda: len(hub.rows) == 2)
            await node.until_acknowledged()
            status = node.link.report_status
    assert [row.reason for row in status.refused_rows] == ["m is no monitor of this agent"]
    assert status.refused_count == 1
    assert "seq=1: m is no monitor" in caplog.text


async def test_samples_of_the_hubs_monitors_follow_by_a_cursor(node, hub):
    moments = [NOW - timedelta(minutes=10 - n) for n in range(3)]
    rows = [("m" if n != 1 else "own", Sample(at)) for n, at in enumerate(moments)]
    await node.store.append(rows)
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait") and hub.heard_of("report"))
        await node.wake(61)
        await hub.until(lambda: hub.heard_of("samples"))
        (request,) = hub.heard_of("samples")
        (of_monitor,) = request.monitors
        assert of_monitor.monitor == "m"
        assert [one.measured_at for one in of_monitor.samples] == [moments[0], moments[2]]
        assert (request.start, request.end) == (
            moments[0],
            moments[2] + timedelta(milliseconds=1),
        )
        later = Sample(NOW - timedelta(minutes=1), (Reading("used", 5.0, "%", "/"),))
        await node.store.append([("m", later)])
        await pressed(node, hub, lambda: len(hub.heard_of("samples")) == 2)
    assert hub.heard_of("samples")[1].monitors[0].samples == (later,)


async def test_samples_are_sent_by_those_before_as_long_as_the_hub_has_them(node, hub):
    def sample(minutes):
        moment = NOW - timedelta(minutes=10 - minutes)
        return Sample(moment, tuple(Reading("used", 1.0, "%", f"/data/{n}") for n in range(9)))

    async with node.running():
        await hub.until(lambda: hub.heard_of("wait") and hub.heard_of("report"))
        for minutes in range(4):
            if minutes == 2:
                hub.earlier_text = NO_TEXT  # as a hub that began anew
            await node.store.append([("m", sample(minutes))])
            await pressed(node, hub, lambda at=minutes: len(hub.heard_of("samples")) == at + 1)
        codings = [one for one in hub.codings if one == CODING_AFTER_TEXT]
    sent = [one.monitors[0].samples for one in hub.heard_of("samples")]
    assert sent == [(sample(minutes),) for minutes in range(4)]
    assert len(codings) == 3  # the second, the third in vain, and the fourth


def with_readings(moment):
    """A sample of many readings that are alike: few bytes of a body, and many of a message."""
    return Sample(moment, tuple(Reading(f"service {n}", 1.0) for n in range(500)))


def times_of(hub):
    requests = hub.heard_of("samples")
    return [one.measured_at for request in requests for one in request.monitors[0].samples]


async def test_samples_that_would_be_too_large_a_message_are_sent_in_several(node, hub):
    moments = [NOW - timedelta(minutes=200 - n) for n in range(120)]
    await node.store.append([("m", with_readings(moment)) for moment in moments])
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait") and hub.heard_of("report"))
        await node.wake(61)
        await pressed(node, hub, lambda: len(times_of(hub)) == 120)
    assert times_of(hub) == moments


async def test_no_event_waits_behind_samples_and_one_connection_is_kept(node, hub):
    hub.samples_gate = asyncio.Event()
    await node.store.append([("m", Sample(NOW - timedelta(minutes=1)))])
    async with node.running():
        await hub.until(lambda: hub.heard_of("wait") and hub.heard_of("report"))
        known_ports = set(hub.ports)
        await node.wake(61)
        await hub.until(lambda: hub.heard_of("samples"))
        assert set(hub.ports) == known_ports
        await node.add("1")
        await hub.until(lambda: bodies(hub) == ["1"])
        await node.until_acknowledged()
        further_ports = set(hub.ports)
        assert len(further_ports) == len(known_ports) + 1
        hub.samples_gate.set()
        await node.add("2")
        await node.until_acknowledged()
        later = Sample(NOW - timedelta(seconds=30))
        await node.store.append([("m", later)])
        await pressed(node, hub, lambda: len(hub.heard_of("samples")) == 2)
        assert set(hub.ports) == further_ports
    assert bodies(hub) == ["1", "2"]


async def test_the_log_is_empty_once_the_hub_is_left(node, hub):
    await node.add("1")
    assert await node.link.leave()
    assert (await node.store.report_log()).last == replace(START)
