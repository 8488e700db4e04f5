"""Nodes of two versions share a database while they are updated one after the other."""

from __future__ import annotations

import os
import re

import asyncpg
import pytest

from noroshi import __version__
from noroshi.config.database import Database
from noroshi.ports import StoreError
from noroshi.stores.migration_steps import Migration
from noroshi.stores.postgres.migrations import Schema, known_migrations
from noroshi.stores.postgres.store import PostgresStore
from tests.contracts.sample_records import DAWN, DISK, version

BREAKS = re.compile(
    r"\b(drop|rename|truncate|set not null|add constraint|create unique index|alter column)\b"
    r"|add column (?!.*\bdefault\b)[^;]*not null"
)
"""Match what an older node that still writes would stumble over."""
ADDITION = Migration(99, "-- beside: 0.3\ncreate table addition (x integer);")
BREAK = Migration(99, "create table break (x integer);")


@pytest.fixture
async def database(postgres):
    name = f"versions_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    await _on(postgres.url(), f"create database {name}")
    yield Database(url=postgres.url(name))
    await _on(postgres.url(), f"drop database {name} with (force)")


async def _on(url, sql):
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(sql)
    finally:
        await connection.close()


class Cluster:
    """Start nodes of any version on one database."""

    def __init__(self, database):
        self._database, self._stores = database, []

    async def start(self, name, version, *steps):
        """Start a node until it has its lease; further steps come with its version."""
        schema = Schema(version, (*known_migrations(), *steps))
        store = await PostgresStore.open(self._database, schema)
        self._stores.append(store)
        node = await store.begin(name, DAWN)
        return store, node, await store.lease_monitors(node, DAWN)

    async def close(self):
        for store in self._stores:
            await store.close()


@pytest.fixture
async def cluster(database):
    cluster = Cluster(database)
    yield cluster
    await cluster.close()


async def test_nodes_tell_their_versions(cluster):
    await cluster.start("a", "0.3.0")
    store, _, _ = await cluster.start("b", "0.4.0")
    assert {one.name: one.version for one in await store.nodes()} == {
        "a": "0.3.0",
        "b": "0.4.0",
    }


async def test_a_node_two_minor_versions_apart_does_not_start(cluster):
    store, node, _ = await cluster.start("a", "0.3.0")
    with pytest.raises(StoreError, match=r"nodes of version 0\.3\.0 are running"):
        await cluster.start("b", "0.5.0")
    await store.end(node, DAWN)
    await cluster.start("b", "0.5.0")


async def test_a_node_takes_the_place_of_its_own_older_life(cluster):
    await cluster.start("a", "0.3.0")
    await cluster.start("a", "0.5.0")


async def test_an_addition_is_made_beside_an_older_node_which_works_on_and_starts_again(
    cluster,
):
    old, node, block = await cluster.start("a", "0.3.0")
    await cluster.start("b", "0.4.0", ADDITION)
    assert await old.renew(block.fence, DAWN)
    assert await old.publish(version(DISK), ["m"], 0) == 1
    await old.end(node, DAWN)
    await cluster.start("a", "0.3.0")


async def test_an_addition_is_not_made_beside_a_node_that_is_too_old_for_it(cluster):
    await cluster.start("a", "0.2.0")
    with pytest.raises(StoreError, match=r"nodes of version 0\.2\.0 cannot work"):
        await cluster.start("b", "0.3.0", ADDITION)


async def test_a_breaking_step_waits_until_no_older_node_lives(cluster):
    store, node, _ = await cluster.start("a", "0.3.0")
    with pytest.raises(
        StoreError, match="Stop all nodes, then start them with the new version"
    ):
        await cluster.start("b", "0.4.0", BREAK)
    await store.end(node, DAWN)
    await cluster.start("b", "0.4.0", BREAK)
    with pytest.raises(StoreError, match="was written by a newer Noroshi"):
        await cluster.start("a", "0.3.0")


async def test_a_node_of_before_versions_counts_as_too_old(cluster, database):
    await cluster.start("a", __version__)
    await _on(database.url, "update lease set version = ''")
    with pytest.raises(StoreError, match=r"nodes of version \? are running"):
        await cluster.start("b", __version__)


def test_a_step_that_says_that_older_nodes_work_beside_it_only_adds():
    steps = [one for one in known_migrations() if one.oldest_version]
    assert [one.number for one in steps if BREAKS.search(one.sql.lower())] == []


@pytest.mark.parametrize(
    ("sql", "breaks"),
    [
        ("alter table a add column b text", False),
        ("alter table a add column b text not null default ''", False),
        ("alter table a add column b text not null", True),
        ("alter table a drop column b", True),
        ("alter table a rename to b", True),
        ("create unique index c on a (b)", True),
        ("create index c on a (b)", False),
    ],
)
def test_what_breaks_an_older_node_is_recognised(sql, breaks):
    assert bool(BREAKS.search(sql)) is breaks
