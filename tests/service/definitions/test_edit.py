"""Single definitions, changed against what their editor saw: near, far, and by the web."""

from dataclasses import replace
from datetime import timedelta

import pytest

from noroshi.core.translation import plain
from noroshi.definitions.folder import look_into, write_folder
from noroshi.hosts.foreign import ForeignHost
from noroshi.ports import Document, MeasuredByAgent
from noroshi.service import Person, run_as_json
from noroshi.service.operation import ADMIN, OPERATOR, VIEWER, roles_up_to
from noroshi.stores.memory.store import MemoryStore
from noroshi.testing import FakeHost
from tests.service.clients import ErrorAnswer, InProcessClient, apply_definitions
from tests.service.harness import AKI, CONTENT, DISK, Harness, documents

ERI = Person("eri", roles_up_to(ADMIN), reauthenticated=True)
BOSS = {"addresses": ["chief@example.com"]}


async def shown(ask, *keys):
    return await ask("definition_show", keys=keys)


async def changed(ask, **given):
    return await ask("definition_change", **given)


async def test_one_definition_is_shown_as_toml_would_say_it(ask):
    await apply_definitions(ask)
    found = await shown(ask, "contacts/boss", "contacts/new")
    assert found["version"] == 1
    assert found["documents"] == {"contacts/boss": {"addresses": ["boss@example.com"]}}
    assert len(found["etags"]["contacts/boss"]) == 32 and found["etags"]["contacts/new"] == ""


async def test_all_of_them_are_shown_and_an_earlier_version_too(ask):
    await apply_definitions(ask)
    await changed(ask, put={"contacts/boss": BOSS})
    assert len((await ask("definition_show"))["documents"]) == len(documents())
    before = await ask("definition_show", keys=["contacts/boss"], version=1)
    assert before["documents"]["contacts/boss"]["addresses"] == ["boss@example.com"]


async def test_one_is_replaced_and_one_removed_and_the_rest_stays(ask):
    await apply_definitions(ask)
    made = {"contacts/boss": BOSS, "contacts/eri": {"addresses": ["eri@example.com"]}}
    done = await changed(ask, put=made, note="n")
    assert done["version"] == 2 and len(done["differences"]) == 2
    done = await changed(ask, remove=["contacts/eri"])
    assert [one["en"] for one in done["differences"]] == ["- contacts/eri"]
    expected = {one["key"]: one for one in documents(contacts__boss=BOSS)}
    found = {one["key"]: one for one in (await ask("export"))["documents"]}
    assert found.keys() == expected.keys()
    assert found["contacts/boss"] == expected["contacts/boss"]


def elsewhere(**more):
    group = {"name": "base", "monitor": [{"name": "disks", "kind": "disk"}]}
    return {"rules": ["all"], "group": [group], **more}


@pytest.fixture
async def moved():
    """A node that has two instances in effect, and is on neither of their computers (now)."""
    store, disk = MemoryStore(), replace(DISK, asks_computer=True)
    before = InProcessClient(Harness(store, checks=(disk,)))
    both = {f"instances__fs0{n}": elsewhere(address=f"192.0.2.{n}") for n in (1, 2)}
    await apply_definitions(before, instances__web1=None, **both)
    host = ForeignHost(FakeHost(), plain("it is another computer"))
    harness = Harness(store, checks=(disk,), host=host)
    harness.made = before.harness.made
    return InProcessClient(harness)


async def test_a_computer_that_cannot_be_asked_already_keeps_no_other_change_out(moved):
    assert (await changed(moved, put={"contacts/boss": BOSS}))["version"] == 2
    assert (await moved("instance_stop", instance="fs01"))["version"] == 3
    documents = (await moved("export"))["documents"]
    assert (await moved("apply", documents=documents))["version"] == 3


@pytest.mark.parametrize("changed_key", ["instances/fs01", "instances/fs03"])
async def test_one_more_that_cannot_be_asked_is_refused(moved, changed_key):
    more = {"name": "more", "monitor": [{"name": "disks", "kind": "disk"}]}
    base = (await shown(moved, "instances/fs01"))["documents"]["instances/fs01"]["group"]
    groups = [*base, more] if changed_key == "instances/fs01" else [more]
    put = {changed_key: elsewhere(address="192.0.2.9", group=groups)}
    with pytest.raises(ErrorAnswer) as refused:
        await changed(moved, put=put)
    assert [place for place, _ in refused.value.problems] == [
        f"{changed_key}.toml: group.more.monitor.disks.kind"
    ]


