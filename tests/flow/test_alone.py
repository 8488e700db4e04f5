"""What an agent notifies itself while its hub is away, and what it leaves to the hub."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from noroshi import schema
from noroshi.agent.enrolment import Enrolment, keep_enrolment
from noroshi.agent.hub_notifications import HubNotifications
from noroshi.core.delivery_state import DeliveryState
from noroshi.core.mail import EnvelopeState, Origin, Receipt, Verdict
from noroshi.core.report import RowKind
from noroshi.core.sender_lease import Phase, Sender
from noroshi.link.link_messages import HelloAnswer
from noroshi.link.report_messages import HubFate, NotificationsOfRow, SentOfRow
from noroshi.stores.memory.store import MemoryStore
from tests.contracts.sample_records import DAWN
from tests.flow.scene import RULE, WEB1, Scene, disk_monitor

OF_HUB = replace(RULE, of_hub=True, repeat=None)
ENROLMENT = Enrolment(
    hub="hub1",
    hub_name="Tokyo",
    host="hub.example.com",
    port=7663,
    pins=(),
    agent="a1",
    name="fs01",
    joined_at=DAWN,
    key_since=DAWN,
)
SHAPES = {
    RowKind.TAKEN_OVER: NotificationsOfRow,
    RowKind.HANDED_OVER: NotificationsOfRow,
    RowKind.SENT: SentOfRow,
}
SILENCE = 126
"""Seconds after the hub's last word, until the agent may send."""


@dataclass
class HubPlan:
    """What the node has of routes, and the rules of the hub."""

    routes: dict
    rules: dict


class Agent(Scene):
    """A node of which the hub answers, once a second, or is away."""

    def __init__(self, *smtp, store=None):
        super().__init__(*smtp, store=store)
        self.plan_of_hub = HubPlan({"smtp1": 1}, {"r": OF_HUB})
        self.is_hub_away, self.fates, self.stamped_at = False, [], None
        self.senders = []

    async def start(self, **used):
        """Join the hub, and let it learn of the route."""
        await keep_enrolment(self.store, ENROLMENT)
        self.used = {f"/{name}": percent for name, percent in used.items()}
        await self.plan(disk_monitor(instance=replace(WEB1, of_hub=True), rules=(OF_HUB,)))
        return self

    @asynccontextmanager
    async def life(self):
        clocks = self.time.clocks
        notifications = HubNotifications(self.store, clocks, lambda: self.plan_of_hub)
        await notifications.load()
        self.notifications, self.stamped_at = notifications, None
        self.marked = notifications.marked
        self.reports_of_attempt = notifications.rows_of_end
        async with super().life() as engine:
            notifications.count_attempts = engine.dispatcher.attempts_of
            await notifications.begin(ENROLMENT)
            yield engine

    def rights(self):
        return self.notifications.send_rights()

    def answer(self, verdict):
        """Let the servers of both routes answer so from now on."""
        for route in (self.smtp, self.backup):
            route.script[:] = [verdict]
            route.sent_envelopes.clear()

    async def second(self, engine, second=0):
        await self.ask()
        await self.notifications.step()
        await super().second(engine, second)

    async def ask(self):
        """One request to the hub, which takes all that is reported."""
        notifications, now = self.notifications, self.time.clocks.steady()
        sender = notifications.sender_of_request(self.stamped_at)
        self.senders.append(sender)
        notifications.note_log(await self.store.report_log())
        if self.is_hub_away:
            return
        self.stamped_at = now
        await self.store.acknowledge_reports((await self.store.report_log()).last)
        notifications.note_log(await self.store.report_log())
        notifications.note_answer(sender)
        await notifications.settle(self.fates)

    async def pass_by(self, engine, seconds, **used):
        if used:
            self.used = {f"/{name}": percent for name, percent in used.items()}
        await self.seconds(engine, seconds)

    @property
    def phase(self):
        return self.notifications.turn.phase

    async def rows(self):
        """The rows about who sends, as kind and body."""
        rows = await self.store.reports(0)
        return [
            (row.kind, schema.value(SHAPES[row.kind], row.body))
            for row in rows
            if row.kind in SHAPES
        ]

    async def kept(self):
        return [row for row in await self.store.queue() if row.envelope.agent]


