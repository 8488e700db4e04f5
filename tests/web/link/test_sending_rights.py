"""Who sends an agent's notifications, as its messages say over a real socket: the hub's lease, what
the agent takes over, sends and hands over, and what it is told of the hub's part."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.alarms import Silence
from noroshi.core.delivery import Accepted
from noroshi.core.levels import Level
from noroshi.core.mail import Answer, EnvelopeState, Receipt, Verdict
from noroshi.core.report import RowKind
from noroshi.core.sender_lease import Custody, HubReason, Sender, SendRight
from noroshi.link.report_messages import NotificationsOfRow, ReportAnswer, SentOfRow
from noroshi.service.agents.agent_leases import CURRENT_FOR
from tests.contracts.sample_records import DAWN
from tests.web.link.agent_client import invite
from tests.web.link.reporting_agent import LIFE, M, ReportingAgent, found, publish

ID = f"{M}.1~{LIFE}/all/ops"
HUB, AGENT, SENT = Custody.HUB, Custody.AGENT, Custody.SENT_BY_AGENT
BY_AGENT = Receipt(
    at=DAWN,
    answers={"ops@example.com": Answer(Verdict.ACCEPTED, "250 ok\x1b", 250)},
    route="sms",
    message_ids=("<m1@fs01>",),
    sent_by="somebody",
)


@pytest.fixture
async def fs01(harness, agent):
    """An agent with a route of its own, of which the hub knows."""
    harness.extra_ids = []
    await publish(harness)
    await agent.greet(own_route=True)
    await agent.wait(sender=Sender.AGENT)
    return ReportingAgent(agent, lambda: harness.time.now)


def problem(harness, **given):
    return found(Level.CRITICAL, now=harness.time.now, **given)


def leases(harness):
    return harness.service.context.agent_leases


def rights(harness, seconds=CURRENT_FOR):
    """What may be sent, once `seconds` are over."""
    harness.time.pass_by(seconds=seconds)
    return set(leases(harness).rights())


def reason(harness, fs01, custody=HUB):
    return leases(harness).reason(fs01.client.id, custody)


async def envelope(harness, id=ID):
    row, receipts = await harness.store.envelope(id)
    return row, receipts


async def wait(fs01, **given):
    last = fs01.positions[-1]
    return await fs01.client.wait(**{"sender": Sender.HUB, "last": last, **given})


async def lend(harness, *given):
    node = await harness.store.begin("one", harness.time.now)
    return await harness.store.claim_parcel(
        node, "plain", harness.time.now, send_rights=leases(harness).rights()
    )


# the lease


async def test_an_agent_without_a_route_needs_no_lease(harness, agent):
    harness.extra_ids = []
    await publish(harness)
    fs01 = ReportingAgent(agent, lambda: harness.time.now)
    await agent.greet()
    assert reason(harness, fs01) is HubReason.ONLY_SENDER
    await fs01.report(problem(harness))
    assert (await lend(harness)).envelope.id == ID


async def test_an_agent_with_a_route_must_promise_first(harness, fs01):
    answer = await fs01.report(problem(harness), sender=Sender.AGENT)
    assert answer.reception == "apply"
    assert reason(harness, fs01) is HubReason.LAPSED
    assert await lend(harness) is None
    await wait(fs01)
    assert reason(harness, fs01) is HubReason.LEASE
    assert (await lend(harness)).envelope.agent == fs01.client.id


async def test_a_report_with_a_promise_lets_the_hub_send_what_it_tells(harness, fs01):
    await fs01.report(problem(harness), sender=Sender.HUB)
    assert (await lend(harness)).envelope.id == ID


async def test_the_lease_lasts_from_the_stamp_that_came_back(harness, fs01):
    await wait(fs01)
    right = SendRight(fs01.client.id, HUB)
    assert right in rights(harness, 54)
    assert right not in rights(harness, 1)
    await wait(fs01)  # its stamp is as old
    assert right not in rights(harness)
    await wait(fs01)
    assert right in rights(harness)


async def test_a_promise_counts_only_once_the_hub_has_the_log_to_its_end(harness, fs01):
    fs01.write(problem(harness))
    await wait(fs01)
    assert reason(harness, fs01) is HubReason.LAPSED
    await fs01.send(sender=Sender.HUB)
    assert reason(harness, fs01) is HubReason.LEASE


async def test_a_promise_for_a_shorter_time_gives_a_shorter_lease(harness, fs01):
    await wait(fs01, alone_after=90.0)
    right = SendRight(fs01.client.id, HUB)
    assert right in rights(harness, 24)
    assert right not in rights(harness, 1)


@pytest.mark.parametrize("seconds", [0.0, -1.0, 89.9, 1e12])
async def test_a_promise_for_no_real_time_is_none(harness, fs01, seconds):
    await wait(fs01, alone_after=seconds)
    assert reason(harness, fs01) is HubReason.LAPSED


async def test_a_wall_clock_that_is_set_moves_no_lease(harness, fs01):
    await wait(fs01)
    harness.time.jump(hours=-3)
    assert SendRight(fs01.client.id, HUB) in rights(harness)
    await wait(fs01)
    assert SendRight(fs01.client.id, HUB) in rights(harness, 54)
    harness.time.jump(hours=5)
    assert SendRight(fs01.client.id, HUB) not in rights(harness, 2)


async def test_after_the_grace_the_hub_sends_what_the_agent_may_have_sent(harness, fs01):
    await fs01.report(problem(harness), sender=Sender.AGENT)
    assert rights(harness, 599) == set()
    assert rights(harness, 2) == {SendRight(fs01.client.id, c) for c in (HUB, AGENT)}


async def test_a_new_life_of_the_hub_knows_which_agents_have_a_route(harness, fs01, agent):
    assert (await harness.store.agents())[agent.id].needs_lease
    await agent.wait(sender=Sender.HUB_ONLY, last=fs01.positions[-1])
    await agent.wait(sender=Sender.HUB_ONLY, last=fs01.positions[-1])
    assert reason(harness, fs01) is HubReason.LAPSED  # the stamp is not newer
    harness.time.pass_by(seconds=1)
    await agent.wait(sender=Sender.HUB_ONLY, last=fs01.positions[-1])
    await agent.wait(sender=Sender.HUB_ONLY, last=fs01.positions[-1])
    assert reason(harness, fs01) is HubReason.ONLY_SENDER
    # It may have some left, of which it is to be told.
    assert (await harness.store.agents())[agent.id].needs_lease


async def test_the_hub_says_after_which_time_an_agent_may_be_alone(harness, agent):
    answer = await agent.greet()
    assert (answer.alone_after, answer.fates) == (120.0, 0)


# who sends


async def test_what_an_agent_takes_over_it_sends_or_hands_over(harness, fs01):
    await fs01.report(problem(harness), problem(harness, serial=2), sender=Sender.HUB)
    other = f"{M}.2~{LIFE}/all/ops"
    fs01.write(NotificationsOfRow(envelopes=(ID, other)), kind=RowKind.TAKEN_OVER)
    await fs01.send(sender=Sender.AGENT)
    row, _ = await envelope(harness)
    assert (row.envelope.custody, row.custody_since) == (AGENT, harness.time.now)
    assert reason(harness, fs01, AGENT) is HubReason.WITH_AGENT
    receipt = replace(BY_AGENT, at=harness.time.now)
    sent = SentOfRow(envelope=ID, fate="accepted", receipt=receipt, sent_by="fs01")
    fs01.write(sent, kind=RowKind.SENT)
    fs01.write(NotificationsOfRow(envelopes=(other,)), kind=RowKind.HANDED_OVER)
    await fs01.send(sender=Sender.HUB)
    row, receipts = await envelope(harness)
    assert (row.state, row.envelope.custody) == (EnvelopeState.ACCEPTED, SENT)
    (kept,) = receipts
    answer = kept.answers["ops@example.com"]
    assert (kept.sent_by, kept.route, kept.message_ids) == ("fs01", "sms", ("<m1@fs01>",))
    assert (answer.text, answer.private) == ("250 ok?", True)
    assert (await lend(harness)).envelope.id == other


async def test_what_an_agent_drafted_while_it_is_alone_the_hub_leaves_to_it(harness, fs01):
    await fs01.report(problem(harness, custody=AGENT), sender=Sender.HUB)
    row, _ = await envelope(harness)
    assert row.envelope.custody is AGENT
    assert await lend(harness) is None


async def test_what_the_agent_gave_up_the_hub_sends(harness, fs01):
    await fs01.report(problem(harness, custody=AGENT), sender=Sender.AGENT)
    fs01.write(SentOfRow(envelope=ID, fate="set aside", sent_by="fs01"), kind=RowKind.SENT)
    await fs01.send(sender=Sender.HUB)
    assert (await lend(harness)).envelope.id == ID


async def test_what_a_hub_that_was_restored_had_sent_it_learns_from_its_agent(harness, fs01):
    await fs01.report(problem(harness))
    fs01.write(SentOfRow(envelope=ID, fate="accepted", sent_by="hub"), kind=RowKind.SENT)
    await fs01.send()
    row, _ = await envelope(harness)
    assert (row.state, row.envelope.custody) == (EnvelopeState.ACCEPTED, HUB)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (RowKind.TAKEN_OVER, "{}"),
        (RowKind.SENT, '{"envelope": "a"}'),
        (RowKind.SENT, SentOfRow(envelope="a", fate="waiting")),
        (RowKind.HANDED_OVER, NotificationsOfRow(envelopes=("x",) * 20_001)),
    ],
)
async def test_a_row_that_says_nothing_of_use_is_refused_alone(harness, fs01, kind, body):
    fs01.write(body, kind=kind)
    answer = await fs01.report(problem(harness))
    assert [row.seq for row in answer.refused_rows] == [1]
    assert (await envelope(harness))[0].state is EnvelopeState.WAITING


async def test_an_agent_says_nothing_of_the_notifications_of_others(harness, fs01, newcomer):
    await fs01.report(problem(harness))
    other_client = newcomer()
    await other_client.join(await invite(harness), name="db01")
    other = ReportingAgent(other_client, lambda: harness.time.now)
    other.write(SentOfRow(envelope=ID, fate="accepted", sent_by="x"), kind=RowKind.SENT)
    other.write(NotificationsOfRow(envelopes=(ID,)), kind=RowKind.TAKEN_OVER)
    assert (await other.send()).message(ReportAnswer).reception == "apply"
    row, receipts = await envelope(harness)
    assert (row.state, row.envelope.custody, receipts) == (EnvelopeState.WAITING, HUB, ())


# fates


async def settled(harness, fs01, sender=Sender.HUB):
    """Let the hub send what the agent reported; return the receipt."""
    await fs01.report(problem(harness), sender=sender)
    parcel = await lend(harness)
    receipt = Receipt(
        at=harness.time.now,
        answers={"ops@example.com": Answer(Verdict.ACCEPTED, "250 ok", 250)},
        route="plain",
        message_ids=("<m1@hub1>",),
    )
    assert await harness.store.settle(parcel, receipt, Accepted(harness.time.now))
    return receipt


async def told_fates(harness, client, **given):
    """Wait as an agent does, until the hub has noticed what became of what it has."""
    configuration = harness.service.agents_hub.configuration_of(client.id)
    waiting = client.wait(hold=40.0, configuration=configuration.name, **given)
    return (await waiting).fates


async def test_a_wait_that_is_held_ends_as_the_hub_sent_what_the_agent_reported(harness, fs01):
    in_use = (await fs01.client.greet(own_route=True)).configuration
    waiting = asyncio.create_task(wait(fs01, hold=40.0, configuration=in_use))
    while not harness.service.agents_hub.is_waiting(fs01.client.id):  # noqa: ASYNC110
        await asyncio.sleep(0)
    second_connection = replace(fs01.client)
    parallel = ReportingAgent(second_connection, lambda: harness.time.now)
    await settled(harness, parallel)
    (fate,) = (await waiting).fates
    assert (fate.envelope, fate.fate) == (ID, "accepted")
    assert (fate.receipt.route, fate.receipt.sent_by) == ("plain", "hub1")
    assert (fate.receipt.answers, fate.receipt.message_ids) == ({}, ("<m1@hub1>",))


async def test_a_fate_is_told_until_the_agent_knows_it(harness, fs01):
    await settled(harness, fs01)
    (fate,) = await told_fates(harness, fs01.client, last=fs01.positions[-1], sender=Sender.HUB)
    assert (await wait(fs01)).fates == (fate,)
    answer = (await fs01.send()).message(ReportAnswer)
    assert answer.fates == (fate,)
    assert (await wait(fs01, fates=fate.number)).fates == ()
    assert await harness.store.newest_fates() == {}
    assert (await fs01.client.greet(own_route=True)).fates == fate.number


async def test_an_agent_hears_of_what_is_silenced_at_the_hub_that_it_is_not_sent(harness, fs01):
    now = harness.time.now
    ends = now + timedelta(hours=1)
    silence = Silence(id="s", place="files", begins=now, ends=ends, why="", who="aki")
    await harness.store.silence(silence)
    await fs01.report(problem(harness))
    (fate,) = await told_fates(harness, fs01.client, last=fs01.positions[-1], sender=Sender.HUB)
    assert (fate.envelope, fate.fate, fate.receipt) == (ID, "dropped", None)


async def test_an_agent_without_a_route_is_told_fates_for_a_hub_that_may_be_restored(
    harness, agent
):
    harness.extra_ids = []
    await publish(harness)
    fs01 = ReportingAgent(agent, lambda: harness.time.now)
    await agent.greet()
    await settled(harness, fs01, Sender.HUB_ONLY)
    (fate,) = await told_fates(harness, agent, last=fs01.positions[-1])
    assert (fate.envelope, fate.fate) == (ID, "accepted")
    assert (await agent.wait(last=fs01.positions[-1], fates=fate.number)).fates == ()


# witnesses


async def test_at_most_three_agents_with_a_route_tell_when_the_hub_is_gone(harness, newcomer):
    code, clients = await invite(harness, servers=6), []
    for number in range(6):
        client = newcomer()
        await client.join(code, name=f"s{number}")
        await client.greet(own_route=number != 1)
        clients.append(client)
        harness.time.pass_by(seconds=1)
    harness.time.pass_by(seconds=10)
    ranks = [(await client.wait(sender=Sender.HUB)).witness_rank for client in clients]
    assert sorted(ranks) == [0, 0, 0, 1, 2, 3]
    assert ranks[:2] == [1, 0]
