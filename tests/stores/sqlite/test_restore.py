"""A backup, taken at work, comes back elsewhere: what waited goes on, nothing accepted leaves twice."""

from __future__ import annotations

import asyncio
import os
import random
import stat
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.agents import ERA_NOTE, Invitation
from noroshi.core.alarms import Acknowledgement, Remark, Remarked, Silence
from noroshi.core.delivery import Accepted
from noroshi.core.levels import Level
from noroshi.core.people import Session
from noroshi.ports import Loan, StoreConflict, StoreError
from noroshi.stores.sqlite.process_lock import LifeLock
from noroshi.stores.sqlite.restore import faults_of, restore
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import (
    DAWN,
    DISK,
    MINUTE,
    OK,
    SECOND,
    change,
    event,
    letter,
    used,
    version,
)
from tests.contracts.test_store_agents import FS01, INVITATION
from tests.stores.volumes import fill, tmpfs

DAY = timedelta(days=1)


@pytest.fixture
def old(tmp_path):
    """The folder of the machine that is gone, and of the new one beside it."""
    (tmp_path / "new").mkdir()
    (tmp_path / "old").mkdir()
    return tmp_path / "old"


@pytest.fixture
def new(old):
    return old.with_name("new") / "noroshi.db"


@pytest.fixture
async def store(old):
    store = SqliteStore.open(old / "noroshi.db")
    await store.publish(version(DISK), ["m", "n"], 0)
    yield store
    await store.close()


@pytest.fixture
async def node(store):
    return await store.begin("one", DAWN)


@pytest.fixture
async def block(store, node):
    return await store.lease_monitors(node, DAWN)


async def test_a_copy_that_cannot_be_made_is_refused_as_the_store_s_error(store, tmp_path):
    with pytest.raises(StoreError, match="copy"):
        await store.copy_to(tmp_path / "nowhere" / "copy.db")


async def taken(store, old):
    """A backup, and its file."""
    file = old.with_name("backup.db")
    await store.copy_to(file)
    return file


async def sent_by(path):
    """Everything that leaves from a store, in a life of another node."""
    store, sent = SqliteStore.open(path), []
    node = await store.begin("two", DAWN + DAY)
    while (parcel := await store.claim_parcel(node, "smtp", DAWN + DAY)) is not None:
        sent.append(parcel.envelope.id)
        assert await store.settle(parcel, OK, Accepted(DAWN + DAY))
    await store.close()
    return sent


async def test_a_backup_is_one_file_for_its_owner_alone_and_never_overwrites(store, old):
    file = await taken(store, old)
    assert os.name == "nt" or stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [f.name for f in file.parent.iterdir() if f.is_file()] == ["backup.db"]
    with pytest.raises(StoreConflict, match="already"):
        await store.copy_to(file)


async def test_of_two_backups_to_one_file_at_once_one_is_whole_and_the_other_refused(
    store, old
):
    await store.append([("m", used(1.0, after=n * SECOND)) for n in range(20_000)])
    file = old.with_name("backup.db")
    copies = [store.copy_to(file) for _ in range(4)]
    ended = await asyncio.gather(*copies, return_exceptions=True)
    assert [type(one) for one in ended if one is not None] == [StoreConflict] * 3
    assert faults_of(file) == []


async def test_a_backup_that_does_not_fit_leaves_nothing_behind(store, tmp_path):
    with tmpfs(tmp_path / "stick", 1) as stick:
        fill(stick)
        with pytest.raises(StoreError, match=r"copy .*backup.db cannot be written"):
            await store.copy_to(stick / "backup.db")
        assert [file.name for file in stick.iterdir()] == ["filler"]


async def test_what_waited_goes_on_and_what_was_accepted_does_not(store, block, node, old, new):
    letters = [letter(f"m.1/r/{n}") for n in range(3)]
    await store.commit(block.fence, change(*letters))
    done = await store.claim_parcel(node, "smtp", DAWN)
    await store.settle(done, OK, Accepted(DAWN))
    found = restore(await taken(store, old), new, DAWN + DAY)
    assert (found.version, found.waiting_count, found.out_count, found.held_count) == (
        1,
        2,
        0,
        0,
    )
    assert found.previous_store is None
    assert await sent_by(new) == ["m.1/r/1", "m.1/r/2"]


