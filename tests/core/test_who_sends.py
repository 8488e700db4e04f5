"""An alarm of an agent is sent by the hub or by the agent: never by neither, never by both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.core.sender_lease import LeaseTerms
from tests.core.sender_model import World

FEW, MANY = 8, 320
"""Runs: 40 alarms each, within two hours. The two tests without a part of it stop at the first run
that shows why the part is needed."""
SHOWS_MARGIN = 61
"""The first of them that shows why the margin is needed."""
WITHOUT_MARGIN = LeaseTerms(attempt_margin=timedelta(0))
RUNS = [FEW, pytest.param(MANY, marks=(pytest.mark.long, pytest.mark.timeout(1800)))]


@pytest.mark.parametrize("runs", RUNS)
def test_each_alarm_is_sent_and_twice_only_where_that_is_allowed(runs):
    alarms = 0
    for seed in range(runs):
        world = World(seed).run()
        alarms += len(world.raised)
        assert (seed, world.untold()) == (seed, [])
        assert (seed, world.unreported()) == (seed, [])
        assert (seed, world.at_once()) == (seed, [])
        assert (seed, world.twice_unexcused()) == (seed, [])
    assert alarms > 35 * runs  # of many runs more than 10,000


def test_without_the_lease_both_send_at_once():
    worlds = (World(seed, has_lease=False).run() for seed in range(MANY))
    assert any(world.at_once() for world in worlds)
    assert any(world.twice_unexcused() for world in worlds)


def test_without_the_margin_an_attempt_lasts_into_the_agents_time():
    worlds = (World(seed, WITHOUT_MARGIN).run() for seed in range(SHOWS_MARGIN, MANY))
    assert any(world.at_once() for world in worlds)


# one trouble at a time: an alarm is raised after ten minutes of peace, and the trouble begins then

START, SECONDS = 600.0, 125.0  # how long an agent that promised is quiet
BOTH = {"up", "down"}


def one_alarm(*events):
    """Run a world in which an alarm is raised at START, and these things happen: seconds after
    that, and what. Return the world, who sent the alarm, and how many seconds after START."""
    world = World(1, LeaseTerms(), is_calm=True)
    for seconds, event in events:
        world.at(START + seconds, lambda act=event: act(world))
    world.at(START, lambda: world.raise_alarm("a"))
    world.run()
    sent = [one for one in world.attempts if one.accepted_at is not None]
    return [(one.by, one.accepted_at - START) for one in sent]


def cut(world):
    world.cut(BOTH)


def heal(world):
    world.cut(set())


def hub_full(world):
    world.hub.is_full = True


def hub_well(world):
    world.hub.is_full = False


def hub_dies(world):
    world.crash(world.hub, True)


def hub_starts(world):
    world.crash(world.hub, False)


def agent_dies(world):
    world.crash(world.agent, True)


def agent_starts(world):
    world.crash(world.agent, False)


def hub_route_fails(world):
    world.hub.route_up = False


def hub_route_works(world):
    world.hub.route_up = True


def agent_route_fails(world):
    world.agent.route_up = False


def agent_loses_route(world):
    world.agent.disk.has_route = False


ALONE_BY = (
    SECONDS + 70
)  # with an attempt of up to a minute, and two seconds until it is noticed


@pytest.mark.parametrize(
    ("events", "by", "earliest", "latest"),
    [
        pytest.param([], "hub", 0, 65, id="nothing happens"),
        pytest.param([(-1, cut)], "agent", 60, ALONE_BY, id="the link is cut before"),
        pytest.param([(-1, hub_dies)], "agent", 60, ALONE_BY, id="the hub is off"),
        pytest.param(
            [(-1, hub_full), (3000, hub_well)],
            "agent",
            60,
            30 + ALONE_BY,
            id="the hub answers and takes nothing",
        ),
        pytest.param(
            [(-1, hub_route_fails), (0.9, hub_dies), (600, hub_starts), (900, hub_route_works)],
            "agent",
            60,
            ALONE_BY,
            id="the hub dies between its commit and the sending",
        ),
        pytest.param(
            [(-1, hub_route_fails), (1000, hub_route_works)],
            "hub",
            1000,
            1095,
            id="the hub's route is down and the link is up",
        ),
        pytest.param(
            [(-1, cut), (-1, agent_route_fails), (1000, heal)],
            "hub",
            1000,
            1100,
            id="the route of the agent is down while it is alone",
        ),
        pytest.param(
            [(-1, cut), (0.5, agent_dies), (400, agent_starts), (401, heal)],
            "hub",
            400,
            500,
            id="the agent dies after raising, and starts again",
        ),
        pytest.param(
            [(-1, cut), (0.5, agent_dies), (400, agent_starts)],
            "agent",
            400 + SECONDS,
            400 + ALONE_BY,
            id="the agent starts again, and the hub is still away",
        ),
        pytest.param([(1, World.destroy)], "hub", 0, 65, id="the agent's computer dies"),
        pytest.param(
            [(-1, hub_route_fails), (1, World.destroy), (300, hub_route_works)],
            "hub",
            600,
            60 + 120 + 600 + 65,
            id="the agent's computer dies, and the hub cannot send within its lease",
        ),
        pytest.param(
            [(-500, agent_loses_route), (-1, hub_dies), (1000, hub_starts)],
            "hub",
            1000,
            1090,
            id="the agent has no route, and the hub was off",
        ),
    ],
)
def test_one_of_them_sends_it_once(events, by, earliest, latest):
    ((sender, seconds),) = one_alarm(*events)
    assert sender == by
    assert earliest <= seconds <= latest


def test_a_cut_just_after_the_hub_took_it_may_bring_it_twice():
    sent = one_alarm((0.6, cut))
    assert [by for by, _ in sent] == ["hub", "agent"]
