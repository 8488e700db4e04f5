"""A database that pg_restore brought back is noticed, made ready, and gives no number out twice."""

from __future__ import annotations

import os
import subprocess
from datetime import timedelta

import asyncpg
import pytest

from noroshi.config.database import Database
from noroshi.core.mail import EnvelopeState
from noroshi.ports import StoreError
from noroshi.stores.postgres.dump_restore import prepare_restored
from noroshi.stores.postgres.store import PostgresStore
from noroshi.stores.store_rules import SERIALS_AHEAD
from tests.contracts.sample_records import DAWN
from tests.postgres import programs
from tests.stores.full_store import OUT, fill

NOW = DAWN + timedelta(days=1)


async def _on(url, sql):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()


@pytest.fixture
async def urls(postgres):
    """A database with a full store whose node was killed, and a new one that its dump was restored into."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    names = f"dumped_{worker}", f"restored_{worker}"
    for name in names:
        await _on(postgres.url(), f"create database {name}")
    first, second = (postgres.url(name) for name in names)
    store = await PostgresStore.open(Database(url=first))
    await fill(store)
    await store.close()
    await _on(first, "update lease set until = 0")
    dump = subprocess.run(
        [programs() / "pg_dump", "--format", "custom", first], check=True, capture_output=True
    ).stdout
    restore = [programs() / "pg_restore", "--exit-on-error", "--no-owner", "--dbname", second]
    subprocess.run(restore, input=dump, check=True, capture_output=True)
    yield first, second
    for name in names:
        await _on(postgres.url(), f"drop database {name} with (force)")


async def test_a_restored_database_is_refused_until_it_is_made_ready(urls):
    first, second = (Database(url=url) for url in urls)
    await (await PostgresStore.open(first)).close()
    with pytest.raises(StoreError, match="was restored, copied or upgraded"):
        await PostgresStore.open(second)
    look = await PostgresStore.look(second)
    assert list(await look.faults()) == []
    await look.close()
    await prepare_restored(second, NOW)
    await (await PostgresStore.open(second)).close()


async def test_the_numbers_of_ids_jump_and_what_was_held_is_free(urls):
    database = Database(url=urls[1])
    report = await prepare_restored(database, NOW)
    assert report.out_count >= 1 and report.waiting_count > 10 and report.version == 2
    store = await PostgresStore.open(database)
    node = await store.begin("one", NOW)
    state, _ = await store.recall("m")
    assert node.life > SERIALS_AHEAD and state.serial >= NOW.timestamp()
    sql = "insert into event (id, monitor, at, body) values ('x', 'm', 0, '{}') returning seq"
    assert (await _on(urls[1], sql))[0][0] > NOW.timestamp()
    assert await store.session("1") is None and await store.invitations() == {}
    assert (await store.agents())["a1"].needs_lease
    assert (await store.envelope(OUT))[0].is_leased is False
    await store.close()


async def test_with_hold_nothing_that_waits_leaves(urls):
    database = Database(url=urls[1])
    report = await prepare_restored(database, NOW, hold=True)
    assert report.waiting_count == 0 and report.held_count > 10
    store = await PostgresStore.open(database)
    assert (await store.envelope(OUT))[0].state is EnvelopeState.HELD
    assert await store.claim_parcel(await store.begin("one", NOW), "smtp", NOW) is None
    await store.close()


async def test_a_database_without_a_store_is_refused_and_gets_no_tables(postgres):
    name = f"empty_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    await _on(postgres.url(), f"create database {name}")
    database = Database(url=postgres.url(name))
    try:
        words = f"there is no store in .*pg_restore .* --dbname {name} FILE"
        with pytest.raises(StoreError, match=words):
            await prepare_restored(database, NOW)
        tables = "select count(*) from pg_tables where schemaname = 'public'"
        assert (await _on(database.url, tables))[0][0] == 0

        await (await PostgresStore.open(database)).close()  # tables, in which nothing was done
        with pytest.raises(StoreError, match=words):
            await prepare_restored(database, NOW)
        await _on(database.url, "update note set body = '7/7' where name = 'database'")
        assert (await prepare_restored(database, NOW)).version == 0, "a dump of such tables"
    finally:
        await _on(postgres.url(), f"drop database {name} with (force)")


async def test_it_is_refused_while_a_node_runs_and_for_a_damaged_store(urls):
    database = Database(url=urls[1])
    await _on(urls[1], "delete from way")
    with pytest.raises(StoreError, match="is damaged; nothing was changed"):
        await prepare_restored(database, NOW)
    store = await PostgresStore.open(Database(url=urls[0]))
    await store.lease_monitors(await store.begin("two", NOW), NOW)
    await store.close()
    with pytest.raises(StoreError, match=r"nodes are running on .*: two"):
        await prepare_restored(Database(url=urls[0]), NOW)
