"""What jobs report: read once for all who ask, and in whose time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from noroshi.hosts.jobs import Jobs
from noroshi.hosts.local import LocalHost
from noroshi.hosts.programs import ProgramRules
from noroshi.ports import Beat, StoreError, Unmeasurable
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import DAWN, FaultyStore, ManualClocks


@pytest.fixture
def clocks():
    return ManualClocks()


@pytest.fixture
def store():
    return FaultyStore(MemoryStore())


@pytest.fixture
def jobs(store, clocks):
    return Jobs(store.beats, clocks.clocks.steady)


async def test_one_look_at_the_store_serves_all_who_ask_within_a_second(jobs, store, clocks):
    await store.beat("backup", Beat(at=DAWN))
    found = await asyncio.gather(*[jobs.beat("backup") for _ in range(50)], jobs.beat("other"))
    assert found == [*[Beat(at=DAWN)] * 50, None]
    assert store.calls.count("beats") == 1


async def test_a_second_later_it_is_read_anew(jobs, store, clocks):
    assert await jobs.beat("backup") is None
    await store.beat("backup", Beat(at=DAWN))
    clocks.pass_by(seconds=1)
    assert await jobs.beat("backup") == Beat(at=DAWN)


async def test_a_store_that_is_away_is_told_and_asked_again(jobs, store, clocks):
    store.is_failing = True
    with pytest.raises(Unmeasurable, match=r"cannot be read from the store: .*full") as caught:
        await jobs.beat("backup")
    assert "ジョブの報告" in caught.value.words.ja
    assert isinstance(caught.value.__cause__, StoreError)
    store.is_failing = False
    clocks.pass_by(seconds=1)
    assert await jobs.beat("backup") is None


async def test_a_host_tells_the_time_of_its_own_zone(clocks):
    tokyo = LocalHost(ProgramRules(), clocks.clocks, zone=ZoneInfo("Asia/Tokyo"))
    now = await tokyo.now()
    assert (now, now.utcoffset()) == (clocks.now, timedelta(hours=9))


async def test_without_a_store_nobody_reports(clocks):
    assert await LocalHost(ProgramRules(), clocks.clocks).beat("backup") is None