class AgentHosts:
    """The host of an instance that an agent measures."""

    def __getattr__(self, _name):
        raise MeasuredByAgent(plain("agent fs01 measures this"))


async def test_what_asks_the_computer_is_accepted_where_an_agent_measures():
    harness = Harness(checks=(replace(DISK, asks_computer=True),), host=AgentHosts())
    ask = InProcessClient(harness)
    put = elsewhere(address="192.0.2.1", source="fs01")
    answer = await apply_definitions(ask, instances__web1=None, instances__fs01=put)
    assert answer["version"] == 1


async def test_a_try_tells_the_differences_and_keeps_nothing(ask):
    await apply_definitions(ask)
    told = await changed(ask, put={"contacts/boss": BOSS}, dry=True)
    assert told["version"] == 1 and "chief@example.com" in told["differences"][0]["en"]
    assert (await ask("status"))["version"] == 1


async def test_the_second_editor_is_told_who_changed_what_and_nothing_is_overwritten(ask):
    await apply_definitions(ask)
    seen = (await shown(ask, "contacts/boss"))["etags"]
    await changed(ask, put={"contacts/boss": BOSS}, etags=seen)
    mine = {"contacts/boss": {"addresses": ["mine@example.com"]}}
    with pytest.raises(
        ErrorAnswer, match=r"editing, .* changed contacts/boss \(version 2\)"
    ) as told:
        await changed(ask, put=mine, etags=seen)
    assert told.value.kind == "conflict"
    ((where, what),) = told.value.problems
    assert where == "contacts/boss" and '["boss@example.com"] → ["chief@example.com"]' in what
    assert (await shown(ask, "contacts/boss"))["documents"]["contacts/boss"] == BOSS


async def test_a_change_of_something_else_meanwhile_is_kept(ask):
    await apply_definitions(ask)
    seen = (await shown(ask, "contacts/boss"))["etags"]
    await changed(ask, put={"contacts/eri": {"addresses": ["eri@example.com"]}})
    done = await changed(ask, put={"contacts/boss": BOSS}, etags=seen)
    assert done["version"] == 3
    assert "contacts/eri" in (await ask("definition_show"))["documents"]


async def test_who_adds_what_somebody_else_has_added_or_removed_is_told(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match=r"editing, .* changed contacts/boss \(version 1\)"):
        await changed(ask, put={"contacts/boss": BOSS}, etags={"contacts/boss": ""})
    seen = (await shown(ask, "contacts/boss"))["etags"]
    await changed(ask, remove=["contacts/boss"])
    with pytest.raises(ErrorAnswer, match=r"\(version 2\)") as told:
        await changed(ask, put={"contacts/boss": BOSS}, etags=seen)
    assert told.value.problems == [("contacts/boss", "- contacts/boss")]


async def test_the_one_who_changed_it_is_named_and_not_who_changed_something_else_later():
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    seen = (await shown(InProcessClient(harness), "contacts/boss"))["etags"]
    given = {"put": {"contacts/boss": BOSS}}
    assert "ok" in await run_as_json(harness.service, ERI, "definition_change", given)
    await changed(InProcessClient(harness), put={"contacts/x": BOSS})
    with pytest.raises(ErrorAnswer, match=r"editing, eri changed contacts/boss \(version 2\)"):
        await changed(InProcessClient(harness), put={"contacts/boss": BOSS}, etags=seen)


async def test_all_problems_are_told_at_once_with_their_places(ask):
    await apply_definitions(ask)
    wrong = {"contacts/boss": {"addresses": [], "colour": 1}, "rules/all": {"action": "mail"}}
    with pytest.raises(ErrorAnswer, match="invalid") as told:
        await changed(ask, put=wrong)
    places = {where for where, _ in told.value.problems}
    assert "contacts/boss.toml: colour" in places and "rules/all.toml: routes" in places


