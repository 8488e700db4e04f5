"""What every store promises of who sends an agent's notifications, on the hub and on the agent."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.core.custody_changes import CustodyChange, OtherSideFate, WithheldNotifications
from noroshi.core.delivery import Accepted, OpenCircuit, Retry, SetAside
from noroshi.core.digest import digest, digest_members
from noroshi.core.mail import Answer, EnvelopeState, Fault, Receipt, Verdict
from noroshi.core.model import Change, State
from noroshi.core.report import ReportDraft, RowKind
from noroshi.core.sender_lease import Custody, SendRight
from noroshi.core.translation import NOTHING, plain
from noroshi.ports import StoredFate
from tests.contracts.sample_records import DAWN, HOUR, LATER, MINUTE, OK, letter
from tests.contracts.test_store_agents import FS01, INVITATION
from tests.contracts.test_store_reports import report

HUB, AGENT, SENT = Custody.HUB, Custody.AGENT, Custody.SENT_BY_AGENT
ROWS = {"subject": "危険", "told": [{"level": "critical"}]}
RIGHT, AGENT_RIGHT = SendRight("a1", HUB), SendRight("a1", AGENT)
BY_AGENT = Receipt(
    at=DAWN + MINUTE,
    answers={"a": Answer(Verdict.ACCEPTED)},
    route="sms",
    message_ids=("<m1@fs01>",),
    sent_by="fs01",
)


def notification(id, **other):
    """A notification of agent a1."""
    return replace(letter(id, **{"agent": "a1", **other}), payload=ROWS)


A, B, C = notification("a"), notification("b"), notification("c")
OWN = replace(letter("own"), payload=ROWS)


def taken_over(*ids, at=DAWN + MINUTE):
    return CustodyChange(envelopes=ids, custody=AGENT, changed_at=at)


def handed_over(*ids, at=DAWN + MINUTE):
    return CustodyChange(envelopes=ids, custody=HUB, changed_at=at)


def sent(id, state=EnvelopeState.ACCEPTED, custody=SENT, receipt=BY_AGENT):
    return OtherSideFate(
        envelope=id, state=state, custody=custody, settled_at=DAWN + MINUTE, receipt=receipt
    )


@pytest.fixture
async def hub(store):
    """A store of a hub with agent a1, which may send itself."""
    await store.put_invitation(INVITATION)
    await store.admit("abc", replace(FS01, needs_lease=True), DAWN)
    return store


@pytest.fixture
def lend(store, node):
    async def lend(*rights, now=DAWN):
        return await store.claim_parcel(node, "smtp", now, send_rights=rights)

    return lend


@pytest.fixture
async def together(store, lend):
    """A digest of a and b, not yet out; c waits by itself."""
    await store.post(A, B, C)
    made = digest((A, B), {"subject": "[2]"}, DAWN)
    assert await store.replace_by_digest(await lend(RIGHT), made)
    return made


async def state(store, id):
    return (await store.envelope(id))[0].state


async def custody(store, id):
    row, _ = await store.envelope(id)
    return row.envelope.custody, row.custody_since


# what is lent


async def test_an_agents_notification_is_lent_to_who_has_the_right_alone(store, lend):
    await store.post(A, OWN)
    assert (await lend()).envelope.id == "own"
    assert await lend() is None
    assert await lend(SendRight("a2", HUB), AGENT_RIGHT) is None
    parcel = await lend(SendRight("a2", HUB), RIGHT)
    assert parcel.envelope == A


async def test_what_the_agent_took_over_needs_a_right_of_its_own(store, lend):
    await store.post(A)
    assert await store.put_custody("a1", taken_over("a")) == 1
    assert await lend(RIGHT) is None
    parcel = await lend(RIGHT, AGENT_RIGHT)
    assert parcel.envelope == replace(A, custody=AGENT)


async def test_nothing_overtakes_what_the_agent_took_over_in_its_order_key(store, lend):
    await store.post(notification("a", order="o"), notification("b", order="o"))
    await store.put_custody("a1", taken_over("a"))
    assert await lend(RIGHT) is None
    assert await store.settle_elsewhere("a1", sent("a"))
    assert (await lend(RIGHT)).envelope.id == "b"


async def test_what_is_sent_by_the_agent_is_never_lent(store, lend):
    await store.post(A)
    await store.settle_elsewhere("a1", sent("a"))
    assert await lend(RIGHT, AGENT_RIGHT, SendRight("a1", SENT)) is None
    assert await store.agent_notifications("a1", SENT) == []


# digests


async def test_no_digest_tells_of_two_agents_or_of_two_custodies(store, lend):
    await store.post(A, notification("other", agent="a2"), OWN, B, C)
    await store.put_custody("a1", taken_over("b"))
    parcel = await lend(RIGHT)
    pending = await store.pending_for(parcel)
    assert [one.id for one in pending] == ["a", "c"]
    members = digest_members(parcel.envelope, pending, DAWN + 25 * HOUR, None)
    assert [one.id for one in members] == ["a", "c"]


async def test_a_digest_of_an_agents_notifications_is_the_agents(store, together, lend):
    assert (together.agent, together.custody) == ("a1", HUB)
    assert (await lend()) is None
    assert (await lend(RIGHT)).envelope.id == "c"
    assert together.origin == A.origin  # as both sides may send it
    assert (await lend(RIGHT)).envelope == together


async def test_a_digest_is_undone_once_the_agent_takes_over_what_it_tells(
    store, together, lend
):
    assert await store.put_custody("a1", taken_over("a")) == 1
    assert await store.envelope(together.id) is None
    assert await state(store, "a") is EnvelopeState.WAITING
    assert await custody(store, "b") == (HUB, None)
    lent = {(await lend(RIGHT, now=DAWN + MINUTE)).envelope.id for _ in range(2)}
    assert (lent, await lend(RIGHT, now=DAWN + MINUTE)) == ({"b", "c"}, None)


async def test_a_digest_that_is_out_goes_on(store, together, lend):
    await lend(RIGHT)
    parcel = await lend(RIGHT)
    assert parcel.envelope.id == together.id
    await store.put_custody("a1", taken_over("a", "b"))
    assert await store.settle(parcel, OK, Accepted(DAWN))
    assert await state(store, "a") is EnvelopeState.ACCEPTED


async def test_what_was_tried_in_a_digest_that_is_undone_stays_on_record(store, together, lend):
    await lend(RIGHT)
    await store.settle(await lend(RIGHT), LATER, Retry(DAWN + HOUR, plain("busy")))
    await store.put_custody("a1", taken_over("a", "b"))
    _, receipts = await store.envelope("a")
    assert receipts == (LATER,)


# who sends


async def test_notifications_are_listed_by_custody_in_place_of_digests(store, together, node):
    assert await store.agent_notifications("a1", HUB) == ["a", "b", "c"]
    assert await store.agent_notifications("a1", AGENT) == []
    assert await store.agent_notifications("a2", HUB) == []
    await store.put_custody("a1", taken_over("a", "c"))
    assert await store.agent_notifications("a1", HUB) == ["b"]
    assert await store.agent_notifications("a1", AGENT) == ["a", "c"]
    assert await custody(store, "a") == (AGENT, DAWN + MINUTE)
    await store.put_custody("a1", handed_over("a", "c", at=DAWN + HOUR))
    assert await store.agent_notifications("a1", HUB) == ["a", "b", "c"]
    assert await custody(store, "a") == (HUB, DAWN + HOUR)


async def test_what_a_person_holds_is_not_taken_over(store):
    await store.post(A, B)
    await store.hold("a", "sato")
    assert await store.agent_notifications("a1", HUB) == ["b"]


async def test_what_has_ended_keeps_its_custody(store, lend):
    await store.post(A)
    await store.settle(await lend(RIGHT), OK, Accepted(DAWN))
    assert await store.put_custody("a1", taken_over("a", "unknown")) == 0
    assert await custody(store, "a") == (HUB, None)


async def test_an_agent_changes_nothing_of_others(store):
    await store.post(notification("other", agent="a2"), OWN)
    assert await store.put_custody("a1", taken_over("other", "own")) == 0
    assert not await store.settle_elsewhere("a1", sent("other"))
    assert not await store.settle_elsewhere("a1", sent("own"))
    assert await custody(store, "other") == (HUB, None)
    assert await state(store, "own") is EnvelopeState.WAITING


async def test_a_change_of_custody_is_written_with_the_rows_for_the_hub(store):
    await store.post(A)
    row = ReportDraft(kind=RowKind.TAKEN_OVER, written_at=DAWN, body="{}")
    await store.put_custody("a1", taken_over("a"), [row])
    assert [one.kind for one in await store.reports(0)] == [RowKind.TAKEN_OVER]


# what became of it elsewhere


async def test_what_the_agent_sent_has_ended_with_its_receipt(store, lend):
    await store.post(A)
    assert await store.settle_elsewhere("a1", sent("a"))
    row, receipts = await store.envelope("a")
    assert (row.state, row.envelope.custody) == (EnvelopeState.ACCEPTED, SENT)
    assert (row.custody_since, receipts) == (DAWN + MINUTE, (BY_AGENT,))
    (entry,) = await store.ledger()
    assert (entry.sent_in, entry.receipts) == (row, (BY_AGENT,))
    assert await store.tally(DAWN) == {EnvelopeState.ACCEPTED: 1}
    assert await store.accepted_since(DAWN) == []
    assert await store.last_accepted() == {}


async def test_what_the_hub_sent_is_written_with_the_row_that_tells_it_and_once(store):
    await store.post(A)
    row = ReportDraft(kind=RowKind.SENT, written_at=DAWN, body="{}")
    assert await store.settle_elsewhere("a1", sent("a"), [row])
    assert not await store.settle_elsewhere("a1", sent("a"), [row])
    assert not await store.settle_elsewhere("a1", sent("unknown"), [row])
    assert [one.kind for one in await store.reports(0)] == [RowKind.SENT]


async def test_what_was_sent_here_stays_so_and_has_both_receipts(store, lend):
    await store.post(A)
    await store.settle(await lend(RIGHT), OK, Accepted(DAWN))
    assert not await store.settle_elsewhere("a1", sent("a"))
    row, receipts = await store.envelope("a")
    assert (row.state, row.envelope.custody) == (EnvelopeState.ACCEPTED, HUB)
    assert receipts == (OK, BY_AGENT)
    assert not await store.settle_elsewhere("a1", sent("unknown"))


@pytest.mark.parametrize(
    "reported", [EnvelopeState.DROPPED, EnvelopeState.HELD, EnvelopeState.SET_ASIDE]
)
async def test_an_agents_copy_stands_as_that_of_the_hub(store, lend, reported):
    await store.post(A)
    fate = sent("a", reported, HUB, receipt=None)
    assert await store.settle_elsewhere("a1", fate)
    assert await state(store, "a") is reported
    assert await store.agent_notifications("a1", HUB) == []
    assert await lend(RIGHT) is None


async def test_what_the_hub_released_waits_again(store, lend):
    await store.post(A)
    for reported in (EnvelopeState.SET_ASIDE, EnvelopeState.WAITING):
        assert await store.settle_elsewhere("a1", sent("a", reported, HUB, receipt=None))
    assert await store.agent_notifications("a1", HUB) == ["a"]
    await store.put_custody("a1", taken_over("a"))
    assert (await lend(AGENT_RIGHT, now=DAWN + MINUTE)).envelope.id == "a"


async def test_what_a_digest_tells_ends_by_itself_on_the_other_side(store, together, lend):
    assert await store.settle_elsewhere("a1", sent("a"))
    assert await store.envelope(together.id) is None
    assert await state(store, "a") is EnvelopeState.ACCEPTED
    assert {(await lend(RIGHT, now=DAWN + MINUTE)).envelope.id for _ in range(2)} == {"b", "c"}


async def test_the_end_of_a_digest_does_not_change_what_the_agent_sent(store, together, lend):
    await lend(RIGHT)
    parcel = await lend(RIGHT)
    await store.settle_elsewhere("a1", sent("a"))
    assert await store.settle(parcel, OK, SetAside(plain("refused")))
    assert await state(store, "a") is EnvelopeState.ACCEPTED
    assert await state(store, "b") is EnvelopeState.SET_ASIDE_IN_DIGEST


# what an agent is told


async def test_an_agent_is_told_what_became_of_its_notifications(hub, lend):
    await hub.post(A, B, OWN)
    assert await hub.newest_fates() == {}
    await hub.settle(await lend(RIGHT), OK, Accepted(DAWN))
    (fate,) = await hub.fates_of("a1")
    assert fate == StoredFate(
        number=fate.number, envelope="a", state=EnvelopeState.ACCEPTED, receipt=OK
    )
    assert await hub.newest_fates() == {"a1": fate.number}
    assert await hub.last_fate_number() == fate.number
    assert await hub.fates_of("a1", fate.number) == []
    await hub.drop("b", "sato")
    (later,) = await hub.fates_of("a1", fate.number)
    assert (later.envelope, later.state) == ("b", EnvelopeState.DROPPED)
    assert later.receipt is None
    await hub.forget_fates("a1", fate.number)
    assert await hub.fates_of("a1") == [later]
    await hub.forget_fates("a2", later.number)
    await hub.forget_fates("a1", later.number)
    assert (await hub.fates_of("a1"), await hub.newest_fates()) == ([], {})
    assert await hub.last_fate_number() == later.number


async def test_a_node_without_that_agent_notes_nothing(store, lend):
    await store.post(A)
    await store.settle(await lend(RIGHT), OK, Accepted(DAWN))
    assert (await store.newest_fates(), await store.last_fate_number()) == ({}, 0)


async def test_of_an_agent_that_never_sends_itself_it_is_noted_too(store, lend):
    """From its log a hub that is restored hears what it has sent."""
    await store.put_invitation(INVITATION)
    await store.admit("abc", FS01, DAWN)
    await store.post(A)
    await store.settle(await lend(RIGHT), OK, Accepted(DAWN))
    assert [one.envelope for one in await store.fates_of("a1")] == ["a"]


async def test_what_goes_on_is_not_told(hub, lend):
    await hub.post(A)
    await hub.settle(await lend(RIGHT), LATER, Retry(DAWN, plain("busy")))
    down = OpenCircuit(DAWN, DAWN, plain("off"), Fault.NETWORK)
    await hub.settle(await lend(RIGHT), LATER, down)
    assert await hub.newest_fates() == {}


async def test_what_a_person_holds_and_releases_is_told_with_the_newest_state(hub):
    await hub.post(A)
    await hub.hold("a", "sato")
    (held,) = await hub.fates_of("a1")
    assert held.state is EnvelopeState.HELD
    await hub.release("a", DAWN)
    (released,) = await hub.fates_of("a1")
    assert released.state is EnvelopeState.WAITING
    assert released.number > held.number


async def test_the_members_of_a_digest_are_told_with_its_receipt(hub, lend, together):
    await lend(RIGHT)
    await hub.settle(await lend(RIGHT), OK, Accepted(DAWN))
    fates = await hub.fates_of("a1")
    accepted = EnvelopeState.ACCEPTED
    told = sorted((one.envelope, one.state) for one in fates)
    assert told == [("a", accepted), ("b", accepted)]
    assert [one.receipt for one in fates] == [OK, OK]
    assert len(await hub.fates_of("a1", most=1)) == 1


async def test_a_digest_that_is_set_aside_is_told_of_its_members(hub, lend, together):
    await lend(RIGHT)
    await hub.settle(await lend(RIGHT), LATER, SetAside(plain("refused")))
    fates = await hub.fates_of("a1")
    assert {(one.envelope, one.state) for one in fates} == {
        ("a", EnvelopeState.SET_ASIDE),
        ("b", EnvelopeState.SET_ASIDE),
    }


async def test_what_the_agent_sent_itself_it_is_not_told(hub):
    await hub.post(A)
    await hub.put_custody("a1", taken_over("a"))
    await hub.settle_elsewhere("a1", sent("a"))
    assert await hub.newest_fates() == {}


# what an agent reports of it


async def test_rows_of_a_report_change_custody_and_tell_fates_in_order(hub, lend):
    await hub.post(A, B)
    rows = report("1", "2", "3")
    effects = {1: taken_over("a", "b"), 2: sent("a"), 3: handed_over("b", at=DAWN + HOUR)}
    outcome = await hub.receive("a1", rows, effects)
    assert outcome.refused_rows == ()
    assert await custody(hub, "a") == (SENT, DAWN + MINUTE)
    assert await custody(hub, "b") == (HUB, DAWN + HOUR)
    assert (await lend(RIGHT)).envelope.id == "b"


async def test_a_report_of_notifications_that_are_not_here_is_taken_in(hub):
    outcome = await hub.receive("a1", report("1", "2"), {1: taken_over("x"), 2: sent("x")})
    assert outcome.refused_rows == ()
    assert (await hub.received_positions())["a1"].seq == 2


async def test_what_the_hub_does_not_send_is_told_as_dropped(hub):
    await hub.post(A)
    change = Change(monitor="gone", state=State(), withheld_ids=("x", "a"))
    effects = {1: change, 2: WithheldNotifications(envelopes=("y",))}
    assert (await hub.receive("a1", report("1", "2"), effects)).refused_rows == (1,)
    fates = [(one.envelope, one.state, one.receipt) for one in await hub.fates_of("a1")]
    assert fates == [("x", EnvelopeState.DROPPED, None), ("y", EnvelopeState.DROPPED, None)]
    assert await state(hub, "a") is EnvelopeState.WAITING


async def test_notifications_of_a_monitor_that_is_gone_are_told_as_dropped(hub):
    change = Change(monitor="gone", state=State(), envelopes=(B, C), withheld_ids=("x",))
    assert (await hub.receive("a1", report("1"), {1: change})).refused_rows == (1,)
    fates = [(one.envelope, one.state) for one in await hub.fates_of("a1")]
    assert fates == [(id, EnvelopeState.DROPPED) for id in ("x", "b", "c")]
    assert await hub.envelope("b") is None


async def test_a_notification_without_a_right_counts_as_waiting(hub):
    await hub.post(notification("a", agent=FS01.id))
    counts = await hub.queue_counts()
    assert (counts.waiting_count, counts.by_route) == (1, {"smtp": 1})
    (row,) = await hub.queue()
    assert (row.envelope.agent, row.reason) == (FS01.id, NOTHING)
    assert not row.waits_for_hub


# what waits for the hub of this node


async def test_what_the_hub_of_this_node_is_to_send_is_in_no_count(store, lend):
    await store.post(A, OWN)
    shown = {row.envelope.id: row.waits_for_hub for row in await store.queue()}
    assert shown == {"a": True, "own": False}
    assert (await store.envelope("a"))[0].waits_for_hub
    counts = await store.queue_counts()
    assert (counts.waiting_count, counts.alarm_count) == (1, 1)
    assert await store.tally(DAWN) == {EnvelopeState.WAITING: 1}
    await store.put_custody("a1", taken_over("a"))
    assert (await store.queue_counts()).waiting_count == 2
    assert not any(row.waits_for_hub for row in await store.queue())
    assert await store.tally(DAWN) == {EnvelopeState.WAITING: 2}


async def test_what_a_deleted_agent_left_is_the_hubs_own(hub, lend):
    await hub.post(A, B, C)
    await hub.put_custody("a1", taken_over("b"))
    await hub.settle_elsewhere("a1", sent("c"))
    await hub.drop("a", "sato")
    assert await hub.drop_agent((await hub.agents())["a1"])
    assert await hub.newest_fates() == {}
    parcel = await lend()
    assert (parcel.envelope.id, parcel.envelope.agent) == ("b", "")
    assert parcel.envelope.custody is HUB
    row, receipts = await hub.envelope("c")
    assert (row.state, row.envelope.agent) == (EnvelopeState.ACCEPTED, "")
    assert receipts == (BY_AGENT,)
