"""Every store under the contract, with two monitors m and n, and a node that is at work."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager

import pytest

from noroshi.ports import LEASE, SHARED_LEASE
from noroshi.stores.memory.store import MemoryStore
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, DISK, change, version

POOLED = "pooled"
"""A database through PgBouncer."""
STORES = (
    ("memory", "sqlite")
    if sys.platform == "win32"
    else ("memory", "sqlite", "postgres", pytest.param(POOLED, marks=pytest.mark.long))
)


@asynccontextmanager
async def _open(kind, request):
    if kind in ("postgres", POOLED):
        from tests.postgres_database import open_timed_store

        async with request.getfixturevalue("databases").lent() as url:
            pooler = request.getfixturevalue("pooler") if kind == POOLED else None
            yield await open_timed_store(url, pooler)
    elif kind == "sqlite":
        # Without its reserve, of which tests/stores/test_full_volume.py tells.
        path = request.getfixturevalue("tmp_path") / "noroshi.db"
        yield SqliteStore.open(path, reserve=0)
    else:
        yield MemoryStore()


@pytest.fixture(scope="session")
def databases(postgres):
    from tests.postgres_database import Databases

    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    return Databases(postgres, f"contract_{worker}", handed_clock=True)


@pytest.fixture(scope="session")
def pooler(postgres):
    from tests import pgbouncer

    with pgbouncer.pooler(postgres) as pooler:
        yield pooler


@pytest.fixture(params=STORES)
async def empty(request):
    async with _open(request.param, request) as store:
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


@pytest.fixture
def lease(store):
    """The time for which the store lends a block."""
    return SHARED_LEASE if hasattr(store, "take_work") else LEASE
