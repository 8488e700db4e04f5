"""A standby of PostgreSQL takes over while a store is written to: with a synchronous one nothing is lost."""

import asyncio
import itertools
import signal
from contextlib import ExitStack, asynccontextmanager

import pytest

from noroshi.config.database import Database
from noroshi.ports import StoreError
from noroshi.stores.postgres.store import PostgresStore
from tests.cluster.databases import DATABASE, Pair
from tests.contracts.sample_records import letter
from tests.postgres import PASSWORD

WRITERS, ENOUGH = 8, 200


@pytest.fixture
def pair():
    with ExitStack() as stack:
        yield Pair(stack)


@pytest.fixture
async def store(pair, tmp_path):
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    hosts = ",".join(f"127.0.0.1:{place.port}" for place in pair.places)
    url = f"postgresql://noroshi@{hosts}/{DATABASE}"
    store = await PostgresStore.open(Database(url=url, password_file=password))
    yield store
    await store.close()


class Load:
    """Post envelopes, many at a time, and note those that the store has taken."""

    def __init__(self, store):
        self._store, self._numbers = store, itertools.count()
        self._has_taken = asyncio.Condition()
        self.taken, self.refused = set(), 0

    @asynccontextmanager
    async def going_on(self):
        async with asyncio.TaskGroup() as group:
            writers = [group.create_task(self._write()) for _ in range(WRITERS)]
            yield
            for one in writers:
                one.cancel()

    async def _write(self):
        while True:
            id = f"m.{next(self._numbers)}/r/ops"
            try:
                await self._store.post(letter(id))
            except StoreError:
                self.refused += 1
                await asyncio.sleep(0.05)
            else:
                async with self._has_taken:
                    self.taken.add(id)
                    self._has_taken.notify_all()

    async def enough(self):
        """Return once many more are taken."""
        end = len(self.taken) + ENOUGH
        async with self._has_taken:
            await self._has_taken.wait_for(lambda: len(self.taken) >= end)


async def kept(store):
    return {one.envelope.id for one in await store.queue()}


async def test_of_what_a_store_has_taken_nothing_is_lost_as_the_synchronous_standby_takes_over(
    pair, store
):
    load = Load(store)
    for _ in range(2):  # to the other one, and back
        async with load.going_on():
            await load.enough()
            await asyncio.to_thread(pair.promote)
            await load.enough()
        assert load.taken <= await kept(store)
        pair.follow()
    assert load.refused, "nobody wrote while the primary was gone"


async def test_what_was_written_while_no_standby_followed_is_lost_with_the_primary(pair, store):
    await store.post(letter("m.1/r/ops"))
    pair.primary.wait_for("")
    pair.standby.stop(signal.SIGQUIT)
    await store.post(letter("m.2/r/ops"))
    pair.primary.stop(signal.SIGQUIT)
    pair.standby.start()
    pair.promote()
    assert await kept(store) == {"m.1/r/ops"}
