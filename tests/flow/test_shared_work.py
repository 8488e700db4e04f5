"""Of the nodes on a database one does what one does for all."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

from noroshi.app.shared_clock import SharedClock
from noroshi.app.shared_work import RECENT_CONTACT, WORK_LEASE, DatabaseContact, SharedWork
from noroshi.ports import Clocks, StoreError, StoreFault

NOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)


class Database:
    """Lends the work to who asks first once nobody has it, and can be away."""

    def __init__(self):
        self.holder, self.is_away, self.asked, self.bug = None, False, [], None
        self.was_moved, self.is_mute = False, False

    async def take_work(self, _node, holder, _duration):
        self.asked.append(holder)
        if self.bug is not None:
            raise self.bug
        if self.is_away:
            raise StoreError("away")
        if self.was_moved:
            raise StoreError("moved", StoreFault.GONE)
        self.holder = self.holder or holder
        return self.holder == holder

    async def clock(self):
        if self.is_away:
            raise StoreError("away")
        return NOON

    async def leave_work(self, _holder):
        if self.is_mute:
            await asyncio.Event().wait()
        self.holder = None

    async def announce(self, place):
        if self.is_away:
            raise StoreError("away")
        return [place]

    async def withdraw(self, _node):
        pass


async def test_once_the_database_is_back_the_node_that_had_the_work_comes_first():
    database, passed = Database(), [100.0]
    clocks = Clocks(lambda: NOON, lambda: passed[0])
    one, two = (
        SharedWork(database, name, SharedClock(clocks, database.clock), pause=0.0)
        for name in ("one", "two")
    )
    for work in (one, two):
        await work.begin()
    assert one.taken_event.is_set() and not two.taken_event.is_set()

    waiting = asyncio.create_task(two.keep())
    assert two.contact.has_database()
    database.is_away = True
    await _turns()
    passed[0] += RECENT_CONTACT
    assert not two.contact.has_database()
    database.is_away, database.holder = False, None  # what was held is over
    await _turns()
    assert not two.taken_event.is_set(), "the first one may still come"
    assert two.contact.has_database(), "it renews, and takes nothing yet"
    passed[0] += WORK_LEASE.total_seconds()
    await _turns()
    assert two.taken_event.is_set()
    waiting.cancel()
    with suppress(asyncio.CancelledError):
        await waiting
    keeping = asyncio.create_task(one.keep())
    await _turns()
    assert one.lost_event.is_set() and keeping.done()


async def test_a_node_has_a_database_that_is_slow_as_long_as_its_statements_are_answered():
    passed = [100.0]
    contact = DatabaseContact(lambda: passed[0])
    assert not contact.has_database(), "it never renewed"
    contact.note_answer(0.1)
    assert not contact.has_database(), "an answer alone is no renewal"
    contact.note_renewal(passed[0])
    for _ in range(13):  # the statements of a renewal
        passed[0] += 1.4
        contact.note_answer(1.4)
        assert contact.has_database()
    passed[0] += RECENT_CONTACT
    assert not contact.has_database(), "nothing is answered any more"


async def test_a_node_lacks_a_database_that_answers_and_refuses_each_renewal():
    passed = [100.0]
    contact = DatabaseContact(lambda: passed[0])
    contact.note_renewal(passed[0])
    contact.note_failure()
    passed[0] += RECENT_CONTACT - 1
    contact.note_answer(0.1)
    assert contact.has_database(), "one failure may be chance"
    passed[0] += 1
    contact.note_answer(0.1)
    contact.note_failure()
    assert not contact.has_database()


async def test_a_node_lacks_a_database_that_does_not_let_it_renew_the_lease_of_its_monitors():
    """As somebody locks a table, say: else each of two nodes would leave its share to the other."""
    passed = [100.0]
    contact = DatabaseContact(lambda: passed[0])
    contact.block_renewed_at = lambda: 100.0
    for _ in range(3):
        contact.note_renewal(passed[0])
        assert contact.has_database()
        passed[0] += RECENT_CONTACT / 3
    contact.note_renewal(passed[0])
    assert not contact.has_database()
    contact.block_renewed_at = lambda: passed[0]
    assert contact.has_database()


async def test_a_node_whose_store_was_moved_away_does_not_go_on_with_what_was_left():
    database, clocks = Database(), Clocks(lambda: NOON, lambda: 100.0)
    sender, other = (
        SharedWork(database, name, SharedClock(clocks, database.clock), pause=0.0)
        for name in ("one", "two")
    )
    for work in (sender, other):
        await work.begin()
    database.was_moved = True
    keeping = [asyncio.create_task(work.keep()) for work in (sender, other)]
    await _turns()
    assert sender.lost_event.is_set() and other.lost_event.is_set()
    assert all(task.done() for task in keeping)


async def test_a_bug_in_a_renewal_does_not_keep_a_node_from_seeing_that_another_one_sends(
    caplog,
):
    database = Database()
    clocks = Clocks(lambda: NOON, lambda: 100.0)
    work = SharedWork(database, "one", SharedClock(clocks, database.clock), pause=0.0)
    await work.begin()
    database.bug = ValueError("a bug")
    keeping = asyncio.create_task(work.keep())
    await _turns()
    assert "a bug" in caplog.text
    database.bug, database.holder = None, "two"
    await _turns()
    assert work.lost_event.is_set() and keeping.done()


async def test_a_node_that_stops_does_not_wait_for_a_database_that_does_not_answer():
    database, clocks = Database(), Clocks(lambda: NOON, lambda: 100.0)
    clock = SharedClock(clocks, database.clock)
    work = SharedWork(database, "one", clock, leave_timeout=0.01)
    await work.begin()
    database.is_mute = True
    await work.leave()
    assert database.holder is not None


async def _turns():
    for _ in range(50):
        await asyncio.sleep(0)
