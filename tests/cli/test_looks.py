"""Operations that only look are done without the lock on the store, and write nothing."""

from __future__ import annotations

import pytest

from noroshi.app.composition import open_app, open_to_examine
from noroshi.cli.clients.in_process import LOOKS
from noroshi.config.config import read_config
from noroshi.service import administrator, run_as_json
from noroshi.service.operation_list import OFFERED
from noroshi.stores.sqlite.process_lock import Holder, LifeLock, holding
from noroshi.stores.sqlite.store import SqliteStore
from tests.e2e.world import Home
from tests.sweeps import sweep

GIVEN = {
    "id": "nothing",
    "key": "instances/web1",
    "path": "web1/net/memory",
    "route": "smtp1",
    "number": 1,
    "documents": [],
}
OURS = {
    "contacts__ops": 'addresses = ["ops@example.com"]',
    "routes__smtp1": """
        kind = "smtp"
        [options]
        host = "127.0.0.1"
        port = 1025
        protection = "none"
        sender = "noroshi@example.com"
    """,
    "instances__web1": """
        [[group]]
        name = "net"
        [[group.monitor]]
        name = "memory"
        kind = "memory"
    """,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    home.define(**OURS)
    home.run("send", "--to", "ops", "--subject", "s", "text")
    return home.folder


@sweep("op", sorted(LOOKS))
async def test_it_writes_nothing(home, op):
    assert not OFFERED[op].changes
    given = {name: GIVEN.get(name, "") for name in OFFERED[op].required}
    config = read_config(home)
    with LifeLock(config.store.with_suffix(".lock"), Holder.COMMAND):
        async with open_app(config, open_store=SqliteStore.look, holder=None) as app:
            told = await run_as_json(app.service, administrator("who"), op, given)
            assert await app.store.trouble() is None
    assert "readonly" not in str(told)


async def test_who_looks_leaves_the_lock_to_others(home):
    config = read_config(home)
    async with open_app(config, open_store=SqliteStore.look, holder=None):
        assert holding(config.store.with_suffix(".lock")) is None


async def test_who_examines_leaves_the_lock_to_others(home):
    config = read_config(home)
    with LifeLock(config.store.with_suffix(".lock"), Holder.RUNNING):
        async with open_to_examine(config) as service:
            told = await run_as_json(
                service, administrator("who"), "examine_begin", {"route": ""}
            )
            assert told["ok"]["names"]


async def test_a_sign_in_that_an_examination_renews_is_kept_beside_a_node(home):
    config = read_config(home)
    async with open_app(config) as app:
        shared = SqliteStore.share(config.store)
        await shared.put_secret("sign-in", b"rotated")
        await shared.close()
        assert await app.store.get_secret("sign-in") == b"rotated"
        assert await app.store.trouble() is None
