"""What a person asks about the past and about who is told: versions, events, contacts."""

import pytest

from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import documents

LOUDER = {"used": {"warning": 50.0, "critical": 90.0}}


def with_limits(limits):
    monitor = {"name": "disks", "kind": "disk", "limits": limits}
    instance = {"rules": ["all"], "group": [{"name": "base", "monitor": [monitor]}]}
    return documents(instances__web1=instance)


async def test_versions_are_listed_newest_first_with_who_and_why(ask):
    await apply_definitions(ask)
    await ask("apply", documents=with_limits(LOUDER), note="louder")
    found = await ask("versions")
    assert [(one["number"], one["note"]["ja"]) for one in found] == [(2, "louder"), (1, "")]
    assert all(one["who"] for one in found)
    assert len(await ask("versions", last=1)) == 1


async def test_one_version_tells_what_it_changed_and_what_going_back_would_change(ask):
    await apply_definitions(ask)
    await ask("apply", documents=with_limits(LOUDER))
    first = await ask("version_show", number=1)
    assert len(first["changed"]) == len(documents())
    assert [words["en"].split()[0] for words in first["back"]] == ["~", "~"]
    second = await ask("version_show", number=2)
    assert (len(second["changed"]), second["back"], second["current"]) == (2, [], 2)


async def test_a_version_that_is_taken_back_comes_as_a_new_one_with_the_same_monitors(ask):
    await apply_definitions(ask)
    before = await ask("export")
    await ask("apply", documents=with_limits(LOUDER))
    back = await ask("take_back", number=1)
    after = await ask("export")
    assert (back["version"], after["documents"]) == (3, before["documents"])
    assert (await ask("versions"))[0]["note"] == {
        "en": "rollback to version 1",
        "ja": "版 1 に戻す",
    }


async def test_taking_back_what_is_in_force_makes_no_version(ask):
    await apply_definitions(ask)
    assert (await ask("take_back", number=1))["version"] == 1
    assert len(await ask("versions")) == 1


async def test_a_version_is_not_taken_back_over_one_that_somebody_applied_meanwhile(ask):
    await apply_definitions(ask)
    await ask("apply", documents=with_limits(LOUDER))
    with pytest.raises(ErrorAnswer, match="conflict"):
        await ask("take_back", number=1, base=1)


@pytest.mark.parametrize("op", ["version_show", "take_back"])
async def test_a_version_that_is_not_there_is_told(ask, op):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="not found: There is no version 9; available: 1"):
        await ask(op, number=9)


async def test_contacts_are_told_with_the_rules_that_name_them(ask):
    await apply_definitions(ask)
    notification = {"events": ["started"], "contacts": ["boss"], "routes": ["plain"]}
    await apply_definitions(ask, notifications__life=notification)
    found = {one["name"]: one for one in await ask("contacts")}
    assert (found["ops"]["rules"], found["ops"]["monitors"]) == (["all"], 1)
    assert (found["boss"]["rules"], found["boss"]["monitors"]) == ([], 0)
    assert (found["boss"]["notifications"], found["ops"]["notifications"]) == (["life"], [])


async def test_before_anything_happened_the_log_is_empty(ask):
    await apply_definitions(ask)
    nothing = {"events": [], "decisions": [], "earlier": [], "remarks": []}
    assert await ask("log") == nothing | {"stopped": None}


@pytest.mark.parametrize("name", ["web1/base/disks", "disks"], ids=["by path", "by name"])
async def test_a_monitor_is_found(ask, name):
    await apply_definitions(ask)
    assert (await ask("log", monitor=name))["events"] == []


async def test_a_monitor_that_is_not_there_is_told_with_the_nearest(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="did you mean web1/base/disks"):
        await ask("log", monitor="web1/base/disk")


async def test_one_monitor_is_shown_with_its_limits_and_its_values(ask):
    await apply_definitions(ask)
    await ask.harness.measured(used=95.2)
    found = await ask("monitor_show", monitor="web1/base/disks")
    assert found["status"]["level"] == "critical" and found["cadence"]["en"] == "every 1 min"
    (series,) = found["series"]
    assert (series["item"], series["unit"], series["critical"]) == ("/var", "%", 90)
    assert [one["value"] for one in series["points"]] == [95.2]
    assert found["limits"][0]["words"]["en"] == "WARNING 80%, CRITICAL 90%"


async def test_a_monitor_that_was_never_measured_has_no_values(ask):
    await apply_definitions(ask)
    found = await ask("monitor_show", monitor="web1/base/disks")
    assert found["series"] == [] and not found["status"]["known"]


async def test_limits_have_their_unit_before_anything_was_measured(ask):
    await apply_definitions(ask)
    found = await ask("monitor_show", monitor="web1/base/disks")
    assert found["series"] == []
    (limit,) = found["limits"]
    assert limit["words"]["ja"] == "注意 80% 以上、危険 90% 以上"
    (disk,) = [one for one in await ask("kinds") if one["kind"] == "disk"]
    assert disk["units"] == {"used": "%"} and "80%" in disk["limits"]["used"]["en"]
