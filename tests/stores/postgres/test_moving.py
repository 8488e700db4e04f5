"""A store moves from a file into a database and back, and nothing of it is lost or given out twice."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.app.store_transfer import UnmarkedMoveError, move_to_database, move_to_file
from noroshi.config.database import Database
from noroshi.core.delivery import Accepted
from noroshi.core.sender_lease import Custody, SendRight
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.contents import BATCH_BYTES, LEFT_OUT, MOVED_TO, NOTE, TABLES, digests_of
from noroshi.stores.postgres import moved_database
from noroshi.stores.postgres.contents_database import DERIVED, NAMES, DatabaseContents
from noroshi.stores.postgres.store import PostgresStore
from noroshi.stores.sqlite import moved_file
from noroshi.stores.sqlite.contents_file import FileContents
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, DISK, HOUR, OK, letter, version
from tests.postgres_database import Databases
from tests.stores.full_store import OUT, SEALED, fill, multiply

MOVED_ON = DAWN + HOUR
COLUMNS = {"person": "user"}
"""Columns that have another name in a database."""
MOVER = Path(__file__).parents[1] / "mover.py"


def count(rows):
    """Take the place of a report of progress."""


@pytest.fixture(scope="module")
def databases(postgres):
    return Databases(postgres, f"move_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
async def database(databases):
    async with databases.lent() as url:
        yield Database(url=url)


@pytest.fixture
async def full_file(tmp_path):
    path = tmp_path / "noroshi.db"
    store = SqliteStore.open(path, reserve=0)
    await fill(store)
    await store.close()
    return path


@pytest.fixture
async def full_database(database):
    store = await PostgresStore.open(database)
    await store.end(await fill(store), DAWN)
    await store.close()
    await on_server(database, "delete from lease")
    return database


async def on_server(database, sql, *values):
    connection = await asyncpg.connect(database.url)
    try:
        return await connection.fetch(sql, *values)
    finally:
        await connection.close()


async def contents_of_file(path):
    with moved_file.opened_source(path) as contents:
        return await digests_of(contents, count), await contents.numbers()


async def contents_of_database(database):
    async with moved_database.opened_source(database) as contents:
        return await digests_of(contents, count), await contents.numbers()


async def rows_of_database(database):
    """Every column of every table but what a run alone holds, also what is kept to find rows faster."""
    tables = [NAMES.get(one.name, one.name) for one in TABLES if one.name != "counter"]
    rows = {
        name: [_shown(row) for row in await on_server(database, f"select * from {name}")]
        for name in tables
    }
    return {name: sorted(found) for name, found in rows.items()}


def _shown(row):
    """Return a row as a text; a file keeps no sign of zero."""
    return str(dict(row)).replace("'value': -0.0", "'value': 0.0")


def tables_of_file(path):
    with closing(driver.connect(path)) as db:
        sql = "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%'"
        return {name for (name,) in db.execute(sql)}


async def test_every_table_of_either_schema_is_moved_or_left_out_on_purpose(
    full_file, full_database
):
    known = {table.name for table in TABLES}
    sql = """select relname from pg_class where relkind in ('r', 'p') and not relispartition
        and relnamespace = 'public'::regnamespace"""
    here = {name for (name,) in await on_server(full_database, sql)}
    assert tables_of_file(full_file) - LEFT_OUT == known
    assert here - LEFT_OUT == {NAMES.get(name, name) for name in known}


async def test_every_column_of_either_schema_is_moved_or_made_anew(full_file, full_database):
    named = {(table.name, column) for table in TABLES for column in table.columns}
    with closing(driver.connect(full_file)) as db:
        in_file = {
            (table.name, row[1])
            for table in TABLES
            for row in db.execute(f"pragma table_info({table.name})")
        }
    assert in_file - named == {("monitor", "fence")}
    sql = """select table_name, column_name from information_schema.columns
        where table_schema = 'public' and table_name = any($1::text[])"""
    ours = {NAMES.get(table.name, table.name): table for table in TABLES}
    in_database = {
        (ours[table].name, COLUMNS.get(column, column))
        for table, column in await on_server(full_database, sql, list(ours))
    }
    made_anew = {(table, column) for table, columns in DERIVED.items() for column in columns}
    of_a_run = {("monitor", "fence"), ("monitor", "watched_until"), ("life", "has_left")}
    of_a_run |= {("life", "unusable_version"), ("life", "unusable_reason")}
    assert in_database - named - made_anew == of_a_run | {("counter", "slot")}


async def test_the_full_store_of_these_tests_has_rows_in_every_table(full_file, full_database):
    for digests, _ in (
        await contents_of_file(full_file),
        await contents_of_database(full_database),
    ):
        assert not [name for name, one in digests.items() if not one.row_count]


async def test_a_file_moves_into_a_database_and_back_and_is_equal(
    full_file, database, tmp_path
):
    first = await contents_of_file(full_file)
    moved = await move_to_database(full_file, database, MOVED_ON, count)
    assert moved.row_count == sum(one.row_count for one in first[0].values())
    assert await contents_of_database(database) == first
    again = tmp_path / "again" / "noroshi.db"
    again.parent.mkdir()
    await move_to_file(database, again, count)
    assert await contents_of_file(again) == first


async def test_a_database_comes_back_from_a_file_with_every_column_as_it_was(
    full_database, tmp_path, databases
):
    await on_server(full_database, "update monitor set fence = null, watched_until = null")
    before = await rows_of_database(full_database)
    await move_to_file(full_database, tmp_path / "noroshi.db", count)
    async with databases.lent() as url:
        other = Database(url=url)
        await move_to_database(tmp_path / "noroshi.db", other, MOVED_ON, count)
        after = await rows_of_database(other)
    ours = {name: rows for name, rows in after.items() if name != "note"}
    assert ours == {name: rows for name, rows in before.items() if name != "note"}
    notes = {one for one in before["note"] if "'name': 'database'" not in one}
    assert notes < set(after["note"])


async def test_numbers_go_on_where_they_were_even_if_the_last_rows_are_gone(
    full_file, database
):
    with closing(driver.connect(full_file)) as db:
        db.execute("delete from remark")
        db.execute("update sqlite_sequence set seq = 5000 where name in ('event', 'remark')")
        db.commit()
    await move_to_database(full_file, database, MOVED_ON, count)
    sql = "insert into remark (monitor, at, body) values ('m', 0, '{}') returning seq"
    assert (await on_server(database, sql))[0][0] == 5001
    sql = "insert into event (id, monitor, at, body) values ('x', 'm', 0, '{}') returning seq"
    assert (await on_server(database, sql))[0][0] == 5001


async def test_a_file_that_cannot_be_marked_is_told_apart_and_marked_by_the_next_move(
    full_file, database
):
    in_the_way = moved_file.moved_name(full_file, MOVED_ON)
    in_the_way.mkdir()
    with pytest.raises(UnmarkedMoveError):
        await move_to_database(full_file, database, MOVED_ON, count)
    in_the_way.rmdir()
    again = await move_to_database(full_file, database, MOVED_ON, count)
    assert again.was_moved_before and again.renamed_file == in_the_way


@pytest.fixture(params=["into a database", "into a file"])
async def moved_store(request, tmp_path, database):
    """A full store that was moved, with a mail in transit as its node was killed."""
    first = tmp_path / "first.db"
    store = SqliteStore.open(first, reserve=0)
    await fill(store)
    await store.close()
    await move_to_database(first, database, MOVED_ON, count)
    if request.param == "into a database":
        store = await PostgresStore.open(database)
    else:
        await move_to_file(database, tmp_path / "moved.db", count)
        store = SqliteStore.open(tmp_path / "moved.db", reserve=0)
    yield store
    await store.close()


async def test_a_moved_store_is_whole_and_works_on(moved_store):
    assert list(await moved_store.faults()) == []
    node = await moved_store.begin("one", MOVED_ON)
    assert node.life == 2
    assert {"m", "n"} < set((await moved_store.lease_monitors(node, MOVED_ON)).states)
    assert await moved_store.publish(version(DISK), ["m"], 2) == 3
    assert await moved_store.get_secret("smtp/password") == SEALED
    assert (await moved_store.session("1")).user == "sato"
    assert set(await moved_store.agents()) == {"a1"}
    assert len(await moved_store.samples("m", 9)) == 4


async def test_each_waiting_mail_leaves_once_under_its_id(moved_store):
    node = await moved_store.begin("one", MOVED_ON)
    waiting = {
        one.envelope.id: one.envelope.known_as
        for one in await moved_store.queue()
        if not one.state and one.envelope.custody is Custody.HUB and not one.digest
    }
    assert OUT in waiting
    sent = []
    late = MOVED_ON + timedelta(hours=2)
    rights = (SendRight("a1", Custody.HUB),)
    for route in ("smtp", "sms"):
        while parcel := await moved_store.claim_parcel(node, route, late, send_rights=rights):
            sent.append((parcel.envelope.id, parcel.envelope.known_as))
            await moved_store.settle(parcel, OK, Accepted(late))
    assert sorted(sent) == sorted(waiting.items())
    assert await moved_store.post(letter(OUT), letter("seen")) == 0


async def test_a_store_is_moved_only_into_an_empty_one(full_file, full_database):
    before = await contents_of_file(full_file), await contents_of_database(full_database)
    with pytest.raises(StoreError, match="is not empty"):
        await move_to_database(full_file, full_database, MOVED_ON, count)
    with pytest.raises(StoreError, match="is not empty"):
        await move_to_file(full_database, full_file, count)
    after = await contents_of_file(full_file), await contents_of_database(full_database)
    assert before == after


async def test_an_empty_store_that_a_node_made_takes_one_in(full_file, full_database, tmp_path):
    await SqliteStore.open(tmp_path / "new.db", reserve=0).close()
    await move_to_file(full_database, tmp_path / "new.db", count)
    digests, _ = await contents_of_file(tmp_path / "new.db")
    assert digests["spool"].row_count


async def test_no_node_starts_on_a_file_that_was_moved(full_file, database):
    moved = await move_to_database(full_file, database, MOVED_ON, count)
    assert moved.renamed_file.exists() and not full_file.exists()
    with pytest.raises(StoreError, match=r"was moved to a database, and is now .*moved-2026"):
        SqliteStore.reopen(full_file)
    with pytest.raises(StoreError, match="was moved to a database"):
        await move_to_database(full_file, database, MOVED_ON, count)


async def test_no_node_starts_on_a_database_that_was_moved(full_database, tmp_path):
    store = await PostgresStore.open(full_database)
    await move_to_file(full_database, tmp_path / "noroshi.db", count)
    with pytest.raises(StoreError, match=r"was moved to .*noroshi.db"):
        await store.take_work("two", "two/1", timedelta(seconds=9))
    await store.close()
    for opened in (PostgresStore.open, PostgresStore.look):
        with pytest.raises(StoreError, match=r"was moved to .*noroshi.db"):
            await opened(full_database)


async def test_a_database_is_not_moved_while_a_node_runs_on_it(full_database, tmp_path):
    store = await PostgresStore.open(full_database)
    await store.lease_monitors(await store.begin("beta", DAWN), DAWN)
    # However slow this computer is, the lease is in force while the move looks.
    await on_server(full_database, "update lease set until = noroshi_now() + 3600000000")
    with pytest.raises(StoreError, match=r"nodes are running on .*: beta"):
        await move_to_file(full_database, tmp_path / "noroshi.db", count)
    await store.close()
    assert not (tmp_path / "noroshi.db").exists()


async def test_a_move_that_fails_leaves_both_as_they_were(full_file, database):
    before = await contents_of_file(full_file)

    def fail(rows):
        raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="the disk is full"):
        await move_to_database(full_file, database, MOVED_ON, fail)
    assert await contents_of_file(full_file) == before
    await move_to_database(full_file, database, MOVED_ON, count)


async def test_a_move_that_was_cut_off_before_the_mark_is_finished_by_the_next(
    full_file, database
):
    moved = await move_to_database(full_file, database, MOVED_ON, count)
    moved.renamed_file.rename(full_file)
    again = await move_to_database(full_file, database, MOVED_ON + HOUR, count)
    assert again.was_moved_before and again.row_count == moved.row_count
    assert not full_file.exists()


async def test_a_file_that_changed_after_its_move_is_not_taken_for_moved(full_file, database):
    moved = await move_to_database(full_file, database, MOVED_ON, count)
    moved.renamed_file.rename(full_file)
    store = SqliteStore.open(full_file, reserve=0)
    await store.post(letter("later"))
    await store.close()
    with pytest.raises(StoreError, match="is not empty"):
        await move_to_database(full_file, database, MOVED_ON, count)


async def test_large_rows_are_moved_few_at_a_time(full_file, database, tmp_path):
    bodies = ("x" * (BATCH_BYTES // 3 - 100), "y" * (BATCH_BYTES + 1))
    with closing(driver.connect(full_file)) as db, db:
        rows = [(f"large{n}", bodies[n == 3]) for n in range(6)]
        db.executemany("insert into note values (?, ?)", rows)
    (note,) = (table for table in TABLES if table.name == NOTE)
    with closing(driver.connect(full_file)) as db:
        from_file = [batch async for batch in FileContents(db).batches(note)]
    await move_to_database(full_file, database, MOVED_ON, count)
    async with moved_database.long_transaction(database) as connection:
        from_database = [b async for b in DatabaseContents(connection).batches(note)]
    for batches in (from_file, from_database):
        sizes = [sum(len(body) for _, body in batch) for batch in batches]
        assert all(s <= BATCH_BYTES or len(b) == 1 for s, b in zip(sizes, batches, strict=True))
        assert len(batches) == 3 and sum(sizes) > 2 * BATCH_BYTES
    assert [row for b in from_file for row in b] == [row for b in from_database for row in b]


async def test_damaged_text_is_moved_as_it_is_shown(full_file, database):
    with closing(driver.connect(full_file)) as db:
        db.execute("update spool set envelope = cast(x'7b80' as text) where id = 'w1'")
        db.commit()
    await move_to_database(full_file, database, MOVED_ON, count)
    store = await PostgresStore.open(database)
    shown, _ = await store.envelope("w1")
    await store.close()
    assert shown.envelope.payload["subject"] == "?"
    assert replace(shown.envelope, routes=()).contact == "ops"


def move_until_killed(direction, file, database, batches):
    """Move in a process that is killed without a warning after so many batches of rows."""
    argv = [sys.executable, str(MOVER), direction, str(file), database.url]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as program:
        for _ in range(batches):
            assert program.stdout.readline() not in ("", "done\n")
            program.stdin.write("\n")
        program.stdout.readline()
        program.kill()
    assert program.returncode < 0


@pytest.mark.parametrize("batches", [0, 20, 50])
async def test_a_move_into_a_database_that_is_killed_leaves_both_as_they_were(
    full_file, database, batches
):
    before = await contents_of_file(full_file)
    move_until_killed("to-database", full_file, database, batches)
    assert await contents_of_file(full_file) == before
    async with moved_database.opened_target(database) as target:
        assert await target.is_empty()
    await move_to_database(full_file, database, MOVED_ON, count)
    assert await contents_of_database(database) == before


@pytest.mark.parametrize("batches", [0, 20, 50])
async def test_a_move_into_a_file_that_is_killed_leaves_both_as_they_were(
    full_database, tmp_path, batches
):
    file, before = tmp_path / "moved.db", await contents_of_database(full_database)
    move_until_killed("to-file", file, full_database, batches)
    assert not file.exists()
    assert await contents_of_database(full_database) == before
    await move_to_file(full_database, file, count)
    assert (await contents_of_file(file))[0] == before[0]


@pytest.mark.long
@pytest.mark.timeout(1800)
async def test_a_store_of_ten_thousand_monitors_and_a_year_moves_there_and_back(
    full_file, database, tmp_path
):
    with closing(driver.connect(full_file)) as db:
        multiply(db)
    before = await contents_of_file(full_file)
    begun, cpu_begun = time.monotonic(), time.process_time()
    report = await move_to_database(full_file, database, MOVED_ON, count)
    there, cpu_there = time.monotonic(), time.process_time()
    file = tmp_path / "again.db"
    await move_to_file(database, file, count)
    back, cpu_back = time.monotonic(), time.process_time()
    print(f"{report.row_count} rows, {file.stat().st_size >> 20} MiB:", end=" ")
    print(
        f"{there - begun:.1f} s into the database (CPU {cpu_there - cpu_begun:.1f} s),", end=" "
    )
    print(f"{back - there:.1f} s back (CPU {cpu_back - cpu_there:.1f} s)")
    assert await contents_of_file(file) == before


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
async def test_a_move_that_is_killed_anywhere_leaves_both_as_they_were(
    full_file, database, seed
):
    before = await contents_of_file(full_file)
    move_until_killed("to-database", full_file, database, random.Random(seed).randrange(70))
    assert await contents_of_file(full_file) == before
    await move_to_database(full_file, database, MOVED_ON, count)
    assert await contents_of_database(database) == before


async def test_a_node_that_starts_while_its_database_is_moved_does_not_get_the_work(
    full_database,
):
    store = await PostgresStore.open(full_database)
    async with moved_database.opened_source(full_database) as source:
        starting = asyncio.create_task(store.take_work("late", "late/1", HOUR))
        while not await on_server(full_database, "select 1 from pg_locks where not granted"):
            assert not starting.done(), "it took the work in the middle of the move"
        await source.put_note(MOVED_TO, "elsewhere")
    with pytest.raises(StoreError) as refused:
        await starting
    assert refused.value.fault is StoreFault.GONE
    await store.close()
    assert await on_server(full_database, "select 1 from turn") == []
