"""`noroshi agent`, as a person types it."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from noroshi import __version__
from noroshi.cli.exits import INVALID, REFUSED, TROUBLE
from noroshi.core.translation import plain
from noroshi.link.fingerprint_words import fingerprint_words
from noroshi.link.update_messages import UpdateReport
from noroshi.stores.sqlite.store import SqliteStore
from tests.cli.command_process import a_node, typed
from tests.service.agents.fleet import PIN, heard, joined, opened
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import Harness

DISKS = {"name": "disks", "kind": "disk"}


@pytest.fixture
async def harness(tmp_path):
    found = opened(Harness())
    async with a_node(tmp_path, found.service):
        yield found


async def test_a_server_is_invited_with_a_line_and_the_words_to_compare(harness, tmp_path):
    told = await typed("agent", "invite", "--servers", "2", home=tmp_path)
    assert told.code == 0 and "\n  noroshi --lang en join kanri01:7664 " in told.out
    assert "for 2 servers" in told.out and " ".join(fingerprint_words(PIN, "en")) in told.out
    told = await typed("--lang", "ja", "agent", "invite", home=tmp_path)
    assert "1台で使えます" in told.out and " ".join(fingerprint_words(PIN, "ja")) in told.out
    told = await typed("agent", "invite", "--json", home=tmp_path)
    assert json.loads(told.out)["line"].startswith("noroshi --lang en join kanri01:7664 ")


async def test_invitations_are_listed_and_withdrawn(harness, tmp_path):
    assert "no invitations" in (await typed("agent", "invitations", home=tmp_path)).out
    await joined(harness, "fs01")
    told = await typed("agent", "invitations", home=tmp_path)
    assert "1 of 9 (fs01)" in told.out and "open" in told.out
    told = await typed("agent", "uninvite", "i1", home=tmp_path)
    assert told.out == "The invitation was withdrawn.\n"


async def test_agents_are_listed_with_how_long_they_were_not_heard(harness, tmp_path):
    assert "noroshi agent invite" in (await typed("agent", "list", home=tmp_path)).out
    fs01, db01 = await joined(harness, "fs01"), await joined(harness, "db01", invitation="i2")
    await joined(harness, "new", invitation="i3")
    await heard(harness, fs01, backlog=7)
    harness.time.pass_by(minutes=2)
    await heard(harness, db01, problems=("no such kind",))
    lines = (await typed("agent", "list", home=tmp_path)).out.splitlines()
    words = {line.split()[0]: " ".join(line.split()[1:]) for line in lines}
    assert words["db01"].startswith("connected; the latest configuration could not be applied")
    assert words["fs01"].startswith("no contact") and words["fs01"].endswith(
        " ago) 0.9.1 Debian 13 7"
    )
    assert words["new"].startswith("joined, no contact yet")


async def test_no_agent_is_connected_where_no_node_runs(tmp_path):
    await typed("init", home=tmp_path)
    store = SqliteStore.open(tmp_path / "noroshi.db")
    stopped = Harness(store=store)
    agent = await joined(stopped, "fs01")
    await heard(stopped, agent, last_contact=datetime.now(UTC))
    await store.close()
    for command in (("list",), ("show", "fs01")):
        told = await typed("agent", *command, home=tmp_path)
        assert "No node is running" in told.out
        assert "no contact" in told.out and "connected" not in told.out


async def test_one_agent_is_shown_in_full(harness, tmp_path):
    agent = await joined(harness, "fs01", secrets=("smtp",))
    await heard(harness, agent, clock_offset=timedelta(seconds=-6), problems=("no such kind",))
    told = await typed("agent", "show", "fs01", home=tmp_path)
    assert "6.0 s behind" in told.out and "no such kind" in told.out and "smtp" in told.out
    (row,) = json.loads((await typed("agent", "list", "--json", home=tmp_path)).out)
    digest = bytes.fromhex(row["fingerprint"].replace(":", ""))
    assert (
        " ".join(fingerprint_words(digest, "en")) in told.out and row["fingerprint"] in told.out
    )
    told = await typed("agent", "show", "fs02", home=tmp_path)
    assert told.code != 0 and "There is no agent “fs02”" in told.err


async def test_an_agent_gets_another_name_and_is_removed(harness, tmp_path):
    await joined(harness, "fs01", secrets=("smtp",))
    told = await typed("agent", "rename", "fs01", "files", home=tmp_path)
    assert told.out == "The agent is now called files.\n"
    told = await typed("agent", "revoke", "files", home=tmp_path)
    assert told.out.splitlines() == [
        "files was removed: it can no longer connect.",
        "Change these secrets, because the server still has copies of them: smtp",
    ]
    assert "removed" in (await typed("agent", "list", home=tmp_path)).out


async def test_the_status_names_the_agent_that_measures(harness, tmp_path):
    await joined(harness, "FS01")
    content = {"source": "fs01", "group": [{"name": "base", "monitor": [DISKS]}]}
    ask = InProcessClient(harness)
    await apply_definitions(ask, instances__web1=None, instances__files=content)
    told = await typed("status", home=tmp_path)
    assert "files/base/disks [agent FS01]" in told.out
    (monitor,) = json.loads((await typed("status", "--json", home=tmp_path)).out)["monitors"]
    assert monitor["agent"] == "FS01"


async def test_a_node_that_nobody_reaches_says_how_to_open_an_address(harness, tmp_path):
    harness.service.context.endpoints.listener = None
    told = await typed("agent", "invite", home=tmp_path)
    assert told.code != 0 and "noroshi agent listen HOST" in told.err


async def test_each_agent_that_cannot_be_updated_is_named_with_the_reason(harness, tmp_path):
    await joined(harness, "fs01")
    told = await typed("agent", "update", home=tmp_path)
    assert told.code == INVALID and "Name one agent, or use --all" in told.err
    told = await typed("agent", "update", "fs01", home=tmp_path)
    assert told.code == TROUBLE and "make dist" in told.err
    told = await typed("agent", "update", "--all", home=tmp_path)
    assert told.code == REFUSED and told.out.startswith("fs01: This hub has no file")
    told = await typed("agent", "update", "--all", "--json", home=tmp_path)
    assert [one["name"] for one in json.loads(told.out)] == ["fs01"]


async def test_the_list_tells_of_an_update_that_failed(harness, tmp_path):
    agent = await joined(harness, "fs01")
    report = UpdateReport(phase="failed", version="0.9.2", words=plain("no space left"))
    harness.service.context.agents_hub.update_reports()[agent.id] = report
    told = await typed("agent", "list", home=tmp_path)
    line = "fs01: The update to version 0.9.2 failed: no space left."
    assert told.out.splitlines()[-1] == line
    assert (
        line.removeprefix("fs01: ") in (await typed("agent", "show", "fs01", home=tmp_path)).out
    )


async def test_where_all_agents_run_this_version_nothing_is_updated(harness, tmp_path):
    await joined(harness, "fs01", version=__version__)
    told = await typed("agent", "update", "--all", home=tmp_path)
    assert (told.code, told.out) == (0, "All agents run the same version as this node.\n")
