"""A hub and its agent on one simulated clock: each alarm is sent by one of them, and once."""

from __future__ import annotations

import pytest

from noroshi.core.mail import EnvelopeState, Verdict
from noroshi.core.sender_lease import Custody, Phase
from tests.flow.agents import Pair, answer

SILENCE = 126


@pytest.fixture
async def pair():
    """Both know each other, and of the route."""
    pair = Pair()
    async with pair.lives():
        await pair.pass_by(10, a=10)
        yield pair


def sent(pair):
    return pair.sent(pair.hub), pair.sent(pair.agent)


async def records(node, ids):
    found = [await node.store.envelope(id) for id in ids]
    return [(row.state, row.envelope.custody) for row, _ in found]


async def test_while_the_link_is_up_the_hub_sends_and_the_agent_hears_of_it(pair):
    await pair.pass_by(60, a=95)
    await pair.pass_by(60, a=10)
    (by_hub, by_agent) = sent(pair)
    assert (len(by_hub), by_agent) == (2, [])
    assert await records(pair.agent, by_hub) == [(EnvelopeState.ACCEPTED, Custody.HUB)] * 2


async def test_a_short_cut_changes_nobodys_turn(pair):
    async with pair.cut():
        await pair.pass_by(60, a=95)
    await pair.pass_by(30)
    (by_hub, by_agent) = sent(pair)
    assert (len(by_hub), by_agent) == (1, [])


async def test_a_cut_of_an_hour_is_told_by_the_agent_and_the_hub_tells_none_of_it(pair):
    async with pair.cut():
        for _ in range(6):
            await pair.pass_by(300, a=95)
            await pair.pass_by(300, a=10)
        assert pair.agent.notifications.turn.phase is Phase.ALONE
    await pair.pass_by(900)
    by_hub, by_agent = sent(pair)
    assert by_hub == [] and len(by_agent) == len(set(by_agent)) == 12
    assert set(await records(pair.hub, by_agent)) == {
        (EnvelopeState.ACCEPTED, Custody.SENT_BY_AGENT)
    }
    assert pair.agent.notifications.turn.phase is Phase.LINKED


async def test_a_hub_that_was_off_for_an_hour_holds_back_and_hears_what_was_sent(pair):
    async with pair.without_hub():
        await pair.pass_agents_time(1800, a=95)
        await pair.pass_agents_time(1800, a=10)
    await pair.pass_by(900)
    by_hub, by_agent = sent(pair)
    assert by_hub == [] and len(by_agent) == 2
    assert (await pair.hub.store.queue_counts()).waiting_count == 0


async def test_what_the_agent_could_not_send_the_hub_sends_once_it_is_back(pair):
    answer(pair.agent, Verdict.ROUTE_DOWN)
    async with pair.cut():
        await pair.pass_by(SILENCE + 60, a=95)
    answer(pair.agent, Verdict.ROUTE_DOWN)
    await pair.pass_by(300)
    by_hub, by_agent = sent(pair)
    assert (len(by_hub), by_agent) == (1, [])
    assert await records(pair.agent, by_hub) == [(EnvelopeState.ACCEPTED, Custody.HUB)]


async def test_what_the_hub_took_and_could_not_send_the_agent_sends_once_it_is_alone(pair):
    answer(pair.hub, Verdict.ROUTE_DOWN)
    await pair.pass_by(60, a=95)
    async with pair.cut():
        await pair.pass_by(SILENCE + 60)
    answer(pair.hub, Verdict.ACCEPTED)
    await pair.pass_by(1200)
    by_hub, by_agent = sent(pair)
    assert (by_hub, len(by_agent)) == ([], 1)


async def test_what_an_agent_that_is_destroyed_had_reported_is_sent_by_grace(pair):
    await pair.pass_agents_time(70, a=95)  # the hub answers, and stands still else
    pair.agent.time.pass_by(seconds=SILENCE)
    await pair.without_agent(570)
    assert pair.sent(pair.hub) == []
    await pair.without_agent(60)
    assert len(pair.sent(pair.hub)) == 1


@pytest.mark.long
@pytest.mark.timeout(1200)
async def test_a_day_without_the_hub(pair):
    """2,000 events: told alone, forwarded afterwards, and the hub tells none of them again."""
    pair.agent.pace = 2
    async with pair.cut():
        for _ in range(500):
            await pair.pass_by(30, a=95, b=95)
            await pair.pass_by(30, a=10, b=10)
    pair.agent.pace = 1
    await pair.pass_by(900)
    by_hub, by_agent = sent(pair)
    assert by_hub == [] and len(by_agent) == len(set(by_agent))
    events = await pair.agent.store.events("m", 5000)
    assert len(events) >= 1990
    assert await pair.hub.store.events("m", 5000) == events
    assert (await pair.hub.store.queue_counts()).waiting_count == 0
