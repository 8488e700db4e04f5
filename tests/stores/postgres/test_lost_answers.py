"""The database does what it was asked for, and its answer is lost: the connection ends in between."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from noroshi.config.database import Database
from noroshi.ports import StoreError
from noroshi.stores.postgres.store import PostgresStore
from tests import postgres
from tests.contracts.sample_records import DAWN, letter

SOON = DAWN + timedelta(seconds=1)
COMMITTING = "select pid from pg_stat_activity where wait_event = 'SyncRep'"


@pytest.fixture(scope="module")
def own_server():
    """A server whose settings are nobody else's."""
    with postgres.server() as server:
        yield server


class Administrator:
    """Lets commits wait for a standby that is not there, and ends connections meanwhile."""

    def __init__(self, connection):
        self._connection = connection

    async def wait_for(self, standby):
        await self._connection.execute(
            f"alter system set synchronous_standby_names = '{standby}'"
        )
        await self._connection.execute("select pg_reload_conf()")
        await self._seen(
            "select from pg_settings where name = 'synchronous_standby_names' and setting = $1",
            standby,
        )

    async def end_who_commits(self):
        await self._seen(COMMITTING)
        await self._connection.execute(
            f"select pg_terminate_backend(pid) from ({COMMITTING}) one"
        )

    async def _seen(self, sql, *values):
        while True:
            if await self._connection.fetch(sql, *values):
                return
            await asyncio.sleep(0.01)


@pytest.fixture
async def url(own_server):
    return own_server.url(own_server.make_database())


@pytest.fixture
async def store(url):
    store = await PostgresStore.open(Database(url=url))
    yield store
    await store.close()


@pytest.fixture
async def administrator(url):
    settings = {"synchronous_commit": "local"}
    connection = await asyncpg.connect(url, server_settings=settings)
    yield Administrator(connection)
    await connection.close()


async def test_a_mail_of_whose_loan_nobody_heard_is_lent_again_at_once(store, administrator):
    node = await store.begin("one", DAWN)
    await store.post(letter("m.1/r/ops"))
    await administrator.wait_for("nobody")
    claim = asyncio.create_task(store.claim_parcel(node, "smtp", DAWN))
    await administrator.end_who_commits()
    with pytest.raises(StoreError):
        await claim
    await administrator.wait_for("")
    parcel = await store.claim_parcel(node, "smtp", SOON)
    assert parcel.envelope.id == "m.1/r/ops" and parcel.envelope.attempts == 0
    assert await store.claim_parcel(node, "smtp", SOON) is None, "it is out now"
