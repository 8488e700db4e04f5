"""A store that lost its file, before it is opened or while it is open."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from noroshi.ports import Beat, StoreError, StoreFault
from noroshi.stores.sqlite.presence import is_blank, is_lost, moved_files, moved_name
from noroshi.stores.sqlite.store import SqliteStore

NOW = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noroshi.db"


@pytest.fixture
async def store(path):
    store = SqliteStore.open(path, reserve=0)
    yield store
    await store.close()


async def refused(store):
    with pytest.raises(StoreError) as told:
        await store.begin("node", NOW)
    assert told.value.fault is StoreFault.GONE
    return told.value.words


async def test_a_store_that_is_there_is_opened_again_and_is_not_blank(path):
    await SqliteStore.open(path, reserve=0).close()
    await SqliteStore.reopen(path).close()
    assert not is_blank(path) and not is_lost(path)


def test_where_nothing_is_there_none_is_made(path):
    with pytest.raises(StoreError, match=r"the store .* is missing"):
        SqliteStore.reopen(path)
    assert not list(path.parent.iterdir())


def test_what_lies_in_the_log_alone_is_not_taken_for_nothing(path):
    path.write_bytes(b"SQLite format 3\0" + bytes(4080))
    path.with_name("noroshi.db-wal").write_bytes(b"something")
    assert not is_blank(path)


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
async def test_a_file_that_loses_its_name_is_told_and_nothing_more_is_written(
    store, path, ending
):
    await store.begin("node", NOW)
    file = path.with_name(f"noroshi.db{ending}")
    away = file.rename(path.with_name("away"))
    assert file.name in (await refused(store)).en
    assert "removed, moved or replaced" in (await store.trouble()).en
    away.rename(file)
    await store.begin("node", NOW)
    assert await store.trouble() is None


async def test_another_file_in_its_place_is_left_as_it_is(store, path, tmp_path):
    await store.begin("node", NOW)
    path.rename(tmp_path / "away")
    path.write_bytes(b"of somebody else")
    await refused(store)
    await store.close()
    assert path.read_bytes() == b"of somebody else"


async def test_what_was_in_it_can_be_saved_and_looked_through_as_long_as_it_is_open(
    store, path, tmp_path
):
    await store.beat("backup", Beat(at=NOW, ok=True, text="done"))
    for file in list(path.parent.glob("noroshi.db*")):
        file.unlink()
    await refused(store)
    await store.copy_to(tmp_path / "saved.db")
    (fault,) = await store.faults()  # of what is open, nothing; the file is what is lost
    assert "was removed, moved or replaced" in fault.en
    assert not path.exists()
    saved = SqliteStore.open(tmp_path / "saved.db", reserve=0)
    assert "backup" in await saved.beats()
    await saved.close()


def test_a_log_beside_a_moved_store_is_not_named_as_the_store(path):
    moved = moved_name(path, NOW)
    for ending in ("", "-wal", "-shm"):
        moved.with_name(f"{moved.name}{ending}").touch()
    assert moved_files(path) == [moved]
