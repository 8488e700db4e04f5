"""Servers at a glance: their key values, when something was not OK in the last day, the agents."""

from datetime import timedelta

import pytest

from noroshi.checks import BUILT_IN as CHECKS
from noroshi.core.levels import Level
from noroshi.core.model import NOT_SUPPRESSED, Reading, Sample
from noroshi.core.reckon import reckon
from noroshi.core.sources import SourceKind
from noroshi.core.translation import plain
from noroshi.definitions.compilation import compile_plan
from noroshi.operations.server_answers import KeyQuantity
from noroshi.service import perform
from tests.service.agents.fleet import heard, joined
from tests.service.clients import InProcessClient, apply_definitions
from tests.service.harness import AKI, Harness

KINDS = ("cpu", "memory", "disk")
CALM = {
    "cpu": (Reading("busy", 12.0, "%"),),
    "memory": (Reading("used", 40.0, "%"), Reading("available", 9.0, "GiB")),
    "disk": (Reading("used", 10.0, "%", "/"), Reading("used", 71.0, "%", "/srv")),
    "reach": (Reading("loss", 0.0, "%"), Reading("time", 0.4, "ms")),
    "port": (Reading("closed", 0, note=plain("")), Reading("connect", 0.9, "ms")),
}


def server(*kinds, **more):
    options = {"port": {"options": {"port": 22}}}
    monitors = [{"name": kind, "kind": kind} | options.get(kind, {}) for kind in kinds]
    return {"every": "1m", "group": [{"name": "base", "monitor": monitors}]} | more


async def defined(harness, **instances):
    given = {f"instances__{name}": told for name, told in instances.items()}
    await apply_definitions(InProcessClient(harness), instances__web1=None, **given)


async def measured(harness, instance, **readings):
    """Every monitor of an instance is measured, and judged as the engine does."""
    store, now = harness.store, harness.time.now
    plan = compile_plan((await store.current()).documents, harness.plugins)
    block = await store.lease_monitors(await store.begin("node", now), now)
    for id, monitor in plan.monitors.items():
        if monitor.instance.name == instance:
            given = readings.get(monitor.name, CALM[monitor.name])
            sample = Sample(now, given) if given else Sample(now, fault=plain("refused"))
            state, _ = await store.recall(id)
            change = reckon(monitor, state, sample, NOT_SUPPRESSED, now, harness.plugins.draft)
            assert await store.commit(block.fence, change)
            await store.append([(id, sample)])


async def servers(harness, **given):
    return await perform(harness.service, AKI, "server_list", given)


async def row(harness, name):
    return next(one for one in (await servers(harness)).rows if one.name == name)


@pytest.fixture
def harness():
    return Harness(checks=CHECKS)


async def test_of_the_volumes_the_fullest_is_a_key_value(harness):
    await defined(harness, fs01=server(*KINDS))
    await measured(harness, "fs01")
    fs01 = await row(harness, "fs01")
    values = {one.quantity: (one.title, one.value, one.level) for one in fs01.key_values}
    assert values == {
        KeyQuantity.CPU: ("cpu", 12.0, Level.OK),
        KeyQuantity.MEMORY: ("memory", 40.0, Level.OK),
        KeyQuantity.DISK: ("/srv", 71.0, Level.OK),
    }
    disk = fs01.key_values[-1]
    assert (disk.warning, disk.critical, disk.rising) == (80, 90, True)
    assert fs01.source is SourceKind.NODE and fs01.is_known and fs01.monitors == 3


async def test_a_computer_whose_inside_is_not_seen_tells_how_fast_it_responds(harness):
    await defined(harness, nas=server("port", "reach", address="192.0.2.1"))
    await measured(harness, "nas")
    (value,) = (await row(harness, "nas")).key_values
    assert (value.quantity, value.path, value.value) == (
        KeyQuantity.RESPONSE,
        "nas/base/reach",
        0.4,
    )


async def test_a_value_that_could_not_be_measured_is_none(harness):
    await defined(harness, fs01=server("cpu"))
    await measured(harness, "fs01", cpu=())
    (value,) = (await row(harness, "fs01")).key_values
    assert value.value is None and value.level is Level.UNKNOWN


