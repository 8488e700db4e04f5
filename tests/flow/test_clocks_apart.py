"""A hub and its agent whose clocks are apart: what the hub has of the agent is dated by the hub's
clock, and each mail is one mail, whichever of them sends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from noroshi.core.levels import Level
from noroshi.core.maintenance import OneTimeWindow
from noroshi.transports.mime.message import message_id
from tests.flow.agents import Pair

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
APART = pytest.mark.parametrize("ahead", [-5, 5, 300], ids=["behind", "ahead", "far ahead"])


async def times_of_events(pair, used):
    """What the hub's clock shows as each volume passes its limit, or comes back, a minute apart."""
    moments = []
    for percent in used:
        moments.append(pair.hub.time.now)
        await pair.pass_by(60, a=percent)
    return moments


def near(events, moments):
    """Whether each event is of the minute after its moment, and none is before another."""
    times = [event.at for event in reversed(events)]
    return all(a <= b for a, b in pairwise(times)) and all(
        moment <= at <= moment + MINUTE for at, moment in zip(times, moments, strict=True)
    )


def as_mail(envelope):
    """By what a reader knows a mail."""
    id = message_id(envelope.known_as, envelope.origin.installation, "example.com")
    return id, envelope.date, envelope.payload, envelope.thread


@APART
async def test_events_at_the_hub_are_dated_by_its_clock(ahead):
    pair = Pair(minutes=ahead)
    async with pair.lives():
        await pair.pass_by(10, a=10)
        moments = await times_of_events(pair, (95, 10, 95))
        assert near(await pair.hub.store.events("m"), moments)
        own_moments = [moment + timedelta(minutes=ahead) for moment in moments]
        assert near(await pair.agent.store.events("m"), own_moments)
        (item,) = (await pair.hub.store.states())["m"].items.values()
        (last, *_) = await pair.hub.store.events("m")
        assert (
            item.level_since == last.at and item.last_notifications["r"].at <= last.at + MINUTE
        )


@APART
async def test_each_mail_is_the_same_on_both_sides(ahead):
    pair = Pair(minutes=ahead)
    async with pair.lives():
        await pair.pass_by(10, a=10)
        moments = await times_of_events(pair, (95, 10))
        ids = pair.sent(pair.hub)
        assert len(ids) == 2
        for id, moment in zip(ids, moments, strict=True):
            of_hub, _ = await pair.hub.store.envelope(id)
            of_agent, (receipt,) = await pair.agent.store.envelope(id)
            assert as_mail(of_hub.envelope) == as_mail(of_agent.envelope)
            own_moment = moment + timedelta(minutes=ahead)  # as all else in the agent's ledger
            assert own_moment <= receipt.at <= own_moment + MINUTE
            assert moment <= of_hub.envelope.date <= moment + MINUTE


@APART
async def test_what_the_agent_sends_alone_bears_the_hubs_time_and_goes_at_once(ahead):
    pair = Pair(minutes=ahead)
    async with pair.lives():
        await pair.pass_by(10, a=10)
        async with pair.cut():
            await pair.pass_by(180)
            moments = await times_of_events(pair, (95, 10))
            sent = [*pair.agent.smtp.sent_envelopes]
        for one, moment in zip(sent, moments, strict=True):
            assert moment <= one.date <= moment + MINUTE
        await pair.pass_by(60)
        for one in sent:
            row, (receipt,) = await pair.hub.store.envelope(one.id)
            assert as_mail(row.envelope) == as_mail(one)
            assert one.date <= receipt.at <= one.date + MINUTE


@pytest.mark.parametrize("minutes", [-5, 5, -300, 300])
async def test_events_stay_in_order_while_the_agents_clock_is_set(minutes):
    pair = Pair(minutes=5)
    async with pair.lives():
        await pair.pass_by(10, a=10)
        moments = await times_of_events(pair, (95, 10, 95))
        pair.agent.time.jump(minutes=minutes)
        moments += await times_of_events(pair, (10, 95, 10))
        events = await pair.hub.store.events("m")
        assert near(events, moments)
        (ended,) = [one for one in events if one.at >= moments[3] and one.at <= moments[4]]
        (began,) = [one for one in events if one.at >= moments[2] and one.at <= moments[3]]
        assert (ended.before, ended.after) == (Level.CRITICAL, Level.OK)
        assert abs(ended.since - began.at) < SECOND


async def test_a_clock_that_is_set_right_while_the_hub_is_away_leaves_its_time_as_it_was():
    pair = Pair(minutes=5)
    async with pair.lives():
        await pair.pass_by(10, a=10)
        async with pair.cut():
            moments = await times_of_events(pair, (95,))
            pair.agent.time.jump(minutes=-5)
            moments += await times_of_events(pair, (10, 95, 10))
        await pair.pass_by(300)
        assert near(await pair.hub.store.events("m"), moments)


async def test_what_is_kept_for_the_hub_is_its_time_after_a_restart_too():
    pair = Pair(minutes=5)
    async with pair.lives():
        await pair.pass_by(10, a=10)
        moments = await times_of_events(pair, (95,))
    async with pair.lives():
        pair.agent.hub = None
        moments += await times_of_events(pair, (10,))
        pair.agent.hub = pair.hub
        await pair.pass_by(10)
        assert near(await pair.hub.store.events("m"), moments)


@APART
async def test_work_that_is_planned_at_the_hub_is_by_its_clock(ahead):
    pair = Pair(minutes=ahead)
    begins = pair.hub.time.now.replace(tzinfo=None) + 3 * MINUTE
    window = OneTimeWindow(begins=begins, ends=begins + 3 * MINUTE, zone="UTC")
    pair.agent.maintenance = (window,)
    pair.hub.monitor = replace(pair.hub.monitor, maintenance=(window,))
    async with pair.lives():
        await pair.pass_by(200, a=10)
        await pair.pass_by(130, a=95)
        assert pair.sent(pair.hub) == []
        await pair.pass_by(40)
        assert len(pair.sent(pair.hub)) == 1
