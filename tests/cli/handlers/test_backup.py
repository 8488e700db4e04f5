"""`backup`, `restore` and `check-store`, typed: on a node that runs, without one, and elsewhere."""

import json
import os
from contextlib import asynccontextmanager, closing

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.ports import Document
from noroshi.stores.sqlite.process_lock import LifeLock
from noroshi.stores.sqlite.store import SqliteStore
from tests.cli.command_process import a_node, typed
from tests.service.clients import make_api_token, open_manager
from tests.service.harness import AKI, Harness, documents


@asynccontextmanager
async def running(home):
    """A node that has one mail to send, and whose store is a file."""
    home.mkdir()
    store = SqliteStore.open(home / "noroshi.db")
    harness = Harness(store=store)
    try:
        async with a_node(home, harness.service):
            given = tuple(Document(one["key"], one["body"]) for one in documents())
            await harness.service.definitions.apply(AKI, documents=given)
            await harness.service.queue.send(AKI, to=("ops",), subject="Hello", text="World")
            yield
    finally:
        await store.close()


@pytest.fixture
async def backup(tmp_path):
    """A backup that a running node wrote, its folder and what was said."""
    async with running(tmp_path / "old"):
        file = tmp_path / "backup.db"
        told = await typed("backup", str(file), home=tmp_path / "old")
    return file, told


@pytest.fixture
async def new(tmp_path):
    home = tmp_path / "new"
    assert (await typed("init", home=home)).code == 0
    return home


async def queued(home):
    return json.loads((await typed("queue", "list", "--json", home=home)).out)


async def test_a_running_node_writes_a_backup_and_says_that_the_key_is_not_in_it(backup):
    file, told = backup
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"Wrote {file} (1 MiB, 1 waiting message).")
    assert "The backup does NOT contain the key " in told.out
    assert ": keep a copy of the key elsewhere" in told.out


async def test_it_is_asked_of_a_node_elsewhere_whose_settings_nobody_can_read_here(tmp_path):
    store = SqliteStore.open(tmp_path / "noroshi.db")
    harness = Harness(store=store)
    try:
        token = await make_api_token(harness)
        async with open_manager(harness, tmp_path) as url:
            far = {"home": tmp_path / "nobody", "NOROSHI_URL": url, "NOROSHI_TOKEN": token}
            made = await typed("backup", str(tmp_path / "backup.db"), **far)
            whole = await typed("check-store", **far)
    finally:
        await store.close()
    assert (made.code, made.err) == (0, "")
    assert (
        "The backup does NOT contain the vault's key" in made.out
        and (tmp_path / "backup.db").exists()
    )
    assert (whole.code, whole.out, whole.err) == (0, "The store of the node is intact.\n", "")


async def test_a_backup_is_never_overwritten(backup, new):
    file, _ = backup
    before = file.read_bytes()
    told = await typed("backup", str(file), home=new)
    assert told.code == 5 and "already exists; nothing was changed" in told.err
    assert file.read_bytes() == before


async def test_a_folder_that_is_not_there_is_no_trouble_of_the_store(new, tmp_path):
    told = await typed("backup", str(tmp_path / "absent" / "copy.db"), home=new)
    assert told.code == 5
    assert told.err.startswith("No backup was made: the copy ")


async def test_a_name_is_meant_from_where_one_stands(new, tmp_path):
    told = await typed("backup", "here.db", home=new, cwd=tmp_path)
    assert told.code == 0 and (tmp_path / "here.db").exists()


async def test_a_backup_comes_back_on_another_machine(backup, new):
    file, _ = backup
    told = await typed("restore", str(file), home=new)
    assert told.code == 0, told.err
    assert "version 1, 1 waiting message." in told.out and "--hold" in told.out
    assert f"The previous store is now {new / 'noroshi.db.before-restore-'}" in told.out
    assert [one["subject"] for one in await queued(new)] == ["Hello"]
    assert (await typed("check-store", home=new)).out == f"{new / 'noroshi.db'} is intact.\n"


async def test_with_hold_nothing_leaves_before_somebody_has_looked(backup, new):
    told = await typed("restore", str(backup[0]), "--hold", home=new, LANG="ja_JP.UTF-8")
    assert told.code == 0 and "1通の送信を停止しています" in told.out
    assert [one["state"] for one in await queued(new)] == ["held"]


async def test_a_key_that_is_missing_is_named(backup, new):
    (new / "key").unlink()
    told = await typed("restore", str(backup[0]), home=new)
    assert told.code == 0 and f"There is no key at {new / 'key'}" in told.out


async def test_nothing_is_restored_while_a_node_runs(backup, new):
    before = (new / "noroshi.db").read_bytes()
    with LifeLock(new / "noroshi.lock"):
        told = await typed("restore", str(backup[0]), home=new)
    assert told.code == 1 and f"another Noroshi process ({os.getpid()})" in told.err
    assert (new / "noroshi.db").read_bytes() == before


async def test_a_fault_is_said_in_words_and_by_the_exit_code(backup):
    file, _ = backup
    with closing(driver.connect(file, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
        db.execute("delete from way")
    told = await typed("check-store", str(file))
    assert told.code == 1
    assert told.out.startswith(f"{file} is damaged:\n  1 message is waiting without a route")
