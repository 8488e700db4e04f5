"""Every store under the contract, with two monitors m and n, and a node that is at work."""

from __future__ import annotations

import pytest

from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, DISK, change, version

STORES = {
    "memory": lambda folder: MemoryStore(),
    # Without its reserve, of which tests/stores/test_full_volume.py tells.
    "sqlite": lambda folder: SqliteStore.open(folder / "noroshi.db", reserve=0),
}


@pytest.fixture(params=STORES)
async def empty(request, tmp_path):
    store = STORES[request.param](tmp_path)
    yield store
    await store.close()


@pytest.fixture
async def store(empty):
    await empty.publish(version(DISK), ["m", "n"], 0)
    return empty


@pytest.fixture
async def node(store):
    return await store.begin("one", DAWN)


@pytest.fixture
async def give(store, node):
    """Commit envelopes of monitor m, in the order given."""
    block = await store.lease_monitors(node, DAWN)

    async def give(*letters, **other):
        assert await store.commit(block.fence, change(*letters, **other))

    return give
