"""Who sends what an agent told, as the queue and the ledger say it, on the hub and on the agent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.custody_changes import CustodyChange, OtherSideFate
from noroshi.core.delivery import Accepted
from noroshi.core.mail import Answer, EnvelopeState, Receipt, Verdict
from noroshi.core.sender_lease import Custody, Sender, SendRight
from noroshi.core.translation import NOTHING
from noroshi.service.agents.agent_leases import Promise
from tests.contracts.sample_records import letter
from tests.contracts.test_store_agents import FS01, INVITATION
from tests.service.harness import AKI, Harness

AGENT, HUB = FS01.id, Custody.HUB


@pytest.fixture
async def harness():
    """A hub with agent fs01, and a notification of it."""
    harness = Harness()
    invitation = replace(INVITATION, expires_at=harness.time.now + timedelta(hours=1))
    await harness.store.put_invitation(invitation)
    await harness.store.admit("abc", replace(FS01, needs_lease=True), harness.time.now)
    await harness.service.context.agent_names.refresh()
    await harness.store.post(notification(harness))
    return harness


def notification(harness, agent=AGENT):
    return replace(letter("m.1/r/ops"), agent=agent, born=harness.time.now)


def promise(harness):
    leases = harness.service.context.agent_leases
    now = leases.time.now()
    leases.renew(
        AGENT, Promise(sender=Sender.HUB, alone_after=120.0, stamped_at=now, is_caught_up=True)
    )


async def shown(harness):
    (mail,) = await harness.service.queue.list(AKI)
    return mail


async def full(harness):
    return await harness.service.queue.show(AKI, id="m.1/r/ops")


async def in_ledger(harness):
    (row,) = (await harness.service.ledger.ledger(AKI)).rows
    return row


async def test_what_the_hub_may_send_waits_for_its_turn_as_any_other(harness):
    promise(harness)
    mail = await shown(harness)
    assert mail.sender.en == "this node"
    assert "fs01" not in mail.because.en


async def test_what_the_agent_may_be_sending_is_held_back_until_the_grace(harness):
    mail = await shown(harness)
    assert mail.because.en == (
        "held back, because agent fs01 has lost contact with this node and may send it itself"
    )
    assert mail.next == harness.time.now + timedelta(minutes=10)
    assert (await in_ledger(harness)).why == mail.because


async def test_what_the_agent_took_over_is_with_it_since_then(harness):
    promise(harness)
    now = harness.time.now
    change = CustodyChange(envelopes=("m.1/r/ops",), custody=Custody.AGENT, changed_at=now)
    await harness.store.put_custody(AGENT, change)
    mail = await shown(harness)
    assert (mail.sender.en, mail.sender_since) == ("agent fs01", now)
    assert mail.because.en == "agent fs01 has taken it over to send it itself"
    assert mail.next == now + timedelta(minutes=12)


def receipt(harness, **given):
    answers = {"a": Answer(Verdict.ACCEPTED, "250 ok", 250)}
    return Receipt(at=harness.time.now, answers=answers, route="sms", **given)


async def test_what_the_agent_sent_has_its_attempt_and_its_name(harness):
    fate = OtherSideFate(
        envelope="m.1/r/ops",
        state=EnvelopeState.ACCEPTED,
        custody=Custody.SENT_BY_AGENT,
        settled_at=harness.time.now,
        receipt=receipt(harness, sent_by="fs01"),
    )
    await harness.store.settle_elsewhere(AGENT, fate)
    letter, row = await full(harness), await in_ledger(harness)
    assert letter.queued.sender.en == row.sender.en == "agent fs01"
    assert row.sender_since == harness.time.now
    assert (letter.tried[0].sent_by, row.tried[0].sent_by) == ("fs01", "fs01")
    assert letter.unproved == row.unproved
    assert letter.unproved.en == (
        "Delivery is not verified. fs01 sent the message through its own route."
    )


async def test_what_the_hub_sent_by_grace_the_agent_may_have_sent_too(harness):
    change = CustodyChange(
        envelopes=("m.1/r/ops",), custody=Custody.AGENT, changed_at=harness.time.now
    )
    await harness.store.put_custody(AGENT, change)
    node = await harness.store.begin("one", harness.time.now)
    parcel = await harness.store.claim_parcel(
        node, "smtp", harness.time.now, send_rights=[SendRight(AGENT, Custody.AGENT)]
    )
    await harness.store.settle(parcel, receipt(harness), Accepted(harness.time.now))
    assert (await full(harness)).queued.sender.en == "this node, and possibly agent fs01 too"


async def test_the_nodes_own_mails_have_no_other_sender():
    harness = Harness()
    await harness.store.post(letter("m.1/r/ops"))
    mail = await shown(harness)
    assert (mail.sender, mail.sender_since) == (NOTHING, None)


async def test_on_an_agent_the_hub_sends_until_the_agent_takes_over():
    harness = Harness()
    await harness.store.post(notification(harness, agent="self"))
    mail = await shown(harness)
    assert (mail.sender.en, mail.because.en, mail.next) == ("the hub", "the hub sends it", None)
    change = CustodyChange(
        envelopes=("m.1/r/ops",), custody=Custody.AGENT, changed_at=harness.time.now
    )
    await harness.store.put_custody("self", change)
    mail = await shown(harness)
    assert mail.sender.en == "this node"
    assert "hub" not in mail.because.en