async def test_a_mail_that_was_out_is_sent_again_under_its_own_id(store, block, node, old, new):
    await store.commit(block.fence, change(letter()))
    await store.claim_parcel(node, "smtp", DAWN)
    found = restore(await taken(store, old), new, DAWN + DAY)
    assert (found.waiting_count, found.out_count) == (1, 1)
    assert await sent_by(new) == ["m.1/r/ops"]


async def test_what_an_agent_knew_of_the_hub_before_counts_no_more(store, old, new):
    """An invitation may have been used since, and a stamp given to who was revoked since."""
    hour = {"created_at": DAWN, "expires_at": DAWN + DAY}
    await store.put_invitation(Invitation(id="i1", hash="abc", creator="sato", **hour))
    await store.put_value(ERA_NOTE, "e1")
    file = await taken(store, old)
    restore(file, new, DAWN)
    restored = SqliteStore.open(new)
    assert await restored.invitations() == {}
    assert ERA_NOTE not in await restored.get_values()
    await restored.close()


async def test_no_agent_is_taken_for_one_without_a_route_before_it_is_heard(store, old, new):
    await store.put_invitation(INVITATION)
    await store.admit("abc", FS01, DAWN)
    restore(await taken(store, old), new, DAWN, hold=False)
    restored = SqliteStore.open(new)
    assert await restored.agents() == {FS01.id: replace(FS01, needs_lease=True)}
    await restored.close()


async def test_the_leases_of_the_old_life_are_over(store, block, old, new):
    restore(await taken(store, old), new, DAWN)
    again = SqliteStore.open(new)
    lent = await again.lease_monitors(await again.begin("another", DAWN), DAWN)
    assert lent.states.keys() == {"m", "n"}
    await again.close()


async def test_no_event_or_mail_after_it_has_an_id_that_was_given_after_the_backup(
    store, node, block, old, new
):
    await store.commit(block.fence, change(serial=7))
    file = await taken(store, old)
    await store.publish(version(DISK), ["m", "n", "late"], 1)
    lent = await store.lease_monitors(node, DAWN, Loan(block.fence))
    given = {"m": 7 + 100, "late": lent.states["late"].serial + 100}
    for days in (1, 2):
        restore(file, new, DAWN + days * DAY)
        again = SqliteStore.open(new)
        await again.publish(version(DISK), ["m", "n", "late"], 1)
        states = await again.states()
        assert all(states[id].serial >= last for id, last in given.items())
        given = {id: states[id].serial + 100 for id in given}
        await again.close()


async def test_no_life_after_it_has_the_number_of_one_after_the_backup(store, node, old, new):
    file = await taken(store, old)
    numbers = {(await store.begin("one", DAWN)).life for _ in range(3)}
    for days in (1, 2):
        restore(file, new, DAWN + days * DAY)
        again = SqliteStore.open(new)
        life = (await again.begin("one", DAWN + days * DAY)).life
        assert life not in numbers
        numbers.add(life)
        await again.close()


async def test_who_wants_to_look_first_has_all_that_wait_held(store, block, old, new):
    await store.commit(block.fence, change(letter(), letter("m.1/r/boss")))
    assert restore(await taken(store, old), new, DAWN, hold=True).held_count == 2
    assert await sent_by(new) == []
    again = SqliteStore.open(new)
    assert await again.release("m.1/r/boss", DAWN)
    await again.close()
    assert await sent_by(new) == ["m.1/r/boss"]


async def test_it_is_told_what_the_backup_last_knows_of(store, block, old, new):
    await store.renew(block.fence, DAWN + MINUTE)
    assert restore(await taken(store, old), new, DAWN + DAY).last_seen == DAWN + MINUTE


async def test_the_store_that_was_there_is_kept_beside_it(store, old, new):
    other = SqliteStore.open(new)
    await other.publish(replace(version(), author="suzuki"), [], 0)
    await other.close()
    previous = restore(await taken(store, old), new, DAWN).previous_store
    assert previous.name == "noroshi.db.before-restore-20260401T060000Z"
    for path, who in ((previous, "suzuki"), (new, "sato")):
        again = SqliteStore.open(path)
        assert (await again.current()).author == who
        await again.close()


async def test_what_two_restores_in_one_second_put_aside_is_kept_of_both(store, old, new):
    backup = await taken(store, old)
    for who in ("suzuki", "tanaka"):
        new.unlink(missing_ok=True)
        other = SqliteStore.open(new)
        await other.publish(replace(version(), author=who), [], 0)
        await other.close()
        previous = restore(backup, new, DAWN).previous_store
        again = SqliteStore.open(previous)
        assert (await again.current()).author == who
        await again.close()
    assert previous.name == "noroshi.db.before-restore-20260401T060000Z-2"


