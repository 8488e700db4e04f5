"""What every store promises of lanes and digests. Each runs this same file."""

from __future__ import annotations

from dataclasses import replace

import pytest

from noroshi.core.delivery import Accepted, NextRoute, OpenCircuit, Retry, SetAside
from noroshi.core.digest import digest, follow_up_members
from noroshi.core.mail import Answer, Lane, Receipt, Verdict
from noroshi.core.translation import plain
from noroshi.ports import PARCEL_LEASE, AcceptedMail
from tests.contracts.sample_records import (
    DAWN,
    HOUR,
    LATER,
    MADE_BY,
    MINUTE,
    OK,
    SECOND,
    letter,
)

ROWS = {"subject": "危険", "told": [{"level": "critical"}]}
GONE = DAWN + PARCEL_LEASE


def alarm(id, **other):
    """An envelope that may join a digest."""
    return replace(letter(id, **other), payload=ROWS)


A, B, C = alarm("a"), alarm("b"), alarm("c")


@pytest.fixture
def lend(store, node):
    async def lend(route="smtp", now=DAWN, but=()):
        parcel = await store.claim_parcel(node, route, now, but)
        assert parcel is not None
        return parcel

    return lend


@pytest.fixture
async def together(store, lend):
    """A digest of a and b, not yet out; c waits by itself."""
    await store.post(A, B, C)
    made = digest((A, B), {"subject": "[2]"}, DAWN)
    assert await store.replace_by_digest(await lend(), made)
    return made


async def fates(store, *ids):
    return [(await store.envelope(id))[0].state for id in ids]


async def shown(store):
    return [row.envelope.id for row in await store.queue()]


# lanes


async def test_the_most_urgent_lane_goes_first_and_within_a_lane_the_oldest(store, lend):
    await store.post(
        letter("report"),
        letter("recovery", lane=Lane.RECOVERY),
        letter("warning", lane=Lane.WARNING),
        letter("first", lane=Lane.CRITICAL),
        letter("second", lane=Lane.CRITICAL),
    )
    order = [(await lend()).envelope.id for _ in range(5)]
    assert order == ["first", "second", "warning", "recovery", "report"]


async def test_nothing_overtakes_an_older_one_of_its_order_key_whatever_its_lane(store, lend):
    await store.post(
        letter("recovery", order="m/ops", lane=Lane.RECOVERY),
        letter("critical", order="m/ops", lane=Lane.CRITICAL),
    )
    assert (await lend()).envelope.id == "recovery"


async def test_a_contact_that_shall_get_nothing_now_still_gets_what_cannot_join(
    store, node, lend
):
    await store.post(A, letter("plain"), alarm("other", contact="duty"))
    assert (await lend(but=("ops",))).envelope.id == "plain"
    assert (await lend(but=("ops",))).envelope.id == "other"
    assert await store.claim_parcel(node, "smtp", DAWN, ("ops",)) is None
    assert (await lend()).envelope == A


async def test_what_was_tried_cannot_join_and_is_lent_for_a_contact_that_shall_get_nothing(
    store, lend
):
    await store.post(A)
    await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    assert (await lend(but=("ops",))).envelope.id == "a"


async def test_so_is_what_was_out_when_its_life_ended(store, node, lend):
    await store.post(A)
    await lend()
    again = await store.begin(node.name, DAWN)
    parcel = await store.claim_parcel(again, "smtp", DAWN, ("ops",))
    assert parcel is not None and parcel.envelope.id == "a"


async def test_what_its_next_route_has_not_tried_may_join_again(store, node, lend):
    await store.post(replace(A, routes=("smtp", "graph")))
    await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    await store.settle(await lend(but=("ops",)), LATER, NextRoute(plain("no")))
    assert await store.claim_parcel(node, "graph", DAWN, ("ops",)) is None
    assert await lend("graph")


async def test_what_begins_anew_with_another_address_may_join_again(store, node, lend):
    await store.post(A)
    await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    assert await store.readdress("a", ("b",), ())
    assert await store.claim_parcel(node, "smtp", DAWN, ("ops",)) is None
    assert await lend()


# the pile


async def test_the_pile_is_what_waits_for_the_same_contact_oldest_first(store, lend):
    await store.post(A, B, alarm("other", contact="duty"), C)
    assert await store.pending_for(await lend()) == [A, B, C]


