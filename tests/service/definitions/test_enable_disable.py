"""Instances, groups and monitors are stopped and started: near, far, and by the web."""

from dataclasses import replace

import pytest

from noroshi.core.reckon import closing_change
from noroshi.service import Person, run_as_json
from noroshi.service.operation import OPERATOR, VIEWER, roles_up_to
from noroshi.web.context import OWN_NAMES
from noroshi.web.http.self_signed import own_certificate
from tests.service.clients import NOW, ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import DISK, Harness

OPERATES = Person("eri", roles_up_to(OPERATOR), "web", "192.0.2.7", reauthenticated=False)
PART = "web1/base/disks"


async def only_monitor(ask):
    (found,) = (await ask("status"))["monitors"]
    return found


async def test_an_instance_is_stopped_and_started_as_versions_like_any_other(ask):
    await apply_definitions(ask)
    done = await ask("instance_stop", instance="web1")
    assert done["version"] == 2
    assert [one["en"] for one in done["differences"]] == [
        "~ instances/web1: enabled none → false"
    ]
    assert (await ask("instance_start", instance="web1"))["version"] == 3
    found = {one["key"]: one["body"] for one in (await ask("export"))["documents"]}
    assert "enabled" not in found["instances/web1"]
    notes = [one["note"]["en"] for one in await ask("versions")]
    assert notes[:2] == ["start web1", "stop web1"]


async def test_the_status_says_by_whom_and_since_which_version_it_is_stopped(ask):
    await apply_definitions(ask)
    await ask.harness.measured()
    await ask("monitor_disable", monitor="web1/base")
    await ask("definition_change", remove=["contacts/boss"])
    status = await ask("status")
    (found,) = status["monitors"]
    assert (found["known"], found["level"], status["level"]) == (False, "ok", "ok")
    stop = {"path": "web1/base", "version": 2, "who": found["stopped"]["who"]}
    assert stop.items() <= found["stopped"].items() and stop["who"]
    words = found["items"][0]["words"]
    assert words["en"] == (
        f"monitoring stopped: group web1/base, by {stop['who']}, since version 2"
    )
    assert "監視停止中 (監視グループ web1/base" in words["ja"]
    assert status["stopped"] == [found["stopped"]]
    assert (await ask("monitor_show", monitor=PART))["status"]["stopped"] == found["stopped"]


async def test_what_is_outermost_stops_it_and_what_stays_stopped_is_told(ask):
    await apply_definitions(ask)
    await ask("monitor_disable", monitor="disks")
    await ask("instance_stop", instance="web1")
    assert (await only_monitor(ask))["stopped"]["path"] == "web1"
    told = await ask("monitor_enable", monitor=PART)
    assert [one["en"] for one in told["cautions"]] == [
        "Monitoring stays stopped because web1 is stopped too."
    ]
    await ask("monitor_disable", monitor=PART)
    told = await ask("instance_start", instance="web1")
    assert [one["en"] for one in told["cautions"]] == [
        "Still stopped individually: web1/base/disks."
    ]
    assert (await only_monitor(ask))["stopped"]["path"] == PART


async def test_what_is_stopped_already_is_no_new_version(ask):
    await apply_definitions(ask)
    await ask("instance_stop", instance="web1")
    again = await ask("instance_stop", instance="web1")
    assert (again["version"], again["differences"]) == (2, [])


@pytest.mark.parametrize(
    ("op", "given"),
    [
        ("instance_stop", {"instance": "web9"}),
        ("instance_stop", {"instance": "web1/base"}),
        ("monitor_disable", {"monitor": "web1"}),
        ("monitor_disable", {"monitor": "web1/base/nothing"}),
        ("monitor_enable", {"monitor": "a/b/c/d"}),
    ],
)
async def test_what_is_not_there_cannot_be_stopped(ask, op, given):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer) as caught:
        await ask(op, **given)
    assert caught.value.kind == "not found"


@pytest.mark.parametrize(
    ("op", "given"),
    [
        ("instance_stop", {"instance": "noroshi"}),
        ("monitor_disable", {"monitor": "noroshi/mail"}),
    ],
)
async def test_noroshi_never_stops_watching_itself(ask, op, given):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer) as caught:
        await ask(op, **given)
    assert caught.value.kind == "invalid"
    assert "always monitors itself" in caught.value.problems[0][1]


async def test_an_operator_stops_and_starts_also_what_runs_programs_and_a_viewer_does_not():
    harness = Harness(checks=(DISK, replace(DISK, kind="script", runs=True)))
    script = {"name": "look", "kind": "script"}
    await apply_definitions(
        InProcessClient(harness),
        instances__web1={"group": [{"name": "base", "monitor": [script]}]},
    )
    for op in ("instance_stop", "instance_start"):
        assert "ok" in await run_as_json(harness.service, OPERATES, op, {"instance": "web1"})
        looks = replace(OPERATES, roles=roles_up_to(VIEWER))
        told = await run_as_json(harness.service, looks, op, {"instance": "web1"})
        assert told["error"] == "forbidden"
    rows = [row for row in await harness.store.audit_log(limit=4) if not row.refused.en]
    assert {row.op for row in rows} == {"instance_stop", "instance_start"}
    assert rows[0].before == {"version": 2} and rows[0].after["version"] == 3


async def test_what_is_wrong_elsewhere_keeps_nobody_from_stopping(tmp_path):
    trusted, _ = own_certificate(tmp_path, OWN_NAMES, NOW)
    ask = InProcessClient(Harness())
    await apply_definitions(ask, networks__out={"ca_file": str(trusted)})
    trusted.unlink()
    with pytest.raises(ErrorAnswer):
        await apply_definitions(
            ask, networks__out={"ca_file": str(trusted)}, contacts__boss=None
        )
    assert (await ask("monitor_disable", monitor="disks"))["version"] == 2


async def test_the_log_says_that_it_is_stopped_and_that_nobody_saw_it_recover(ask):
    await apply_definitions(ask)
    await ask.harness.measured()
    await ask("instance_stop", instance="web1")
    version, plan = await ask.harness.service.context.current()
    (monitor,) = plan.monitors.values()
    store, now = ask.harness.store, ask.harness.time.now
    block = await store.lease_monitors(await store.begin("node", now), now)
    change = closing_change(monitor, block.states[monitor.id], now, lambda *_: {})
    assert await store.commit(block.fence, change)
    found = await ask("log", monitor="disks")
    assert found["stopped"]["version"] == version.number == 2
    (event,) = found["events"]
    assert (event["before"], event["after"], event["ended"]) == ("critical", "ok", "stopped")
    assert "it is not known whether the problem persists" in event["words"]["en"]


async def test_of_two_who_switch_at_once_neither_is_lost(ask):
    two = {"group": [{"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}]}
    await apply_definitions(ask, instances__web2=two)
    await ask("instance_stop", instance="web1")
    await ask("instance_stop", instance="web2")
    assert [one["path"] for one in (await ask("status"))["stopped"]] == ["web1", "web2"]


async def test_a_monitor_that_is_moved_while_it_is_stopped_stays_stopped_by_the_same_person():
    ask = InProcessClient(Harness())
    await apply_definitions(ask)
    given = {"monitor": "disks"}
    assert "ok" in await run_as_json(ask.harness.service, OPERATES, "monitor_disable", given)
    await ask("monitor_move", monitor="disks", to="web1/other")
    stop = (await only_monitor(ask))["stopped"]
    assert (stop["path"], stop["who"], stop["version"]) == ("web1/other/disks", "eri", 2)
