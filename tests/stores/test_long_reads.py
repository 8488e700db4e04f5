"""Who asks for one thing does not wait behind who asks for all of it."""

from __future__ import annotations

import asyncio

from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, ROUTE, letter, version

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


async def test_a_mail_that_looks_for_company_does_not_wait_until_all_that_waits_was_read(
    tmp_path,
):
    """However many people look at the queue, and at all monitors."""
    store, ended = SqliteStore.open(tmp_path / "noroshi.db"), []
    await store.publish(version(ROUTE), [f"m{number}" for number in range(MANY)], 0)
    node = await store.begin("one", DAWN)
    await store.post(letter("first"), letter("second"))
    await store.post(*(letter(f"e{n}", contact="others") for n in range(MANY // 10)))
    parcel = await store.claim_parcel(node, "smtp", DAWN)

    async def ask(reading):
        ended.append(len(await reading))

    many = (ask(read()) for _ in range(AGAIN) for read in (store.states, store.queue))
    await asyncio.gather(*many, ask(store.pending_for(parcel)))
    await store.close()
    assert len(ended) == 2 * AGAIN + 1 and ended[-1] > 2