async def test_those_who_look_at_many_get_no_bodies_and_whoever_sends_gets_the_mail(
    store, lend
):
    body = {"text": "95 %", "html": "<p>95 %", "attachments": [{"name": "log", "text": "…"}]}
    whole = [replace(one, payload=ROWS | body) for one in (A, B)]
    await store.post(*whole)
    assert [row.envelope for row in await store.queue()] == [A, B]
    parcel = await lend()
    assert parcel.envelope == whole[0]
    assert await store.pending_for(parcel) == [whole[0], B]
    assert (await store.envelope("b"))[0].envelope == whole[1]


async def test_what_is_out_or_held_and_what_stands_behind_it_is_in_no_pile(store, lend):
    await store.post(
        alarm("held", order="m/ops"), alarm("behind", order="m/ops"), alarm("out"), B
    )
    await store.hold("held", "sato")
    out = await lend()
    assert out.envelope.id == "out"
    parcel = await lend()
    assert parcel.envelope == B
    assert await store.pending_for(parcel) == [B]


async def test_the_pile_tells_of_an_attempt_whose_end_is_not_known(store, lend):
    """It may have arrived: in a digest it would be told under another Message-ID."""
    await store.post(A, B)
    await lend()  # and then the node dies
    again = await store.begin("one", DAWN)
    await store.hold("a", "sato")
    parcel = await store.claim_parcel(again, "smtp", DAWN)
    await store.release("a", DAWN)
    found = await store.pending_for(parcel)
    assert [(one.id, one.unanswered) for one in found] == [("a", 1), ("b", 0)]


async def test_what_was_not_tried_after_all_is_due_again_and_counts_no_attempt(store, lend):
    await store.post(A)
    assert await store.release_lease(await lend(), DAWN + SECOND)
    assert (await lend(now=DAWN + SECOND)).envelope == A


async def test_what_was_not_tried_after_all_stands_where_it_stood_in_its_lane(store, lend):
    await store.post(A, B)
    first = await lend(now=DAWN + SECOND)
    await store.post(replace(C, born=DAWN + SECOND))
    assert await store.release_lease(first, DAWN + MINUTE)
    assert (await lend(now=DAWN + MINUTE)).envelope == A


async def test_what_was_put_off_and_not_tried_after_all_stands_there_too(store, lend):
    await store.post(A)
    put_off = Retry(DAWN + MINUTE, plain("busy"))
    assert await store.settle(await lend(), LATER, put_off)
    again = await lend(now=DAWN + HOUR)
    await store.post(replace(B, born=DAWN + 2 * MINUTE))
    assert await store.release_lease(again, DAWN + HOUR)
    assert (await lend(now=DAWN + HOUR)).envelope.id == "a"


@pytest.mark.parametrize("by", [-HOUR, HOUR])
async def test_what_is_given_back_as_the_clock_was_just_set_is_due_all_the_same(
    store, lend, by
):
    await store.post(A)
    assert await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    again, now = await lend(now=DAWN + SECOND), DAWN + SECOND + by
    assert await store.release_lease(again, now)
    await store.shift(by, "one/1/1")
    assert await lend(now=now)


async def test_what_is_given_back_after_the_clock_was_set_back_is_due_all_the_same(store, lend):
    await store.post(A)
    out = await lend()
    await store.shift(-HOUR, "one/1/1")
    assert await store.release_lease(out, DAWN - HOUR)
    assert await lend(now=DAWN - HOUR)


async def test_what_is_no_longer_lent_cannot_be_given_back(store, lend):
    await store.post(A)
    late = await lend()
    await lend(now=GONE)
    assert not await store.release_lease(late, GONE)


# joining


async def test_a_digest_waits_in_the_place_of_its_members(store, together):
    assert await shown(store) == ["c", together.id]
    assert await fates(store, "a", "b", "c") == ["together", "together", ""]
    assert await store.tally(DAWN) == {"": 3}


async def test_a_member_names_its_digest_also_once_that_left(store, lend, together):
    rows = [(await store.envelope(id))[0] for id in ("a", "b", "c", together.id)]
    assert [row.digest for row in rows] == [together.id, together.id, "", ""]
    await store.settle(await lend(), OK, Accepted(DAWN))
    assert (await store.envelope("a"))[0].digest == together.id


async def test_a_digest_is_lent_like_any_envelope(store, lend, together):
    lent = {(await lend()).envelope.id for _ in range(2)}
    assert lent == {"c", together.id}


async def test_members_are_lent_no_more(store, node, lend, together):
    await lend()
    await lend()
    assert await store.claim_parcel(node, "smtp", GONE - SECOND) is None


