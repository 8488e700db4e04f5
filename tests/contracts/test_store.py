"""What every store promises: definitions, monitors, history, secrets. Each runs this same file."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.levels import Level, Reason
from noroshi.core.model import NOT_SUPPRESSED, Reading, Sample, State, Suppression
from noroshi.core.translation import NOTHING, bilingual
from noroshi.ports import LEASE, MOST_DECISIONS, Beat, Loan, Node, StoreConflict, Version
from tests.contracts.sample_records import (
    DAWN,
    DISK,
    HOUR,
    MINUTE,
    ROUTE,
    SECOND,
    change,
    decision,
    event,
    letter,
    state,
    used,
    version,
)

OVER = DAWN + LEASE
LONG, SHORT = timedelta(minutes=5), timedelta(milliseconds=1)


# definitions


async def test_before_any_definitions_the_version_is_number_0(empty):
    assert await empty.current() == Version(number=0)


async def test_a_version_comes_back_with_its_documents_and_the_next_number(empty):
    assert await empty.publish(version(ROUTE, DISK), [], 0) == 1
    assert await empty.current() == version(ROUTE, DISK, number=1)


async def test_an_edit_is_a_new_version_with_what_did_not_change(store):
    edited = replace(ROUTE, body="{}")
    assert await store.publish(version(DISK, ROUTE), ["m", "n"], 1) == 2
    assert await store.publish(version(DISK, edited, saved_at=None), ["m", "n"], 2) == 3
    assert await store.current() == version(DISK, edited, number=3, saved_at=None)


async def test_of_two_edits_on_one_version_the_second_is_refused_and_writes_nothing(store):
    await store.publish(version(ROUTE), ["m", "n"], 1)
    with pytest.raises(StoreConflict, match="version 2 is current, not 1"):
        await store.publish(version(DISK), ["x"], 1)
    assert await store.current() == version(ROUTE, number=2)
    assert (await store.states()).keys() == {"m", "n"}


async def test_a_monitor_whose_id_is_known_keeps_its_state(store, give):
    await give(serial=7)
    await store.publish(version(ROUTE), ["m", "x"], 1)
    assert (await store.states())["m"] == state(7)
    assert (await store.states())["x"] == State()


async def test_the_states_of_some_are_to_be_had_without_the_others(store, give):
    await give(serial=7)
    assert await store.states(["m", "nobody"]) == {"m": state(7)}
    assert await store.states([]) == {}


async def test_a_monitor_that_is_no_longer_named_stays_until_it_is_retired(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.publish(version(DISK), ["n"], 1)
    assert (await store.states()).keys() == {"m", "n"}
    assert await store.retire(block.fence, change(letter()))
    assert (await store.states()).keys() == {"n"}


async def test_a_forgotten_monitor_that_comes_back_gives_no_event_an_old_ones_id(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.publish(version(DISK), ["n"], 1)
    assert await store.retire(block.fence, change(serial=12, events=(event(11), event(12))))
    await store.publish(version(DISK), ["m", "n"], 2)
    assert (await store.states())["m"] == State(serial=12)


# lives and blocks


async def test_each_life_of_a_node_has_the_next_number(store):
    assert [await store.begin("one", DAWN) for _ in range(2)] == [
        Node("one", 1),
        Node("one", 2),
    ]
    assert await store.begin("two", DAWN) == Node("two", 1)


async def test_a_life_hears_when_the_one_before_it_last_watched(store, node):
    assert node.last_seen is None
    block = await store.lease_monitors(node, DAWN)
    await store.renew(block.fence, DAWN + MINUTE)
    again = await store.begin("one", OVER + MINUTE)
    assert again.last_seen == DAWN + MINUTE
    await store.end(again, OVER + 2 * MINUTE)
    assert (await store.begin("one", OVER + 3 * MINUTE)).last_seen == OVER + 2 * MINUTE
    assert (await store.begin("two", OVER)).last_seen is None


async def test_a_block_is_lent_to_one_node_only(store, node):
    other = await store.begin("two", DAWN)
    first = await store.lease_monitors(node, DAWN)
    assert first.states == {"m": State(), "n": State()}
    second = await store.lease_monitors(other, DAWN)
    assert second.states == {} and second.fence > first.fence


async def test_a_block_brings_states_and_memories(store, node, give):
    await give(serial=3, memory={"offset": 17, "tail": ["危"]})
    block = await store.lease_monitors(await store.begin("two", OVER), OVER)
    assert block.states == {"m": state(3), "n": State()}
    assert block.memories.get("m") == {"offset": 17, "tail": ["危"]}
    assert not block.memories.get("n")


async def test_a_block_that_ran_out_is_lent_again_and_not_a_moment_earlier(
    store, node, give, lease
):
    other = await store.begin("two", DAWN)
    assert not (await store.lease_monitors(other, DAWN + lease - SECOND)).states
    assert (await store.lease_monitors(other, DAWN + lease)).states.keys() == {"m", "n"}


async def test_what_is_left_out_or_given_back_is_lent_to_another_node_with_its_state(
    store, node
):
    block = await store.lease_monitors(node, DAWN, left_out=["n", "unknown"])
    assert block.states.keys() == {"m"}
    assert await store.commit(block.fence, change(serial=3))
    await store.give_back(block.fence, {"m": DAWN, "n": DAWN})
    other = await store.begin("two", DAWN)
    theirs = await store.lease_monitors(other, DAWN, left_out=["m"])
    assert theirs.states.keys() == {"n"}, "nobody gives back what is another one's"
    assert not await store.commit(block.fence, change(serial=4))
    rest = await store.lease_monitors(other, DAWN, Loan(theirs.fence, ["n"]))
    assert rest.states == {"m": state(3)} and rest.fence == theirs.fence
    assert await store.renew(block.fence, DAWN), "a node without monitors lives"


async def test_what_a_node_was_lent_and_did_not_hear_of_is_lent_again_to_it_or_to_another(
    store, node
):
    block = await store.lease_monitors(node, DAWN, left_out=["n"])
    await store.lease_monitors(node, DAWN, Loan(block.fence, ["m"]))  # the answer was lost
    again = await store.lease_monitors(node, DAWN, Loan(block.fence, ["m"]))
    assert again.states.keys() == {"n"} and again.fence == block.fence
    nothing = await store.lease_monitors(node, DAWN, Loan(block.fence, ["m"]), ["n"])
    assert not nothing.states
    other = await store.lease_monitors(await store.begin("two", DAWN), DAWN)
    assert other.states.keys() == {"n"}


async def test_what_is_remembered_is_that_of_the_node_which_holds_the_monitor(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.give_back(block.fence, {"m": DAWN})
    other = await store.lease_monitors(await store.begin("two", DAWN), DAWN)
    remembered = [(id, used(1.0, memory={"offset": 9})) for id in ("m", "n")]
    await store.append(remembered, other.fence)
    await store.append(
        [(id, used(2.0, memory={"offset": 5})) for id in ("m", "n")], block.fence
    )
    assert [(await store.recall(id))[1] for id in ("m", "n")] == [{"offset": 9}, {"offset": 5}]
    await store.append([("m", used(3.0))], block.fence)
    assert (await store.recall("m"))[1] == {"offset": 9}
    assert len(await store.samples("m")) == 3


async def test_a_block_that_is_renewed_is_kept(store, node):
    block = await store.lease_monitors(node, DAWN)
    assert await store.renew(block.fence, DAWN + LEASE / 2)
    assert not (await store.lease_monitors(await store.begin("two", DAWN), OVER)).states


async def test_what_is_new_is_lent_under_a_fence_that_still_holds(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.publish(version(DISK), ["m", "n", "x"], 1)
    more = await store.lease_monitors(node, DAWN, Loan(block.fence, ["m", "n"]))
    assert more.fence == block.fence and more.states == {"x": State()}
    assert await store.commit(block.fence, change(monitor="x"))
    assert await store.commit(block.fence, change(monitor="m"))


async def test_a_fence_that_was_lost_is_replaced_by_the_next_one(store, node):
    lost = await store.lease_monitors(node, DAWN)
    block = await store.lease_monitors(node, OVER, Loan(lost.fence))
    assert block.fence > lost.fence and block.states.keys() == {"m", "n"}


async def test_a_node_that_lost_its_block_is_refused_and_nothing_is_written(store, node):
    late = await store.lease_monitors(node, DAWN)
    prompt = await store.lease_monitors(await store.begin("two", DAWN), OVER)
    written = change(letter(), events=(event(1),), decisions=(decision(Reason.NEW_LEVEL),))
    assert not await store.commit(late.fence, written)
    assert not await store.retire(late.fence, written)
    assert await store.renew(late.fence, OVER) is None
    assert (await store.queue(), await store.events(), await store.decisions("m")) == (
        [],
        [],
        [],
    )
    assert (await store.states())["m"] == State()
    assert await store.commit(prompt.fence, written)


async def test_a_new_life_ends_what_the_earlier_one_held(store, node):
    earlier = await store.lease_monitors(node, DAWN)
    again = await store.begin("one", DAWN)
    assert not await store.commit(earlier.fence, change(serial=9))
    assert (await store.lease_monitors(again, DAWN)).states.keys() == {"m", "n"}


async def test_a_life_that_ends_gives_its_block_back(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.end(node, DAWN)
    assert await store.renew(block.fence, DAWN) is None
    assert (await store.lease_monitors(await store.begin("two", DAWN), DAWN)).states


async def test_an_earlier_life_that_ends_late_takes_nothing_from_the_next(store, node):
    again = await store.begin("one", DAWN)
    block = await store.lease_monitors(again, DAWN)
    await store.end(node, DAWN)
    assert await store.commit(block.fence, change())


async def test_a_renewal_tells_what_is_said_of_its_monitors_and_the_version(store, node):
    block = await store.lease_monitors(node, DAWN)
    renewal = await store.renew(block.fence, DAWN)
    assert renewal.suppression_by_monitor == {} and renewal.version == 1
    said = Suppression(silenced=OVER, parents=Level.CRITICAL)
    assert await store.set_suppression("m", said)
    await store.publish(version(ROUTE), ["m", "n"], 1)
    renewal = await store.renew(block.fence, DAWN)
    assert renewal.suppression_by_monitor == {"m": said} and renewal.version == 2
    await store.set_suppression("m", NOT_SUPPRESSED)
    assert (await store.renew(block.fence, DAWN)).suppression_by_monitor == {}


async def test_a_node_may_ask_for_what_others_gave_back_alone(store, node):
    await store.publish(version(DISK), ["m", "n", "o"], 1)
    block = await store.lease_monitors(node, DAWN, left_out=["o"])
    other = await store.begin("two", DAWN)
    theirs = await store.lease_monitors(other, DAWN, left_out=["m", "n", "o"])
    await store.give_back(block.fence, {"m": DAWN})
    await store.renew(theirs.fence, OVER - SECOND)
    loan = Loan(theirs.fence, takes_over=False)
    given = await store.lease_monitors(other, OVER, loan)
    assert given.states.keys() == {"m", "o"} and given.fence == theirs.fence
    loan = Loan(theirs.fence, ["m", "o"])
    assert (await store.lease_monitors(other, OVER, loan)).states.keys() == {"n"}


async def test_nothing_can_be_said_of_a_monitor_that_is_not_there(store):
    assert not await store.set_suppression("x", Suppression())


async def test_what_is_held_is_not_held_for_long_after_the_clock_was_set_back(store, node):
    await store.lease_monitors(node, DAWN)
    await store.shift(-HOUR, "one/1/1")
    other = await store.begin("two", DAWN - HOUR)
    if hasattr(
        store, "take_work"
    ):  # its clock is nobody's wall clock: who lives renews it soon
        assert (await store.lease_monitors(other, DAWN - HOUR)).states
        return
    assert not (await store.lease_monitors(other, OVER - HOUR - SECOND)).states
    assert (await store.lease_monitors(other, OVER - HOUR)).states


# changes


async def test_a_change_is_written_whole(store, give):
    made = {"events": (event(1), event(2)), "decisions": (decision(Reason.NEW_LEVEL),)}
    await give(letter(), serial=2, memory={"offset": 3}, **made)
    assert await store.recall("m") == (state(2), {"offset": 3})
    assert await store.events("m") == [event(2), event(1)]
    assert await store.decisions("m") == [decision(Reason.NEW_LEVEL)]
    assert [row.envelope for row in await store.queue()] == [letter()]


async def test_a_change_without_memory_leaves_the_memory_as_it_was(store, give):
    await give(memory={"offset": 3})
    await give(serial=2)
    assert await store.recall("m") == (state(2), {"offset": 3})
    await give(serial=3, memory={})
    assert await store.recall("m") == (state(3), {})


async def test_a_change_of_a_monitor_that_is_not_there_is_refused(store, node):
    block = await store.lease_monitors(node, DAWN)
    assert not await store.commit(block.fence, change(letter(), monitor="x"))
    assert await store.queue() == []


async def test_a_monitor_nobody_knows_has_nothing_to_recall(store):
    assert await store.recall("x") == (State(), {})


async def test_an_event_written_twice_is_one(store, give):
    await give(events=(event(1),))
    await give(events=(replace(event(1), item="other"), event(2)))
    assert await store.events() == [event(2), event(1)]


async def test_events_are_of_one_monitor_or_of_all_and_no_more_than_asked_for(store, give):
    await give(events=(event(1), event(1, "n"), event(2)))
    assert [e.id for e in await store.events()] == ["m.2", "n.1", "m.1"]
    assert [e.id for e in await store.events(limit=2)] == ["m.2", "n.1"]
    assert [e.id for e in await store.events("m", limit=1)] == ["m.2"]


async def test_a_rule_s_answers_are_kept_with_the_newest_first(store, give):
    first, then = decision(Reason.NEW_LEVEL), decision(Reason.TOO_SOON, DAWN + MINUTE)
    await give(decisions=(first,))
    await give(decisions=(then,))
    assert await store.decisions("m") == [then, first]
    assert await store.decisions("n") == []


async def test_of_a_rule_s_answers_about_an_item_the_last_ones_stay(store, give):
    """In the order in which they came: the clock may be set back."""
    told = [
        decision((Reason.REPEAT, Reason.TOO_SOON)[n % 2], DAWN - n * MINUTE)
        for n in range(MOST_DECISIONS + 3)
    ]
    other = replace(decision(Reason.NOT_ASKED), item="other")
    another = replace(decision(Reason.NOT_ASKED), rule="another")
    await give(decisions=(other, another))
    for one in told:
        await give(decisions=(one,))
    kept = [d for d in await store.decisions("m") if d not in (other, another)]
    assert kept == told[: -MOST_DECISIONS - 1 : -1] and len(kept) == MOST_DECISIONS
    assert other in await store.decisions("m") and another in await store.decisions("m")


async def test_a_retired_monitor_leaves_its_last_change_and_is_forgotten(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.commit(
        block.fence, change(memory={"offset": 1}, decisions=(decision(Reason.REPEAT),))
    )
    await store.publish(version(DISK), ["n"], 1)
    assert await store.retire(block.fence, change(letter(), serial=2, events=(event(2),)))
    assert await store.events("m") == [event(2)]
    assert [row.envelope for row in await store.queue()] == [letter()]
    assert await store.recall("m") == (State(), {})
    assert await store.decisions("m") == []
    assert not await store.retire(block.fence, change())


async def test_a_monitor_named_again_before_it_is_retired_is_free_and_keeps_its_state(
    store, node
):
    block = await store.lease_monitors(node, DAWN)
    await store.publish(version(DISK), ["n"], 1)
    await store.publish(version(DISK), ["m", "n"], 2)
    assert await store.retire(block.fence, change(serial=5))
    more = await store.lease_monitors(node, DAWN, Loan(block.fence, ["n"]))
    assert more.states == {"m": state(5)}


# history


async def test_the_newest_samples_of_a_monitor_come_first_and_without_memory(store):
    first, second = used(80.25, memory={"a": 1}), used(81.0, after=SECOND)
    await store.append([("m", first), ("n", used(5.0))])
    await store.append([("m", second)])
    assert await store.samples("m") == [second, replace(first, memory={})]
    assert await store.samples("m", limit=1) == [second]
    assert await store.samples("x") == []
    assert await store.newest_samples({"m", "x"}) == {"m": second}
    assert await store.newest_samples(()) == {}


@pytest.mark.parametrize(
    "sample",
    [
        Sample(DAWN, (Reading("used", 1.5, "%", "/a"), Reading("used", 2.0, "%", "/b"))),
        Sample(DAWN, (Reading("answers", float("inf"), "s"),)),
        Sample(DAWN, fault=bilingual(en="no answer", ja="返事がありません")),
        Sample(DAWN),
    ],
    ids=["several items", "a number without end", "a fault", "nothing at all"],
)
async def test_a_sample_comes_back_as_it_was(store, sample):
    await store.append([("m", used(3.0)), ("m", sample)])
    assert await store.samples("m") == [sample, used(3.0)]


async def test_what_a_check_noted_of_a_reading_is_not_kept(store):
    noted = Reading("used", 1.0, "%", "/", note=bilingual(en="nearly", ja="ほぼ"))
    await store.append([("m", Sample(DAWN, (noted,)))])
    assert await store.samples("m") == [Sample(DAWN, (replace(noted, note=NOTHING),))]


async def test_samples_bring_the_newest_memory_apart_from_any_change(store, give):
    await give(memory={"offset": 1})
    later = used(1.0, memory={"offset": 3})
    await store.append([("m", used(1.0, memory={"offset": 2})), ("m", later)])
    assert await store.recall("m") == (state(1), {"offset": 3})
    await store.append([("m", used(1.0))])
    assert await store.recall("m") == (state(1), {})


async def test_samples_of_a_monitor_that_was_retired_leave_no_memory(store, node):
    await store.append([("x", used(1.0, memory={"offset": 1}))])
    assert await store.recall("x") == (State(), {})


@pytest.mark.parametrize("ahead", [1, 3, 40])
async def test_samples_of_a_clock_that_was_ahead_keep_no_older_ones(store, ahead):
    """They are dated later than what was written last, and stand before what is old."""
    year = 365 * 24 * HOUR
    first = [("m", used(float(n), after=year + n * SECOND)) for n in range(ahead)]
    right = [("m", used(100.0 + n, after=n * MINUTE)) for n in range(5)]
    await store.append([*first, *right])
    while await store.drop_samples(DAWN + 3 * MINUTE, 2):
        pass
    assert [s.readings[0].value for s in await store.samples("m")] == [104.0, 103.0]


async def test_one_sample_of_a_clock_that_was_behind_takes_none_of_the_others_with_it(store):
    times = (timedelta(0), MINUTE, -365 * 24 * HOUR, 2 * MINUTE)
    await store.append([("m", used(float(n), after=at)) for n, at in enumerate(times)])
    assert await store.drop_samples(DAWN - HOUR, 100) == 1
    assert [s.readings[0].value for s in await store.samples("m")] == [3.0, 1.0, 0.0]


async def test_no_more_than_so_many_of_the_oldest_samples_are_dropped(store):
    await store.append([("m", used(float(n), after=n * MINUTE)) for n in range(5)])
    assert await store.drop_samples(DAWN + 3 * MINUTE, 2) == 2
    assert await store.drop_samples(DAWN + 3 * MINUTE, 2) == 1
    assert await store.drop_samples(DAWN + 3 * MINUTE, 2) == 0
    assert [s.readings[0].value for s in await store.samples("m")] == [4.0, 3.0]


# secrets


async def test_a_secret_is_kept_under_its_name_and_replaced(store):
    assert await store.get_secret("mail") is None
    await store.put_secret("mail", b"\x00sealed")
    await store.put_secret("app", b"1")
    await store.put_secret("mail", b"\x01again")
    assert await store.get_secret("mail") == b"\x01again"
    assert await store.secret_names() == ["app", "mail"]
    assert await store.get_secrets() == {"app": b"1", "mail": b"\x01again"}


async def test_a_secret_that_is_dropped_is_gone(store):
    await store.put_secret("mail", b"1")
    assert await store.drop_secret("mail")
    assert not await store.drop_secret("mail")
    assert (await store.get_secret("mail"), await store.secret_names()) == (None, [])


# waiting


async def test_a_turn_is_one_holder_s_until_it_ends(store):
    assert await store.acquire_lock("a", "one", DAWN + MINUTE, DAWN)
    assert not await store.acquire_lock("a", "two", DAWN + HOUR, DAWN + MINUTE - SECOND)
    assert await store.acquire_lock("b", "two", DAWN + HOUR, DAWN)
    assert await store.acquire_lock("a", "two", DAWN + HOUR, DAWN + MINUTE)
    assert not await store.acquire_lock("a", "one", DAWN + HOUR, DAWN + MINUTE)


async def test_a_turn_of_a_clock_that_was_ahead_keeps_nobody_out(store):
    """Whoever had it died, and the clock was put right while nobody ran who would move it."""
    assert await store.acquire_lock("a", "one", DAWN + HOUR + MINUTE, DAWN + HOUR)
    assert await store.acquire_lock("a", "two", DAWN + MINUTE, DAWN)
    assert not await store.acquire_lock("a", "three", DAWN + MINUTE, DAWN)


async def test_who_has_a_turn_may_hold_it_on_and_let_go_of_it(store):
    assert await store.acquire_lock("a", "one", DAWN + MINUTE, DAWN)
    assert await store.acquire_lock("a", "one", DAWN + HOUR, DAWN + SECOND)
    await store.release_lock("a", "two")
    assert not await store.acquire_lock("a", "two", DAWN + HOUR, DAWN + MINUTE)
    await store.release_lock("a", "one")
    await store.release_lock("a", "one")
    assert await store.acquire_lock("a", "two", DAWN + HOUR, DAWN + MINUTE)


async def test_a_turn_moves_with_the_wall_clock(store):
    assert await store.acquire_lock("a", "one", DAWN + MINUTE, DAWN)
    await store.shift(HOUR, "one/1/1")
    if hasattr(store, "take_work"):  # its clock is nobody's wall clock
        assert await store.acquire_lock("a", "two", DAWN + 2 * HOUR, DAWN + HOUR)
        return
    assert not await store.acquire_lock("a", "two", DAWN + 2 * HOUR, DAWN + HOUR)
    assert await store.acquire_lock("a", "two", DAWN + 3 * HOUR, DAWN + HOUR + MINUTE)


async def test_all_who_wait_wake_when_an_envelope_is_committed(store, give):
    async def look_and_wait():
        await store.wait(SHORT)  # what was news before is none any more
        await ready.wait()
        await store.wait(LONG)

    ready = asyncio.Barrier(4)
    waiters = [asyncio.create_task(look_and_wait()) for _ in range(3)]
    await ready.wait()
    await give(letter())
    await asyncio.gather(*waiters)


async def test_what_comes_between_looking_and_waiting_is_not_missed(store, give):
    await store.wait(SHORT)
    await give(letter())
    await store.wait(LONG)


async def test_who_waits_for_news_that_does_not_come_returns_after_a_while(store):
    await store.wait(SHORT)
    await store.wait(SHORT)


async def test_a_store_is_closed_twice_without_harm(store):
    await store.close()
    await store.close()


async def test_an_earlier_version_comes_back_whole_and_the_list_is_without_documents(empty):
    await empty.publish(version(DISK), [], base_number=0)
    await empty.publish(version(), [], base_number=1)
    assert (await empty.version(1)).documents == (DISK,)
    assert await empty.version(7) is None
    assert [(v.number, v.documents) for v in await empty.versions()] == [(2, ()), (1, ())]
    assert [v.number for v in await empty.versions(limit=1)] == [2]


async def test_a_job_s_last_report_stands_in_the_place_of_the_one_before(store):
    await store.beat("backup", Beat(at=DAWN, ok=False, text="no tape"))
    await store.beat("backup", Beat(at=OVER, text="12 GiB"))
    assert await store.beats() == {"backup": Beat(at=OVER, text="12 GiB")}


async def test_a_change_brings_its_samples_into_the_history(store, node):
    sample = Sample(DAWN, (Reading("hits", 3.0, lines=("a", "b")),), {"at": 7})
    fence = (await store.lease_monitors(node, DAWN)).fence
    assert await store.commit(fence, replace(change(), memory={"at": 7}, samples=(sample,)))
    assert (await store.samples("m"))[0].readings == (Reading("hits", 3.0),)


# the store itself


async def test_a_store_that_is_well_has_no_trouble_and_no_faults(store, give):
    await give(letter(), events=(event(1),), decisions=(decision(Reason.NEW_LEVEL),))
    assert await store.trouble() is None
    assert list(await store.faults()) == []


@pytest.mark.parametrize("number", [10**30, 2**63, -(10**30), 0])
async def test_a_version_of_a_number_that_nothing_can_have_is_not_there(store, number):
    assert await store.version(number) is None


async def test_samples_follow_each_other_by_the_rows_in_which_they_were_written(store):
    first, fault = (
        used(80.25, memory={"a": 1}),
        Sample(DAWN, fault=bilingual(en="no", ja="返事なし")),
    )
    several = Sample(DAWN, (Reading("used", 1.5, "%", "/a"), Reading("used", 2.0, "%", "/b")))
    await store.append([("m", first), ("n", fault)])
    await store.append([("m", several)])
    rows = await store.samples_after(0, 10)
    assert [(one.monitor, one.sample) for one in rows] == [
        ("m", replace(first, memory={})),
        ("n", fault),
        ("m", several),
    ]
    numbers = [one.row for one in rows]
    assert numbers == sorted(set(numbers))
    assert await store.samples_after(0, 2) == rows[:2]
    assert await store.samples_after(numbers[0], 10) == rows[1:]
    assert await store.samples_after(numbers[2], 10) == []


async def test_once_all_samples_are_gone_their_rows_are_read_from_the_first(store):
    await store.append([("m", used(float(n))) for n in range(3)])
    last = (await store.samples_after(0, 10))[-1].row
    assert await store.drop_samples(DAWN + HOUR, 10) == 3
    assert await store.samples_after(last, 10) == []
    await store.append([("m", used(9.0, after=2 * HOUR))])
    (one,) = await store.samples_after(last, 10)
    assert one.sample.readings[0].value == 9.0


async def test_a_monitor_that_is_new_begins_with_the_state_that_comes_with_the_version(store):
    known, given = state(2000), state(1000)
    states = {"m": state(9000), "x": given, "y": known, "z": given}
    await store.publish(version(DISK), ["m", "x", "y"], 1, states)
    assert await store.states() == {"m": State(), "n": State(), "x": given, "y": known}


async def test_a_monitor_that_is_back_has_no_lower_serial_than_its_last_event(store, node):
    block = await store.lease_monitors(node, DAWN)
    await store.publish(version(DISK), ["n"], 1)
    assert await store.retire(block.fence, change(serial=700, events=(event(700),)))
    await store.publish(version(DISK), ["m", "n"], 2, {"m": state(5)})
    assert (await store.states())["m"] == replace(state(5), serial=700)
