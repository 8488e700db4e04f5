"""Who asks for one thing does not wait behind who asks for all of it."""

from __future__ import annotations

import asyncio

from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.parts import ROUTE, version

MANY, AGAIN = 10_000, 10


async def test_the_state_of_one_does_not_wait_until_all_were_read_again_and_again(tmp_path):
    store, ended = SqliteStore.open(tmp_path / "noroshi.db"), []
    await store.publish(version(ROUTE), [f"m{number}" for number in range(MANY)], 0)

    async def ask(ids=None):
        found = await store.states(ids)
        ended.append(len(found))

    await asyncio.gather(*(ask() for _ in range(AGAIN)), ask(["m1"]))
    await store.close()
    assert sorted(ended) == [1, *[MANY] * AGAIN]
    assert ended[-1] == MANY