async def test_the_attempt_of_the_one_that_joined_does_not_count(store, together):
    row, receipts = await store.envelope("a")
    assert (row.envelope.attempts, row.is_leased, receipts) == (0, False, ())


async def test_what_is_younger_than_a_member_waits_for_the_digest(store, node, lend):
    await store.post(alarm("a", order="m/ops"), B, alarm("later", order="m/ops"))
    made = digest((alarm("a", order="m/ops"), B), {}, DAWN)
    assert await store.replace_by_digest(await lend(), made)
    parcel = await lend()
    assert parcel.envelope.id == made.id
    assert await store.claim_parcel(node, "smtp", DAWN) is None
    await store.settle(parcel, OK, Accepted(DAWN))
    assert (await lend()).envelope.id == "later"


@pytest.mark.parametrize("what", ["hold", "drop"])
async def test_a_digest_is_refused_when_a_member_does_not_wait_any_more(store, lend, what):
    await store.post(A, B)
    parcel = await lend()
    await getattr(store, what)("b", "sato")
    assert not await store.replace_by_digest(parcel, digest((A, B), {}, DAWN))
    assert await store.envelope("b/together") is None
    assert await store.settle(parcel, OK, Accepted(DAWN))


async def test_a_digest_is_refused_when_a_member_is_out(store, lend):
    await store.post(A, B)
    parcel = await lend()
    await lend()
    assert not await store.replace_by_digest(parcel, digest((A, B), {}, DAWN))


async def test_a_digest_is_refused_once_the_lease_was_lost(store, lend):
    await store.post(A, B)
    late = await lend()
    await lend(now=GONE)
    assert not await store.replace_by_digest(late, digest((A, B), {}, DAWN))


async def test_a_member_is_in_one_digest_only(store, lend, together):
    parcel = await lend()
    assert not await store.replace_by_digest(parcel, digest((B, C), {}, DAWN))


# settling


async def test_what_becomes_of_the_digest_becomes_of_its_members(store, lend, together):
    for _ in range(2):
        await store.settle(await lend(), OK, Accepted(DAWN))
    assert await fates(store, together.id, "a", "b", "c") == ["accepted"] * 4
    assert await store.tally(DAWN) == {"accepted": 3}
    assert not await store.faults()


async def test_while_the_digest_waits_its_members_do(store, lend, together):
    await lend()
    await store.settle(await lend(), LATER, Retry(DAWN + MINUTE, plain("busy")))
    assert await fates(store, "a", "b") == ["together"] * 2


# a route that was down

SOON = DAWN + MINUTE
DOWN = OpenCircuit(DAWN, SOON, plain("down"))


@pytest.fixture
def finds_it_down(store, lend):
    """An attempt with one envelope, at which its route turns out to be down for a minute."""

    async def finds_it_down(id, receipt=LATER):
        parcel = await lend()
        while parcel.envelope.id != id:
            parcel = await lend()
        assert await store.settle(parcel, receipt, DOWN)

    return finds_it_down


async def test_a_digest_whose_route_was_down_is_undone(store, lend, together, finds_it_down):
    await finds_it_down(together.id)
    assert await store.envelope(together.id) is None
    assert await fates(store, "a", "b") == ["", ""]
    assert await store.tally(DAWN) == {"": 3}
    assert not await store.faults()
    assert [(await lend(now=SOON)).envelope for _ in range(2)] == [A, B]


async def test_the_attempt_of_a_digest_that_was_undone_stays_on_record(
    store, together, finds_it_down
):
    await finds_it_down(together.id)
    row, receipts = await store.envelope("a")
    assert (row.reason, row.envelope.attempts, receipts) == (plain("down"), 0, (LATER,))


async def test_a_digest_that_was_undone_is_made_anew_with_what_came_meanwhile(
    store, lend, together, finds_it_down
):
    await finds_it_down(together.id)
    later = alarm("d")
    await store.post(later)
    made = replace(digest((A, B, later), {"subject": "[3]"}, SOON), origin=MADE_BY)
    assert made.id != together.id  # it says something else
    assert await store.replace_by_digest(await lend(now=SOON), made)
    assert (await lend(now=SOON)).envelope == made
    assert await fates(store, "a", "b", "d") == ["together"] * 3


