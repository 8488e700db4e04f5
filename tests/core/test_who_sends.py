"""An alarm of an agent is sent by the hub or by the agent: never by neither, never by both."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.core.sender_lease import LeaseTerms
from tests.core.sender_model import World

FEW, MANY = 12, 320
"""Runs: 40 alarms each, within two hours. The two tests without a part of it stop at the first run
that shows why the part is needed."""
WITHOUT_MARGIN = LeaseTerms(attempt_margin=timedelta(0))
RUNS = [FEW, pytest.param(MANY, marks=pytest.mark.long)]


@pytest.mark.parametrize("runs", RUNS)
def test_each_alarm_is_sent_and_twice_only_where_that_is_allowed(runs):
    alarms = 0
    for seed in range(runs):
        world = World(seed).run()
        alarms += len(world.raised)
        assert (seed, world.untold()) == (seed, [])
        assert (seed, world.at_once()) == (seed, [])
        assert (seed, world.twice_unexcused()) == (seed, [])
    assert alarms > 30 * runs


def test_without_the_lease_both_send_at_once():
    worlds = (World(seed, has_lease=False).run() for seed in range(MANY))
    assert any(world.at_once() for world in worlds)
    assert any(world.twice_unexcused() for world in worlds)


def test_without_the_margin_an_attempt_lasts_into_the_agents_time():
    worlds = (World(seed, WITHOUT_MARGIN).run() for seed in range(MANY))
    assert any(world.at_once() for world in worlds)
