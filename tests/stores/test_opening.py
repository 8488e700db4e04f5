"""Which files and which SQLite are refused, and what the migrations leave behind."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import closing

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.ports import StoreError, Version
from noroshi.stores.migration_steps import Migration
from noroshi.stores.sqlite.migrations import known_migrations
from noroshi.stores.sqlite.store import SqliteStore
from tests.stores.volumes import fill, tmpfs

LATER = Migration(99, "create table later (x text) strict;\ncreate index of_x on later (x);")
NEWEST = known_migrations()[-1].number


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noroshi.db"


@pytest.fixture
async def made(path):
    """A store with one version in it, closed."""
    await filled(path)
    return path


async def filled(path, **given):
    store = SqliteStore.open(path, **given)
    await store.publish(Version(number=0, author="sato"), ["m"], 0)
    await store.close()


def sql(path, *statements):
    with closing(driver.connect(path, isolation_level=None)) as db:
        return [db.execute(statement).fetchall() for statement in statements][-1]


def everything(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("version", [(3, 46, 1), (3, 51, 2)], ids=["Debian 13", "one before"])
def test_an_old_sqlite_is_refused_with_reason_and_remedy(path, version):
    with pytest.raises(StoreError, match=r"corrupt .* requires 3\.51\.3 .* pysqlite3 0\.6\.1"):
        SqliteStore.open(path, sqlite=version)
    assert not path.exists()


async def test_the_first_sqlite_that_is_sound_will_do(path):
    await SqliteStore.open(path, sqlite=(3, 51, 3)).close()


async def test_the_file_is_for_its_owner_alone(path):
    store = SqliteStore.open(path)
    await store.publish(Version(number=0), ["m"], 0)
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    await store.close()
    assert set(modes) == {
        "noroshi.db",
        "noroshi.db-wal",
        "noroshi.db-shm",
        "noroshi.db-ballast",
    }
    assert os.name == "nt" or set(modes.values()) == {0o600}


async def test_a_store_that_was_closed_is_one_file_beside_its_ballast_and_opens_again(made):
    assert {file.name for file in made.parent.iterdir()} == {"noroshi.db", "noroshi.db-ballast"}
    store = SqliteStore.open(made)
    assert (await store.current()).author == "sato"
    await store.close()


def test_the_migrations_are_recorded_with_their_checksums(made):
    found = sql(made, "select number, checksum from migration order by number")
    assert found == [(step.number, step.checksum) for step in known_migrations()]


async def test_a_later_step_is_taken_once_and_keeps_what_is_there(made):
    for _ in range(2):
        store = SqliteStore.open(made, steps=(*known_migrations(), LATER))
        assert (await store.current()).author == "sato"
        await store.close()
    assert sql(made, "select count(*) from migration") == [(len(known_migrations()) + 1,)]
    assert sql(made, "select count(*) from later") == [(0,)]


async def test_a_step_that_fails_leaves_nothing_of_itself(made):
    broken = Migration(99, f"{LATER.sql}\ninsert into nowhere values (1);")
    with pytest.raises(StoreError, match="no such table: nowhere"):
        SqliteStore.open(made, steps=(*known_migrations(), broken))
    assert sql(made, "select name from sqlite_schema where name = 'later'") == []
    await SqliteStore.open(made).close()


async def test_a_store_is_copied_before_its_schema_changes(made):
    await SqliteStore.open(made, steps=(*known_migrations(), LATER)).close()
    kept = made.with_name("noroshi.db.before-99")
    assert os.name == "nt" or stat.S_IMODE(kept.stat().st_mode) == 0o600
    store = SqliteStore.open(kept)
    assert (await store.current()).author == "sato"
    await store.close()
    assert sql(kept, "select count(*) from sqlite_schema where name = 'later'") == [(0,)]


async def test_a_new_store_has_nothing_to_copy(path):
    await SqliteStore.open(path, steps=(*known_migrations(), LATER)).close()
    assert list(path.parent.glob("*before*")) == []


async def test_a_step_that_fails_in_the_copy_leaves_the_store_untouched_and_no_copy(made):
    await SqliteStore.open(made).close()
    before = made.read_bytes()
    broken = Migration(100, "insert into nowhere values (1);")
    with pytest.raises(
        StoreError, match=r"step 100 .* tried on a copy; the store was not changed"
    ):
        SqliteStore.open(made, steps=(*known_migrations(), LATER, broken))
    assert made.read_bytes() == before
    assert {file.name for file in made.parent.iterdir()} == {"noroshi.db", "noroshi.db-ballast"}


async def test_without_room_for_the_copy_the_update_is_refused_in_plain_words(tmp_path):
    with tmpfs(tmp_path / "small", 32) as folder:
        path = folder / "noroshi.db"
        await filled(path)
        fill(folder, leave=60_000)
        with pytest.raises(
            StoreError, match=r"no space for the copy .* not changed: free some space"
        ):
            SqliteStore.open(path, steps=(*known_migrations(), LATER))
        store = SqliteStore.open(path)
        assert (await store.current()).author == "sato"
        await store.close()


async def test_a_newer_schema_is_refused_and_left_as_it_is(path):
    await filled(path, steps=(*known_migrations(), LATER))
    before = everything(path.parent)
    with pytest.raises(
        StoreError, match=rf"newer Noroshi \(schema 99; this one supports {NEWEST}\)"
    ):
        SqliteStore.open(path)
    assert everything(path.parent) == before


async def test_a_newer_schema_that_stands_in_the_wal_of_a_crash_is_refused_too(path, tmp_path):
    store = SqliteStore.open(path, steps=(*known_migrations(), LATER))
    crashed = tmp_path / "crashed" / "noroshi.db"
    crashed.parent.mkdir()
    for name in ("noroshi.db", "noroshi.db-wal"):
        crashed.with_name(name).write_bytes(path.with_name(name).read_bytes())
    await store.close()
    before = everything(crashed.parent)
    with pytest.raises(StoreError, match="newer Noroshi"):
        SqliteStore.open(crashed)
    after = everything(crashed.parent)
    assert {name: after[name] for name in before} == before


def test_a_step_that_was_changed_after_it_was_taken_is_refused(made):
    before = everything(made.parent)
    first, *others = known_migrations()
    changed = Migration(first.number, f"{first.sql}\n-- changed")
    with pytest.raises(
        StoreError, match="step 1 of its schema differs from that of this Noroshi"
    ):
        SqliteStore.open(made, steps=(changed, *others))
    assert everything(made.parent) == before


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(path):
    path.write_text("name = 'web'\n" * 100)
    before = everything(path.parent)
    with pytest.raises(StoreError, match="file is not a database"):
        SqliteStore.open(path)
    assert everything(path.parent) == before


def test_a_database_of_something_else_is_refused_and_left_as_it_is(path):
    sql(path, "create table shopping (x)")
    before = everything(path.parent)
    with pytest.raises(StoreError, match="not a Noroshi store"):
        SqliteStore.open(path)
    assert everything(path.parent) == before


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"cannot open the store .*nowhere"):
        SqliteStore.open(tmp_path / "nowhere" / "noroshi.db")


async def test_a_folder_may_have_any_name(tmp_path):
    folder = tmp_path / ("100% 保存 #1" if os.name == "nt" else "100% 保存? #1")
    folder.mkdir()
    for _ in range(2):
        await SqliteStore.open(folder / "noroshi.db").close()
    assert {file.name for file in folder.iterdir()} == {"noroshi.db", "noroshi.db-ballast"}


async def test_a_state_that_cannot_be_read_is_the_store_s_error(made):
    sql(made, "update monitor set state = '{\"items\": 3}'")
    store = SqliteStore.open(made)
    with pytest.raises(StoreError, match="not a valid record"):
        await store.states()
    await store.close()


def test_the_store_for_trials_does_not_need_sqlite():
    code = "import sys, noroshi.stores.memory.store as m; sys.exit('pysqlite3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
