"""The store on volumes that are really full, read-only or locked: what is said still goes in."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.delivery import Accepted
from noroshi.core.levels import Reason
from noroshi.ports import StoreError, StoreFault
from noroshi.stores.sqlite.disk_reserve import BALLAST
from noroshi.stores.sqlite.process_lock import LifeLock
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import (
    DAWN,
    DISK,
    MINUTE,
    OK,
    change,
    decision,
    event,
    letter,
    used,
    version,
)
from tests.stores.volumes import LOCKER, breaks, ext4, fill, free, tmpfs

EATER = "while true; do cat /dev/zero >> filler 2>/dev/null; done"


@pytest.fixture
def volume(tmp_path):
    with tmpfs(tmp_path / "volume", 64) as folder:
        yield folder


@pytest.fixture
async def open_store(volume):
    """Open the store on the volume, as often as a test wants."""
    opened = []

    def open_it():
        opened.append(SqliteStore.open(volume / "noroshi.db"))
        return opened[-1]

    yield open_it
    for store in opened:
        await store.close()


async def block_of(store, count=1):
    ids = [f"m{n:025d}" for n in range(count)]
    await store.publish(version(DISK), ids, 0)
    return await store.lease_monitors(await store.begin("one", DAWN), DAWN)


def said_of(monitor, serial=1):
    """What a monitor that turns bad leads to, as long as it is in life."""
    mail = letter(f"{monitor}.{serial}/r/ops")
    return change(
        replace(mail, payload={"subject": "危険: ディスク", "text": "本文です。" * 60}),
        monitor=monitor,
        serial=serial,
        events=(event(serial, monitor),),
        decisions=(decision(Reason.NEW_LEVEL),),
        samples=(used(95.0),),
    )


async def all_say(store, block):
    done = await asyncio.gather(
        *(store.commit(block.fence, said_of(id)) for id in block.states)
    )
    assert all(done)


async def all_leave(store):
    """Send everything, by many connections at once; how many mails that was."""
    node = await store.begin("two", DAWN)

    async def one_after_another():
        count = 0
        while (parcel := await store.claim_parcel(node, "smtp", DAWN + MINUTE)) is not None:
            assert await store.settle(parcel, OK, Accepted(DAWN))
            count += 1
        return count

    return sum(await asyncio.gather(*(one_after_another() for _ in range(20))))


def rows_of_samples(volume):
    with closing(driver.connect(f"file:{volume}/noroshi.db?mode=ro", uri=True)) as db:
        return db.execute("select count(*) from sample").fetchone()[0]


@contextmanager
def eater(volume):
    """A program that takes every byte that becomes free, as a log that has gone wild does."""
    with subprocess.Popen(["sh", "-c", EATER], cwd=volume) as program:
        try:
            yield
        finally:
            program.kill()


async def until_tight(store, block):
    """The engine holds on to its block every few seconds; so the store hears of the volume."""
    while await store.trouble() is None:
        await store.renew(block.fence, DAWN)


async def test_the_ballast_has_real_blocks_and_is_for_its_owner_alone(open_store, volume):
    open_store()
    found = (volume / "noroshi.db-ballast").stat()
    assert found.st_size == BALLAST == found.st_blocks * 512
    assert stat.S_IMODE(found.st_mode) == 0o600


async def test_what_5000_monitors_have_to_say_goes_through_a_full_volume(open_store, volume):
    store = open_store()
    block = await block_of(store, 5000)
    fill(volume)
    assert free(volume) == 0
    await all_say(store, block)
    assert len(await store.queue()) == len(await store.events(limit=9999)) == 5000
    assert await all_leave(store) == 5000
    assert "full" in (await store.trouble()).en


async def test_a_program_that_takes_every_free_byte_cannot_take_what_old_samples_leave(
    open_store, volume
):
    store = open_store()
    block = await block_of(store, 2000)
    batch = [(id, used(1.0)) for id in block.states]
    for _ in range(250):
        await store.append(batch)
    with eater(volume):
        await until_tight(store, block)
        await all_say(store, block)
        assert await all_leave(store) == 2000


async def test_samples_are_refused_when_room_is_short_and_told_from_the_rest(
    open_store, volume
):
    store = open_store()
    block = await block_of(store)
    fill(volume)
    await until_tight(store, block)
    with pytest.raises(StoreError, match="samples are not saved") as refused:
        await store.append([("m", used(1.0))])
    assert refused.value.fault is StoreFault.SAVING
    assert await store.post(letter())


async def test_old_samples_go_before_anything_that_was_said_is_refused(open_store, volume):
    store = open_store()
    block = await block_of(store)
    (id,) = block.states
    batch = [(id, used(float(n))) for n in range(20_000)]
    for _ in range(16):
        await store.append(batch)
    fill(volume)
    while (left := rows_of_samples(volume)) == 320_000:
        await store.renew(block.fence, DAWN)
    assert 0 < left < 320_000
    await all_say(store, block)


async def test_when_there_is_room_again_all_is_as_before(open_store, volume):
    store = open_store()
    block = await block_of(store, 300)
    filler = fill(volume)
    await all_say(store, block)
    await until_tight(store, block)
    filler.unlink()
    while await store.trouble() is not None:
        await store.renew(block.fence, DAWN)
    assert (volume / "noroshi.db-ballast").stat().st_size == BALLAST
    await store.append([("m", used(1.0))])
    assert await store.faults() == []


async def test_a_node_starts_on_a_full_volume(open_store, volume):
    store = open_store()
    await block_of(store, 300)
    await store.close()
    fill(volume)
    with LifeLock(volume / "noroshi.lock"):
        again = open_store()
        block = await again.lease_monitors(await again.begin("one", DAWN), DAWN)
        await all_say(again, block)
    assert len(await again.queue()) == 300


async def test_without_its_ballast_a_full_volume_is_named_in_both_languages(open_store, volume):
    store = open_store()
    await block_of(store)
    await store.close()
    (volume / "noroshi.db-ballast").unlink()
    fill(volume)
    with pytest.raises(StoreError) as refused:
        open_store()
    assert refused.value.fault is StoreFault.FULL
    assert "the volume is full" in refused.value.words.en
    assert "ボリュームがいっぱいで" in refused.value.words.ja


async def test_a_volume_too_small_for_the_ballast_takes_no_samples_and_says_so(tmp_path):
    with tmpfs(tmp_path / "small", 12) as folder:
        store = SqliteStore.open(folder / "noroshi.db")
        block = await block_of(store)
        await all_say(store, block)
        assert "ボリューム" in (await store.trouble()).ja
        await store.close()


async def test_a_lock_is_known_by_who_holds_it_also_on_a_full_volume(volume):
    lock = volume / "noroshi.lock"
    with LifeLock(lock):
        pass
    fill(volume)
    with LifeLock(lock), pytest.raises(StoreError, match=r"process \([0-9]+\)"):
        LifeLock(lock).__enter__()


async def test_a_volume_that_became_read_only_is_told_at_once(tmp_path):
    with ext4(tmp_path / "disk", 64) as folder:
        store = SqliteStore.open(folder / "noroshi.db")
        block = await block_of(store)
        breaks(folder)
        with pytest.raises(StoreError) as failed:
            await store.commit(block.fence, said_of(*block.states))
        assert failed.value.fault in (StoreFault.BROKEN, StoreFault.READ_ONLY)
        assert "the store is not writable" in (await store.trouble()).en
        assert (await store.current()).number == 1
        await store.close()


async def test_a_volume_that_is_read_only_from_the_start_is_refused(volume):
    await SqliteStore.open(volume / "noroshi.db").close()
    subprocess.run(["mount", "-o", "remount,ro", str(volume)], check=True)
    with pytest.raises(StoreError, match="cannot open the store") as refused:
        SqliteStore.open(volume / "noroshi.db")
    assert refused.value.fault is StoreFault.READ_ONLY


async def test_another_process_that_locks_the_store_delays_writing_and_not_reading(tmp_path):
    path = tmp_path / "noroshi.db"
    store = SqliteStore.open(path)
    block = await block_of(store)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOCKER, str(path)], **pipes) as other:
        assert other.stdout.readline() == "locked\n"
        written = asyncio.ensure_future(store.commit(block.fence, said_of(*block.states)))
        for _ in range(20):
            assert (await store.current()).number == 1
        assert not written.done() and await store.queue() == []
        other.stdin.close()
        assert await written
    assert len(await store.queue()) == 1
    await store.close()


async def test_a_lock_that_lasts_is_told_as_one(tmp_path):
    path = tmp_path / "noroshi.db"
    store = SqliteStore.open(path, patience=0.05)
    block = await block_of(store)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", LOCKER, str(path)], **pipes) as other:
        assert other.stdout.readline() == "locked\n"
        with pytest.raises(StoreError) as refused:
            await store.renew(block.fence, DAWN)
        assert refused.value.fault is StoreFault.LOCKED
        other.stdin.close()
    assert await store.renew(block.fence, DAWN)
    assert await store.trouble() is None
    await store.close()