async def agent(*smtp, **other):
    return await Agent(*smtp, **other).start(a=10)


def sent_by_hub(id, number=1, fate=DeliveryState.ACCEPTED):
    receipt = Receipt(at=DAWN, answers={}, route="hub-smtp")
    return HubFate(number=number, envelope=id, fate=fate.value, receipt=receipt)


async def test_while_the_hub_is_there_the_agent_keeps_what_it_reports_and_sends_nothing():
    node = await agent()
    async with node.life() as engine:
        await node.pass_by(engine, 10)
        await node.pass_by(engine, 300, a=95)
        assert node.phase is Phase.LINKED
    assert node.mails == [] and await node.rows() == []
    (row,) = await node.kept()
    assert row.waits_for_hub and row.envelope.id == "m.1/r/ops"
    assert row.envelope.origin == Origin("hub1", node.store.origin.life)
    assert (await node.store.queue_counts()).waiting_count == 0
    rows = await node.store.reports(0)
    assert row.envelope.born in [one.written_at for one in rows]  # one mail has one date


async def test_an_alarm_before_the_hub_knows_of_the_route_is_the_hubs_alone():
    node = await agent()
    node.is_hub_away = True
    async with node.life() as engine:
        await node.pass_by(engine, 600, a=95)
    assert node.mails == [] and await node.kept() == []


async def test_the_hub_is_away_and_the_agent_sends_once_and_says_so_in_its_log():
    node = await agent()
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = True
        await node.pass_by(engine, SILENCE - 3, a=95)
        assert node.mails == []
        await node.pass_by(engine, 300)
        assert node.phase is Phase.ALONE
    assert node.subjects == ["[CRITICAL] web1: disk"]
    (taken, taken_ids), (sent, end) = await node.rows()
    assert (taken, taken_ids.envelopes) == (RowKind.TAKEN_OVER, ("m.1/r/ops",))
    assert (sent, end.envelope, end.fate) == (RowKind.SENT, "m.1/r/ops", "accepted")
    assert (end.sent_by, end.receipt.route) == ("fs01", "smtp1")
    assert node.senders[-1] is Sender.AGENT


async def test_what_the_hub_sent_is_not_sent_again_and_stays_told():
    node = await agent()
    async with node.life() as engine:
        await node.pass_by(engine, 30)
        await node.pass_by(engine, 90, a=95)
        node.fates = [sent_by_hub("m.1/r/ops")]
        await node.pass_by(engine, 30)
        node.is_hub_away = True
        await node.pass_by(engine, 2 * SILENCE)
        assert node.phase is Phase.ALONE
    assert node.mails == [] and await node.kept() == []
    row, (receipt,) = await node.store.envelope("m.1/r/ops")
    assert row.state is EnvelopeState.ACCEPTED
    assert (receipt.route, receipt.sent_by) == ("hub-smtp", "Tokyo")
    ((kind, end),) = await node.rows()
    assert (kind, end.envelope, end.sent_by) == (RowKind.SENT, "m.1/r/ops", "hub")


async def test_what_is_not_sent_as_the_hub_is_back_is_handed_over():
    node = await agent()
    node.answer(Verdict.ROUTE_DOWN)
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = True
        await node.pass_by(engine, SILENCE, a=95)
        await node.pass_by(engine, 60)
        node.is_hub_away = False
        await node.pass_by(engine, 300)
        assert node.phase is Phase.LINKED
        node.answer(Verdict.ACCEPTED)
        await node.pass_by(engine, 1200)
    assert node.mails == []
    assert [kind for kind, _ in await node.rows()] == [RowKind.TAKEN_OVER, RowKind.HANDED_OVER]
    (row,) = await node.kept()
    assert row.waits_for_hub


async def test_a_life_that_ended_between_take_over_and_sending_is_followed_by_one_that_sends():
    node = await agent()
    node.answer(Verdict.ROUTE_DOWN)
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = True
        await node.pass_by(engine, SILENCE + 10, a=95)
    assert [kind for kind, _ in await node.rows()] == [RowKind.TAKEN_OVER]
    node.answer(Verdict.ACCEPTED)
    async with node.life() as engine:
        assert node.phase is Phase.RETURNING
        await node.pass_by(engine, SILENCE - 3)
        assert node.mails == []
        await node.pass_by(engine, 600)
    assert node.subjects == ["[CRITICAL] web1: disk"]
    kinds = [kind for kind, _ in await node.rows()]
    assert kinds == [RowKind.TAKEN_OVER, RowKind.SENT]


