"""A row of the queue that cannot be read holds up nothing but itself."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.delivery import Accepted
from noroshi.core.digest import digest
from noroshi.ports import StoreError
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, DISK, HOUR, OK, SECOND, letter, version
from tests.contracts.test_store_digests import ROWS

A, B, C = letter("a"), letter("b", order="a"), letter("c")


def cut(body):
    return body[: len(body) // 2]


def newer(body):
    """In a form that comes some day."""
    return json.dumps({**json.loads(body), "to": [{"address": "a"}]}).encode()


def broken_letter(body):
    """One bit has turned over, in the midst of a letter and of what must be a list."""
    return body.replace(b'"to":["a"]', b'"to":"\xe3\x81"')


@pytest.fixture
async def store(tmp_path):
    store = SqliteStore.open(tmp_path / "noroshi.db", reserve=0)
    await store.publish(version(DISK), ["m"], 0)
    yield store
    await store.close()


@pytest.fixture
def spoil(tmp_path):
    """Damage the row of an envelope on the disk."""

    def spoil(id, how):
        db = driver.connect(tmp_path / "noroshi.db", isolation_level=None)
        sql = "select cast(envelope as blob) from spool where id = ?"
        (body,) = db.execute(sql, (id,)).fetchone()
        spoilt = how(bytes(body))
        assert spoilt != body
        db.execute("update spool set envelope = cast(? as text) where id = ?", (spoilt, id))
        db.close()

    return spoil


@pytest.fixture
def claim(store):
    async def claim():
        node = await store.begin("one", DAWN)
        return await store.claim_parcel(node, "smtp", DAWN + SECOND)

    return claim


DAMAGES = pytest.mark.parametrize("how", [cut, newer, broken_letter])


@DAMAGES
async def test_it_is_lent_as_what_the_row_itself_tells(store, spoil, claim, how):
    await store.post(A)
    spoil("a", how)
    parcel = await claim()
    assert parcel.read_error.en.startswith("the stored record cannot be read")
    one = parcel.envelope
    assert (one.id, one.order, one.contact, one.to) == ("a", "a", "ops", ())
    assert (one.routes, one.alarms, one.lane) == (("smtp",), ("a",), A.lane)


@DAMAGES
async def test_once_put_by_it_is_shown_and_the_next_of_its_order_goes(store, spoil, claim, how):
    await store.post(A, B, C)
    spoil("a", how)
    parcel = await claim()
    assert await store.quarantine(parcel, parcel.read_error, DAWN, (letter("told", alarms=()),))
    shown = {row.envelope.id: row for row in await store.queue()}
    assert {id: row.state for id, row in shown.items()} == {
        "a": "set aside",
        "b": "",
        "c": "",
        "told": "",
    }
    assert shown["a"].reason == parcel.read_error
    again = await claim()
    assert (again.envelope.id, again.read_error) == ("b", None)
    assert await store.tally(DAWN - HOUR) == {"set aside": 1, "": 2}
    assert (await store.totals())["lost"] == 0


async def test_what_is_not_lent_any_more_is_not_put_by(store, spoil, claim):
    await store.post(A)
    spoil("a", cut)
    first = await claim()
    await claim()
    assert not await store.quarantine(first, first.read_error, DAWN)


async def test_the_record_stays_and_is_sent_once_it_can_be_read(store, spoil, claim):
    await store.post(A)
    spoil("a", newer)
    parcel = await claim()
    await store.quarantine(parcel, parcel.read_error, DAWN)
    with pytest.raises(StoreError):
        await store.release("a", DAWN)
    with pytest.raises(StoreError):
        await store.retry("a", DAWN)
    with pytest.raises(StoreError):
        await store.readdress("a", ("b",), ())
    spoil("a", lambda body: json.dumps({**json.loads(body), "to": ["a"]}).encode())
    assert await store.release("a", DAWN)
    assert (await claim()).envelope == A


async def test_a_person_may_give_it_up(store, spoil, claim):
    await store.post(A, B)
    spoil("a", cut)
    assert await store.drop("a", "sato")
    assert (await claim()).envelope.id == "b"


async def test_a_damaged_letter_in_a_text_keeps_the_rest_from_nothing(store, spoil, claim):
    await store.post(A)
    spoil("a", lambda body: body.replace("危".encode(), b"\xe5\xff"))
    parcel = await claim()
    assert parcel.read_error is None
    assert parcel.envelope.payload["subject"].endswith("険")
    assert await store.settle(parcel, OK, Accepted(DAWN))


@pytest.fixture
async def together(store, claim):
    """A digest of two, with one more for its contact."""
    members = [replace(letter(id), payload=ROWS) for id in ("x", "y")]
    await store.post(*members)
    made = digest(tuple(members), {"subject": "[2]"}, DAWN)
    assert await store.replace_by_digest(await claim(), made)
    return made


@DAMAGES
async def test_members_of_a_digest_that_cannot_be_read_wait_by_themselves(
    store, spoil, claim, together, how
):
    spoil(together.id, how)
    parcel = await claim()
    assert parcel.envelope.id == together.id
    await store.quarantine(parcel, parcel.read_error, DAWN)
    rows = {row.envelope.id: row.state for row in await store.queue()}
    assert rows == {together.id: "set aside", "x": "", "y": ""}
    assert (await claim()).envelope.id == "x"
    assert await store.drop(together.id, "sato")
    assert (await store.envelope("x"))[0].state == ""


@DAMAGES
async def test_neither_the_pile_nor_what_was_taken_stumble_over_it(store, spoil, claim, how):
    await store.post(C)
    parcel = await claim()
    assert await store.settle(parcel, OK, Accepted(DAWN))
    await store.post(*[replace(letter(id), payload=ROWS) for id in ("x", "y", "z")])
    spoil("y", how)
    spoil("c", how)
    pile = await store.pending_for(await claim())
    assert [one.id for one in pile] == ["x", "z"]
    assert [one.recipients for one in await store.accepted_since(DAWN)] == [1]
    assert [entry.alarm for entry in await store.ledger()] == ["z", "y", "x", "c"]
    assert len(await store.faults()) == 1


async def test_a_state_that_no_noroshi_writes_holds_up_nothing_and_counts_as_none(
    tmp_path, store
):
    await store.post(A, C)
    with driver.connect(tmp_path / "noroshi.db") as db:
        db.execute("update spool set fate = 'hel' where id = 'a'")
    (row, _) = await store.envelope("a")
    assert row.state == "set aside"
    assert await store.tally(DAWN) == {"hel": 1, "": 1}
    assert len(await store.ledger()) == 2