async def test_a_digest_that_stood_behind_one_that_was_undone_is_lent_in_its_place(
    store, lend, finds_it_down
):
    others = C, alarm("d")
    await store.post(A, B, *others)
    for members in ((A, B), others):
        assert await store.replace_by_digest(await lend(), digest(members, {}, DAWN))
    await finds_it_down(digest((A, B), {}, DAWN).id)
    left = {(await lend(now=SOON)).envelope.id for _ in range(3)}
    assert left == {"a", "b", digest(others, {}, DAWN).id}


async def test_what_stood_behind_a_member_stands_behind_it_when_the_digest_is_undone(
    store, node, lend, finds_it_down
):
    first, second = alarm("a", order="m/ops"), alarm("a2", order="m/ops")
    await store.post(first, B, second)
    made = digest((first, B), {}, DAWN)
    assert await store.replace_by_digest(await lend(), made)
    await finds_it_down(made.id)
    assert {(await lend(now=SOON)).envelope.id for _ in range(2)} == {"a", "b"}
    assert await store.claim_parcel(node, "smtp", SOON) is None


async def _set_aside(store, lend, id):
    parcel = await lend()
    while parcel.envelope.id != id:
        parcel = await lend()
    await store.settle(parcel, LATER, SetAside(plain("no")))
    await store.release(id, DAWN)


@pytest.mark.parametrize(
    "before",
    [
        pytest.param(lambda s, _, id: s.readdress(id, ("b",), ()), id="other addresses"),
        pytest.param(_set_aside, id="set aside and released"),
    ],
)
async def test_a_digest_that_has_a_story_of_its_own_is_not_undone(
    store, lend, together, finds_it_down, before
):
    await before(store, lend, together.id)
    await finds_it_down(together.id)
    assert await fates(store, together.id, "a", "b") == ["", "together", "together"]


async def test_a_digest_that_was_out_when_its_life_ended_may_have_arrived_and_is_not_undone(
    store, node, lend, together
):
    for _ in range(2):
        await lend()
    other = await store.begin(node.name, DAWN)
    parcel = await store.claim_parcel(other, "smtp", DAWN)
    while parcel.envelope.id != together.id:
        parcel = await store.claim_parcel(other, "smtp", DAWN)
    await store.settle(parcel, LATER, DOWN)
    assert await fates(store, together.id, "a", "b") == ["", "together", "together"]


async def test_a_digest_that_one_of_two_has_is_not_undone(store, lend, finds_it_down):
    both = [replace(one, to=("a", "b")) for one in (A, B)]
    await store.post(*both)
    made = digest(both, {}, DAWN)
    assert await store.replace_by_digest(await lend(), made)
    answers = {"a": Answer(Verdict.ACCEPTED), "b": Answer(Verdict.ROUTE_DOWN)}
    await finds_it_down(made.id, Receipt(at=DAWN, answers=answers))
    assert await fates(store, made.id, "a", "b") == ["", "together", "together"]


@pytest.fixture
async def deferred(store, lend):
    """A digest of a and b that was deferred and is out again; `new` waits behind a."""
    first = alarm("a", order="m/ops")
    await store.post(first, B)
    made = digest((first, B), {"subject": "[2]"}, DAWN)
    assert await store.replace_by_digest(await lend(), made)
    await store.settle(await lend(), LATER, Retry(DAWN + MINUTE, plain("busy")))
    await store.post(replace(alarm("new", order="m/ops"), born=SOON))
    parcel = await lend(now=SOON)
    assert parcel.envelope.id == made.id
    await store.post(C)
    return parcel


async def test_a_digest_that_nobody_takes_goes_on_in_a_larger_one(store, lend, deferred):
    members = follow_up_members(deferred.envelope, await store.pending_for(deferred))
    assert [one.id for one in members] == ["a", "b", "new"]
    made = digest(members, {"subject": "[3]"}, SOON)
    assert await store.replace_by_digest(deferred, made)
    assert await store.envelope(deferred.envelope.id) is None
    assert await fates(store, made.id, "a", "b", "new") == ["", *["together"] * 3]
    (row, receipts) = await store.envelope(made.id)
    assert (row.envelope.attempts, receipts) == (0, (LATER,))
    assert not await store.settle(deferred, OK, Accepted(SOON))
    assert {(await lend(now=SOON)).envelope.id for _ in range(2)} == {"c", made.id}
    assert not await store.faults()


