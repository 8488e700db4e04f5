"""The clock of the database is set back: who lives goes on, and who died is not waited for until then."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from noroshi.ports import SHARED_LEASE, Loan
from tests.contracts.sample_records import DAWN, DISK, version
from tests.postgres_database import Databases, open_timed_store

SECOND = timedelta(seconds=1)
BACK = DAWN - timedelta(minutes=10)


@pytest.fixture(scope="module")
def databases(postgres):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return Databases(postgres, f"back_{worker}", handed_clock=True)


@pytest.fixture
async def nodes(databases):
    async with databases.lent() as url:
        stores = [await open_timed_store(url) for _ in range(2)]
        yield stores
        for one in stores:
            await one.close()


@pytest.fixture
async def held(nodes):
    """Two nodes and their fences: the first has both monitors and sends."""
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    one = await first.begin("one", DAWN)
    block = await first.lease_monitors(one, DAWN)
    two = await second.begin("two", DAWN)
    theirs = await second.lease_monitors(two, DAWN)
    assert await first.take_work("one", "one/1", SHARED_LEASE)
    return (one, block.fence), (two, theirs.fence)


async def test_a_node_that_died_then_is_gone_once_its_lease_is_over_by_the_new_time(
    nodes, held
):
    _, second = nodes
    _, (two, fence) = held
    for seconds in range(0, 12, 2):
        renewal = await second.renew(fence, BACK + seconds * SECOND)
        has_work = await second.take_work("two", "two/1", SHARED_LEASE)
    assert has_work
    assert renewal.nodes == ("two",)
    taken = await second.lease_monitors(two, BACK + 12 * SECOND, Loan(fence))
    assert taken.states.keys() == {"m", "n"}
    assert SHARED_LEASE <= taken.unwatched["m"] <= 2 * SHARED_LEASE, "and it is made up for"


async def test_a_node_that_lives_keeps_its_monitors_and_the_sending(nodes, held):
    first, second = nodes
    (_, first_fence), (two, second_fence) = held
    assert (await second.renew(second_fence, BACK)).nodes == ("one", "two")
    taken = await second.lease_monitors(two, BACK, Loan(second_fence))
    assert not taken.states
    assert not await second.take_work("two", "two/1", SHARED_LEASE)
    assert await first.renew(first_fence, BACK + 2 * SECOND)
    assert await first.take_work("one", "one/1", SHARED_LEASE)


async def test_a_node_that_died_later_is_noticed_by_its_sessions_as_soon_as_ever(nodes, held):
    first, second = nodes
    (_, first_fence), (_, second_fence) = held
    for seconds in range(0, 14, 2):
        assert await second.renew(second_fence, BACK + seconds * SECOND)
        assert await first.renew(first_fence, BACK + seconds * SECOND)
    await first.close()
    for seconds in (14, 16, 18):
        renewal = await second.renew(second_fence, BACK + seconds * SECOND)
    assert renewal.nodes == ("two",)
