"""Nodes cannot use a version of the definitions: they say so, and go on with the version before."""

import asyncio
from contextlib import ExitStack
from dataclasses import replace

import pytest

from noroshi.config.database import Database
from noroshi.definitions.document_content import document
from noroshi.stores.postgres.store import PostgresStore
from tests.e2e.clusters import Cluster, Shop
from tests.e2e.world import until
from tests.postgres import PASSWORD

TELLS = 'rules = ["ops"]\nevery = "2s"\n'
TAPE = document(
    "instances/tape",
    {
        "address": "192.0.2.1",
        "group": [{"name": "g", "monitor": [{"name": "t", "id": "tape", "kind": "tape"}]}],
    },
)


@pytest.fixture
def shops():
    with ExitStack() as stack:
        shops = [Shop() for _ in range(4)]
        for one in shops:
            stack.callback(one.close)
        yield shops


@pytest.fixture
def cluster(tmp_path, postgres, monkeypatch):
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    cluster = Cluster(tmp_path, ("one", "two"), postgres)
    yield cluster
    cluster.close()


async def publish(url, *, knows_tapes):
    """Publish a version as a newer Noroshi, which knows tapes, would; or without them."""
    store = await PostgresStore.open(Database(url=url))
    try:
        current = await store.current()
        documents = [one for one in current.documents if one != TAPE]
        documents += [TAPE] if knows_tapes else []
        version = replace(current, documents=tuple(documents))
        await store.publish(version, (await store.states()).keys(), current.number)
    finally:
        await store.close()


def texts(mailbox):
    bodies = [mail.get_body(("plain",)).get_content() for mail in mailbox.mails]
    return " ".join(" ".join(bodies).split())


def test_nodes_that_cannot_use_a_version_say_so_and_go_on_with_the_one_before(
    cluster, mailbox, shops
):
    cluster.define(mailbox, shops, instances__noroshi=TELLS)
    for name in ("one", "two"):
        cluster.serve(name)
    until(lambda: len(cluster.shares()) == 2 and all(s.looks for s in shops), "two shares")
    everything = sum(cluster.shares().values())
    asyncio.run(publish(cluster.url, knows_tapes=True))
    until(
        lambda: (
            "node one, which sends, cannot use version 2" in texts(mailbox)
            and "node two cannot use version 2" in texts(mailbox)
        ),
        "the alarms",
    )
    assert "tape" in texts(mailbox), "it says why"
    assert sum(cluster.shares().values()) == everything
    for home in cluster.homes.values():
        refused = home.run("status", check=False)
        assert "there is no type of monitor “tape”" in refused.stdout + refused.stderr
    before = [len(one.looks) for one in shops]
    until(
        lambda: all(len(s.looks) > n for s, n in zip(shops, before, strict=True)),
        "looks by the version before",
    )
    asyncio.run(publish(cluster.url, knows_tapes=False))
    until(lambda: "RECOVERED" in " ".join(m["Subject"] for m in mailbox.mails), "the end")
    told = cluster.homes["two"].status()["nodes"]
    assert [one["unusable_version"] for one in told] == [0, 0]
