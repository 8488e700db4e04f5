"""One thread writes: what comes together shares a commit, and a fault is one fault."""

from __future__ import annotations

import asyncio
import weakref
from contextlib import closing
from threading import Event

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.ports import StoreError
from noroshi.stores.sqlite.writer_thread import LARGEST_BATCH, Writer

INSERT = "insert into t values (?)"


def connect(path):
    db = driver.connect(path, isolation_level=None, check_same_thread=False)
    db.executescript("pragma journal_mode = wal; pragma synchronous = full; create table t (n)")
    return db


@pytest.fixture
def path(tmp_path):
    return tmp_path / "t.db"


@pytest.fixture
async def writer(path):
    writer = Writer(connect(path), "t.db")
    yield writer
    await writer.close()


def put(number):
    return lambda db: db.execute(INSERT, (number,)).rowcount


async def together(writer, works):
    """Have the writer find all of them at once; an answer or an exception for each."""
    gate = Event()
    held = writer.do(lambda db: gate.wait())
    answers = [writer.do(work) for work in works]
    gate.set()
    await asyncio.gather(held, return_exceptions=True)
    return await asyncio.gather(*answers, return_exceptions=True)


async def numbers(writer):
    return await writer.do(lambda db: [n for (n,) in db.execute("select n from t order by n")])


def commits(path):
    """How many commits the WAL holds: a frame that ends one tells the file's size then."""
    log = path.with_name(f"{path.name}-wal").read_bytes()
    frame = 24 + int.from_bytes(log[8:12], "big")
    return sum(log[at + 4 : at + 8] != bytes(4) for at in range(32, len(log), frame))


async def test_what_comes_together_shares_one_commit(writer, path):
    before = commits(path)
    await together(writer, [put(n) for n in range(200)])
    assert len(await numbers(writer)) == 200
    assert commits(path) - before <= 2


async def test_where_much_is_written_what_comes_a_moment_later_shares_the_commit_too(path):
    came, gathers = Event(), Event()

    def gather():
        gathers.set()
        came.wait()

    writer = Writer(connect(path), "t.db", gather=gather)
    await together(writer, [put(1), put(2)])
    before = commits(path)
    first = writer.do(put(3))
    await asyncio.to_thread(gathers.wait)
    second = writer.do(put(4))
    came.set()
    await asyncio.gather(first, second)
    assert commits(path) - before == 1
    await writer.close()


async def test_what_comes_alone_waits_for_nothing(path):
    waits = []
    writer = Writer(connect(path), "t.db", gather=lambda: waits.append(1))
    for number in range(3):
        await writer.do(put(number))
    assert (await numbers(writer), waits) == ([0, 1, 2], [])
    await writer.close()


async def test_no_commit_is_larger_than_the_largest_batch(writer, path):
    before = commits(path)
    await together(writer, [put(n) for n in range(3 * LARGEST_BATCH)])
    assert commits(path) - before >= 3


async def test_a_piece_of_work_that_fails_is_undone_alone(writer):
    def half_done(db):
        db.execute(INSERT, (99,))
        db.execute("insert into nowhere values (1)")

    first, failed, last = await together(writer, [put(1), half_done, put(2)])
    assert (first, last) == (1, 1)
    assert (
        isinstance(failed, StoreError)
        and str(failed) == "t.db: SQLite reports “no such table: nowhere”"
    )
    assert await numbers(writer) == [1, 2]


async def test_an_error_that_is_not_the_store_s_comes_as_it_is(writer):
    def mistaken(db):
        raise KeyError("x")

    with pytest.raises(KeyError):
        await writer.do(mistaken)


async def test_a_text_that_no_file_can_hold_is_the_store_s_error(writer):
    with pytest.raises(StoreError):
        await writer.do(put("\ud800"))
    assert await numbers(writer) == []


async def test_a_full_disk_is_told_to_each_and_the_next_is_written(writer):
    await writer.do(lambda db: db.execute("pragma max_page_count = 8").fetchone())
    found = await together(writer, [put("x" * 100_000), put("x" * 100_000)])
    assert [str(error) for error in found] == [
        "t.db: SQLite reports “database or disk is full”"
    ] * 2
    assert await writer.do(put(1)) == 1
    assert await numbers(writer) == [1]


async def test_whatever_ends_the_transaction_is_told_to_each_and_the_next_is_written(writer):
    def out_of_memory(db):
        db.execute("rollback")
        raise MemoryError

    found = await together(writer, [put(1), out_of_memory, put(2)])
    assert [type(error) for error in found] == [StoreError] * 3
    assert await writer.do(put(3)) == 1
    assert await numbers(writer) == [3]


async def test_a_store_that_somebody_else_has_locked_says_so(writer, path):
    await writer.do(lambda db: db.execute("pragma busy_timeout = 0").fetchone())
    with closing(driver.connect(path, isolation_level=None)) as other:
        other.execute("begin immediate")
        found = await together(writer, [put(1), put(2)])
    assert {str(error) for error in found[-2:]} == {"t.db: SQLite reports “database is locked”"}
    assert await writer.do(put(3)) == 1


async def test_what_nobody_waits_for_any_more_is_done_all_the_same(writer):
    answer = writer.do(put(1))
    answer.cancel()
    assert await numbers(writer) == [1]


async def test_closing_does_what_was_asked_for_and_then_refuses(writer, path):
    answers = [writer.do(put(n)) for n in range(50)]
    await writer.close()
    assert await asyncio.gather(*answers) == [1] * 50
    with pytest.raises(StoreError, match="closed"):
        writer.do(put(51))
    with closing(driver.connect(path)) as db:
        assert db.execute("select count(*) from t").fetchone() == (50,)


async def test_the_loop_goes_on_while_the_disk_is_slow(writer):
    gate = Event()
    answer = writer.do(lambda db: gate.wait())
    await asyncio.sleep(0)  # the loop turns, or the gate would never be opened
    gate.set()
    assert await answer


class Large:
    """Something that one would not want to be held while nothing happens."""


async def test_a_writer_that_waits_for_work_holds_nothing_of_the_last(writer):
    released, given = Event(), Large()
    weakref.finalize(given, released.set)
    await writer.do(lambda db, given=given: None)
    del given
    assert released.wait(20)
