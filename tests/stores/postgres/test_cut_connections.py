"""Connections of a store that end while nobody looks: the next transaction takes another one."""

from __future__ import annotations

import asyncio
from contextlib import nullcontext

import pytest

from noroshi.config.database import Database
from noroshi.ports import Node, StoreError
from noroshi.stores.postgres.store import PostgresStore
from tests.cluster.valve import Passage, Valves
from tests.contracts.sample_records import DAWN, letter
from tests.ports import free_port
from tests.postgres import PASSWORD

HERE = "127.0.0.1"


@pytest.fixture
def door():
    return free_port()


@pytest.fixture
def valves(postgres, door):
    valves = Valves(nullcontext(), HERE, {door: postgres.port})
    yield valves
    valves.end()


@pytest.fixture
async def store(postgres, valves, door, tmp_path):
    store = await PostgresStore.open(_database(postgres, door, tmp_path))
    yield store
    await store.close()


def _database(postgres, door, folder):
    """Return a new database behind the valves."""
    password = folder / "password"
    password.write_text(PASSWORD)
    password.chmod(0o600)
    url = postgres.tcp_url(postgres.make_database()).replace(f":{postgres.port}/", f":{door}/")
    return Database(url=url, password_file=password)


async def test_connections_that_were_cut_unseen_cost_no_transaction(store, valves):
    for number in range(5):
        # All that the pool may hold.
        await asyncio.gather(*(store.post(letter(f"m.{number}/{n}/ops")) for n in range(8)))
        valves.set(
            HERE, Passage.REFUSED
        )  # our loop, which would see it, stands still meanwhile
        valves.set(HERE, Passage.OPEN)
        assert len(await store.queue()) == 8 * (number + 1)


async def test_a_database_that_is_away_leaves_no_tracebacks_of_the_driver_in_the_log(
    store, valves, caplog
):
    valves.set(HERE, Passage.REFUSED)
    for _ in range(3):
        with pytest.raises(StoreError):
            await store.queue()
        await asyncio.sleep(0.3)  # in which the driver's pool would look after itself
    valves.set(HERE, Passage.OPEN)
    assert await store.queue() == []
    assert not [one for one in caplog.records if one.name.startswith("asyncpg")]


async def test_a_store_that_closes_gives_up_what_a_mute_database_does_not_answer(store, valves):
    await store.queue()
    valves.set(HERE, Passage.MUTE)
    questions = (
        store.queue(),
        store.post(letter("m.1")),
        store.claim_parcel(Node("one", 1), "smtp", DAWN),
    )
    asked = [asyncio.create_task(one) for one in questions]
    await asyncio.sleep(0)
    await store.close()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(one, StoreError) for one in answers), answers
    assert "is closed" in str(answers[0]), "it did not wait for the driver to give up"
    valves.set(HERE, Passage.OPEN)


async def test_what_was_asked_for_before_a_store_closes_is_done(store, valves):
    valves.set_delay(HERE, 0.05)
    asked = asyncio.create_task(store.post(letter("m.1/1/ops")))
    await asyncio.sleep(0)
    await store.close()
    await asked


async def test_each_answer_of_the_database_is_told_with_its_time(
    postgres, valves, door, tmp_path
):
    database, answers = _database(postgres, door, tmp_path), list[float]()
    store = await PostgresStore.open(database, on_answer=answers.append)
    await store.clock()
    answers.clear()
    valves.set_delay(HERE, 0.05)
    await store.clock()
    assert len(answers) == 3, "the beginning, the question and the end"
    assert all(one >= 0.1 for one in answers), "there and back"
    valves.set(HERE, Passage.REFUSED)
    with pytest.raises(StoreError):
        await store.clock()
    assert len(answers) == 3, "an error is no answer"
    valves.set(HERE, Passage.OPEN)
    await store.close()
