"""A hub and its agent while anything may happen: the link is cut or loses answers, either side ends
without a word, routes fail, and the agent's clock is set. Whatever the order, each alarm is sent, each
event arrives in order and in the hub's time, and what is sent twice is one mail."""

from __future__ import annotations

from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from noroshi import schema
from noroshi.core.mail import POSSIBLE_SENDER, Verdict
from noroshi.core.report import RowKind
from noroshi.link.report_messages import ChangeOfRow
from noroshi.testing import ScriptedTransport
from noroshi.transports.mime.message import message_id
from tests.flow.agents import DATED_NOTE, AgentNode, Pair
from tests.flow.scene import OPS

ODD = (-907, -133, 71, 133, 907)
"""Seconds by which the clock is set: at no time a check is due by both clocks."""
VOLUMES = ("a", "b", "c")
CALM = 2700
"""Seconds until all that was held back or put off has been tried again."""


def _rows(*given):
    """A note with what a digest joins."""
    alarms = given[-1]
    told = [{"level": one.event.after.value} for one in alarms]
    return {**DATED_NOTE.draft(*given), "told": told}


ROWS = replace(DATED_NOTE, draft=_rows)


class WatchedRoute(ScriptedTransport):
    """Remembers what was accepted."""

    def __init__(self, wall):
        super().__init__(wall)
        self.accepted_envelopes = []

    async def send(self, envelope):
        receipt = await super().send(envelope)
        if receipt.message_ids:
            self.accepted_envelopes.append(envelope)
        return receipt


class WatchedAgent(AgentNode):
    """Remembers when it measured, by the hub's clock."""

    def __init__(self, hub_time):
        super().__init__(hub_time)
        self.looks = []

    def host(self, monitor):
        self.looks.append(self.time.hub_time.now)
        return super().host(monitor)


class Walk:
    """A random walk of both. `disturbances` counts what may cost a word between them."""

    def __init__(self, seed):
        self.random, self.pair = Random(seed), Pair()
        self.pair.agent = WatchedAgent(self.pair.hub.time)
        self.pair.agent.time.jump(seconds=self.random.choice(ODD))
        for node in (self.pair.hub, self.pair.agent):
            node.smtp = node.backup = WatchedRoute(node.time.clocks.wall)
        self.is_cut, self.disturbances = False, 0
        self.outage = AsyncExitStack()
        self.is_hub_off = False

    async def begin(self):
        """Somebody reads one mail a minute, and the rest together."""
        for node in (self.pair.hub, self.pair.agent):
            node.actions = (ROWS,)
            await node.start()
            (number,) = node.plans.keys() - {0}
            contact = replace(OPS, one_by_one=1)
            node.plans[number] = replace(node.plans[number], contacts={contact.id: contact})

    async def go(self, steps):
        await self.begin()
        async with self.pair.lives():
            await self.pass_by(10)
            for _ in range(steps):
                happening = self.random.choice(HAPPENINGS)
                await happening(self)
                await self.pass_by(self.random.choice((1, 7, 60, 150)))
            await self.heal()
            await self.pass_by(CALM)

    async def pass_by(self, seconds):
        pair = self.pair
        pair.agent.hub = None if self.is_cut or self.is_hub_off else pair.hub
        await (pair.pass_agents_time if self.is_hub_off else pair.pass_by)(seconds)

    async def heal(self):
        if self.is_hub_off:
            await self.switch_hub()
        self.is_cut = self.pair.agent.loses_answers = False
        for node in (self.pair.hub, self.pair.agent):
            node.smtp.script[:] = [Verdict.ACCEPTED]

    # what happens

    async def change_levels(self):
        self.pair.agent.used = {f"/{name}": self.random.choice((10, 95)) for name in VOLUMES}

    async def cut_or_mend(self):
        self.is_cut, self.disturbances = not self.is_cut, self.disturbances + 1

    async def lose_answers(self):
        agent = self.pair.agent
        agent.loses_answers, self.disturbances = not agent.loses_answers, self.disturbances + 1

    async def switch_hub(self):
        self.disturbances += 1
        self.is_hub_off = not self.is_hub_off
        if self.is_hub_off:
            await self.outage.enter_async_context(self.pair.without_hub())
        else:
            await self.outage.aclose()

    async def end_agent(self):
        self.disturbances += 1
        await self.pair.revive_agent()

    async def set_clock(self):
        self.pair.agent.time.jump(seconds=self.random.choice(ODD))

    async def fail_or_mend_route(self):
        node = self.random.choice((self.pair.hub, self.pair.agent))
        node.smtp.script[:] = [self.random.choice((Verdict.ACCEPTED, Verdict.ROUTE_DOWN))]

    # what came of it

    def mails(self):
        """What was sent, by the ids of the notifications; those in digests by themselves."""
        return [
            (id, envelope)
            for node in (self.pair.hub, self.pair.agent)
            for envelope in node.smtp.accepted_envelopes
            for id in (envelope.members or (envelope.id,))
        ]

    async def notifications(self):
        """The ids of all that was to be told, as the agent's log has them."""
        rows, ids = await self.pair.agent.store.reports(0, 10**6, 10**9), set()
        for row in rows:
            if row.kind == RowKind.CHANGE:
                change = schema.value(ChangeOfRow, row.body)
                ids |= {f"{one.event}/r/ops" for one in change.alarms[:1]}
        return ids


HAPPENINGS = (
    *[Walk.change_levels] * 6,
    Walk.cut_or_mend,
    Walk.cut_or_mend,
    Walk.lose_answers,
    Walk.switch_hub,
    Walk.end_agent,
    Walk.set_clock,
    Walk.fail_or_mend_route,
)


def as_mail(envelope):
    id = message_id(envelope.known_as, envelope.origin.installation, "example.com")
    payload = {name: one for name, one in envelope.payload.items() if name != POSSIBLE_SENDER}
    return id, envelope.date, str(payload)


async def all_is_well(walk):
    pair = walk.pair
    mails, ids = walk.mails(), await walk.notifications()
    counts = Counter(id for id, _ in mails)
    assert ids - counts.keys() == set()
    twice = [id for id, count in counts.items() if count > 1]
    assert len(twice) <= walk.disturbances
    for id in twice:
        copies = [one for own_id, one in mails if own_id == id and not one.members]
        assert len(set(map(as_mail, copies))) <= 1, id
    digests = {(one.known_as, frozenset(one.members)) for _, one in mails if one.members}
    assert len({id for id, _ in digests}) == len(digests) == len({ids for _, ids in digests})
    of_hub, of_agent = pair.hub.store, pair.agent.store
    events = await of_hub.events("m", 1000)
    assert [one.id for one in events] == [one.id for one in await of_agent.events("m", 1000)]
    for event in events:
        assert min(abs(event.at - look) for look in pair.agent.looks) < timedelta(seconds=2)
    levels = [
        {name: item.level for name, item in states["m"].items.items()}
        for states in (await of_hub.states(), await of_agent.states())
    ]
    assert levels[0] == levels[1]
    assert (await of_hub.queue_counts()).waiting_count == 0
    assert (await of_agent.report_log()).backlog == 0


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_happens_each_alarm_is_sent(seed):
    walk = Walk(seed)
    await walk.go(30)
    await all_is_well(walk)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(100, 130))
async def test_whatever_happens_for_hours_each_alarm_is_sent(seed):
    walk = Walk(seed)
    await walk.go(150)
    await all_is_well(walk)
