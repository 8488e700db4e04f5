"""What is done for many at once costs as many statements as for one."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from noroshi.config.database import Database
from noroshi.core.delivery import Accepted, Retry
from noroshi.core.translation import bilingual
from noroshi.stores.postgres.gathered import LARGEST_BATCH
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import DAWN, LATER, OK, letter
from tests.postgres_database import Databases

COUNT = LARGEST_BATCH + 1
"""The first one is done alone, and the others together."""
BUSY = bilingual(en="busy", ja="混雑")


@pytest.fixture(scope="module")
def databases(postgres):
    return Databases(postgres, f"many_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
async def counted(databases):
    """A store, and its statements."""
    statements = list[float]()
    async with databases.lent() as url:
        store = await PostgresStore.open(Database(url=url), on_answer=statements.append)
        yield store, statements
        await store.close()


async def _lent(store):
    """Return messages that wait, of many order keys, as they were lent."""
    await store.post(*(letter(f"m{n}.1/r/ops") for n in range(COUNT)))
    node = await store.begin("one", DAWN)
    claims = (store.claim_parcel(node, "smtp", DAWN) for _ in range(COUNT))
    return await asyncio.gather(*claims)


async def test_many_messages_are_lent_and_settled_by_few_statements(counted):
    store, statements = counted
    parcels = await _lent(store)
    assert all(parcels) and len({one.envelope.id for one in parcels}) == COUNT
    statements.clear()
    answers = await asyncio.gather(*(store.settle(one, OK, Accepted(DAWN)) for one in parcels))
    assert all(answers) and await store.queue() == []
    assert len(statements) < COUNT / 2


async def test_each_message_of_many_has_its_own_receipt_and_what_ended_is_found_by_its_ids(
    counted,
):
    store, _ = counted
    parcels = await _lent(store)
    receipts = [
        replace(OK if place % 2 else LATER, message_ids=(f"<{place}@x>",))
        for place, _ in enumerate(parcels)
    ]
    fates = [
        Accepted(DAWN) if place % 2 else Retry(DAWN, BUSY) for place, _ in enumerate(parcels)
    ]
    asked = zip(parcels, receipts, fates, strict=True)
    assert all(await asyncio.gather(*(store.settle(*one) for one in asked)))
    for parcel, receipt in zip(parcels, receipts, strict=True):
        _, stored_receipts = await store.envelope(parcel.envelope.id)
        assert list(stored_receipts) == [receipt]
        found = await store.find_by_message_id(receipt.message_ids)
        assert (found is not None) is (receipt.provider_id == OK.provider_id)
        assert found is None or found.row.envelope.id == parcel.envelope.id
    waiting = {row.envelope.id for row in await store.queue()}
    assert waiting == {parcels[place].envelope.id for place in range(0, COUNT, 2)}
