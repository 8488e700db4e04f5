"""The store of before an update, where the newer version did not stay."""

import sqlite3
from contextlib import closing

import pytest

from noroshi.ports import StoreError
from noroshi.stores.sqlite.earlier_copy import return_to_copy
from noroshi.stores.sqlite.migrations import known_migrations
from noroshi.stores.sqlite.store import SqliteStore

NEXT = max(step.number for step in known_migrations()) + 1


@pytest.fixture
async def path(tmp_path):
    path = tmp_path / "noroshi.db"
    store = SqliteStore.open(path)
    await store.put_value("name", "earlier")
    await store.close()
    return path


def updated(path):
    """What a newer version leaves: its copy, and a store of its schema."""
    path.with_name(f"{path.name}.before-{NEXT}").write_bytes(path.read_bytes())
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("insert into migration values (?, 'newer')", (NEXT,))


async def test_the_copy_comes_back_and_the_newer_store_stays_aside(path):
    updated(path)
    with pytest.raises(StoreError):
        SqliteStore.reopen(path)
    assert return_to_copy(path) == path.with_name("noroshi.db.newer")
    store = SqliteStore.reopen(path)
    assert (await store.get_values())["name"] == "earlier"
    await store.close()


async def test_a_return_that_was_cut_off_is_finished(path):
    updated(path)
    path.replace(path.with_name("noroshi.db.newer"))
    assert return_to_copy(path) == path.with_name("noroshi.db.newer")
    store = SqliteStore.reopen(path)
    assert (await store.get_values())["name"] == "earlier"
    await store.close()


async def test_a_store_of_this_schema_stays(path):
    path.with_name(f"{path.name}.before-{NEXT}").write_bytes(b"")
    assert return_to_copy(path) is None


async def test_without_a_copy_nothing_is_moved(path):
    updated(path)
    path.with_name(f"{path.name}.before-{NEXT}").unlink()
    assert return_to_copy(path) is None and path.exists()


def test_a_file_that_is_no_store_is_told(tmp_path):
    path = tmp_path / "noroshi.db"
    path.write_bytes(b"no database at all" * 100)
    with pytest.raises(StoreError):
        return_to_copy(path)
