"""`noroshi store move`, typed: it moves, tells what to change, and refuses what would lose something."""

from __future__ import annotations

import os

import pytest

from noroshi.stores.sqlite.process_lock import LifeLock
from noroshi.stores.sqlite.store import SqliteStore
from tests.cli.command_process import typed
from tests.postgres_database import Databases
from tests.stores.full_store import fill


@pytest.fixture(scope="module")
def databases(postgres):
    return Databases(postgres, f"moved_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
async def url(databases):
    async with databases.lent() as url:
        yield url


@pytest.fixture
async def home(tmp_path):
    home = tmp_path / "home"
    assert (await typed("init", "--name", "alpha", home=home)).code == 0
    store = SqliteStore.open(home / "noroshi.db", reserve=0)
    await fill(store)
    await store.close()
    return home


def with_database(home, url):
    """Change noroshi.toml as the command says."""
    settings = home / "noroshi.toml"
    lines = [
        line
        for line in settings.read_text().splitlines()
        if not line.startswith(("store", "name"))
    ]
    settings.write_text("\n".join([f'name = "alpha"\nstore.url = "{url}"', *lines]))


async def test_a_store_moves_into_a_database_and_back(home, url):
    there = await typed("store", "move", url, home=home)
    assert there.code == 0
    assert f'store.url = "{url}"' in there.out and 'name = "alpha"' in there.out
    assert "The copy was read back and matches the original." in there.out
    assert [file.name for file in home.glob("noroshi.db*")] == [
        file.name for file in home.glob("noroshi.db.moved-*")
    ]
    with_database(home, url)
    assert (await typed("check-store", home=home)).code == 0
    back = await typed("store", "move", "noroshi.db", home=home)
    assert back.code == 0
    assert "Remove the lines that begin with “store.” from" in back.out
    refused = await typed("status", home=home)
    assert "was moved to" in refused.err and str(home / "noroshi.db") in refused.err


async def test_without_a_change_of_the_settings_no_empty_store_takes_its_place(home, url):
    await typed("store", "move", url, home=home)
    told = await typed("status", home=home)
    assert told.code != 0 and "was moved to a database, and is now" in told.err
    assert (await typed("init", home=home)).code != 0
    assert not (home / "noroshi.db").exists()


async def test_it_is_refused_while_a_node_has_the_store(home, url):
    with LifeLock(home / "noroshi.lock"):
        told = await typed("store", "move", url, home=home)
    assert told.code != 0 and "stop that process" in told.err
    assert (home / "noroshi.db").exists()


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("other.db", "the store is already a file"),
        ("postgresql://u:canary@db/alarms", "must not contain the password"),
        ("postgresql://u@127.0.0.1:9/alarms", "127.0.0.1"),
    ],
)
async def test_a_target_that_will_not_do_is_refused(home, target, words):
    told = await typed("store", "move", target, home=home)
    assert told.code != 0 and words in told.err and "canary" not in told.err
    assert (home / "noroshi.db").exists()


async def test_a_database_is_not_moved_into_another_one(home, url):
    with_database(home, url)
    told = await typed("store", "move", url, home=home)
    assert told.code != 0 and "use pg_dump and pg_restore" in told.err
