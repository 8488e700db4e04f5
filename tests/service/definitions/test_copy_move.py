"""Monitors and groups are copied and moved, instances copied: near, far, and by the web."""

import json

import pytest

from noroshi.service import run_as_json
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import DISK, Harness
from tests.service.test_programs import BROWSER, RUNS, SCRIPT, instance

WEB2 = {"group": [], "address": "192.0.2.2"}


async def applied_both(ask):
    await apply_definitions(ask, instances__web2=WEB2)


async def contents(ask):
    found = (await ask("export"))["documents"]
    return {one["key"].removeprefix("instances/"): json.loads(one["body"]) for one in found}


def monitors(its):
    return {
        f"{group['name']}/{one['name']}": one["id"]
        for group in its["group"]
        for one in group.get("monitor", ())
    }


async def test_a_copy_has_an_id_of_its_own_and_the_title_that_it_is_given(ask):
    await applied_both(ask)
    done = await ask("monitor_copy", monitor="disks", to="web2/os/volumes", title="Volumes")
    assert [one["en"] for one in done["differences"]] == [
        "+ instances/web2: os",
        "+ instances/web2: os/volumes",
    ]
    found = await contents(ask)
    assert monitors(found["web2"]).keys() == {"os/volumes"}
    assert monitors(found["web2"])["os/volumes"] != monitors(found["web1"])["base/disks"]
    assert found["web2"]["group"][0]["monitor"][0]["title"] == "Volumes"


async def test_a_monitor_that_is_moved_keeps_its_id_state_and_history(ask):
    await applied_both(ask)
    await ask.harness.measured()
    id = monitors((await contents(ask))["web1"])["base/disks"]
    await ask("monitor_move", monitor="web1/base/disks", to="web2/base")
    found = await contents(ask)
    assert monitors(found["web1"]) == {} and monitors(found["web2"]) == {"base/disks": id}
    (one,) = (await ask("status"))["monitors"]
    assert (one["path"], one["level"]) == ("web2/base/disks", "critical")


async def test_a_group_is_copied_and_moved_whole(ask):
    await applied_both(ask)
    await ask("monitor_copy", monitor="web1/base", to="web2")
    await ask("monitor_move", monitor="web1/base", to="web1/disks")
    found = await contents(ask)
    assert monitors(found["web2"]).keys() == {"base/disks"}
    assert monitors(found["web1"]).keys() == {"disks/disks"}


async def test_an_instance_is_copied_with_ids_of_its_own_and_waits_to_be_started(ask):
    await apply_definitions(ask)
    await ask("instance_copy", instance="web1", name="web2", address="192.0.2.2", stopped=True)
    found = await contents(ask)
    assert (found["web2"]["address"], found["web2"]["enabled"]) == ("192.0.2.2", False)
    assert monitors(found["web2"])["base/disks"] != monitors(found["web1"])["base/disks"]
    await ask("instance_copy", instance="web2", name="web3")
    assert [one["path"] for one in (await ask("status"))["stopped"]] == ["web2"]


async def test_a_copy_for_another_computer_is_not_said_to_be_this_one(ask):
    await apply_definitions(ask)
    web1 = (await contents(ask))["web1"]
    put = {"instances/web1": {**web1, "address": "web1.example", "source": "minato"}}
    await ask("definition_change", put=put)
    await ask("instance_copy", instance="web1", name="web2", address="web2.example")
    await ask("instance_copy", instance="web1", name="web3")
    await ask("instance_copy", instance="web1", name="web4", address="web1.example")
    found = await contents(ask)
    assert [found[name].get("source") for name in ("web1", "web2", "web3", "web4")] == [
        "minato",
        None,
        "minato",
        "minato",
    ]


async def test_a_try_tells_what_would_change_and_keeps_nothing(ask):
    await applied_both(ask)
    for op in ("monitor_copy", "monitor_move"):
        told = await ask(op, monitor="disks", to="web2/base", dry=True)
        assert told["version"] == 1 and told["differences"]
    assert (await ask("instance_copy", instance="web1", name="web3", dry=True))["differences"]
    assert (await ask("status"))["version"] == 1


@pytest.mark.parametrize(
    ("op", "given", "said"),
    [
        (
            "monitor_copy",
            {"monitor": "disks", "to": "web1/base"},
            "already exists; choose another name",
        ),
        ("monitor_copy", {"monitor": "disks", "to": "web1"}, "specify the destination"),
        ("monitor_copy", {"monitor": "disks", "to": "web9/base"}, "no instance “web9”"),
        ("monitor_copy", {"monitor": "disks", "to": "web2/Base"}, "is not a valid name"),
        (
            "monitor_copy",
            {"monitor": "disks", "to": "noroshi/node"},
            "creates this instance automatically",
        ),
        ("monitor_move", {"monitor": "disks", "to": "web1/base"}, "is already there"),
        ("monitor_move", {"monitor": "web1/base", "to": "web2/a/b"}, "specify the destination"),
        (
            "instance_copy",
            {"instance": "web1", "name": "web2"},
            "already exists; choose another name",
        ),
        ("instance_copy", {"instance": "web1", "name": "../x"}, "is not a valid name"),
    ],
)
async def test_where_it_cannot_go_is_told_and_nothing_is_changed(ask, op, given, said):
    await applied_both(ask)
    with pytest.raises(ErrorAnswer) as caught:
        await ask(op, **given)
    assert caught.value.kind == "invalid" and said in caught.value.problems[0][1]
    assert (await ask("status"))["version"] == 1


async def test_a_program_that_is_copied_needs_the_password_and_one_that_stays_does_not():
    harness = Harness(checks=(DISK, SCRIPT))
    await apply_definitions(InProcessClient(harness), instances__web1=instance(RUNS))
    told = await run_as_json(
        harness.service, BROWSER, "instance_copy", {"instance": "web1", "name": "b"}
    )
    assert told["error"] == "password"
    given = {"monitor": "look", "to": "web1/other"}
    assert (await run_as_json(harness.service, BROWSER, "monitor_copy", given))[
        "error"
    ] == "password"
    assert "ok" in await run_as_json(harness.service, BROWSER, "monitor_move", given)
