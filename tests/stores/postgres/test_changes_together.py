"""Changes that are written in one go are as if each had been by itself."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace

import pytest

from noroshi.config.database import Database
from noroshi.core.levels import Reason
from noroshi.ports import MOST_DECISIONS, StoreError
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import (
    DAWN,
    DISK,
    SECOND,
    change,
    decision,
    event,
    letter,
    used,
    version,
)
from tests.postgres_database import Databases

MONITORS = [f"m{number:02d}" for number in range(60)]
UNWRITABLE = "\0"


@pytest.fixture(scope="module")
def databases(postgres):
    return Databases(postgres, f"together_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}")


@pytest.fixture
async def store(databases):
    async with databases.lent() as url:
        opened = await PostgresStore.open(Database(url=url))
        await opened.publish(version(DISK), MONITORS, 0)
        yield opened
        await opened.close()


@pytest.fixture
async def fence(store):
    return (await store.lease_monitors(await store.begin("one", DAWN), DAWN)).fence


def _change(monitor, serial=1, **other):
    id = f"{monitor}.{serial}"
    return change(
        letter(f"{id}/r/ops", order=monitor),
        monitor=monitor,
        serial=serial,
        events=(event(serial, monitor),),
        decisions=(decision(Reason.NEW_LEVEL),),
        samples=(used(95.0),),
        **{"memory": {"offset": serial}} | other,
    )


async def test_each_of_many_is_written_whole(store, fence):
    asked = [store.commit(fence, _change(monitor)) for monitor in MONITORS]
    assert all(await asyncio.gather(*asked))
    assert {row.envelope.order for row in await store.queue()} == set(MONITORS)
    assert {one.monitor for one in await store.events()} == set(MONITORS)
    for monitor in MONITORS:
        assert (await store.recall(monitor))[1] == {"offset": 1}
        assert [one.reason for one in await store.decisions(monitor)] == [Reason.NEW_LEVEL]
        assert len(await store.samples(monitor)) == 1


async def test_one_that_cannot_be_written_keeps_none_of_the_others_from_it(store, fence):
    bad = _change("m07")
    bad = replace(bad, envelopes=(letter(UNWRITABLE, order="m07"),))
    asked = [store.commit(fence, bad if one == "m07" else _change(one)) for one in MONITORS]
    answers = dict(
        zip(MONITORS, await asyncio.gather(*asked, return_exceptions=True), strict=True)
    )
    assert isinstance(answers.pop("m07"), StoreError)
    assert set(answers.values()) == {True}
    assert {one.monitor for one in await store.events()} == set(MONITORS) - {"m07"}


async def test_of_two_changes_of_a_monitor_the_later_one_stays(store, fence):
    serials = range(1, 5)
    asked = [store.commit(fence, _change("m00", serial)) for serial in serials]
    assert all(await asyncio.gather(*asked))
    state, memory = await store.recall("m00")
    assert (state.serial, memory) == (4, {"offset": 4})
    assert [one.id for one in await store.events("m00")] == ["m00.4", "m00.3", "m00.2", "m00.1"]


async def test_what_is_not_held_is_refused_by_itself(store, fence):
    await store.give_back(fence, {"m03": DAWN})
    asked = [store.commit(fence, _change(monitor)) for monitor in MONITORS]
    answers = dict(zip(MONITORS, await asyncio.gather(*asked), strict=True))
    assert [monitor for monitor, written in answers.items() if not written] == ["m03"]
    assert await store.events("m03") == []
    assert await store.samples("m03") == []


async def test_of_many_decisions_the_newest_stay(store, fence):
    moments = [DAWN + SECOND * number for number in range(MOST_DECISIONS + 3)]
    many = tuple(decision(Reason.NEW_LEVEL, at) for at in moments)
    for part in (many[:2], many[2:]):
        assert await store.commit(fence, change(monitor="m00", decisions=part))
    kept = [one.decided_at for one in await store.decisions("m00")]
    assert kept == moments[: -MOST_DECISIONS - 1 : -1]


async def test_what_nobody_waits_for_any_more_is_there_before_it_is_recalled(store, fence):
    first = asyncio.create_task(store.commit(fence, _change("m00")))
    await asyncio.sleep(0)
    second = asyncio.create_task(store.commit(fence, _change("m01")))
    await asyncio.sleep(0)
    for one in (first, second):
        one.cancel()
    await asyncio.gather(first, second, return_exceptions=True)
    assert (await store.recall("m01"))[0].serial == 1
    assert (await store.recall("m00"))[0].serial == 1


async def test_what_was_asked_for_is_written_before_the_store_closes(databases):
    async with databases.lent() as url:
        store = await PostgresStore.open(Database(url=url))
        await store.publish(version(DISK), MONITORS, 0)
        fence = (await store.lease_monitors(await store.begin("one", DAWN), DAWN)).fence
        asked = [asyncio.create_task(store.commit(fence, _change(one))) for one in MONITORS]
        await asyncio.sleep(0)
        await store.close()
        assert all(await asyncio.gather(*asked))