@pytest.mark.parametrize(
    "given",
    [
        {"put": {"nowhere/x": {}}},
        {"put": {"contacts/Ä": {}}},
        {"remove": ["../x"]},
        {"etags": {"x": ""}},
        {"put": {"contacts/boss": BOSS}, "remove": ["contacts/boss"]},
    ],
)
async def test_what_names_no_definition_is_refused(ask, given):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="invalid"):
        await changed(ask, **given)


async def test_removing_what_is_not_there_is_told(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="did you mean contacts/boss"):
        await changed(ask, remove=["contacts/bos"])


async def test_removing_the_last_instance_has_to_be_meant(ask):
    await apply_definitions(ask)
    with pytest.raises(
        ErrorAnswer, match="conflict: This change would leave nothing monitored"
    ):
        await changed(ask, remove=["instances/web1"])
    assert (await changed(ask, remove=["instances/web1"], empty=True))["version"] == 2


async def test_a_monitor_keeps_its_id_whether_it_is_given_or_not(ask):
    await apply_definitions(ask)
    key = "instances/web1"
    was = (await shown(ask, key))["documents"][key]
    monitor = was["group"][0]["monitor"][0]
    without = {k: v for k, v in monitor.items() if k != "id"} | {"patience": 3}
    group = {"name": "base", "monitor": [without]}
    await changed(ask, put={key: {**was, "group": [group]}})
    now = (await shown(ask, key))["documents"][key]["group"][0]["monitor"][0]
    assert now == {**monitor, "patience": 3}


async def test_a_program_that_is_new_needs_the_password_and_one_left_alone_does_not():
    script = replace(DISK, kind="script", runs=True)
    harness = Harness(checks=(DISK, script))
    await apply_definitions(InProcessClient(harness))
    browser = replace(ERI, door="web", reauthenticated=False)
    runs = {"name": "look", "kind": "script"}
    put = {"instances/web2": {"group": [{"name": "base", "monitor": [runs]}]}}
    told = await run_as_json(harness.service, browser, "definition_change", {"put": put})
    assert told["error"] == "password"
    tried = await run_as_json(
        harness.service, browser, "definition_change", {"put": put, "dry": True}
    )
    assert "ok" in tried
    assert "ok" in await run_as_json(harness.service, ERI, "definition_change", {"put": put})
    boss = {"put": {"contacts/boss": BOSS}}
    assert "ok" in await run_as_json(harness.service, browser, "definition_change", boss)


async def test_who_may_only_look_sees_them_and_changes_nothing():
    harness = Harness()
    await apply_definitions(InProcessClient(harness))
    viewer = Person("eri", roles_up_to(VIEWER))
    assert "ok" in await run_as_json(harness.service, viewer, "definition_show", {})
    given = {"put": {"contacts/boss": BOSS}}
    told = await run_as_json(harness.service, viewer, "definition_change", given)
    assert told["error"] == "forbidden"


async def test_what_a_program_is_given_is_shown_to_administrators_alone():
    script = replace(DISK, kind="script", runs=True)
    harness = Harness(checks=(DISK, script))
    given = {"name": "look", "kind": "script", "options": {"include": ["--password=x"]}}
    full = {"name": "disks", "kind": "disk", "options": {"include": ["/"]}}
    await apply_definitions(
        InProcessClient(harness),
        instances__web2={"group": [{"name": "b", "monitor": [given, full]}]},
    )
    viewer = Person("eri", roles_up_to(OPERATOR))
    told = await run_as_json(harness.service, viewer, "definition_show", {})
    assert "--password" not in str(told)
    seen = told["ok"]["documents"]["instances/web2"]["group"][0]["monitor"]
    assert "options" not in seen[0] and seen[1]["options"] == {"include": ["/"]}
    assert "--password" in str(await InProcessClient(harness)("definition_show"))


async def test_the_audit_log_has_what_changed_and_no_try(ask):
    await apply_definitions(ask)
    await changed(ask, put={"contacts/boss": BOSS}, dry=True)
    await changed(ask, put={"contacts/boss": BOSS}, note="moved")
    rows = [one for one in await ask("audit") if one["op"] == "definition_change"]
    assert len(rows) == 1 and rows[0]["given"]["note"] == "moved"
    assert "chief@example.com" in str(rows[0]["after"]) and rows[0]["before"] == {"version": 1}
    (change,) = rows[0]["after"]["changed"]
    assert (change["sign"], change["key"], change["setting"]) == (
        "~",
        "contacts/boss",
        "addresses",
    )


