"""A store that the node of an earlier commit left goes on: its mails leave, its monitors count on."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.levels import Level
from noroshi.oauth.account import Account, Cloud
from noroshi.oauth.grant_store import GrantStore
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.testing import DAWN
from noroshi.vault import Secret, Vault
from noroshi.vault.box import Box
from tests.flow.storm import Storm, counts

FILE = Path(__file__).parents[1] / "data" / "stores" / "node-7cc367c2.sql"
SOME_MINUTES = timedelta(minutes=10)
KEY = Secret("7a" * 32)
ACCOUNT = Account(
    name="m365",
    cloud=Cloud(
        name="global",
        authority="https://login.example.com/{tenant}",
        scope="mail",
        smtp_host="smtp.example.com",
        smtp_port=587,
    ),
    tenant="t1",
    client_id="client-1",
    secret="m365",
    mailbox="alarm@example.com",
)


@pytest.fixture
async def store(tmp_path):
    path = tmp_path / "noroshi.db"
    with closing(driver.connect(path, isolation_level=None)) as db:
        db.executescript(FILE.read_text("utf-8"))
    store = SqliteStore.open(path, reserve=0)
    yield store
    await store.close()


@pytest.fixture
def storm(store):
    """The same two monitors, as full as they were, some minutes later."""
    storm = Storm(store=store, one_by_one=1)
    storm.time.now, storm.used = DAWN + SOME_MINUTES, {"/": 96}
    return storm


async def test_nothing_is_wrong_with_it(store):
    assert await store.faults() == []


async def test_its_mails_are_waiting_as_they_were(store):
    rows = [
        (row.is_leased, row.receipt_count, len(row.envelope.members))
        for row in await store.queue()
    ]
    assert rows == [(True, 2, 0), (False, 2, 2)]
    assert await counts(store) == {"": 3, "accepted": 1}
    totals = await store.totals()
    assert (totals["raised"], totals["lost"]) == (4, 0)


async def test_its_mails_leave_and_its_monitors_keep_their_levels(storm, store):
    before, events = await store.states(), await store.events()
    await storm.watch(2)
    async with storm.life() as engine:
        await storm.seconds(engine, 120)
    assert sorted(len(mail.members) for mail in storm.smtp.sent_envelopes) == [0, 2]
    assert sorted(storm.named(storm.smtp.sent_envelopes)) == ["disk-0000", "disk-0001"]
    assert await store.queue() == [] and await counts(store) == {"accepted": 4}
    after = await store.states()
    assert {id: state.items["/"].level for id, state in after.items()} == {
        "m0000": Level.CRITICAL,
        "m0001": Level.CRITICAL,
    }
    since = {id: state.items["/"].level_since for id, state in before.items()}
    assert {id: state.items["/"].level_since for id, state in after.items()} == since
    assert await store.events() == events  # nothing passes for new


async def test_a_recovery_is_told_in_the_thread_of_its_alarm(storm, store):
    await storm.watch(2)
    async with storm.life() as engine:
        await storm.seconds(engine, 120)
        storm.used = {"/": 50}
        await storm.seconds(engine, 180)
    told = [
        mail for mail in storm.smtp.sent_envelopes if "RECOVERED" in mail.payload["subject"]
    ]
    known = {mail.known_as for mail in storm.smtp.sent_envelopes}
    first, _ = await store.envelope("m0000.1~e88edd2bac/r/ops")
    known.add(first.envelope.known_as)
    assert sorted(storm.named(told)) == ["disk-0000", "disk-0001"]
    assert all(mail.thread and known & set(mail.thread) for mail in told)


async def test_what_was_accepted_is_found_and_its_tries_are_on_record(store):
    (mail,) = await store.latest_by_prefix("m0000.1", 1)
    found = await store.find_by_message_id(["<m0000.1~e88edd2bac/r/ops@example.com>"])
    assert found == mail and len(mail.receipts) == 1
    entries = {entry.alarm: entry for entry in await store.ledger()}
    assert len(entries) == 4 and all(entry.event for entry in entries.values())
    assert all(entry.receipts for entry in entries.values())


async def test_its_secrets_open_with_its_key(store):
    vault = Vault(store, Box(KEY))
    client_secret = await vault.get("m365")
    grants = GrantStore(vault)
    attempt, grant = await grants.attempt(ACCOUNT), await grants.get(ACCOUNT)
    assert client_secret.reveal() == "a client secret of nobody"
    assert (grant.token.reveal(), grant.credential) == ("a refresh token of nobody", "m365")
    assert (grant.identity, grant.user) == (ACCOUNT.identity, ACCOUNT.mailbox)
    assert (attempt.identity, attempt.is_done) == (ACCOUNT.identity, True)


async def test_what_it_noted_is_there(store):
    notes = await store.get_values()
    assert notes["inbox/m365"] == '{"since":"2026-04-01T06:00:00+00:00"}'
