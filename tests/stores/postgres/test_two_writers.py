"""Two nodes write to one database: no order key stands without a head, and nothing overtakes."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta

import pytest

from noroshi.config.database import Database
from noroshi.core.delivery import Accepted
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import DAWN, DISK, OK, change, letter, version
from tests.postgres_database import Databases

KEYS, EACH, SENDERS = 5, 20, 3
LATER = DAWN + timedelta(hours=1)


@pytest.fixture(scope="module")
def databases(postgres):
    return Databases(postgres, f"two_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
async def nodes(databases):
    async with databases.lent() as url:
        stores = [await PostgresStore.open(Database(url=url)) for _ in range(2)]
        yield stores
        for one in stores:
            await one.close()


async def _put(store, writer):
    for number in range(EACH):
        ids = [(f"{writer}.{number}.{key}/r/ops", f"key {key}") for key in range(KEYS)]
        # In another order than the other writer: whoever takes several keys may not lock up.
        ids = ids if writer else ids[::-1]
        letters = [letter(id, order=order) for id, order in ids]
        await (store.post(*letters) if number % 2 else _put_singly(store, letters))


async def _put_singly(store, letters):
    for one in letters:
        await store.post(one)


async def _send(store, node, sent, is_over):
    while True:
        parcel = await store.claim_parcel(node, "smtp", LATER)
        if parcel is not None:
            sent.append(parcel.envelope)
            assert await store.settle(parcel, OK, Accepted(accepted_at=DAWN))
        elif is_over():
            return
        else:
            await asyncio.sleep(0)


async def test_two_nodes_that_put_and_settle_one_key_at_once_leave_no_key_stuck(nodes):
    sent, writers = list[object](), 2
    lives = [await one.begin(f"node {place}", DAWN) for place, one in enumerate(nodes)]
    async with asyncio.TaskGroup() as tasks:
        putting = [tasks.create_task(_put(one, place)) for place, one in enumerate(nodes)]
        for store, life in zip(nodes, lives, strict=True):
            for _ in range(SENDERS):
                sending = _send(store, life, sent, lambda: all(one.done() for one in putting))
                tasks.create_task(sending)
    ids = [one.id for one in sent]
    assert len(ids) == len(set(ids)), "one was lent twice"
    assert len(ids) == KEYS * EACH * writers, "what is left has no head"
    assert await nodes[0].queue() == []
    for place in range(writers):
        for key in range(KEYS):
            mine = [one for one in ids if one.startswith(f"{place}.") and f".{key}/" in one]
            assert mine == sorted(mine, key=lambda id: int(id.split(".")[1])), "one overtook"


async def test_a_node_that_lost_its_block_writes_nothing_more(nodes):
    first, second = nodes
    await first.publish(version(DISK), ["m", "n"], 0)
    one, two = await first.begin("one", DAWN), await second.begin("two", DAWN)
    block = await first.lease_monitors(one, DAWN)
    again = await second.begin("one", DAWN)  # which ends what its life before held
    await second.end(again, DAWN)
    taken = await second.lease_monitors(two, DAWN)
    assert taken.states.keys() == {"m", "n"}
    assert not await first.commit(block.fence, change(letter()))
    assert await second.commit(taken.fence, change(letter()))
    assert len(await first.queue()) == 1


async def test_a_node_hears_at_once_what_another_one_commits(nodes):
    first, second = nodes
    async with asyncio.timeout(60):
        while not (first.hears_others and second.hears_others):  # noqa: ASYNC110  there is no event for it
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(_await_mail(second))
        await first.post(letter())
        assert await waiting == "m.1/r/ops"


async def _await_mail(store):
    while not (rows := await store.queue()):
        await store.wait(timedelta(minutes=5))
    return rows[0].envelope.id
