"""Notifications of agents leave only while this node has the right to send them."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from noroshi.core.mail import POSSIBLE_SENDER, EnvelopeState, Route, Verdict
from noroshi.core.report import ReportDraft
from noroshi.core.sender_lease import Custody, SendRight
from noroshi.engine.dispatch.active_route import ActiveRoute
from noroshi.engine.dispatch.delivery_attempt import CUT, DeliveryAttempt
from noroshi.engine.dispatch.rate_limiter import RateLimiter
from noroshi.engine.dispatch.send_rights import SendRightSources
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks, ScriptedTransport
from tests.flow.scene import Scene, disk_monitor
from tests.flow.test_sending import LETTER

RIGHT = SendRight("a1", Custody.HUB)
NOTIFICATION = replace(LETTER, id="n", order="n", alarms=("n",), agent="a1")


@pytest.fixture
async def scene():
    scene = Scene()
    await scene.plan(disk_monitor())
    return scene


async def state(scene, id="n"):
    return (await scene.store.envelope(id))[0].state


async def test_an_agents_notification_waits_until_there_is_the_right(scene):
    async with scene.life() as engine:
        await scene.seconds(engine, 1)
        await scene.store.post(NOTIFICATION, LETTER)
        await scene.seconds(engine, 1)
        assert [one.id for one in scene.smtp.sent_envelopes] == [LETTER.id]
        scene.send_rights = (RIGHT,)
        await scene.seconds(engine, 1)
    assert await state(scene) is EnvelopeState.ACCEPTED


async def test_what_another_node_may_have_sent_is_sent_with_its_name_and_kept_without(scene):
    scene.send_rights = (replace(RIGHT, possible_sender="fs01"),)
    async with scene.life() as engine:
        await scene.seconds(engine, 1)
        await scene.store.post(NOTIFICATION, LETTER)
        await scene.seconds(engine, 1)
    names = {one.id: one.payload.get(POSSIBLE_SENDER) for one in scene.smtp.sent_envelopes}
    assert names == {"n": "fs01", LETTER.id: None}
    assert POSSIBLE_SENDER not in (await scene.store.envelope("n"))[0].envelope.payload


class Lapsing(MemoryStore):
    """The right lapses as the parcel is lent."""

    async def claim_parcel(self, *given):
        parcel = await super().claim_parcel(*given)
        self.scene.send_rights = ()
        return parcel


async def test_what_was_lent_and_lapsed_is_given_back_untried():
    store = Lapsing()
    scene = store.scene = Scene(store=store)
    await scene.plan(disk_monitor())
    async with scene.life() as engine:
        await scene.seconds(engine, 1)
        await store.post(NOTIFICATION)
        scene.send_rights = (RIGHT,)
        await scene.seconds(engine, 1)
        row, receipts = await store.envelope("n")
        assert (row.is_leased, row.envelope.attempts, receipts) == (False, 0, ())
        assert scene.smtp.sent_envelopes == []
        assert engine.dispatcher.attempts_of("a1") == 0


async def test_an_agent_writes_the_rows_for_its_hub_with_the_end_of_an_attempt(scene):
    def reports_of_attempt(parcel, receipt, fate):
        return [ReportDraft(kind="sent", written_at=receipt.at, body=parcel.envelope.id)]

    scene.reports_of_attempt = reports_of_attempt
    scene.send_rights = (RIGHT,)
    async with scene.life() as engine:
        await scene.seconds(engine, 1)
        await scene.store.post(NOTIFICATION)
        await scene.seconds(engine, 1)
    assert [row.body for row in await scene.store.reports(0)] == ["n"]


class Silent(ScriptedTransport):
    """Never answers; `is_asked` is set once it is asked."""

    def __init__(self):
        super().__init__(None)
        self.is_asked = asyncio.Event()

    async def send(self, envelope):
        self.is_asked.set()
        await asyncio.Event().wait()


async def test_an_attempt_with_an_agents_notification_is_cut():
    clocks, transport = ManualClocks().clocks, Silent()
    attempt = DeliveryAttempt(
        MemoryStore(), clocks, RateLimiter(), lambda: 0.0, 3600.0, longest_for_agent=0.01
    )
    active = ActiveRoute(Route(name="smtp1"), transport)
    receipt = await attempt.run(active, NOTIFICATION)
    (answer,) = receipt.answers.values()
    assert (answer.verdict, answer.words.id) == (Verdict.DEFERRED, CUT.id)


async def test_an_attempt_with_the_nodes_own_mail_has_its_usual_time():
    clocks, transport = ManualClocks().clocks, Silent()
    attempt = DeliveryAttempt(
        MemoryStore(), clocks, RateLimiter(), lambda: 0.0, 3600.0, longest_for_agent=0.0
    )
    active = ActiveRoute(Route(name="smtp1"), transport)
    task = asyncio.create_task(attempt.run(active, LETTER))
    await transport.is_asked.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()


def test_a_node_may_be_hub_and_agent():
    assert SendRightSources().current() == ()
    own = SendRight("own", Custody.AGENT)
    sources = SendRightSources(lambda: [RIGHT])
    sources.of_agent = lambda: [own]
    assert sources.current() == (RIGHT, own)