async def test_after_a_change_the_folder_is_the_same_at_the_second_export(ask, tmp_path):
    await apply_definitions(ask)
    await changed(ask, put={"contacts/boss": BOSS | {"title": "社長"}})
    first = await ask("export")
    folder = tmp_path / "definitions"
    write_folder(folder, tuple(Document(**one) for one in first["documents"]))
    again = [{"key": d.key, "body": d.body} for d in look_into(folder).documents]
    assert (await ask("apply", documents=again))["differences"] == []
    assert (await ask("export"))["documents"] == first["documents"]


async def test_a_race_for_the_next_version_is_run_again_on_the_newest():
    class Late:
        """Somebody else's version comes in just before ours, once."""

        def __init__(self, store):
            self.store, self.first = store, True

        def __getattr__(self, name):
            return getattr(self.store, name)

        async def publish(self, version, ids, base):
            if self.first and base:
                self.first = False
                other = {"contacts/eri": {"addresses": ["eri@example.com"]}}
                await changed(InProcessClient(harness), put=other)
            return await self.store.publish(version, ids, base)

    harness = Harness()
    harness = Harness(Late(harness.store))
    await apply_definitions(InProcessClient(harness))
    done = await run_as_json(
        harness.service, AKI, "definition_change", {"put": {"contacts/boss": BOSS}}
    )
    assert done["ok"]["version"] == 3
    kept = (await InProcessClient(harness)("definition_show"))["documents"]
    assert "contacts/eri" in kept and kept["contacts/boss"] == BOSS


async def test_definitions_of_some_types_are_shown_without_the_others():
    ask = InProcessClient(Harness())
    await apply_definitions(ask)
    shown = await ask("definition_show", types=["routes", "rules"])
    assert set(shown["documents"]) == {"routes/m365", "routes/plain", "rules/all"}
    assert shown["etags"].keys() == shown["documents"].keys()


def box_ending(ask, days, field="secret_ends", **more):
    """An account whose secret ends so many days from now."""
    day = str((ask.harness.time.now + timedelta(days=days)).date())
    return CONTENT["accounts/box"] | more | {field: day}


@pytest.mark.parametrize("field", ["secret_ends", "secret_next_ends"])
async def test_a_day_of_end_that_is_over_is_refused_with_all_else_that_is_wrong(ask, field):
    await apply_definitions(ask)
    box = box_ending(ask, -2, field, secret_next="app-next", mailbox="nobody")
    with pytest.raises(ErrorAnswer, match="invalid") as told:
        await changed(ask, put={"accounts/box": box})
    found = dict(told.value.problems)
    assert "has already passed" in found[f"accounts/box.toml: {field}"]
    assert "accounts/box.toml: mailbox" in found
    with pytest.raises(ErrorAnswer, match="invalid"):
        await changed(ask, put={"accounts/box": box_ending(ask, -2, field)}, dry=True)


async def test_a_day_that_is_still_today_somewhere_is_taken(ask):
    await apply_definitions(ask)
    await changed(ask, put={"accounts/box": box_ending(ask, -1)})


async def test_of_a_secret_that_has_ended_all_else_is_changed(ask):
    await apply_definitions(ask, accounts__box=box_ending(ask, -30))
    other = box_ending(ask, -30, mailbox="other@example.com")
    assert (await changed(ask, put={"accounts/box": other}))["version"] == 2


async def test_a_truth_value_for_a_limit_or_an_option_s_number_is_refused_with_its_place(ask):
    await apply_definitions(ask)
    monitor = {"name": "disks", "kind": "disk", "limits": {"used": {"warning": True}}}
    web = {
        "rules": ["all"],
        "group": [{"name": "base", "monitor": [monitor | {"patience": True}]}],
    }
    with pytest.raises(ErrorAnswer) as told:
        await changed(ask, put={"instances/web2": web})
    at = "instances/web2.toml: group.base.monitor.disks"
    assert sorted(told.value.problems) == [
        (f"{at}.limits.used.warning", "must be a number, not true or false"),
        (f"{at}.patience", "must be a whole number, not true or false"),
    ]