async def test_a_larger_digest_goes_on_with_the_tries_of_the_one_before(store, lend, deferred):
    members = follow_up_members(deferred.envelope, await store.pending_for(deferred))
    made = digest(members, {}, SOON, attempted_envelope=deferred.envelope)
    assert await store.replace_by_digest(deferred, made)
    lent = [(await lend(now=SOON)).envelope for _ in range(2)]
    assert {one.id: one.attempts for one in lent} == {"c": 0, made.id: 1}


async def test_a_digest_of_what_was_put_off_is_undone_too_where_its_route_was_down(
    store, lend, finds_it_down
):
    first, second = alarm("a", order="m/ops"), alarm("a2", order="m/ops")
    await store.post(first)
    await store.settle(await lend(), LATER, Retry(SOON, plain("busy")))
    await store.post(replace(second, born=SOON))
    parcel = await lend(now=SOON)
    made = digest((parcel.envelope, second), {}, SOON, attempted_envelope=parcel.envelope)
    assert await store.replace_by_digest(parcel, made)
    parcel = await lend(now=SOON)
    assert await store.settle(parcel, LATER, OpenCircuit(SOON, SOON, plain("down")))
    assert await store.envelope(made.id) is None
    again = (await lend(now=SOON)).envelope
    assert (again.id, again.attempts) == ("a", 1)


async def test_what_was_tried_by_which_route_passes_on_to_the_larger_digest(store, lend):
    """The time that its route named holds there as well, also once the clock was set on."""
    first, second = alarm("a", order="m/ops"), alarm("a2", order="m/ops")
    await store.post(first, B)
    assert await store.replace_by_digest(await lend(), digest((first, B), {}, DAWN))
    answers = {"a": Answer(Verdict.DEFERRED, "later", 450, again=DAWN + HOUR)}
    busy = Retry(SOON, plain("busy"))
    assert await store.settle(await lend(), replace(LATER, answers=answers), busy)
    await store.post(replace(second, born=DAWN))
    parcel = await lend(now=SOON)
    made = digest((first, B, second), {}, SOON, attempted_envelope=parcel.envelope)
    assert await store.replace_by_digest(parcel, made)
    await store.shift(2 * HOUR, "one/1/1")
    assert await store.hasten("smtp", SOON)
    assert DAWN + HOUR <= (await store.envelope(made.id))[0].due <= DAWN + HOUR + SECOND


async def test_a_digest_whose_id_is_there_already_leaves_all_as_it_was(store, lend):
    await store.post(A, B, alarm("b/together"))
    parcel = await lend()
    assert not await store.replace_by_digest(parcel, digest((A, B), {}, DAWN))
    assert await fates(store, "a", "b", "b/together") == ["", "", ""]
    assert await store.settle(parcel, OK, Accepted(DAWN))


async def test_members_of_what_cannot_be_read_go_by_their_own_routes(store, node, lend):
    two = [replace(one, routes=("smtp", "graph")) for one in (A, B)]
    await store.post(*two)
    assert await store.replace_by_digest(await lend(), digest(two, {}, DAWN))
    assert await store.settle(await lend(), LATER, NextRoute(plain("no")))
    assert await store.quarantine(await lend("graph"), plain("damaged"), DAWN)
    assert {(await lend("smtp")).envelope.id for _ in range(2)} == {"a", "b"}
    assert await store.claim_parcel(node, "graph", DAWN) is None


async def test_a_digest_stays_as_it_is_when_what_was_behind_it_waits_no_more(store, deferred):
    members = follow_up_members(deferred.envelope, await store.pending_for(deferred))
    await store.hold("new", "sato")
    assert not await store.replace_by_digest(deferred, digest(members, {}, SOON))
    assert await fates(store, deferred.envelope.id, "a", "new") == ["", "together", "held"]
    assert await store.settle(deferred, OK, Accepted(SOON))


async def test_members_of_another_digest_are_not_in_the_pile(store, lend, deferred):
    other, last = alarm("x", order="x/ops"), alarm("x2", order="x/ops")
    await store.post(other, last)
    parcel = await lend(now=SOON)
    while parcel.envelope.id != "x":
        parcel = await lend(now=SOON)
    assert await store.replace_by_digest(parcel, digest((other,), {}, SOON))
    found = {one.id for one in await store.pending_for(deferred)}
    assert found >= {"a", "b", "new"} and not found & {"x", "x2"}