async def test_what_was_never_measured_has_no_values(harness):
    await defined(harness, fs01=server(*KINDS))
    fs01 = await row(harness, "fs01")
    assert not fs01.key_values and not fs01.is_known and fs01.level is Level.OK


async def test_the_last_day_has_what_was_not_ok(harness):
    await defined(harness, fs01=server("memory"))
    await measured(harness, "fs01")
    harness.time.pass_by(days=2)
    begun = harness.time.now
    for used in (91.0, 96.0, 40.0):
        await measured(harness, "fs01", memory=(Reading("used", used, "%"),))
        harness.time.pass_by(minutes=10)
    fs01 = await row(harness, "fs01")
    minutes = [
        (one.level, (one.begins - begun) // timedelta(minutes=1), one.follows)
        for one in fs01.spells
    ]
    assert minutes == [(Level.WARNING, 0, False), (Level.CRITICAL, 10, True)]
    assert fs01.spells[-1].ends == begun + timedelta(minutes=20)
    assert fs01.quiet_since == begun + timedelta(minutes=20)


async def test_what_is_not_ok_has_no_end(harness):
    await defined(harness, fs01=server("memory"))
    await measured(harness, "fs01", memory=(Reading("used", 97.0, "%"),))
    harness.time.pass_by(minutes=10)
    fs01 = await row(harness, "fs01")
    (spell,) = fs01.spells
    assert spell.ends is None and fs01.quiet_since is None and fs01.level is Level.CRITICAL


async def test_what_was_over_a_day_ago_is_not_told(harness):
    await defined(harness, fs01=server("memory"))
    for used in (91.0, 40.0):
        await measured(harness, "fs01", memory=(Reading("used", used, "%"),))
        harness.time.pass_by(minutes=10)
    harness.time.pass_by(days=9)
    fs01 = await row(harness, "fs01")
    assert not fs01.spells
    assert harness.time.now - fs01.quiet_since == timedelta(days=9, minutes=10)


async def test_an_instance_that_is_new_has_no_whole_day(harness):
    await defined(harness, fs01=server("cpu"))
    harness.time.pass_by(days=3)
    await defined(harness, fs01=server("cpu"), fs02=server("cpu"))
    added_at = harness.time.now
    harness.time.pass_by(hours=2)
    begins = {one.name: one.begins for one in (await servers(harness)).rows}
    assert begins == {"fs01": harness.time.now - timedelta(days=1), "fs02": added_at}


async def test_maintenance_of_a_whole_server_is_told_with_its_end(harness):
    nightly = {"begins": "00:00", "ends": "23:59", "title": "update"}
    await defined(harness, fs01=server("cpu", "memory", maintenance=[nightly]))
    assert (await row(harness, "fs01")).maintenance_until is not None


async def test_a_silent_agents_values_are_old_and_nothing_of_it_is_fine(harness):
    await defined(harness, files=server("cpu", source="fs01"))
    agent = await joined(harness)
    await heard(harness, agent)
    await measured(harness, "files")
    files = await row(harness, "files")
    assert (files.source, files.agent, files.is_silent) == (SourceKind.AGENT, "fs01", False)
    assert (files.system, files.version, files.level) == ("Debian 13", "0.9.1", Level.OK)
    harness.time.pass_by(minutes=5)
    files = await row(harness, "files")
    assert files.is_silent and files.level is Level.UNKNOWN
    assert harness.time.now - files.last_contact == timedelta(minutes=5)
    assert files.key_values[0].value == 12.0


async def test_an_agent_that_measures_nothing_is_a_server_too(harness):
    await defined(harness, fs02=server("cpu"))
    await joined(harness)
    names = [(one.name, one.title) for one in (await servers(harness)).rows]
    assert names == [("", "fs01"), ("fs02", "fs02")]


async def test_of_many_servers_those_that_are_not_ok_come_first(harness):
    await defined(harness, **{f"s{n}": server("memory") for n in range(5)})
    await measured(harness, "s4", memory=(Reading("used", 97.0, "%"),))
    answer = await servers(harness, limit=2)
    assert [one.name for one in answer.rows] == ["s0", "s4"] and answer.more == 3