async def test_the_wal_of_a_store_that_was_there_is_not_read_into_the_new_one(store, old, new):
    other = SqliteStore.open(new)
    await other.publish(replace(version(), author="suzuki"), [], 0)
    killed = {f: f.read_bytes() for f in new.parent.iterdir() if not f.name.endswith("-shm")}
    await other.close()
    for file, content in killed.items():
        file.write_bytes(content)
    restore(await taken(store, old), new, DAWN)
    assert not new.with_name("noroshi.db-wal").exists()
    again = SqliteStore.open(new)
    assert (await again.current()).author == "sato"
    await again.close()


async def test_the_wal_of_a_store_that_is_gone_is_not_read_into_the_new_one(store, old, new):
    other = SqliteStore.open(new)
    await other.publish(replace(version(), author="suzuki"), [], 0)
    log = new.with_name("noroshi.db-wal")
    killed = log.read_bytes()
    await other.close()
    new.unlink()
    log.write_bytes(killed)
    assert restore(await taken(store, old), new, DAWN).previous_store is None
    again = SqliteStore.open(new)
    assert (await again.current()).author == "sato"
    await again.close()
    kept = "noroshi.db.before-restore-20260401T060000Z-wal"
    assert new.with_name(kept).read_bytes() == killed


async def test_a_restore_that_was_killed_leaves_nothing_that_the_next_one_reads(
    store, old, new, tmp_path
):
    other = SqliteStore.open(tmp_path / "other.db")
    await other.publish(replace(version(), author="suzuki", note="x" * 10**6), [], 0)
    fresh = new.with_name("noroshi.db.restoring")
    await other.copy_to(fresh)
    await other.close()
    with closing(driver.connect(fresh, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
        db.execute("pragma cache_size = 2")  # so that it writes before the end
        db.execute("begin immediate")
        db.execute("update version set note = note || 'y'")
        killed = {f: f.read_bytes() for f in new.parent.iterdir()}
        db.execute("rollback")
    for file, content in killed.items():
        file.write_bytes(content)
    restore(await taken(store, old), new, DAWN)
    assert [file.name for file in new.parent.iterdir()] == ["noroshi.db"]
    again = SqliteStore.open(new)
    assert (await again.current()).author == "sato"
    await again.close()


BAD = {
    "not there": (None, "no such file"),
    "empty": (b"", "no such file"),
    "no database": (b"name = 1\n" * 900, "file is not a database"),
}


@pytest.mark.parametrize(("content", "why"), BAD.values(), ids=BAD)
async def test_a_file_that_is_no_backup_changes_nothing(content, why, tmp_path, new):
    await SqliteStore.open(new).close()
    before = {file.name: file.read_bytes() for file in new.parent.iterdir()}
    if content is not None:
        (tmp_path / "bad").write_bytes(content)
    with pytest.raises(StoreError, match=why):
        restore(tmp_path / "bad", new, DAWN)
    assert {file.name: file.read_bytes() for file in new.parent.iterdir()} == before


async def test_a_backup_that_was_cut_is_refused(store, block, old, new):
    await store.commit(block.fence, change(letter()))
    file = await taken(store, old)
    content = bytearray(file.read_bytes())
    content[-20000:-8000] = bytes(12000)
    file.write_bytes(content)
    with pytest.raises(StoreError, match=r"backup\.db (is damaged|cannot be read)"):
        restore(file, new, DAWN)
    assert list(new.parent.iterdir()) == []


def test_nothing_is_restored_while_a_node_runs(new):
    lock = new.with_suffix(".lock")
    with LifeLock(lock), pytest.raises(StoreError, match="another Noroshi"):
        LifeLock(lock).__enter__()


# faults

FAULTS = {
    "a head that is not the oldest": (
        "update spool set head = 0",
        "wrong position in the order",
    ),
    "no way": ("delete from way", "is waiting without a route (first"),
    "a receipt of nothing": (
        "insert into receipt (envelope, body) values (99, '{}')",
        "to no message",
    ),
    "a rule's answer about nothing": (
        "insert into decision values ('x', 'r', '', 1, 0, 'REPEAT')",
        "a monitor that does not exist (first: x)",
    ),
    "a missing document": ("delete from document", "missing (first: version"),
    "a state that cannot be read": (
        "update monitor set state = '[]'",
        "monitor cannot be read",
    ),
    "settled and out": (
        "update spool set fate = 'accepted', lease = 'x'",
        "completed but still being sent",
    ),
}


@pytest.mark.parametrize(("sql", "told"), FAULTS.values(), ids=FAULTS)
async def test_what_is_wrong_is_said_in_words(store, block, old, sql, told):
    await store.commit(block.fence, change(letter()))
    assert await store.faults() == []
    file = await taken(store, old)
    with closing(driver.connect(file, isolation_level=None)) as db:
        db.execute("pragma journal_mode = delete")
        db.execute(sql)
    assert any(told in words.en for words in faults_of(file))


# under load


async def under_load(store, block, old, count):
    """Monitors tell and mails leave while a backup is made; what had left by then, and its file."""
    left = []

    async def tell(monitor):
        for serial in range(1, count + 1):
            mail = letter(f"{monitor}.{serial}/r/ops", order=monitor)
            told = change(
                mail, monitor=monitor, serial=serial, events=(event(serial, monitor),)
            )
            assert await store.commit(block.fence, told)
            await store.append([(monitor, used(1.0, after=serial * SECOND))])

    async def send(node):
        while True:
            parcel = await store.claim_parcel(node, "smtp", DAWN + DAY)
            if parcel is None:
                await asyncio.sleep(0)
            elif await store.settle(parcel, OK, Accepted(DAWN + DAY)):
                left.append(parcel.envelope.id)

    node = await store.begin("sender", DAWN)
    sending = [asyncio.create_task(send(node)) for _ in range(3)]
    telling = [asyncio.create_task(tell(id)) for id in block.states]
    while len(left) < count // 2:
        await store.wait(SECOND)
    before = list(left)
    file = await taken(store, old)
    await asyncio.gather(*telling)
    for task in sending:
        task.cancel()
    await asyncio.gather(*sending, return_exceptions=True)
    return before, file


async def goes_on_elsewhere(store, old, new, monitors, count):
    await store.publish(version(DISK), monitors, 1)
    node = await store.begin("one", DAWN)
    block = await store.lease_monitors(node, DAWN)
    before, file = await under_load(store, block, old, count)
    found = restore(file, new, DAWN + DAY)
    again = SqliteStore.open(new)
    events = {e.id for e in await again.events(limit=10**6)}
    assert await again.faults() == []
    await again.close()
    sent = Counter(await sent_by(new))
    assert sum(sent.values()) == found.waiting_count
    assert set(sent.values()) <= {1}, "nothing twice"
    assert not sent.keys() & set(before), "nothing that was accepted before the backup"
    with closing(driver.connect(new)) as db:
        (mails,) = db.execute("select count(*) from spool where fate = 'accepted'").fetchone()
    assert mails == len(events), "each event's mail has left, then or now"


async def test_a_backup_under_load_comes_back_with_every_count_agreeing(store, old, new):
    await goes_on_elsewhere(store, old, new, ["m", "n"], 60)


@pytest.mark.long
async def test_a_large_backup_under_load_comes_back_with_every_count_agreeing(store, old, new):
    monitors = [f"m{n}" for n in range(200)]
    random.Random(3).shuffle(monitors)
    await goes_on_elsewhere(store, old, new, monitors, 250)


async def test_what_people_said_of_alarms_comes_back(old, new, store, block):
    await store.commit(block.fence, change(events=(event(1),)))
    its = {"monitor": "m", "item": "/", "level": Level.CRITICAL, "who": "aki", "at": DAWN}
    remark = Remark(sort=Remarked.ACKNOWLEDGED, words="見ています", **its)
    assert await store.acknowledge(Acknowledgement(**its), remark)
    given = {"begins": DAWN, "ends": DAWN + DAY, "why": "電源", "who": "aki"}
    await store.silence(Silence(id="s1", place="web", **given))
    said = await store.suppressions(DAWN)
    restore(await taken(store, old), new, DAWN + MINUTE)
    again = SqliteStore.open(new)
    assert await again.suppressions(DAWN + MINUTE) == said
    assert list(await again.remarks("m")) == [remark]
    await again.close()


async def test_no_browser_is_logged_in_by_a_backup(store, old, new):
    session = Session(key="1" * 64, user="sato", begun=DAWN, seen=DAWN)
    assert await store.put_session(session)
    backup = await taken(store, old)
    await store.end_sessions(DAWN, "sato")  # by another password, say
    restore(backup, new, DAWN + MINUTE)
    found = SqliteStore.open(new)
    assert await found.session(session.key) is None
    await found.close()
