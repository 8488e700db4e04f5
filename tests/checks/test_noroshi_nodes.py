"""The nodes on one database: whichever of them sends tells of one that is gone, and of no other."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.checks import noroshi_nodes
from noroshi.core.judgement import advance
from noroshi.core.levels import Level
from noroshi.core.model import Instance, Monitor, Sample, State
from noroshi.core.translation import plain
from noroshi.ports import NodeLease
from noroshi.testing import DAWN, FakeHost

NODES = Monitor(
    id="noroshi-nodes",
    name="nodes",
    instance=Instance(name="noroshi"),
    group="node",
    kind="noroshi-nodes",
    options=None,
    limits=noroshi_nodes.CHECK.limits,
    may_vanish=True,
)
SECOND = timedelta(seconds=1)
LATER = DAWN + timedelta(days=3)


def alive(name, *, sends=False, at=DAWN, count=4):
    return NodeLease(name=name, monitor_count=count, renewed_at=at, is_alive=True, sends=sends)


def away(name, since, *, has_left=False):
    return NodeLease(
        name=name,
        monitor_count=0,
        renewed_at=since,
        is_alive=False,
        sends=False,
        has_left=has_left,
    )


class Node:
    """A node that shares its database with these."""

    def __init__(self, *leases):
        self.leases = leases

    async def nodes(self):
        return self.leases


class Watch:
    """Look again and again, as the nodes that send do one after the other."""

    def __init__(self):
        self.memory, self.state, self.notes = {}, State(), {}

    async def look(self, now, *leases):
        """The level of each node at that time."""
        host = FakeHost(own=Node(*leases), now=now)
        outcome = await noroshi_nodes.run(noroshi_nodes.Options(), host, self.memory)
        self.memory, readings = outcome.memory, outcome.readings
        self.state, _, _ = advance(NODES, self.state, Sample(now, readings), "")
        self.notes = {one.item: one.note.en for one in readings if one.item and one.note.en}
        return {name: item.level for name, item in self.state.items.items() if name}


async def test_one_node_alone_is_well():
    assert await Watch().look(DAWN, alive("one", sends=True)) == {"one": Level.OK}


@pytest.mark.parametrize(
    ("seconds", "has_left", "level"),
    [(29, False, Level.OK), (30, False, Level.CRITICAL), (30, True, Level.OK)],
)
async def test_a_node_that_fell_silent_is_told_soon_and_one_that_was_stopped_is_not(
    seconds, has_left, level
):
    now = DAWN + seconds * SECOND
    two = away("two", DAWN, has_left=has_left)
    levels = await Watch().look(now, alive("one", sends=True, at=now), two)
    assert levels == {"one": Level.OK, "two": level}


async def test_one_that_was_stopped_is_told_once_it_stays_away():
    watch = Watch()
    two = away("two", DAWN, has_left=True)
    for seconds, level in ((20, Level.OK), (899, Level.OK), (900, Level.WARNING)):
        levels = await watch.look(DAWN + seconds * SECOND, alive("one", sends=True), two)
        assert levels["two"] is level
    assert "node two was stopped at" in watch.notes["two"]
    levels = await watch.look(LATER, alive("one", sends=True), alive("two"))
    assert levels["two"] is Level.OK
    assert not watch.memory


async def test_the_alarm_says_since_when_and_who_has_its_share():
    watch, now = Watch(), DAWN + 60 * SECOND
    three = alive("three", count=7)
    await watch.look(now, alive("one", sends=True), away("two", DAWN), three)
    note = watch.notes["two"]
    since = f"{DAWN.astimezone():%Y-%m-%d %H:%M:%S}"
    assert f"node two last renewed its lease at {since}" in note
    assert "one (4 monitors, sending node), three (7 monitors)" in note
    assert "noroshi node forget two" in note


async def test_after_an_outage_of_all_each_node_has_time_to_come_back():
    watch = Watch()
    await watch.look(DAWN, alive("one", sends=True), alive("two"))
    two = away("two", DAWN)
    levels = await watch.look(LATER, alive("one", sends=True), two)
    assert levels["two"] is Level.OK
    levels = await watch.look(LATER + 30 * SECOND, alive("one", sends=True), two)
    assert levels["two"] is Level.CRITICAL


async def test_the_next_node_that_sends_goes_on_with_the_alarm_of_the_one_before():
    watch, two = Watch(), away("two", DAWN)
    for now in (DAWN + 40 * SECOND, LATER):  # nobody looked for three days in between
        levels = await watch.look(now, alive("one", sends=True), two)
        assert levels["two"] is Level.CRITICAL


async def test_one_that_came_and_went_between_two_looks_is_away_anew():
    watch = Watch()
    await watch.look(DAWN + 20 * SECOND, alive("one", sends=True), away("two", DAWN))
    two = away("two", DAWN + 30 * SECOND)
    levels = await watch.look(DAWN + 40 * SECOND, alive("one", sends=True), two)
    assert levels["two"] is Level.OK


async def test_a_node_that_is_forgotten_is_no_alarm_any_more():
    watch = Watch()
    await watch.look(DAWN + 60 * SECOND, alive("one", sends=True), away("two", DAWN))
    levels = await watch.look(LATER, alive("one", sends=True))
    assert set(levels.values()) == {Level.OK}


async def test_a_node_that_cannot_use_the_definitions_is_told_although_it_lives():
    watch, one = Watch(), alive("one", sends=True)
    reason = plain("the kind “tape” is not known")
    two = replace(alive("two"), unusable_version=7, unusable_reason=reason)
    levels = await watch.look(DAWN, one, two)
    assert levels == {"one": Level.OK, "two": Level.CRITICAL}
    assert "node two cannot use version 7" in watch.notes["two"]
    assert "“tape” is not known" in watch.notes["two"]
    assert "is measured by nodes that can use" in watch.notes["two"]
    levels = await watch.look(LATER, one, alive("two"))
    assert set(levels.values()) == {Level.OK}


async def test_of_a_node_that_sends_and_cannot_use_the_definitions_more_is_told():
    watch = Watch()
    one = replace(alive("one", sends=True), unusable_version=7, unusable_reason=plain("why"))
    levels = await watch.look(DAWN, one, alive("two"))
    assert levels == {"one": Level.CRITICAL, "two": Level.OK}
    assert "It sends by the version before" in watch.notes["one"]


async def test_a_node_that_could_not_use_the_definitions_at_its_start_monitors_nothing():
    watch, one = Watch(), alive("one", sends=True)
    two = replace(away("two", DAWN), unusable_version=7, unusable_reason=plain("why"))
    levels = await watch.look(DAWN, one, two)
    assert levels == {"one": Level.OK, "two": Level.CRITICAL}
    assert "node two does not monitor" in watch.notes["two"]
    assert "one (4 monitors, sending node)" in watch.notes["two"]
