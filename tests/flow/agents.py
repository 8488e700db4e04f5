"""A hub and its agent, each an engine with a store of its own, in one simulated time and over a link
in memory that a test cuts. What the agent says is read, stored and answered by the hub's own parts;
what is left out is the conversation around it: signatures, messages, waiting."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

from noroshi.agent.enrolment import Enrolment, keep_enrolment
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.core.mail import Origin
from noroshi.core.report import START, Reception, Report, decide_report, is_caught_up
from noroshi.core.sender_lease import DEFAULT_TERMS
from noroshi.link.report_messages import ReportAnswer, ReportRequest
from noroshi.link.stamps import FRESH_FOR
from noroshi.plugins import Plugins
from noroshi.service.agents.agent_leases import AgentLeases, Promise
from noroshi.service.agents.hub_fates import HubFates
from noroshi.service.agents.report_reader import ReportReader
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import ManualClocks
from tests.contracts.sample_records import DAWN
from tests.contracts.test_store_agents import FS01, INVITATION
from tests.flow.scene import NOTE, RULE, WEB1, Scene, disk_monitor

HUB_RULE = replace(RULE, repeat=None)
ENROLMENT = Enrolment(
    hub="0123456789abcdef",
    hub_name="Tokyo",
    host="hub.example.com",
    port=7663,
    pins=(),
    agent=FS01.id,
    name=FS01.name,
    joined_at=DAWN,
    key_since=DAWN,
)
OF_AGENT = Origin("fedcba9876543210", "feedbeef01")


def _dated_note(options, contact, topic, alarms):
    """A note with the times of the events in it."""
    note = NOTE.draft(options, contact, topic, alarms)
    return {**note, "times": [(str(one.event.at), str(one.event.since)) for one in alarms]}


DATED_NOTE = replace(NOTE, draft=_dated_note)
TAKEN = (Reception.APPLY.value, Reception.REPEAT.value)


class ClockOfAgent(ManualClocks):
    """A wall clock that is `ahead` of the hub's, and runs in the same time."""

    def __init__(self, hub_time):
        self.hub_time, self.ahead = hub_time, timedelta(0)

    @property
    def now(self):
        return self.hub_time.now + self.ahead

    @property
    def steady_seconds(self):
        return self.hub_time.steady_seconds

    def pass_by(self, **amount):
        self.hub_time.pass_by(**amount)

    def jump(self, **amount):
        self.ahead += timedelta(**amount)


class HubNode(Scene):
    """The hub: it measures nothing itself."""

    def __init__(self):
        super().__init__()
        self.actions, self.pace = (DATED_NOTE,), 0
        self.agent = FS01
        self.monitor = disk_monitor(instance=replace(WEB1, source="fs01"), rules=(HUB_RULE,))

    async def start(self):
        now = self.time.now
        invitation = replace(INVITATION, expires_at=now + timedelta(hours=1))
        await self.store.put_invitation(invitation)
        await self.store.admit("abc", self.agent, now)
        await self.plan(self.monitor)

    def agent_of(self, _monitor):
        return self.agent.name

    def rights(self):
        return self.leases.rights()

    @asynccontextmanager
    async def life(self):
        clocks = self.time.clocks
        self.leases = AgentLeases(clocks, DEFAULT_TERMS)
        self.leases.update([self.agent])
        self.fates = HubFates(self.store, clocks, "Tokyo")
        self.draft = Plugins(self.checks, self.actions, ()).draft
        async with super().life() as engine:
            yield engine

    async def answer(self, request, stamped_at):
        """Take in a report, and say what is known then; None: its stamp is too old, or there is none."""
        if stamped_at is None or self.leases.time.now() - stamped_at > FRESH_FOR:
            return None
        report = Report(start=request.start, rows=request.rows, last=request.last)
        known = (await self.store.received_positions()).get(self.agent.id, START)
        effects = await self._effects(decide_report(known, report).new_rows)
        outcome = await self.store.receive(self.agent.id, report, effects)
        assert outcome.refused_rows == ()
        position = outcome.decision.position
        await self._renew(request, stamped_at, is_caught_up(position, request.last))
        await self.fates.refresh({self.agent.id: self.agent})
        return ReportAnswer(
            reception=outcome.decision.reception.value,
            position=position,
            fates=await self.fates.news(self.agent, request.fates),
            clock=self.time.now.timestamp(),
        )

    async def _effects(self, rows):
        now = self.time.now
        reader = ReportReader(
            agent=self.agent,
            monitors={self.monitor.id: self.monitor},
            suppressions=await self.store.suppressions(now),
            now=now,
            installation=ENROLMENT.hub,
            draft=self.draft,
        )
        read_rows = [(row.seq, reader.read(row)) for row in rows]
        assert all(one is None or one.problems == () for _, one in read_rows)
        return {seq: one.change for seq, one in read_rows if one is not None}

    async def _renew(self, request, stamped_at, caught_up):
        promise = Promise(
            sender=request.sender,
            alone_after=request.alone_after,
            stamped_at=stamped_at,
            is_caught_up=caught_up,
        )
        needs_lease = self.leases.renew(self.agent.id, promise)
        if needs_lease is not self.agent.needs_lease:  # stored before it is answered
            changed = replace(self.agent, needs_lease=needs_lease)
            assert await self.store.put_agent(changed, self.agent)
            self.agent = changed


