"""Of the nodes that share a database one works; another takes over what it no longer holds."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi import __version__
from noroshi.config.database import Database
from noroshi.core.delivery import Accepted, Retry
from noroshi.core.translation import NOTHING, bilingual
from noroshi.ports import SHARED_LEASE, Loan, NodePlace
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import DAWN, DISK, LATER, OK, change, letter, used, version
from tests.postgres_database import Databases

LONG, OVER = timedelta(hours=1), timedelta(0)


@pytest.fixture(scope="module")
def databases(postgres):
    return Databases(postgres, f"work_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
async def nodes(databases):
    async with databases.lent() as url:
        stores = [await PostgresStore.open(Database(url=url)) for _ in range(2)]
        yield stores
        for one in stores:
            await one.close()


async def test_of_all_who_ask_at_once_one_has_the_work_until_it_lets_go(nodes):
    first, second = nodes
    asked = [(f"node {place}", place) for place in range(6)]
    answers = await asyncio.gather(
        *(nodes[place % 2].take_work(name, name, LONG) for name, place in asked)
    )
    assert sum(answers) == 1
    (holder,) = (name for (name, _), has in zip(asked, answers, strict=True) if has)
    assert await first.take_work(holder, holder, LONG), "who holds it holds it on"
    assert not await second.take_work("other", "other", LONG)
    await second.leave_work("other")
    assert not await second.take_work("other", "other", LONG), (
        "who does not hold it frees nothing"
    )
    await first.leave_work(holder)
    assert await second.take_work("other", "other", LONG)


async def test_who_takes_over_ends_what_the_one_before_was_sending_and_follows_on_it(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    assert await first.take_work("one", "one/1", OVER)
    one = await first.begin("one", DAWN)
    block = await first.lease_monitors(one, DAWN)
    assert await first.commit(block.fence, change(letter()))
    assert (await first.renew(block.fence, DAWN)).sender == "one"
    seen = await first.clock()
    assert await first.claim_parcel(one, "smtp", DAWN) is not None

    assert await second.take_work("two", "two/1", LONG)
    two = await second.begin("two", DAWN)
    assert timedelta(0) <= seen - two.last_seen < LONG, (
        "it follows on the life of the other node"
    )
    renewal = await first.renew(block.fence, DAWN)
    assert (renewal.nodes, renewal.sender) == (("one",), "two"), (
        "its monitors are still its own"
    )
    (row,) = await second.queue()
    assert not row.is_leased and row.envelope.unanswered == 1
    assert not await first.take_work("one", "one/1", LONG)


@pytest.fixture
async def overtaken(nodes):
    """Two nodes, of which the first had a mail out as the second took over; the mail."""
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    assert await first.take_work("one", "one/1", OVER)
    one = await first.begin("one", DAWN)
    block = await first.lease_monitors(one, DAWN)
    assert await first.commit(block.fence, change(letter()))
    parcel = await first.claim_parcel(one, "smtp", DAWN)
    assert await second.take_work("two", "two/1", LONG)
    return first, second, parcel


async def test_an_acceptance_counts_that_comes_late_but_before_the_next_sender_sends_again(
    overtaken,
):
    first, second, parcel = overtaken
    assert await first.settle(parcel, OK, Accepted(DAWN))
    assert not await second.queue()
    later = await second.clock() + LONG
    assert await second.claim_parcel(await second.begin("two", DAWN), "smtp", later) is None


async def test_no_other_late_answer_counts_and_none_once_the_mail_is_out_again(overtaken):
    first, second, parcel = overtaken
    assert not await first.settle(parcel, LATER, Retry(DAWN, bilingual(en="busy", ja="混雑")))
    two, later = await second.begin("two", DAWN), await second.clock() + LONG
    again = await second.claim_parcel(two, "smtp", later)
    assert not await first.settle(parcel, OK, Accepted(DAWN))
    assert await second.settle(again, OK, Accepted(DAWN))


async def give(store, fence):
    """Give back a monitor that was watched until now."""
    await store.give_back(fence, {"m": await store.clock()})


async def test_a_block_is_judged_by_the_clock_of_the_database_and_says_how_long_it_was_alone(
    nodes,
):
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    block = await first.lease_monitors(await first.begin("one", DAWN), DAWN - LONG)
    two = await second.begin("two", DAWN + LONG)
    theirs = await second.lease_monitors(two, DAWN + LONG)
    assert not theirs.states, "its holder's clock is hours behind, and its own ahead"
    await give(first, block.fence)
    given = await second.lease_monitors(two, DAWN, Loan(theirs.fence))
    assert given.states.keys() == given.unwatched.keys() == {"m"}
    assert timedelta(0) <= given.unwatched["m"] < SHARED_LEASE


async def test_monitors_whose_loan_a_node_did_not_hear_of_were_alone_as_long_as_before(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    block = await first.lease_monitors(await first.begin("one", DAWN), DAWN)
    await give(first, block.fence)
    two = await second.begin("two", DAWN)
    heard = await second.lease_monitors(two, DAWN, left_out=["m"])
    await asyncio.sleep(0.1)
    await second.lease_monitors(two, DAWN, Loan(heard.fence, ["n"]))  # whose answer was lost
    await asyncio.sleep(0.1)
    again = await second.lease_monitors(two, DAWN)
    assert again.unwatched["m"] >= timedelta(seconds=0.2)


async def test_a_monitor_is_alone_since_it_was_watched_not_since_it_was_given_back(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m"], 0)
    one = await first.begin("one", DAWN)
    block = await first.lease_monitors(one, DAWN)
    earlier = await first.clock() - timedelta(seconds=30)
    await first.give_back(block.fence, {"m": earlier})
    two = await second.begin("two", DAWN)
    given = await second.lease_monitors(two, DAWN)
    assert timedelta(seconds=30) <= given.unwatched["m"] < timedelta(seconds=40)
    await second.append([("m", used(90.0))], given.fence)
    await second.end(two, await second.clock() - timedelta(seconds=20))
    again = await first.lease_monitors(one, DAWN, Loan(block.fence))
    assert timedelta(seconds=20) <= again.unwatched["m"] < timedelta(seconds=30)


async def test_monitors_were_alone_until_a_node_has_looked_whoever_held_them_meanwhile(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m"], 0)
    one, two = await first.begin("one", DAWN), await second.begin("two", DAWN)
    block = await first.lease_monitors(one, DAWN)
    await give(first, block.fence)
    await asyncio.sleep(0.2)
    held = await second.lease_monitors(two, DAWN)
    await give(second, held.fence)  # and has not looked
    again = await first.lease_monitors(one, DAWN, Loan(block.fence))
    assert again.unwatched["m"] >= timedelta(seconds=0.2)
    await first.append([("m", used(90.0))], block.fence)
    await give(first, block.fence)
    seen = await second.lease_monitors(two, DAWN, Loan(held.fence))
    assert seen.unwatched["m"] < again.unwatched["m"]


async def test_a_node_that_lets_go_of_its_lease_makes_up_for_what_fell_due_until_the_next(
    nodes,
):
    first, _ = nodes
    await first.publish(version(DISK), ["m"], 0)
    one = await first.begin("one", DAWN)
    block = await first.lease_monitors(one, DAWN)
    await first.append([("m", used(90.0))], block.fence)
    await first.renew(block.fence, DAWN)
    await asyncio.sleep(0.2)
    again = await first.lease_monitors(one, DAWN)
    assert timedelta(seconds=0.2) <= again.unwatched["m"] < timedelta(seconds=10)


async def test_nodes_hear_where_the_others_are_and_which_one_sends(nodes):
    first, second = nodes
    one = NodePlace(name="one", address="192.0.2.1:7664", agents="one.example.com:7665")
    two = NodePlace(name="two", address="192.0.2.2:7664")
    assert await first.announce(one) == [one]
    assert await second.announce(two) == [one, two]
    assert await second.take_work("two", "two/1", LONG)
    assert await first.announce(one) == [one, replace(two, sends=True)]
    await second.leave_work("two/1")
    assert await first.announce(one) == [one, two], "nobody sends now"
    await second.withdraw("two")
    moved = replace(one, address="192.0.2.9:7664")
    assert await first.announce(moved) == [moved]


async def test_a_node_is_shown_alive_gone_or_stopped_until_it_is_forgotten(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    one, two = await first.begin("one", DAWN), await second.begin("two", DAWN)
    assert await first.take_work("one", "one/1", LONG)
    block = await first.lease_monitors(one, DAWN)
    theirs = await second.lease_monitors(two, DAWN)
    for store, fence in ((first, block.fence), (second, theirs.fence)):
        assert await store.renew(fence, DAWN)
    assert [
        (n.name, n.monitor_count, n.is_alive, n.sends, n.has_left) for n in await first.nodes()
    ] == [("one", 2, True, True, False), ("two", 0, True, False, False)]
    assert not await first.forget_node("two"), "it lives"
    assert not await first.forget_node("three"), "there is none"

    await second.end(two, DAWN)
    gone = (await first.nodes())[1]
    assert (gone.name, gone.is_alive, gone.has_left) == ("two", False, True)
    await second.begin("two", DAWN)  # and it dies before it holds anything
    assert not (await first.nodes())[1].has_left

    assert await first.forget_node("two")
    assert [one.name for one in await first.nodes()] == ["one"]
    assert not await first.forget_node("two")
    again = await second.begin("two", DAWN)
    assert again.life > two.life
    await second.renew((await second.lease_monitors(again, DAWN)).fence, DAWN)
    assert [one.name for one in await first.nodes()] == ["one", "two"]


async def test_a_node_is_shown_with_its_version_its_address_and_the_start_of_its_lease(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m"], 0)
    one = await first.begin("one", DAWN)
    earliest = await first.clock()
    block = await first.lease_monitors(one, DAWN)
    latest = await first.clock()
    await first.announce(NodePlace(name="one", address="192.0.2.1:7665"))
    assert await first.renew(block.fence, DAWN)
    (shown,) = await second.nodes()
    assert (shown.version, shown.address) == (__version__, "192.0.2.1:7665")
    assert earliest <= shown.held_since <= latest < shown.renewed_at

    await first.withdraw("one")
    await first.end(one, DAWN)
    (shown,) = await second.nodes()
    assert (shown.version, shown.address, shown.held_since) == ("", "", None)


async def test_a_node_is_shown_with_the_version_that_it_cannot_use_until_it_can(nodes):
    first, second = nodes
    one = await first.begin("one", DAWN)
    reason = bilingual(en="no such kind", ja="種類がありません")
    await first.record_unusable(one, 7, reason)
    (shown,) = await second.nodes()
    assert (shown.unusable_version, shown.unusable_reason) == (7, reason)
    assert not shown.is_alive, "it found so before it had a lease"
    block = await first.lease_monitors(one, DAWN)
    (shown,) = await second.nodes()
    assert (shown.is_alive, shown.unusable_version) == (True, 7)
    assert (await first.renew(block.fence, DAWN)).unusable == {"one"}
    await first.record_unusable(one, 0, NOTHING)
    (shown,) = await second.nodes()
    assert (shown.unusable_version, shown.unusable_reason) == (0, NOTHING)
    assert not (await first.renew(block.fence, DAWN)).unusable

    await first.record_unusable(one, 7, reason)
    again = await first.begin("one", DAWN)
    assert not (await second.nodes())[0].unusable_version, "another life may be able to"
    await first.record_unusable(one, 7, reason)
    assert not (await second.nodes())[0].unusable_version, "the earlier life is over"
    await first.record_unusable(again, 8, reason)
    await first.end(again, DAWN)
    (shown,) = await second.nodes()
    assert (shown.has_left, shown.unusable_version) == (True, 0)