async def test_a_digest_that_is_set_aside_keeps_its_members_until_it_is_released(
    store, lend, together
):
    await store.settle(await lend(), OK, Accepted(DAWN))
    await store.settle(await lend(), LATER, SetAside(plain("no")))
    assert (
        await fates(store, together.id, "a", "b") == ["set aside"] + ["set aside together"] * 2
    )
    assert await store.tally(DAWN) == {"accepted": 1, "set aside": 2}
    assert await shown(store) == [together.id]
    assert await store.release(together.id, DAWN)
    assert await fates(store, together.id, "a", "b") == ["", "together", "together"]
    assert (await lend()).envelope.id == together.id


async def test_a_digest_that_a_person_drops_takes_its_members_with_it(store, together):
    assert await store.drop(together.id, "sato")
    assert await fates(store, together.id, "a", "b") == ["dropped"] * 3
    assert await store.tally(DAWN) == {"": 1, "dropped": 2}


async def test_a_digest_can_be_held_and_its_members_wait_with_it(store, node, lend, together):
    assert await store.hold(together.id, "sato")
    assert (await lend()).envelope == C
    assert await store.claim_parcel(node, "smtp", DAWN) is None
    assert await fates(store, together.id, "a") == ["held", "together"]


@pytest.mark.parametrize(
    "what",
    [
        lambda store: store.hold("a", "sato"),
        lambda store: store.release("a", DAWN),
        lambda store: store.drop("a", "sato"),
        lambda store: store.retry("a", DAWN),
        lambda store: store.readdress("a", ("b",), ("smtp",)),
    ],
    ids=["hold", "release", "drop", "retry", "readdress"],
)
async def test_a_member_is_no_longer_there_by_itself(store, together, what):
    assert not await what(store)
    assert await fates(store, "a") == ["together"]


async def test_a_digest_by_its_route_s_new_name_has_its_members_go_by_that_too(
    store, node, lend, together
):
    assert (await lend()).envelope == C
    assert await store.readdress(together.id, (), ("graph",), reset=False)
    found = [(await store.envelope(id))[0] for id in (together.id, "a", "b")]
    assert [one.envelope.routes for one in found] == [("graph",)] * 3
    assert [one.state for one in found] == ["", "together", "together"]
    assert await store.settle(await lend("graph"), LATER, DOWN)
    assert await store.envelope(together.id) is None
    assert {(await lend("graph", SOON)).envelope.id for _ in range(2)} == {"a", "b"}


async def test_a_new_life_finds_the_digest_and_its_members_as_they_were(store, lend, together):
    await lend()
    await store.begin("one", DAWN)
    assert await shown(store) == ["c", together.id]
    assert await fates(store, "a", "b") == ["together"] * 2


# what was taken


async def test_what_was_taken_is_told_with_route_contact_and_recipients(store, lend, together):
    two = Receipt(at=DAWN + SECOND, answers={x: Answer(Verdict.ACCEPTED) for x in "ab"})
    first, second = await lend(), await lend()
    await store.settle(second, two, Accepted(DAWN))
    await store.settle(first, OK, Accepted(DAWN))
    known = {"route": "smtp", "contact": "ops"}
    expected = [
        AcceptedMail(
            accepted_at=DAWN + SECOND,
            recipients=2,
            digest=bool(second.envelope.members),
            **known,
        ),
        AcceptedMail(
            accepted_at=DAWN, recipients=1, digest=bool(first.envelope.members), **known
        ),
    ]
    assert (
        await store.accepted_since(DAWN) == expected
    )  # in the order in which it was written down
    assert await store.accepted_since(DAWN + SECOND) == expected[:1]
    assert await store.accepted_since(DAWN + HOUR) == []


async def test_what_was_not_taken_is_not_counted(store, lend):
    await store.post(A)
    await store.settle(await lend(), LATER, Retry(DAWN, plain("busy")))
    assert await store.accepted_since(DAWN) == []


async def test_members_follow_a_route_s_new_name_also_where_their_digest_left_one_behind(
    store, node
):
    two = [replace(one, routes=("smtp", "graph")) for one in (A, B)]
    await store.post(*two)
    first = await store.claim_parcel(node, "smtp", DAWN)
    made = digest(tuple(two), {"subject": "[2]"}, DAWN)
    assert await store.replace_by_digest(first, made)
    out = await store.claim_parcel(node, "smtp", DAWN)
    assert await store.settle(out, LATER, NextRoute(plain("no")))
    assert await store.readdress(made.id, (), ("graph-of-m365",), reset=False)
    routes = [(await store.envelope(id))[0].envelope.routes for id in ("a", made.id)]
    assert routes == [("smtp", "graph-of-m365"), ("graph-of-m365",)]
