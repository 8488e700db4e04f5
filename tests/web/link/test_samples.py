"""Samples of agents: they go into the history, once, and only those of an agent's own monitors."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.core.model import Reading, Sample
from noroshi.core.translation import plain
from noroshi.link.link_messages import SAMPLES, WAIT, WaitRequest
from noroshi.link.message_body import EarlierText, body_of, text_of
from noroshi.link.report_messages import SamplesAnswer, SamplesOfMonitor, SamplesRequest
from noroshi.service.agents.earlier_samples import EarlierSamples
from noroshi.service.agents.link_refusal import LinkRefusedError
from tests.web.link.reporting_agent import M, publish

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def fs01(harness, agent):
    harness.extra_ids = []
    await publish(harness)
    await agent.greet()
    return agent


def sample(moment, value=1.0, **changed):
    return Sample(moment, **{"readings": (Reading("used", value, "%", "/var"),)} | changed)


async def send(agent, start, end, samples, monitor=M):
    of_monitor = SamplesOfMonitor(monitor=monitor, samples=tuple(samples))
    request = SamplesRequest(start=start, end=end, monitors=(of_monitor,))
    return (await agent.send(SAMPLES, request)).message(SamplesAnswer)


async def values(harness, monitor=M):
    history = await harness.store.samples(monitor)
    return [one.readings[0].value for one in history]


async def test_samples_are_kept_and_the_cursor_moves(harness, fs01):
    end = harness.time.now
    start = end - 5 * MINUTE
    samples = [sample(start + n * MINUTE, float(n)) for n in range(5)]
    answer = await send(fs01, start, end, samples)
    clock = harness.time.now.timestamp()
    assert answer == SamplesAnswer(position=end, interval=60.0, clock=clock)
    assert await values(harness) == [4.0, 3.0, 2.0, 1.0, 0.0]


async def test_samples_that_are_sent_again_are_kept_once(harness, fs01):
    end = harness.time.now
    start = end - 5 * MINUTE
    samples = [sample(start + n * MINUTE, float(n)) for n in range(5)]
    await send(fs01, start, end, samples)
    harness.time.pass_by(seconds=60)
    answer = await send(fs01, start, end + MINUTE, [*samples, sample(end, 5.0)])
    assert answer.position == end + MINUTE
    assert await values(harness) == [5.0, 4.0, 3.0, 2.0, 1.0, 0.0]


async def test_the_cursor_outlives_the_hub(harness, fs01):
    end = harness.time.now
    await send(fs01, end - MINUTE, end, [sample(end - MINUTE)])
    await harness.service.close()
    answer = await send(fs01, end - MINUTE, end - MINUTE / 2, [sample(end - MINUTE)])
    assert answer.position == end
    assert await values(harness) == [1.0]


async def test_samples_of_other_monitors_are_left_out(harness, fs01):
    end = harness.time.now
    for monitor in ("here1", "nothing"):
        await send(fs01, end - MINUTE, end, [sample(end - MINUTE)], monitor)
        assert await values(harness, monitor) == []


async def test_samples_are_neutral_and_of_no_time_to_come(harness, fs01):
    end = harness.time.now
    later = sample(end + timedelta(days=9), readings=(), fault=plain("gone\x1b[2J"))
    answer = await send(fs01, end - MINUTE, end + timedelta(days=10), [later])
    assert answer.position == end + MINUTE
    (kept,) = await harness.store.samples(M)
    assert (kept.measured_at, kept.fault.en) == (end, "gone?[2J")


async def test_times_without_a_zone_are_refused(harness, fs01):
    end = harness.time.now.replace(tzinfo=None)
    reply = await fs01.send(SAMPLES, SamplesRequest(start=end, end=end))
    assert (reply.status, reply.fault) == (400, "malformed")


async def test_samples_may_be_sent_by_those_before_until_the_hub_begins_anew(harness, fs01):
    end = harness.time.now
    requests = [
        SamplesRequest(
            start=end - (5 - n) * MINUTE,
            end=end - (4 - n) * MINUTE,
            monitors=(
                SamplesOfMonitor(monitor=M, samples=(sample(end - (5 - n) * MINUTE, n + 1.0),)),
            ),
        )
        for n in range(4)
    ]
    texts = [EarlierText.end_of(text_of(one)) for one in requests]
    await fs01.send(SAMPLES, requests[0])
    reply = await fs01.send(SAMPLES, requests[1], earlier_text=texts[0])
    assert reply.message(SamplesAnswer).position == requests[1].end
    refused = await fs01.send(SAMPLES, requests[2], earlier_text=texts[0])
    assert (refused.status, refused.fault) == (409, "earlier-text")
    await fs01.send(SAMPLES, requests[2], earlier_text=texts[1])
    await harness.service.close()
    refused = await fs01.send(WAIT, WaitRequest(hold=0), earlier_text=texts[2])
    assert (refused.status, refused.fault) == (409, "earlier-text")
    await fs01.send(SAMPLES, requests[3])
    assert await values(harness) == [4.0, 3.0, 2.0, 1.0]


async def test_samples_that_were_refused_are_not_what_the_next_ones_are_sent_by(harness, fs01):
    end = harness.time.now
    naive = SamplesRequest(start=end.replace(tzinfo=None), end=end)
    assert (await fs01.send(SAMPLES, naive)).fault == "malformed"
    refused = await fs01.send(SAMPLES, naive, earlier_text=EarlierText.end_of(text_of(naive)))
    assert refused.fault == "earlier-text"


def test_the_text_of_an_agent_that_was_removed_is_forgotten(harness):
    now, earlier_samples = harness.time.now, EarlierSamples()
    request = SamplesRequest(start=now, end=now, monitors=())
    _, text = earlier_samples.read("a1", body_of(request))
    earlier_samples.keep("a1", text)
    similar = body_of(request, text)
    assert earlier_samples.read("a1", similar)[0] == request
    earlier_samples.forget("a1")
    with pytest.raises(LinkRefusedError):
        earlier_samples.read("a1", similar)
