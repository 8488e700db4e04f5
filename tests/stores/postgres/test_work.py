"""Of the nodes that share a database one works; another takes over what it no longer holds."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta

import pytest

from noroshi.config.database import Database
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import DAWN, DISK, change, letter, version
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


async def test_who_takes_over_ends_what_the_one_before_held_and_follows_on_it(nodes):
    first, second = nodes
    seen = datetime.now(UTC).replace(microsecond=0)
    await first.publish(version(DISK), ["m", "n"], 0)
    assert await first.take_work("one", "one", OVER)
    one = await first.begin("one", seen)
    block = await first.lease_monitors(one, seen)
    assert await first.commit(block.fence, change(letter()))
    await first.renew(block.fence, seen)
    parcel = await first.claim_parcel(one, "smtp", seen)
    assert parcel is not None

    assert await second.take_work("two", "two", LONG)
    two = await second.begin("two", seen - LONG)
    assert two.last_seen == seen, "it follows on the life of the other node"
    taken = await second.lease_monitors(two, seen - LONG)  # its own clock is an hour behind
    assert taken.states.keys() == {"m", "n"}
    assert not await first.commit(block.fence, change(letter("m.2/r/ops")))
    assert await first.renew(block.fence, seen) is None
    (row,) = await second.queue()
    assert not row.is_leased and row.envelope.unanswered == 1
    assert not await first.take_work("one", "one", LONG)


async def test_a_renewal_ends_nothing_of_its_own(nodes):
    first, _ = nodes
    await first.publish(version(DISK), ["m"], 0)
    assert await first.take_work("one", "one", OVER)
    one = await first.begin("one", DAWN)
    block = await first.lease_monitors(one, DAWN)
    assert await first.take_work("one", "one", LONG), "it was over, and nobody else took it"
    assert await first.commit(block.fence, change(letter()))
