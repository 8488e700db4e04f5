"""What every store promises of envelopes: in, lent, settled, kept. Each runs this same file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.delivery import SHORTEST, Accepted, NextRoute, OpenCircuit, Retry, SetAside
from noroshi.core.digest import digest
from noroshi.core.mail import Answer, Fault, Lane, Receipt, Verdict
from noroshi.core.translation import bilingual, plain
from noroshi.ports import PARCEL_LEASE, QueueCounts, QueuedEnvelope, RouteOutage
from tests.contracts.sample_records import DAWN, HOUR, LATER, MINUTE, OK, SECOND, letter, tried

GONE = DAWN + PARCEL_LEASE
SOON = DAWN + MINUTE
LONG, SHORT = timedelta(minutes=5), timedelta(milliseconds=1)
TWO_WAYS = letter(routes=("smtp", "graph"))
RESTS = OpenCircuit(DAWN, SOON, plain("535 5.7.3"))


@pytest.fixture
def lend(store, node):
    """Claim a parcel that must be there."""

    async def lend(route="smtp", now=DAWN):
        parcel = await store.claim_parcel(node, route, now)
        assert parcel is not None
        return parcel

    return lend


async def ids(store):
    return [row.envelope.id for row in await store.queue()]


# in


async def test_the_same_envelope_committed_twice_is_one(store, give):
    await give(letter())
    await give(letter(to=("b",)))
    assert await store.queue() == [QueuedEnvelope(envelope=letter(), due=DAWN)]


async def test_an_envelope_is_posted_by_itself_and_only_once(store):
    assert await store.post(letter()) == 1
    assert await store.post(letter()) == 0
    assert await ids(store) == ["m.1/r/ops"]


async def test_several_are_posted_at_once_but_for_those_that_are_known(store):
    await store.post(letter("b"))
    assert await store.post(letter("a"), letter("b", to=("other",)), letter("c")) == 2
    assert await ids(store) == ["b", "a", "c"]
    assert (await store.queue())[0].envelope == letter("b")


async def test_an_envelope_that_has_left_is_not_taken_in_again(store, node, give, lend):
    await give(letter())
    await store.settle(await lend(), OK, Accepted(DAWN))
    await give(letter())
    assert not await store.post(letter())
    assert await store.claim_parcel(node, "smtp", GONE) is None


async def test_an_envelope_is_not_lent_before_it_is_due(store, node):
    await store.post(letter())
    assert await store.claim_parcel(node, "smtp", DAWN - SECOND) is None
    assert await store.claim_parcel(node, "smtp", DAWN)


# lent


async def test_an_envelope_that_is_out_is_lent_to_nobody_else(store, node, lend):
    await store.post(letter())
    parcel = await lend()
    assert (parcel.envelope, parcel.route, parcel.down_since) == (letter(), "smtp", None)
    other = await store.begin("two", DAWN)
    assert await store.claim_parcel(other, "smtp", GONE - SECOND) is None
    assert [row.is_leased for row in await store.queue()] == [True]


async def test_an_attempt_is_on_record_before_it_is_made(store, lend):
    await store.post(letter())
    await lend()  # and then the node dies
    again = await lend(now=GONE)
    assert again.envelope == tried(letter())


async def test_an_answer_that_comes_after_the_lease_was_lent_anew_is_refused(store, lend):
    await store.post(letter())
    late = await lend()
    prompt = await lend(now=GONE)
    assert not await store.settle(late, OK, Accepted(DAWN))
    assert await store.settle(prompt, OK, Accepted(DAWN))


async def test_an_answer_that_comes_late_counts_while_nobody_else_has_the_envelope(store, lend):
    await store.post(letter())
    assert await store.settle(await lend(), replace(OK, at=GONE + HOUR), Accepted(GONE + HOUR))


async def test_a_new_life_is_lent_at_once_what_the_earlier_one_had_out(store, give, lend):
    await give(letter())
    late = await lend()
    again = await store.begin("one", SOON)
    found = (await store.claim_parcel(again, "smtp", SOON)).envelope
    assert found == replace(letter(), unanswered=1)  # it was tried, and nobody put it off
    assert not await store.settle(late, OK, Accepted(DAWN))


async def test_what_was_out_as_two_lives_were_killed_lets_others_go_first(store, lend):
    """It may be what kills them. However many they are, it waits no longer than that."""
    await store.post(letter("bad", lane=Lane.CRITICAL), letter("good", lane=Lane.WARNING))
    assert (await lend()).envelope.id == "bad"
    again = await store.begin("one", SOON)
    assert (await store.claim_parcel(again, "smtp", SOON)).envelope.id == "bad"
    at = DAWN + 2 * MINUTE
    for _ in range(3):
        again = await store.begin("one", at)
        assert (await store.envelope("bad"))[0].due == at + SHORTEST
        good = await store.claim_parcel(again, "smtp", at)
        assert good is None or good.envelope.id == "good"
        if good is not None:
            assert await store.settle(good, OK, Accepted(at))
        bad = await store.claim_parcel(again, "smtp", at + SHORTEST)
        assert bad.envelope.id == "bad"
        at += MINUTE


@pytest.fixture
async def killer(store, lend):
    """A mail that was out as two lives were killed, the second at SOON: it is due a moment later."""
    await store.post(letter("bad", order="m/ops"))
    await lend()
    again = await store.begin("one", DAWN)
    assert await store.claim_parcel(again, "smtp", DAWN)
    await store.begin("one", SOON)
    return "bad"


async def test_what_lets_others_go_first_does_so_though_a_third_life_begins_at_once(
    store, killer
):
    again = await store.begin("one", SOON + SECOND)
    assert (await store.envelope(killer))[0].due == SOON + SHORTEST
    assert await store.claim_parcel(again, "smtp", SOON + SECOND) is None


async def test_it_lets_them_go_first_no_longer_than_that_whatever_the_clock_said(store, killer):
    """The clock was ahead by an hour as the second life began."""
    await store.begin("one", SOON - HOUR)
    assert (await store.envelope(killer))[0].due == SOON - HOUR + SHORTEST


async def test_it_lets_them_go_first_whatever_comes_behind_it(store, killer):
    await store.post(replace(letter("new", order="m/ops"), born=SOON + SECOND))
    assert (await store.envelope(killer))[0].due == SOON + SHORTEST


async def test_it_lets_them_go_first_also_where_the_first_of_them_is_accepted(store, killer):
    assert not await store.hasten("smtp", SOON + SECOND)
    assert (await store.envelope(killer))[0].due == SOON + SHORTEST


async def test_a_new_life_finds_due_what_was_written_by_a_clock_that_was_ahead(store, lend):
    """By a command, while no node ran that would have moved it."""
    ahead = [replace(letter(id, order="m"), born=DAWN + HOUR) for id in "ab"]
    await store.post(*ahead)
    again = await store.begin("one", DAWN)
    for id in "ab":
        parcel = await store.claim_parcel(again, "smtp", DAWN)
        assert parcel.envelope.id == id
        await store.settle(parcel, OK, Accepted(DAWN))


async def test_a_life_that_ends_gives_back_its_envelopes_and_no_other_s(store, node, lend):
    other = await store.begin("two", DAWN)
    await store.post(letter("mine"))
    await lend()
    await store.post(letter("theirs"))
    theirs = await store.claim_parcel(other, "smtp", DAWN)
    await store.end(node, SOON)
    assert [row.is_leased for row in await store.queue()] == [False, True]
    assert (await store.claim_parcel(other, "smtp", SOON)).envelope.id == "mine"
    assert await store.settle(theirs, OK, Accepted(DAWN))


async def test_of_one_order_key_the_oldest_goes_first_and_alone(store, node, give, lend):
    await give(letter("e1", order="m/ops"), letter("e2", order="m/ops"), letter("e3"))
    first, other = await lend(), await lend()
    assert (first.envelope.id, other.envelope.id) == ("e1", "e3")
    await store.settle(first, LATER, Retry(SOON, plain("busy")))
    assert await store.claim_parcel(node, "smtp", SOON - SECOND) is None
    first = await lend(now=SOON)
    assert first.envelope.id == "e1"
    await store.settle(first, OK, SetAside(plain("550")))
    assert (await lend(now=SOON)).envelope.id == "e2"


async def test_what_waits_longest_is_lent_first(store, lend):
    for id in "abc":
        await store.post(letter(id))
    await store.settle(await lend(), LATER, Retry(SOON, plain("busy")))
    assert [(await lend(now=SOON)).envelope.id for _ in range(3)] == ["b", "c", "a"]


# settled


async def test_an_envelope_is_settled_once(store, lend):
    await store.post(letter())
    parcel = await lend()
    assert await store.settle(parcel, OK, Accepted(DAWN))
    assert not await store.settle(parcel, OK, Accepted(DAWN))


async def test_an_envelope_that_has_left_is_known_with_all_its_receipts(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, Retry(SOON, plain("450 busy")))
    await store.settle(await lend(now=SOON), replace(OK, at=SOON), Accepted(SOON))
    assert await store.queue() == []
    row, receipts = await store.envelope("m.1/r/ops")
    assert row.state == "accepted" and not row.is_leased
    assert row.envelope == replace(letter(), attempts=1, reached=("a",))
    assert list(receipts) == [LATER, replace(OK, at=SOON)]


async def test_an_envelope_nobody_knows_is_none(store):
    assert await store.envelope("x") is None


async def test_one_that_is_tried_later_waits_with_its_last_trouble(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, Retry(SOON, plain("450 busy")))
    assert await store.queue() == [
        QueuedEnvelope(
            envelope=tried(letter()), due=SOON, reason=plain("450 busy"), receipt_count=1
        )
    ]


async def test_what_its_route_could_not_take_counts_as_a_try_all_the_same(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, OpenCircuit(DAWN, SOON, plain("down")))
    (row,) = await store.queue()
    assert (row.envelope.attempts, row.receipt_count) == (0, 1)
    assert (await store.envelope(letter().id))[0].receipt_count == 1


async def test_a_trouble_is_kept_in_both_languages(store, lend):
    busy = bilingual(en="the server is busy", ja="サーバーが混んでいます")
    await store.post(letter("a"))
    await store.post(letter("b", order="b"))
    said = Receipt(at=DAWN, answers={"a": Answer(Verdict.DEFERRED, "busy", 432, words=busy)})
    await store.settle(await lend(), said, Retry(SOON, busy))
    await store.settle(await lend(), said, OpenCircuit(DAWN, SOON, busy))
    row, receipts = await store.envelope("a")
    assert (row.reason, receipts) == (busy, (said,))
    assert [rest.reason for rest in await store.route_outages()] == [busy]


async def test_only_who_has_not_answered_is_tried_again(store, lend):
    await store.post(letter(to=("a", "b", "c")))
    said = {"a": Answer(Verdict.ACCEPTED), "b": Answer(Verdict.REFUSED)}
    await store.settle(await lend(), Receipt(at=DAWN, answers=said), Retry(SOON, plain("")))
    again = (await lend(now=SOON)).envelope
    assert (again.to, again.reached, again.refused) == (("c",), ("a",), ("b",))


async def test_what_was_set_aside_is_shown_and_not_lent(store, node, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, SetAside(plain("550 no such user")))
    (row,) = await store.queue()
    assert (row.state, row.reason, row.is_leased) == (
        "set aside",
        plain("550 no such user"),
        False,
    )
    assert await store.claim_parcel(node, "smtp", DAWN + HOUR) is None


async def test_what_waits_and_what_was_set_aside_is_told_oldest_first(store, lend):
    for id in "abc":
        await store.post(letter(id))
    await store.settle(await lend(), LATER, SetAside(plain("550")))
    await store.settle(await lend(), OK, Accepted(DAWN))
    assert await ids(store) == ["a", "c"]


# routes


async def test_an_envelope_is_the_turn_of_its_first_route_alone(store, node, lend):
    await store.post(TWO_WAYS)
    assert await store.claim_parcel(node, "graph", DAWN) is None
    assert await store.claim_parcel(node, "other", DAWN) is None
    assert (await lend("smtp")).route == "smtp"


async def test_the_next_route_goes_on_where_this_one_refused(store, node, lend):
    await store.post(TWO_WAYS)
    await store.settle(await lend("smtp"), LATER, NextRoute(plain("550")))
    assert await store.claim_parcel(node, "smtp", SOON) is None
    assert (await lend("graph")).envelope == replace(letter(), routes=("graph",))


async def test_while_a_route_rests_it_lends_nothing_and_the_next_one_takes_over(
    store, node, lend
):
    await store.post(TWO_WAYS)
    assert await store.settle(await lend("smtp"), LATER, RESTS)
    assert await store.claim_parcel(node, "smtp", SOON - SECOND) is None
    instead = await lend("graph")
    assert instead.envelope == TWO_WAYS  # it cost no attempt
    await store.settle(instead, LATER, Retry(SOON, plain("busy")))
    assert await store.claim_parcel(node, "graph", SOON) is None
    assert (await lend("smtp", SOON)).route == "smtp"  # it is tried again


async def test_a_route_is_down_until_it_answers_even_after_its_rest(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, RESTS)
    assert await store.route_outages() == [RouteOutage("smtp", DAWN, SOON, plain("535 5.7.3"))]
    parcel = await lend(now=SOON)
    assert parcel.down_since == DAWN
    await store.settle(parcel, LATER, OpenCircuit(DAWN, SOON + HOUR, plain("no answer")))
    assert await store.route_outages() == [
        RouteOutage("smtp", DAWN, SOON + HOUR, plain("no answer"))
    ]


async def test_an_attempt_that_was_broken_off_says_nothing_of_its_route(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, RESTS)
    (before,) = await store.route_outages()
    broken = Retry(SOON + HOUR, plain("broken off"), has_answered=False)
    await store.settle(await lend(now=SOON), LATER, broken)
    assert await store.route_outages() == [before]
    assert await store.claim_parcel(await store.begin("two", SOON), "smtp", SOON) is None


@pytest.mark.parametrize(
    "fate",
    [
        Accepted(SOON),
        Retry(SOON, plain("busy")),
        NextRoute(plain("550")),
        SetAside(plain("550")),
    ],
    ids=["accepted", "try later", "next route", "set aside"],
)
async def test_any_other_answer_says_that_the_route_is_well_again(store, lend, fate):
    await store.post(TWO_WAYS)
    await store.post(letter("second"))
    await store.settle(await lend(), LATER, RESTS)
    await store.settle(await lend(now=SOON), LATER, fate)
    assert await store.route_outages() == []
    assert (await lend(now=SOON)).down_since is None


async def test_two_that_find_a_route_down_rest_it_since_the_earlier_until_the_later(
    store, lend
):
    await store.post(letter("a"))
    await store.post(letter("b"))
    first, second = await lend(), await lend()
    await store.settle(first, LATER, OpenCircuit(DAWN, SOON, plain("gone")))
    await store.settle(
        second, LATER, OpenCircuit(DAWN + SECOND, SOON - SECOND, plain("still gone"))
    )
    assert await store.route_outages() == [RouteOutage("smtp", DAWN, SOON, plain("still gone"))]


# retried by a person


async def test_one_that_waits_is_due_now_when_a_person_says_so(store, node, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, Retry(DAWN + HOUR, plain("busy")))
    assert await store.retry("m.1/r/ops", SOON)
    assert (await lend(now=SOON)).envelope == tried(letter())


async def test_its_routes_are_due_too_and_still_known_to_be_down(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, OpenCircuit(DAWN, DAWN + HOUR, plain("gone")))
    assert await store.retry("m.1/r/ops", SOON)
    assert (await lend(now=SOON)).down_since == DAWN


async def test_one_that_was_set_aside_waits_again(store, lend):
    await store.post(letter())
    await store.settle(await lend(), LATER, SetAside(plain("550")))
    assert await store.retry("m.1/r/ops", SOON)
    (row,) = await store.queue()
    assert (row.state, row.due) == ("", SOON)
    assert (await lend(now=SOON)).envelope == letter()


async def test_one_that_waits_again_goes_before_what_is_younger_in_its_order(store, node, lend):
    for id in ("e1", "e2"):
        await store.post(letter(id, order="m/ops"))
    await store.settle(await lend(), LATER, SetAside(plain("550")))
    assert await store.retry("e1", SOON)
    assert (await lend(now=SOON)).envelope.id == "e1"
    assert await store.claim_parcel(node, "smtp", SOON) is None


async def test_one_unknown_or_out_or_accepted_is_not_retried(store, lend):
    await store.post(letter())
    assert not await store.retry("x", DAWN)
    parcel = await lend()
    assert not await store.retry("m.1/r/ops", DAWN)
    await store.settle(parcel, OK, Accepted(DAWN))
    assert not await store.retry("m.1/r/ops", DAWN)


async def test_one_whose_lease_ran_out_is_retried_and_a_late_answer_still_counts(store, lend):
    await store.post(letter())
    parcel = await lend()
    assert await store.retry("m.1/r/ops", GONE)
    assert await store.settle(parcel, OK, Accepted(DAWN))


# the wall clock, and news


async def test_what_waits_moves_with_the_wall_clock(store, node, lend):
    await store.post(letter("a"))
    await store.post(letter("b"))
    await store.settle(await lend(), LATER, Retry(SOON, plain("")))
    await store.settle(await lend(), LATER, RESTS)
    await store.shift(-HOUR, "one/1/1")
    assert [row.due for row in await store.queue()] == [SOON - HOUR, DAWN - HOUR]
    assert await store.route_outages() == [
        RouteOutage("smtp", DAWN - HOUR, SOON - HOUR, plain("535 5.7.3"))
    ]
    assert await store.claim_parcel(node, "smtp", SOON - HOUR)


async def test_a_step_of_the_clock_is_made_once_however_often_it_is_asked_for(store, lend):
    await store.post(letter("a"))
    await store.settle(await lend(), LATER, Retry(SOON, plain("")))
    for step in ("one/1/1", "one/1/1", "one/1/2", "one/1/2", "one/2/1"):
        await store.shift(HOUR, step)
    assert [row.due for row in await store.queue()] == [SOON + 3 * HOUR]


async def test_what_was_never_tried_stays_due_though_the_wall_clock_is_set_on(
    store, node, lend
):
    await store.post(letter("tried"))
    await store.settle(await lend(), LATER, Retry(SOON, plain("")))
    await store.post(letter("new"))
    await store.shift(HOUR, "one/1/1")
    assert [row.due for row in await store.queue()] == [SOON + HOUR, DAWN]
    assert (await lend(now=DAWN + HOUR)).envelope.id == "new"


NEWS = {
    "an envelope is posted": lambda store, parcel: store.post(letter("new")),
    "one is retried": lambda store, parcel: store.retry("waits", DAWN),
    "a route refuses": lambda store, parcel: store.settle(
        parcel, LATER, NextRoute(plain("550"))
    ),
    "a route rests": lambda store, parcel: store.settle(parcel, LATER, RESTS),
    "the first of its order has left": lambda store, parcel: store.settle(
        parcel, OK, Accepted(DAWN)
    ),
    "a node gives back what it had": lambda store, parcel: store.begin("one", DAWN),
    "one goes by another route": lambda store, parcel: store.readdress("waits", (), ("b",)),
}


@pytest.mark.parametrize("what", NEWS)
async def test_who_waits_wakes_when(store, lend, what):
    await store.post(letter("out", routes=("smtp", "graph")))
    parcel = await lend()
    await store.post(letter("waits"))
    await store.wait(SHORT)  # all that is known by now
    await NEWS[what](store, parcel)
    await store.wait(LONG)


async def test_a_thousand_at_once_are_each_lent_once(store, node, give):
    await give(*(letter(f"e{n}") for n in range(1000)))
    parcels = await asyncio.gather(
        *(store.claim_parcel(node, "smtp", DAWN) for _ in range(1001))
    )
    assert sorted(p.envelope.id for p in parcels if p) == sorted(f"e{n}" for n in range(1000))


async def test_what_tells_of_an_attempt_is_written_with_its_end(store, node, give, lend):
    await give(letter())
    parcel, telling = await lend(), letter(id="n/ops", order="n/ops")
    assert not await store.settle(replace(parcel, lease="lost"), OK, Accepted(DAWN), (telling,))
    assert await ids(store) == ["m.1/r/ops"]
    assert await store.settle(parcel, OK, SetAside(plain("no")), (telling,))
    assert await ids(store) == ["m.1/r/ops", "n/ops"]


# by hand


BUSY = Retry(DAWN + HOUR, plain("busy"))


async def dues(store):
    return {row.envelope.id: row.due - DAWN for row in await store.queue()}


async def test_what_a_route_put_off_is_due_once_it_accepts_another_but_not_at_once(store, lend):
    await store.post(letter("a"))
    await store.settle(await lend(), LATER, BUSY)
    await store.hasten("smtp", DAWN + SECOND)
    assert await dues(store) == {"a": SHORTEST}
    await store.settle(await lend(now=SOON), replace(LATER, at=SOON), BUSY)
    await store.hasten("graph", DAWN + 10 * MINUTE)
    assert await dues(store) == {"a": HOUR}
    await store.hasten("smtp", DAWN + 10 * MINUTE)
    assert await dues(store) == {"a": 10 * MINUTE}


async def test_what_the_other_side_named_a_time_for_waits_for_that(store, lend):
    at = DAWN + HOUR
    said = {"a": Answer(Verdict.DEFERRED, "later", 450, again=at)}
    await store.post(letter("a"))
    await store.settle(await lend(), replace(LATER, answers=said), Retry(at, plain("later")))
    await store.hasten("smtp", SOON)
    assert await dues(store) == {"a": HOUR}
    await store.post(replace(letter("new", order="a"), born=SOON))
    assert await dues(store) == {"a": HOUR, "new": MINUTE}


async def test_a_time_that_was_named_and_is_past_holds_nothing_back(store, lend):
    at = DAWN + MINUTE
    said = {"a": Answer(Verdict.DEFERRED, "later", 450, again=at)}
    await store.post(letter("a"))
    await store.settle(await lend(), replace(LATER, answers=said), BUSY)
    await store.hasten("smtp", at + SECOND)
    assert await dues(store) == {"a": MINUTE + SECOND}


async def test_a_time_that_another_route_named_keeps_none_from_the_first_one(store, lend):
    """Refused by the first route it was put off by the second one; the first is up."""
    said = {"a": Answer(Verdict.DEFERRED, "later", 429, again=DAWN + HOUR)}
    await store.post(replace(TWO_WAYS, order="m/ops"))
    await store.settle(await lend(), LATER, NextRoute(plain("no")))
    await store.settle(await lend("graph"), replace(LATER, answers=said), BUSY)
    behind = letter("new", order="m/ops", routes=TWO_WAYS.routes)
    await store.post(replace(behind, born=SOON))
    assert (await lend("smtp", SOON)).envelope.id == TWO_WAYS.id


async def test_what_is_put_off_while_others_are_accepted_waits_for_its_time(store, lend):
    await store.post(letter("a"), letter("b"))
    await store.settle(await lend(), LATER, Retry(SOON, plain("busy")))
    await store.settle(await lend(), replace(OK, at=DAWN + SECOND), Accepted(DAWN + SECOND))
    await store.settle(await lend(now=SOON), replace(LATER, at=SOON), BUSY)
    await store.hasten("smtp", SOON + MINUTE)
    assert await dues(store) == {"a": HOUR}


async def test_what_waits_for_another_route_that_is_up_is_not_hastened(store, lend):
    await store.post(replace(TWO_WAYS, id="a"))
    await store.settle(await lend(), LATER, BUSY)
    await store.hasten("graph", SOON)
    assert await dues(store) == {"a": HOUR}


async def test_what_something_new_waits_behind_is_due_by_all_its_routes(store, node, lend):
    """Refused by one route it waits for the other; the new one need not wait for that, too."""
    await store.post(replace(TWO_WAYS, order="m/ops"))
    await store.settle(await lend(), LATER, NextRoute(plain("no")))
    await store.settle(await lend("graph"), LATER, BUSY)
    behind = letter("new", order="m/ops", routes=TWO_WAYS.routes)
    await store.post(replace(behind, born=SOON))
    head = (await lend("smtp", SOON)).envelope
    assert (head.routes, head.attempts) == (TWO_WAYS.routes, 1)
    assert await store.claim_parcel(node, "smtp", SOON) is None


async def test_a_digest_that_something_new_waits_behind_is_due(store, node, lend):
    one, other = (replace(letter(id), payload={"told": [{"level": 2}]}) for id in "ab")
    await store.post(one, other)
    assert await store.replace_by_digest(
        await lend(), digest((one, other), {"subject": "2"}, DAWN)
    )
    await store.settle(await lend(), LATER, BUSY)
    await store.post(replace(one, id="new", born=SOON))
    assert (await lend(now=SOON)).envelope.members == ("a", "b")


async def test_what_something_new_waits_behind_is_not_tried_within_seconds(store, node, lend):
    await store.post(letter(order="m/ops"))
    await store.settle(await lend(), LATER, BUSY)
    await store.post(replace(letter("new", order="m/ops"), born=DAWN + SECOND))
    assert await store.claim_parcel(node, "smtp", DAWN + SHORTEST - SECOND) is None
    assert (await lend(now=DAWN + SHORTEST)).envelope.id == letter().id


async def put_off(store, lend, times, lane):
    """Post a mail that is put off so many times, an hour each, the last time at DAWN."""
    began = DAWN - times * HOUR
    await store.post(replace(letter("a", order="m/ops", lane=lane), born=began))
    for n in range(1, times + 1):
        at = began + n * HOUR
        assert await store.settle(
            await lend(now=at), replace(LATER, at=at), Retry(at + HOUR, plain("busy"))
        )


@pytest.mark.parametrize(
    ("times", "lane", "news", "due"),
    [
        pytest.param(1, Lane.WARNING, Lane.WARNING, SHORTEST, id="after one try"),
        pytest.param(2, Lane.WARNING, Lane.WARNING, MINUTE, id="after two"),
        pytest.param(9, Lane.WARNING, Lane.RECOVERY, HOUR, id="after many"),
        pytest.param(9, Lane.CRITICAL, Lane.CRITICAL, 5 * MINUTE, id="critical once more"),
        pytest.param(
            9, Lane.WARNING, Lane.CRITICAL, SHORTEST, id="critical for the first time"
        ),
        pytest.param(9, Lane.REPORT, Lane.WARNING, SHORTEST, id="more urgent than before"),
    ],
)
async def test_what_something_new_waits_behind_is_due_after_a_pause_that_grows_with_its_tries(
    store, lend, times, lane, news, due
):
    await put_off(store, lend, times, lane)
    await store.post(replace(letter("new", order="m/ops", lane=news), born=DAWN + SECOND))
    assert (await dues(store))["a"] == due
    if news is Lane.CRITICAL:  # the second one behind it is not the first any more
        again = replace(letter("more", order="m/ops", lane=news), born=DAWN + 2 * SECOND)
        await store.post(again)
        assert (await dues(store))["a"] == due


async def test_pauses_go_on_growing_where_all_routes_are_given_back(store, lend):
    await store.post(replace(TWO_WAYS, order="m/ops"))
    await store.settle(await lend(), LATER, NextRoute(plain("no")))
    for n in range(3):
        await store.settle(await lend("graph", DAWN + n * HOUR), LATER, BUSY)
    behind = letter("new", order="m/ops", routes=TWO_WAYS.routes)
    await store.post(replace(behind, born=DAWN + SECOND))
    head = (await lend("smtp", DAWN + HOUR)).envelope
    assert (head.attempts, head.earlier_attempts) == (1, 3)
    assert await store.release_lease(await lend("smtp", GONE + HOUR), DAWN + HOUR)
    assert await store.readdress(head.id, (), TWO_WAYS.routes)
    anew = (await store.envelope(head.id))[0].envelope
    assert (anew.attempts, anew.earlier_attempts) == (0, 0)


async def test_a_held_mail_does_not_leave_and_nothing_of_its_order_key_overtakes_it(
    store, give, lend, node
):
    await give(letter("m.1/r/ops", order="m/ops"), letter("m.2/r/ops", order="m/ops"))
    assert await store.hold("m.1/r/ops", "sato")
    assert await store.claim_parcel(node, "smtp", GONE) is None
    [held, later] = await store.queue()
    assert (held.state, held.reason, later.state) == ("held", plain("sato"), "")
    assert not await store.retry("m.1/r/ops", DAWN)
    assert await store.release("m.1/r/ops", SOON)
    assert (await lend(now=SOON)).envelope.id == "m.1/r/ops"
    assert await store.claim_parcel(node, "smtp", SOON) is None


async def test_a_mail_that_comes_behind_a_held_one_waits_too(store, give, node):
    await give(letter("m.1/r/ops", order="m/ops"))
    await store.hold("m.1/r/ops", "sato")
    await store.post(letter("m.2/r/ops", order="m/ops"))
    assert await store.claim_parcel(node, "smtp", GONE) is None


async def test_a_dropped_mail_is_kept_but_never_sent_and_lets_the_next_one_pass(
    store, give, lend
):
    await give(letter("m.1/r/ops", order="m/ops"), letter("m.2/r/ops", order="m/ops"))
    assert await store.drop("m.1/r/ops", "sato")
    assert (await lend()).envelope.id == "m.2/r/ops"
    assert await ids(store) == ["m.2/r/ops"]
    [dropped, _] = await store.envelope("m.1/r/ops")
    assert (dropped.state, dropped.reason) == ("dropped", plain("sato"))
    assert not await store.drop("m.1/r/ops", "sato")
    assert not await store.release("m.1/r/ops", DAWN)
    assert not await store.retry("m.1/r/ops", DAWN)


async def test_one_that_was_set_aside_goes_to_its_mended_address_when_it_is_released(
    store, give, lend
):
    await give(letter())
    await store.settle(await lend(), OK, SetAside(plain("550 5.1.1")))
    assert await store.readdress("m.1/r/ops", ("b",), ("graph",))
    assert await store.release("m.1/r/ops", SOON)
    parcel = await lend("graph", SOON)
    assert (parcel.envelope.to, parcel.envelope.routes) == (("b",), ("graph",))
    assert parcel.envelope.attempts == 0


async def test_a_mail_with_mended_addresses_names_the_refused_one_no_more(store, give, lend):
    await give(letter("m.1/r/ops", to=("a", "b")))
    said = {"a": Answer(Verdict.REFUSED), "b": Answer(Verdict.DEFERRED)}
    receipt = Receipt(at=DAWN, answers=said)
    await store.settle(await lend(), receipt, Retry(SOON, plain("450")))
    assert await store.readdress("m.1/r/ops", ("b", "c"), ("smtp",))
    mended = (await lend(now=SOON)).envelope
    assert (mended.to, mended.refused) == (("b", "c"), ())


async def test_of_a_mended_mail_what_is_not_given_stays_as_it_is(store, give, lend):
    await give(letter("m.1/r/ops", to=("a", "b", "c")))
    said = {"a": Verdict.ACCEPTED, "b": Verdict.REFUSED, "c": Verdict.DEFERRED}
    receipt = Receipt(at=DAWN, answers={to: Answer(verdict) for to, verdict in said.items()})
    await store.settle(await lend(), receipt, Retry(SOON, plain("450")))
    assert await store.readdress("m.1/r/ops", (), ("graph",))
    mended = (await lend("graph", SOON)).envelope
    assert (mended.to, mended.reached, mended.refused) == (("c",), ("a",), ("b",))


@pytest.mark.parametrize(("anew", "attempts"), [(True, 0), (False, 1)])
async def test_a_mail_by_the_same_route_of_another_name_keeps_its_attempts(
    store, give, lend, anew, attempts
):
    await give(letter())
    receipt = Receipt(at=DAWN, answers={"a": Answer(Verdict.DEFERRED)})
    await store.settle(await lend(), receipt, Retry(SOON, plain("450")))
    before = await store.envelope("m.1/r/ops")
    assert await store.readdress("m.1/r/ops", (), ("graph",), reset=anew)
    mended = (await lend("graph", SOON)).envelope
    assert (mended.routes, mended.attempts) == (("graph",), attempts)
    assert before[0].envelope.attempts == 1


async def test_a_mail_of_mended_addresses_keeps_its_routes_if_none_are_given(store, give, lend):
    await give(letter())
    assert await store.readdress("m.1/r/ops", ("b",), ())
    mended = (await lend()).envelope
    assert (mended.to, mended.routes) == (("b",), ("smtp",))


async def test_a_mail_that_is_out_or_was_accepted_is_left_as_it_is(store, give, lend):
    await give(letter())
    parcel = await lend()
    for left in (store.hold("m.1/r/ops", "sato"), store.drop("m.1/r/ops", "sato")):
        assert not await left
    assert not await store.readdress("m.1/r/ops", ("b",), ("smtp",))
    await store.settle(parcel, OK, Accepted(DAWN))
    assert not await store.hold("m.1/r/ops", "sato")
    assert not await store.drop("m.1/r/ops", "sato")
    assert not await store.release("m.1/r/ops", DAWN)


async def test_nothing_is_done_to_a_mail_that_is_not_there(store):
    assert not await store.hold("x", "sato")
    assert not await store.release("x", DAWN)
    assert not await store.drop("x", "sato")
    assert not await store.readdress("x", ("b",), ("smtp",))


async def test_alarms_are_counted_by_what_became_of_them(store, give, lend):
    await give(letter("m.1/r/ops", alarms=("a", "b"), to=("a",)))
    await store.settle(await lend(), OK, Accepted(DAWN))
    await give(letter("m.2/r/ops"))
    await store.settle(await lend(), OK, SetAside(plain("550 5.1.1")))
    await give(letter("m.3/r/ops", alarms=("c", "d", "e")), letter("notice", alarms=()))
    assert await store.tally(DAWN) == {"accepted": 2, "set aside": 1, "": 3}
    assert await store.tally(DAWN + SECOND) == {}


async def test_a_route_that_is_down_can_be_woken_and_stays_on_record(store, node, lend):
    await store.post(TWO_WAYS)
    await store.settle(await lend(), LATER, RESTS)
    assert await store.wake("smtp", DAWN)
    assert not await store.wake("smtp", DAWN)
    assert not await store.wake("graph", DAWN)
    (rest,) = await store.route_outages()
    assert (rest.down_since, rest.open_until) == (DAWN, DAWN)
    assert (await store.claim_parcel(node, "smtp", DAWN)).down_since == DAWN


async def test_a_look_at_a_route_without_a_mail_is_kept_like_a_mails_answer(store, lend):
    await store.post(TWO_WAYS)
    await store.settle(await lend(), LATER, RESTS)
    again = OpenCircuit(DAWN, SOON + HOUR, plain("still no"), Fault.SIGN_IN, can_probe=True)
    await store.record_probe("smtp", again)
    (rest,) = await store.route_outages()
    expected = RouteOutage(
        "smtp", DAWN, SOON + HOUR, plain("still no"), Fault.SIGN_IN, can_probe=True
    )
    assert rest == expected
    await store.record_probe("smtp", None)
    assert await store.route_outages() == []


async def test_a_route_that_was_woken_while_a_mail_was_out_is_due_whatever_the_mail_met_with(
    store, node, lend
):
    await store.post(TWO_WAYS)
    await store.settle(await lend(), LATER, RESTS)
    parcel = await store.claim_parcel(node, "smtp", SOON + SECOND)
    assert not await store.wake("smtp", SOON + MINUTE)  # it is due, and tried just now
    answers = replace(LATER, at=SOON + 2 * MINUTE)
    again = OpenCircuit(DAWN, SOON + HOUR, plain("still no"))
    await store.settle(parcel, answers, again)
    (rest,) = await store.route_outages()
    assert (rest.open_until, rest.reason) == (SOON + MINUTE, plain("still no"))
    parcel = await store.claim_parcel(node, "smtp", SOON + 2 * MINUTE)
    await store.settle(parcel, answers, again)
    (rest,) = await store.route_outages()
    assert rest.open_until == SOON + HOUR


async def test_a_route_that_was_woken_while_it_was_probed_is_due_whatever_the_probe_found(
    store, lend
):
    await store.post(TWO_WAYS)
    await store.settle(await lend(), LATER, RESTS)
    await store.wake("smtp", DAWN + SECOND)
    again = OpenCircuit(DAWN, SOON + HOUR, plain("still no"))
    await store.record_probe("smtp", again, SOON)
    (rest,) = await store.route_outages()
    assert (rest.open_until, rest.reason) == (DAWN + SECOND, plain("still no"))
    await store.record_probe("smtp", again, DAWN + SECOND)
    (rest,) = await store.route_outages()
    assert rest.open_until == SOON + HOUR


async def test_what_is_put_by_is_shown_with_the_reason_and_what_tells_of_it_is_written(
    store, lend
):
    await store.post(letter("a", order="one"), letter("b", order="one"))
    parcel, why = await lend(), bilingual(en="damaged", ja="破損")
    assert await store.quarantine(parcel, why, DAWN, [letter("told", alarms=())])
    row, receipts = await store.envelope("a")
    assert (row.state, row.reason, row.is_leased, row.envelope.attempts) == (
        "set aside",
        why,
        False,
        0,
    )
    assert receipts == ()
    assert [one.envelope.id for one in await store.queue()] == ["a", "b", "told"]
    assert (await lend()).envelope.id == "b"
    assert not await store.quarantine(parcel, why, DAWN)
    assert await store.release("a", DAWN)


# in numbers


async def test_the_queue_in_numbers_says_what_its_rows_say(store, node):
    assert await store.queue_counts() == QueueCounts()
    late, early = replace(letter(id="late"), born=DAWN + MINUTE), letter(id="early")
    trip = replace(letter(id="trip/1"), born=DAWN - MINUTE)
    await store.post(late, early, trip)
    found = await store.queue_counts(excluded_prefix="trip/")
    assert (found.waiting_count, found.leased_count, found.oldest) == (2, 0, DAWN)
    assert found.alarm_count == len(late.alarms) + len(early.alarms)
    assert found.by_route == dict.fromkeys(early.routes, 2)
    everything = await store.queue_counts()
    assert (everything.waiting_count, everything.oldest) == (3, DAWN - MINUTE)
    await store.hold("early", "sato")
    held = await store.queue_counts(excluded_prefix="trip/")
    assert (held.waiting_count, held.held_count, held.oldest) == (1, 1, DAWN + MINUTE)