class AgentNode(Scene):
    """The agent, which asks the hub once a second as long as it can."""

    def __init__(self, hub_time):
        super().__init__(store=MemoryStore(OF_AGENT))
        self.time, self.hub = ClockOfAgent(hub_time), None
        self.actions = (DATED_NOTE,)
        """None: the link is cut, or the hub is away."""
        self.of_hub = replace(HUB_RULE, of_hub=True)
        self.routes, self.rules = {"smtp1": 1}, {"r": self.of_hub}
        self.maintenance = ()
        self.stamp = self.stamp_received_at = None
        self.loses_answers = False
        """True: the hub hears each request, and its answers are lost."""

    async def start(self):
        await keep_enrolment(self.store, ENROLMENT)
        instance = replace(WEB1, of_hub=True)
        given = {"rules": (self.of_hub,), "maintenance": self.maintenance}
        await self.plan(disk_monitor(instance=instance, **given))

    def rights(self):
        return self.notifications.send_rights()

    @asynccontextmanager
    async def life(self):
        self.notifications = HubNotifications(self.store, self.time.clocks, lambda: self)
        self.stamp = self.stamp_received_at = None
        await self.notifications.load()
        self.marked, self.hub_offset = self.notifications.marked, self.notifications.hub_offset
        self.reports_of_attempt = self.notifications.rows_of_end
        async with super().life() as engine:
            self.notifications.count_attempts = engine.dispatcher.attempts_of
            await self.notifications.begin(ENROLMENT)
            yield engine

    async def second(self, engine, second=0):
        await self._ask()
        await self.notifications.step()
        await super().second(engine, second)

    async def _ask(self):
        notifications = self.notifications
        sender = notifications.sender_of_request(self.stamp_received_at)
        log = await self.store.report_log()
        notifications.note_log(log)
        if self.hub is None:
            return
        request = ReportRequest(
            start=log.acknowledged,
            rows=tuple(await self.store.reports(log.acknowledged.seq)),
            last=log.last,
            sender=sender,
            alone_after=notifications.alone_after,
            fates=notifications.fates,
        )
        answer = await self.hub.answer(request, self.stamp)
        if self.loses_answers:
            return
        self.stamp, self.stamp_received_at = (
            self.hub.leases.time.now(),
            self.time.clocks.steady(),
        )
        if answer is None:
            return
        notifications.hub_clock.note_answer(answer.clock, self.stamp_received_at)
        assert await self.store.acknowledge_reports(answer.position)
        notifications.note_log(await self.store.report_log())
        notifications.note_answer(sender, is_taken=answer.reception in TAKEN)
        await notifications.settle(answer.fates)


def answer(node, verdict):
    """Let the servers of both routes of a node answer so from now on; what was sent is forgotten."""
    for route in (node.smtp, node.backup):
        route.script[:] = [verdict]
        route.sent_envelopes.clear()


class Pair:
    """Both, in one time. The agent's clock may be ahead of the hub's."""

    def __init__(self, **ahead):
        self.hub = HubNode()
        self.agent = AgentNode(self.hub.time)
        self.agent.time.jump(**ahead)

    @asynccontextmanager
    async def lives(self):
        """A life of each; the link is up."""
        if not (await self.hub.store.current()).number:
            await self.hub.start()
            await self.agent.start()
        async with self.hub.life() as hub, self.agent.life() as agent:
            self.agent.hub, self.engines = self.hub, (hub, agent)
            yield self

    async def pass_by(self, seconds, **used):
        """Let time pass at both. A volume of the agent is named without the slash."""
        if used:
            self.agent.used = {f"/{name}": percent for name, percent in used.items()}
        of_hub, of_agent = self.engines
        for second in range(seconds):
            await self.hub.second(of_hub, second)
            await self.agent.second(of_agent, second)

    async def pass_agents_time(self, seconds, **used):
        """Let time pass at the agent alone."""
        if used:
            self.agent.used = {f"/{name}": percent for name, percent in used.items()}
        for second in range(seconds):
            await self.agent.second(self.engines[1], second)

    async def without_agent(self, seconds):
        """Let time pass at the hub alone."""
        for second in range(seconds):
            await self.hub.second(self.engines[0], second)
            self.hub.time.pass_by(seconds=1)

    @asynccontextmanager
    async def cut(self):
        """The link is cut until the end."""
        self.agent.hub = None
        yield
        self.agent.hub = self.hub

    @asynccontextmanager
    async def without_hub(self):
        """The hub is off until the end, and begins another life then."""
        of_agent = self.engines[1]
        self.agent.hub, self.engines = None, (None, of_agent)
        yield
        # The life before ended without a word, as after a crash.
        self.revived = self.hub.life()
        engine = await self.revived.__aenter__()
        self.agent.hub, self.engines = self.hub, (engine, of_agent)

    async def revive_agent(self):
        """The agent ends without a word, and begins another life."""
        self.revived_agent = self.agent.life()
        self.engines = (self.engines[0], await self.revived_agent.__aenter__())

    def sent(self, node):
        """The ids of notifications that left there; those in digests by themselves."""
        return [
            id
            for route in (node.smtp, node.backup)
            for envelope in route.sent_envelopes
            for id in (envelope.members or (envelope.id,))
        ]
