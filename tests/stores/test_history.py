"""The history in the file: short rows, one a sample, one document row an edit."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.model import Reading, Sample
from noroshi.ports import Document, StoreError
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, SECOND, used, version


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noroshi.db"


@pytest.fixture
async def store(path):
    store = SqliteStore.open(path)
    yield store
    await store.close()


def sql(path, query):
    with closing(driver.connect(path)) as db:
        return db.execute(query).fetchall()


async def test_a_sample_is_one_row_and_a_series_is_written_once(store, path):
    two = (Reading("used", 1.0, "%", "/a"), Reading("used", 2.0, "%", "/b"))
    for n in range(3):
        await store.append([("m", Sample(DAWN + n * SECOND, two)), ("n", used(4.0))])
    assert sql(path, "select count(*) from sample") == [(6,)]
    assert sql(path, "select monitor, item from series order by id") == [
        ("m", "/a"),
        ("m", "/b"),
        ("n", "/"),
    ]


async def test_a_series_is_known_again_after_a_restart(store, path):
    await store.append([("m", used(1.0))])
    await store.close()
    again = SqliteStore.open(path)
    await again.append([("m", used(2.0, after=SECOND))])
    assert await again.samples("m") == [used(2.0, after=SECOND), used(1.0)]
    await again.close()
    assert sql(path, "select count(*) from series") == [(1,)]


async def test_a_series_of_samples_that_could_not_be_written_is_not_taken_for_known(store):
    bad = Sample(DAWN, (Reading("used", 1.0, "\ud800"),))
    with pytest.raises(StoreError):
        await store.append([("m", used(1.0)), ("m", bad)])
    await store.append([("m", used(2.0))])
    assert await store.samples("m") == [used(2.0)]


async def test_an_instant_is_kept_to_the_millisecond(store):
    await store.append([("m", used(1.0, after=timedelta(microseconds=1999)))])
    assert await store.samples("m") == [used(1.0, after=timedelta(milliseconds=1))]


async def test_an_edit_of_one_document_writes_one_document(store, path):
    documents = [Document(f"instance/h{n}", "{}") for n in range(20)]
    await store.publish(version(*documents), [], 0)
    documents[7] = replace(documents[7], body='{"title":"x"}')
    await store.publish(version(*documents), [], 1)
    assert sql(path, "select count(*) from document") == [(21,)]
    assert (await store.current()).documents == tuple(documents)