async def test_a_life_that_finds_the_hub_again_hands_over():
    node = await agent()
    node.answer(Verdict.ROUTE_DOWN)
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = True
        await node.pass_by(engine, SILENCE + 10, a=95)
    node.is_hub_away = False
    node.answer(Verdict.ACCEPTED)
    async with node.life() as engine:
        await node.pass_by(engine, 1200)
    assert node.mails == []
    assert [kind for kind, _ in await node.rows()] == [RowKind.TAKEN_OVER, RowKind.HANDED_OVER]


async def test_a_day_alone_is_told_in_order_and_each_once():
    node = await agent()
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = True
        for _ in range(6):
            await node.pass_by(engine, 240, a=95)
            await node.pass_by(engine, 240, a=10)
    assert [one.split("]")[0] for one in node.subjects] == ["[CRITICAL", "[OK"] * 6
    sent = [end.envelope for kind, end in await node.rows() if kind == RowKind.SENT]
    assert len(sent) == len(set(sent)) == 12


async def test_a_node_that_loses_its_route_gives_up_what_it_kept():
    node = await agent()
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        await node.pass_by(engine, 60, a=95)
        node.plan_of_hub.rules = {"r": replace(OF_HUB, routes=())}
        await node.pass_by(engine, 10)
        assert node.phase is Phase.NO_ROUTE
        assert node.senders[-1] is Sender.HUB_ONLY
    assert await node.kept() == []


async def test_what_the_hub_sent_is_in_the_log_of_a_node_without_a_route():
    """A hub that is restored from an older backup hears of it there, and sends it to nobody again."""
    node = await agent()
    node.plan_of_hub.rules = {"r": replace(OF_HUB, routes=())}
    async with node.life() as engine:
        await node.pass_by(engine, 30)
        node.fates = [sent_by_hub("m.9/r/ops")]
        await node.pass_by(engine, 30)
        assert node.phase is Phase.NO_ROUTE
    ((kind, end),) = await node.rows()
    assert (kind, end.envelope, end.sent_by) == (RowKind.SENT, "m.9/r/ops", "hub")


async def test_fates_that_a_restored_hub_numbers_anew_are_heard():
    node = await agent()
    async with node.life() as engine:
        node.fates = [sent_by_hub("other", number=500)]
        await node.pass_by(engine, 5)
        assert node.notifications.fates == 500
        node.fates = []
        node.notifications.note_hello(HelloAnswer(hub_name="", name="", pins=(), fates=20))
        assert node.notifications.fates == 20


async def test_what_this_node_can_deliver_by_no_route_goes_back_to_the_hub():
    node = await agent()
    node.answer(Verdict.REFUSED)
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = True
        await node.pass_by(engine, SILENCE + 60, a=95)
        node.is_hub_away = False
        await node.pass_by(engine, 60)
    rows = await node.rows()
    assert [(kind, getattr(body, "fate", "")) for kind, body in rows] == [
        (RowKind.TAKEN_OVER, ""),
        (RowKind.SENT, "set aside"),
        (RowKind.HANDED_OVER, ""),
    ]
    (row,) = await node.kept()
    assert row.state is EnvelopeState.SET_ASIDE


class FullStore(MemoryStore):
    """Writes no custody while it is `full`."""

    full = False

    async def put_custody(self, agent, change, reports=()):
        if self.full:
            raise OSError("no room")
        return await super().put_custody(agent, change, reports)


async def test_nothing_is_sent_before_the_log_says_that_it_was_taken_over():
    node = await agent(store=FullStore())
    async with node.life() as engine:
        await node.pass_by(engine, 60)
        node.is_hub_away = node.store.full = True
        await node.pass_by(engine, SILENCE - 10, a=95)
        for second in range(300):
            await node.ask()
            try:
                await node.notifications.step()
            except OSError:
                pass
            await Scene.second(node, engine, second)
        assert node.phase is Phase.ALONE
        assert node.mails == []
        node.store.full = False
        await node.pass_by(engine, 5)
    assert len(node.mails) == 1
