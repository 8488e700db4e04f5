"""A node whose program has ended is no longer waited for as long as one that is only silent."""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from noroshi.config.database import Database
from noroshi.ports import NO_LOAN, Loan
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import DAWN, DISK, version
from tests.postgres_database import Databases

SECOND = 1_000_000
SESSIONS = """
select count(*) from pg_stat_activity join lease on application_name = session
where node = $1"""
END_SESSIONS = """
select pg_terminate_backend(pid) from pg_stat_activity join lease on application_name = session
where node = $1"""
WAITS = """
select count(*) from pg_stat_activity
where wait_event_type = 'Lock' and datname = current_database()"""


@pytest.fixture(scope="module")
def databases(postgres):
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return Databases(postgres, f"gone_{worker}", handed_clock=True)


@dataclass
class Pair:
    """Two nodes of programs of their own, of which the first holds all monitors, and a hand on the
    database's clock, in seconds."""

    one: PostgresStore
    two: PostgresStore
    connection: asyncpg.Connection
    fences: tuple[int, int] = (0, 0)

    async def begin(self):
        await self.at(0)
        await self.one.publish(version(DISK), ["m", "n"], 0)
        first = await self.one.lease_monitors(await self.one.begin("one", DAWN), DAWN)
        self.node = await self.two.begin("two", DAWN)
        second = await self.two.lease_monitors(self.node, DAWN, NO_LOAN, ["m", "n"])
        self.fences = first.fence, second.fence
        for second in range(2, 12, 2):
            await self.at(second)
            await self.one.renew(self.fences[0], DAWN)
            assert await self.living_nodes() == ("one", "two")

    async def at(self, seconds):
        await self.connection.execute("update handed_clock set at = $1", seconds * SECOND)

    async def living_nodes(self):
        """Renew the lease of the second, and return the nodes that live."""
        return (await self.two.renew(self.fences[1], DAWN)).nodes

    async def next_end(self):
        """Renew the lease of the second, and return when that of the first may be over."""
        return (await self.two.renew(self.fences[1], DAWN)).next_end

    async def kill_one(self):
        await self.one.close()  # without a farewell
        await self._wait_for_no_session("one")

    async def end_sessions(self, node):
        """End the sessions of a node's program, as a restart of the database does."""
        await self.connection.fetch(END_SESSIONS, node)
        await self._wait_for_no_session(node)

    async def _wait_for_no_session(self, node):
        async with asyncio.timeout(60):
            while await self.connection.fetchval(SESSIONS, node):  # noqa: ASYNC110  there is no event for it
                await asyncio.sleep(0.01)


@pytest.fixture
async def pair(databases):
    async with databases.lent() as url:
        stores = [await PostgresStore.open(Database(url=url)) for _ in range(2)]
        found = Pair(*stores, await asyncpg.connect(url))
        await found.begin()
        yield found
        await found.connection.close()
        for one in stores:
            await one.close()


async def test_what_a_node_held_whose_program_has_ended_is_free_after_two_renewals(pair):
    await pair.kill_one()
    await pair.at(12)
    assert await pair.living_nodes() == ("one", "two")
    await pair.at(14)
    assert await pair.living_nodes() == ("two",)
    taken = await pair.two.lease_monitors(pair.node, DAWN, Loan(pair.fences[1]))
    assert taken.unwatched == dict.fromkeys(("m", "n"), timedelta(seconds=4))


async def test_a_node_that_is_only_silent_is_waited_for_until_its_lease_is_over(pair):
    for second in (12, 14, 16, 18):
        await pair.at(second)
        assert await pair.living_nodes() == ("one", "two")
    await pair.at(19)
    assert await pair.living_nodes() == ("two",)


async def test_a_node_that_was_silent_itself_judges_no_other_until_it_was_there_for_a_while(
    pair,
):
    """After the database was away, one node is the first that is back."""
    await pair.kill_one()
    for second in (16, 18):
        await pair.at(second)
        assert await pair.living_nodes() == ("one", "two")


async def test_a_node_that_is_not_back_yet_after_a_short_absence_of_the_database_is_waited_for(
    pair,
):
    """The other one renewed just before it went away, and soon after: it has been steady all the time."""
    await pair.at(12)
    assert await pair.living_nodes() == ("one", "two")
    await pair.end_sessions("one")
    await pair.at(15)
    assert await pair.living_nodes() == ("one", "two")
    assert await pair.one.renew(pair.fences[0], DAWN) is not None
    for second in (17, 18):
        await pair.at(second)
        assert await pair.living_nodes() == ("one", "two")


async def test_a_node_that_came_back_once_has_as_much_time_the_next_time(pair):
    await pair.end_sessions("one")
    await pair.at(11)
    assert await pair.living_nodes() == ("one", "two")
    assert await pair.one.renew(pair.fences[0], DAWN) is not None
    await pair.at(14)
    assert await pair.living_nodes() == ("one", "two")
    await pair.end_sessions("one")
    await pair.at(16)
    assert await pair.living_nodes() == ("one", "two")
    await pair.at(18)
    assert await pair.living_nodes() == ("two",)


async def test_a_renewal_tells_when_the_lease_of_another_node_may_be_over(pair):
    """The renewals of others come every two seconds; what is free is taken earlier."""
    await pair.at(12)
    await pair.one.renew(pair.fences[0], DAWN)
    assert await pair.next_end() == timedelta(seconds=9)
    await pair.at(15)
    assert await pair.next_end() == timedelta(seconds=6)
    await pair.end_sessions("one")
    assert await pair.next_end() == timedelta(seconds=2)  # it has that long to come back
    await pair.at(16)
    assert await pair.next_end() == timedelta(seconds=1)
    await pair.at(17)
    assert await pair.next_end() is None


async def test_a_loan_that_waited_for_another_says_when_it_was_lent(pair):
    """Else what was measured just before would look due since then, and be measured once more."""
    await pair.at(20)
    loan = Loan(pair.fences[1])
    async with pair.connection.transaction():
        await pair.connection.fetch("select id from monitor for update")
        waiting = asyncio.create_task(pair.two.lease_monitors(pair.node, DAWN, loan))
        async with asyncio.timeout(60):
            while not await pair.connection.fetchval(WAITS):  # noqa: ASYNC110  the same
                await asyncio.sleep(0.01)
        await pair.at(21)
    block = await waiting
    assert block.lent_at == datetime.fromtimestamp(21, UTC)
    assert block.unwatched == dict.fromkeys(("m", "n"), timedelta(seconds=11))
