"""A store file of each released schema opens, and all that was in it is found.

The files are made by tools/store_file.py with the code of their release. When the newest schema
still changes before its release, its file is made anew.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as driver

from noroshi.core.alarms import Suppressions
from noroshi.core.delivery import Accepted
from noroshi.core.levels import Level, Reason
from noroshi.core.report import ReportLog
from noroshi.core.translation import plain
from noroshi.stores.sqlite.migrations import known_migrations
from noroshi.stores.sqlite.restore import faults_of, restore
from noroshi.stores.sqlite.store import SqliteStore
from tests.contracts.sample_records import DAWN, HOUR, MINUTE, OK

FOLDER = Path(__file__).parents[1] / "data" / "stores"


def number(file):
    return int(file.stem.rpartition("-")[2])


FILES = sorted(FOLDER.glob("schema-*.db"), key=number)


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request):
    return request.param


@pytest.fixture
async def store(file, tmp_path):
    path = tmp_path / "noroshi.db"
    shutil.copyfile(file, path)
    store = SqliteStore.open(path, reserve=0)
    yield store
    await store.close()


def steps_of(path):
    with closing(driver.connect(f"{path.as_uri()}?immutable=1", uri=True)) as db:
        return [row for (row,) in db.execute("select number from migration order by number")]


def test_there_is_a_file_of_each_schema():
    assert [number(file) for file in FILES] == [step.number for step in known_migrations()]


def test_each_file_is_of_the_schema_that_its_name_says(file):
    assert max(steps_of(file)) == number(file)


async def test_nothing_is_wrong_with_it(store):
    assert await store.faults() == []


async def test_its_definitions_are_there(store):
    version = await store.current()
    assert (version.number, version.author, version.note) == (2, "sato", "second")
    assert [d.key for d in version.documents] == ["instance/web", "route/smtp"]
    assert [v.number for v in await store.versions()] == [2, 1]


async def test_what_is_remembered_of_its_monitors_is_there(store):
    node = await store.begin("one", DAWN + MINUTE)
    assert node.last_seen is not None and node.life == 2
    block = await store.lease_monitors(node, DAWN + MINUTE)
    assert block.states["disk"].items["/"].level is Level.CRITICAL
    assert block.states["disk"].serial == 2
    assert block.memories["disk"] == {"offset": 17, "tail": ["危"]}
    renewal = await store.renew(block.fence, DAWN + MINUTE)
    assert renewal.suppression_by_monitor["port"].silenced is not None


async def test_its_history_is_there(store):
    assert [e.id for e in await store.events()] == ["disk.2", "disk.1"]
    assert [d.reason for d in await store.decisions("disk")] == [Reason.NEW_LEVEL]
    assert [s.readings[0].value for s in await store.samples("disk")] == [95.0, 80.25]
    assert (await store.samples("port"))[0].fault.en == "timed out"


async def test_its_secrets_are_there_and_sealed(store):
    assert await store.get_secret("oauth/m365") == b"not a real secret"


async def test_its_mails_are_as_they_were(store):
    found = {row.envelope.id.partition("/")[2]: row for row in await store.queue()}
    assert found["refused"].state == "set aside" and found["out"].is_leased
    assert {"waits", "behind"} <= found.keys() and "accepted" not in found
    _, receipts = await store.envelope("disk.1/accepted")
    assert [receipt.answers["ops@example.com"].code for receipt in receipts] == [250]
    assert [rest.route for rest in await store.route_outages()] == ["down"]


async def test_why_they_wait_is_there_whichever_schema_wrote_it(store):
    refused = next(row for row in await store.queue() if row.state == "set aside")
    assert refused.reason == plain("550 no such user")
    assert [rest.reason for rest in await store.route_outages()] == [plain("away")]


async def test_its_mails_go_on_in_their_order_and_none_that_was_accepted(store):
    node = await store.begin("one", DAWN + MINUTE)
    now, sent = DAWN + HOUR + MINUTE, []
    for route in ("smtp", "down"):
        while (parcel := await store.claim_parcel(node, route, now)) is not None:
            sent.append(parcel.envelope.id.partition("/")[2])
            await store.settle(parcel, OK, Accepted(now))
    assert sent == ["out", "waits", "behind"]


async def test_the_copy_from_before_the_update_is_the_file_as_it_was(file, store, tmp_path):
    kept = sorted(tmp_path.glob("noroshi.db.before-*"))
    newest = known_migrations()[-1].number
    assert len(kept) == (number(file) < newest)
    for copy in kept:
        assert copy.name == f"noroshi.db.before-{number(file) + 1}"
        assert max(steps_of(copy)) == number(file)


async def test_what_a_later_schema_brought_is_there_too(file, store):
    if number(file) < 2:
        assert await store.beats() == {}
        return
    assert (await store.beats())["backup"].text == "exit 1"
    held, _ = await store.envelope("disk.1/held")
    dropped, _ = await store.envelope("disk.1/dropped")
    assert (held.state, dropped.state) == ("held", "dropped")


async def test_its_people_and_what_they_changed_are_there(file, store):
    if number(file) < 4:
        assert (await store.users(), await store.audit_log()) == ({}, [])
        return
    assert (await store.users())["sato"].step == 7
    assert (await store.api_tokens())["ci"].by == "sato"
    assert (await store.session("1" * 64)).user == "sato"
    (row,) = await store.audit_log()
    assert (row.who, row.door, row.after) == ("sato", "web", {"state": "held"})


async def test_what_people_said_of_alarms_is_there(file, store):
    said = await store.suppressions(DAWN)
    if number(file) < 5:
        assert (said, await store.remarks()) == (Suppressions(), [])
        return
    assert [(one.item, one.who, one.words) for one in said.acknowledged] == [
        ("/", "sato", "見ています")
    ]
    assert [(one.place, one.why) for one in said.silences] == [("web", "電源工事")]
    assert [one.words for one in await store.remarks("disk")] == ["見ています"]


async def test_its_agents_are_there(file, store):
    if number(file) < 9:
        assert (await store.agents(), await store.invitations()) == ({}, {})
        return
    assert (await store.agents())["a1"].name == "fs01"
    assert (await store.invitations())["i1"].used_by == ("t1",)
    assert (await store.last_seen())["a1"].backlog == 3


async def test_what_was_reported_is_there(file, store):
    log, positions = await store.report_log(), await store.received_positions()
    if number(file) < 10:
        assert (log, positions) == (ReportLog(), {})
        return
    assert [row.body for row in await store.reports(0)] == ["{}", "[]"]
    assert (log.backlog, log.acknowledged.seq) == (1, 1)
    assert positions == {"a1": log.last}


def test_a_backup_of_it_can_be_looked_through_and_brought_back(file, tmp_path):
    backup = shutil.copyfile(file, tmp_path / "backup.db")
    assert faults_of(backup) == []
    found = restore(backup, tmp_path / "noroshi.db", DAWN + HOUR)
    assert (found.version, found.waiting_count) == (2, 3)
    assert faults_of(tmp_path / "noroshi.db") == []
