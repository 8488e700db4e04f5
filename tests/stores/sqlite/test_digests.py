"""Members of a digest whose row an earlier Noroshi wrote."""

import json
from contextlib import closing

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.digest import digest
from noroshi.core.mail import Lane
from noroshi.core.translation import plain
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN
from tests.contracts.test_store_digests import alarm

A, B, C = alarm("a"), alarm("b"), alarm("c", order="a")
FORMS = {
    "a text in both languages": json.dumps({"en": "b/together", "ja": "b/together"}),
    "a name": "b/together",
}


@pytest.fixture(params=FORMS)
async def store(request, tmp_path):
    """A digest of a and b, with rows as they were; c waits behind a."""
    path = tmp_path / "noroshi.db"
    store = SqliteStore.open(path)
    node = await store.begin("one", DAWN)
    await store.post(A, B)
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    assert await store.replace_by_digest(parcel, digest((A, B), {"subject": "[2]"}, DAWN))
    await store.close()
    with closing(driver.connect(path)) as db, db:
        sql = "update spool set why = ? where fate = 'together'"
        assert db.execute(sql, (FORMS[request.param],)).rowcount == 2
    store = SqliteStore.open(path)
    yield store
    await store.close()


async def test_they_name_their_digest(store):
    assert [(await store.envelope(id))[0].digest for id in "ab"] == ["b/together"] * 2


async def test_what_waits_behind_one_makes_the_digest_urgent(store):
    node = await store.begin("two", DAWN)
    await store.post(alarm("x", lane=Lane.WARNING), alarm("c", order="a", lane=Lane.CRITICAL))
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    assert parcel.envelope.id == "b/together"


async def test_they_wait_by_themselves_once_the_digest_is_put_in_quarantine(store):
    node = await store.begin("two", DAWN)
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    assert await store.quarantine(parcel, plain("damaged"), DAWN)
    assert [(await store.envelope(id))[0].state for id in "ab"] == ["", ""]


async def test_they_go_on_in_a_larger_digest(store):
    node = await store.begin("two", DAWN)
    parcel = await store.claim_parcel(node, "smtp", DAWN)
    await store.post(C)
    larger = digest((A, B, C), {"subject": "[3]"}, DAWN)
    assert await store.replace_by_digest(parcel, larger)
    assert [(await store.envelope(id))[0].digest for id in "abc"] == [larger.id] * 3
