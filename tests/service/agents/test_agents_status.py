"""Monitors of agents in the status: as reported last, and never fine while the agent is silent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from noroshi.core.levels import Level
from noroshi.core.model import Cause, Change, ItemState, Limits, Reading, Sample, State
from noroshi.core.report import START, Position, Report, ReportRow
from noroshi.definitions.document_content import document
from noroshi.ports import Version
from noroshi.service import perform
from tests.service.agents.fleet import heard, joined
from tests.service.harness import AKI, Harness

DISKS = {"id": "m1", "name": "disks", "kind": "disk"}
FILES = {"source": "fs01", "group": [{"name": "base", "monitor": [DISKS]}]}


@pytest.fixture
async def harness():
    harness = Harness()
    await harness.store.publish(
        Version(number=0, documents=(document("instances/files", FILES),)), ["m1"], 0
    )
    return harness


async def report(harness, **levels):
    """The agent reports a volume at each of these levels."""
    now, limits = harness.time.now, Limits(warning=80, critical=90)
    items = {
        f"/{name}": ItemState(
            level=level,
            level_since=now,
            cause=Cause(Reading("used", 40.0, "%", f"/{name}"), limits),
        )
        for name, level in levels.items()
    }
    row = ReportRow(epoch=0, seq=1, kind="change", written_at=now, body="{}")
    report = Report(start=START, rows=(row,), last=Position(seq=1))
    change = Change(monitor="m1", state=State(items=items, serial=1))
    await harness.store.receive("id-of-fs01", report, {1: change})
    readings = tuple(Reading("used", 40.0, "%", item) for item in items)
    await harness.store.append([("m1", Sample(now, readings))])


async def status_of(harness):
    (status,) = (await perform(harness.service, AKI, "status", {})).monitors
    return status


def words(status):
    return {item.item: item.words.en for item in status.items}


def levels_of(status):
    return {item.item: item.level for item in status.items}


async def test_what_an_agent_reported_is_shown_with_its_name_and_time(harness):
    agent = await joined(harness)
    await heard(harness, agent)
    await report(harness, var=Level.OK)
    harness.time.pass_by(seconds=60)
    status = await status_of(harness)
    assert (status.agent, status.level, status.known) == ("fs01", Level.OK, True)
    assert status.measured == harness.time.now - timedelta(seconds=60)
    assert status.agent_silent_since is None


async def test_what_no_agent_reported_yet_is_said_to_be_so(harness):
    await heard(harness, await joined(harness))
    status = await status_of(harness)
    assert (status.known, words(status)) == (
        False,
        {"": "agent fs01 has not reported this yet"},
    )


async def test_what_a_silent_agent_never_reported_is_not_called_its_last_word(harness):
    await heard(harness, await joined(harness))
    harness.time.pass_by(minutes=4)
    assert words(await status_of(harness)) == {"": "agent fs01 has not reported this yet"}


async def test_what_was_fine_when_the_agent_fell_silent_is_unknown(harness):
    agent = await joined(harness)
    await heard(harness, agent)
    await report(harness, var=Level.OK, srv=Level.CRITICAL)
    heard_at = harness.time.now
    harness.time.pass_by(seconds=90)
    status = await status_of(harness)
    assert levels_of(status) == {"/var": Level.UNKNOWN, "/srv": Level.CRITICAL}
    assert (status.level, status.agent_silent_since) == (Level.CRITICAL, heard_at)
    assert words(status)["/var"] == "agent fs01 is not reporting; last known: used 40%"
    assert words(status)["/srv"].startswith("agent fs01 is not reporting; last known: ")
    since = {item.item: item.since for item in status.items}
    assert since == {"/var": heard_at, "/srv": heard_at}
    (stored,) = (await harness.store.states()).values()
    assert stored.items["/var"].level is Level.OK


async def test_an_agent_that_is_back_is_fine_again(harness):
    agent = await joined(harness)
    await heard(harness, agent)
    await report(harness, var=Level.OK)
    harness.time.pass_by(seconds=600)
    assert (await status_of(harness)).level is Level.UNKNOWN
    await heard(harness, agent)
    later = Harness(store=harness.store)  # it reads what was heard when it begins
    later.time.pass_by(seconds=600)
    await later.service.context.agent_names.refresh()
    assert (await status_of(later)).level is Level.OK


async def test_one_monitor_in_full_says_the_same(harness):
    agent = await joined(harness)
    await heard(harness, agent)
    await report(harness, var=Level.OK)
    harness.time.pass_by(seconds=600)
    shown = await perform(harness.service, AKI, "monitor_show", {"monitor": "files/base/disks"})
    assert (shown.status.agent, shown.status.level) == ("fs01", Level.UNKNOWN)
    assert shown.measured_on.en == "agent fs01"


async def test_a_trial_shows_the_last_values_of_the_agent_and_forecasts_nothing(harness):
    async def measure(_monitor, _memory):
        raise AssertionError("an agent measures this")

    harness.service.context.measure = measure
    await heard(harness, await joined(harness))
    tried = await harness.service.trials.try_monitor(AKI, "files/base/disks")
    assert (tried.agent, tried.measured_at, tried.fault) == ("fs01", None, None)
    await report(harness, var=Level.OK)
    tried = await harness.service.trials.try_monitor(AKI, "files/base/disks")
    assert (tried.agent, tried.level, tried.rules) == ("fs01", Level.OK, ())
    assert [(one.item, one.value.en) for one in tried.readings] == [("/var", "40%")]
    assert tried.measured_at == harness.time.now
    assert tried.not_measured.en == "Agent fs01 is currently not connected to this node."
