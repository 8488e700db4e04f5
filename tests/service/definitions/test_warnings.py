"""What an apply would do beside what was meant: told before, and refused where it ends all watching."""

import json

import pytest

from noroshi.core.translation import Medium, Message, bilingual
from noroshi.service import perform
from noroshi.service.definitions.warnings import ENDS_ALL, NOTHING_THERE, first_cautions
from noroshi.vault import Secret
from tests.service.clients import ErrorAnswer, apply_definitions
from tests.service.harness import AKI, CONTENT, Harness, documents


def cautions(answer):
    return [words["en"] for words in answer["cautions"]]


async def test_no_definitions_at_all_are_refused_and_nothing_changes(ask):
    await apply_definitions(ask)
    with pytest.raises(ErrorAnswer, match="The folder contains no definition") as refused:
        await ask("apply", documents=[])
    assert refused.value.kind == "conflict"
    assert (await ask("export"))["version"] == 1


async def test_no_definitions_are_refused_before_there_were_any(ask):
    with pytest.raises(ErrorAnswer, match="The folder contains no definition"):
        await ask("apply", documents=[])


async def test_what_would_end_all_watching_is_refused_and_planned_with_a_warning(ask):
    await apply_definitions(ask)
    only_people = documents(instances__web1=None)
    with pytest.raises(ErrorAnswer, match=r"end the monitoring of every instance \(web1\)"):
        await ask("apply", documents=only_people)
    planned = await ask("plan", documents=only_people)
    assert planned["refused"]["en"] == ENDS_ALL.fill(names="web1").en
    assert [words["en"] for words in planned["differences"]] == ["- instances/web1"]


async def test_a_plan_of_nothing_says_so(ask):
    planned = await ask("plan", documents=[])
    assert planned["refused"]["en"] == NOTHING_THERE.en


async def test_what_is_meant_is_done(ask):
    await apply_definitions(ask)
    assert (await ask("apply", documents=[], empty=True))["version"] == 2
    assert (await ask("status"))["monitors"] == []


async def test_other_instances_in_the_place_of_all_are_refused_too(ask):
    await apply_definitions(ask)
    others = documents(instances__web1=None, instances__shop={"rules": ["all"]})
    with pytest.raises(ErrorAnswer, match=r"end the monitoring of every instance \(web1\)"):
        await ask("apply", documents=others)


async def test_an_instance_that_is_renamed_with_its_monitors_ids_is_not_removed(ask):
    await apply_definitions(ask)
    found = {one["key"]: one["body"] for one in (await ask("export"))["documents"]}
    renamed = json.loads(found["instances/web1"])
    moved = documents(instances__web1=None, instances__web01=renamed)
    assert (await ask("apply", documents=moved))["version"] == 2


async def test_going_back_to_a_version_needs_no_leave(ask):
    await ask("apply", documents=documents(instances__web1=None))
    await apply_definitions(ask)
    assert (await ask("take_back", number=1))["version"] == 3


async def test_mails_that_would_be_left_without_their_route_or_contact_are_counted(ask):
    await apply_definitions(ask)
    for _ in range(2):
        await ask("send", to=["ops"], subject="s", text="t", routes=["plain"])
    await ask("send", to=["boss"], subject="s", text="t", routes=["m365"])
    rule = CONTENT["rules/all"] | {"routes": ["m365"]}
    less = documents(routes__plain=None, contacts__boss=None, rules__all=rule)
    by_route, to_contact = cautions(await ask("plan", documents=less))
    assert by_route.startswith("2 messages are waiting for a removed route (plain).")
    assert to_contact.startswith("1 message to a removed contact is waiting (boss).")
    assert len(cautions(await ask("apply", documents=less))) == 2


async def test_a_password_that_the_vault_does_not_have_is_told_with_how_to_put_it_in(ask):
    given = documents(routes__plain={"kind": "post", "options": {"password": "relay"}})
    (told,) = cautions(await ask("plan", documents=given))
    assert told.startswith("routes/plain refers to the entry “relay”")
    assert told.endswith("noroshi secret set relay")
    assert cautions(await ask("apply", documents=given)) == [told]
    await ask.harness.vault.put("relay", Secret("x"))
    assert cautions(await ask("plan", documents=given)) == []


@pytest.mark.parametrize(
    ("named_by", "shown"),
    [
        (
            {"routes__plain": {"kind": "post", "options": {"password": "relay"}}},
            "route's page.",
        ),
        (
            {
                "networks__out": {
                    "proxy": "proxy.example.com:8080",
                    "proxy_user": "noroshi",
                    "proxy_password": "relay",
                }
            },
            "noroshi secret set relay",
        ),
    ],
    ids=["a route's", "a proxy's"],
)
async def test_a_page_leads_to_the_field_for_a_password_if_there_is_one(named_by, shown):
    given = {"documents": documents(**named_by)}
    service = Harness().service
    answer = await perform(service, AKI, "plan", given)
    (told,) = answer.cautions
    assert told.say("en", Medium.PAGE).endswith(shown)


async def test_a_password_for_exchange_online_is_told_with_the_days_on_which_that_ends(ask):
    way = {"kind": "post", "options": {"host": "smtp.office365.com", "password": "relay"}}
    await ask.harness.vault.put("relay", Secret("x"))
    (told,) = (await ask("plan", documents=documents(routes__plain=way)))["cautions"]
    for words in (told["en"], told["ja"]):
        assert "plain" in words and "2026" in words and "2027" in words


@pytest.mark.parametrize(
    "host",
    [
        pytest.param("mail.example.com", id="a server in the house"),
        pytest.param("mail.notoutlook.com", id="a name that only ends like one"),
        # Microsoft: High Volume Email takes passwords until September 2028.
        pytest.param("smtp-hve.office365.com", id="High Volume Email"),
        pytest.param("smtp.hve.mx.microsoft", id="its new name"),
    ],
)
async def test_a_password_elsewhere_is_not(ask, host):
    await ask.harness.vault.put("relay", Secret("x"))
    way = {"kind": "post", "options": {"host": host, "password": "relay"}}
    assert cautions(await ask("plan", documents=documents(routes__plain=way))) == []


async def test_a_mail_to_a_bare_address_lacks_no_contact(ask):
    await apply_definitions(ask)
    await ask("send", to=["aki@example.com"], subject="s", text="t")
    assert cautions(await ask("plan", documents=documents(contacts__boss=None))) == []


def test_what_is_refused_says_how_to_do_it_all_the_same():
    for words in (NOTHING_THERE, ENDS_ALL):
        assert isinstance(words, Message)
        assert "noroshi apply --empty" in words.en
        assert "noroshi apply --empty" in words.ja


async def test_a_day_of_a_secret_s_end_that_is_over_is_told_until_another_is_given(ask):
    box = CONTENT["accounts/box"] | {"secret_ends": "2020-01-31"}
    await apply_definitions(ask, accounts__box=CONTENT["accounts/box"])
    (told,) = (await ask("plan", documents=documents(accounts__box=box)))["cautions"]
    assert told["en"].startswith(
        "accounts/box.toml: secret_ends: 2020-01-31 has already passed"
    )
    assert "2020-01-31 はすでに過ぎています" in told["ja"]
    applied_now = await ask("apply", documents=documents(accounts__box=box))
    assert cautions(applied_now) == [told["en"]]
    # What has ended meanwhile is told by the watch of the account, and not at each apply.
    more = documents(accounts__box=box, contacts__night={"addresses": ["n@example.com"]})
    assert cautions(await ask("plan", documents=more)) == []


SILENT = {
    "group": [
        {"name": "base", "monitor": [{"name": f"d{n}", "kind": "disk"} for n in range(7)]}
    ]
}


async def test_monitors_that_nobody_is_told_of_are_counted_and_the_first_are_named(ask):
    given = documents(instances__web1=SILENT)
    (told,) = cautions(await ask("plan", documents=given))
    assert told.startswith("7 monitors have no rule, so nobody is notified (web1/base/d0, ")
    assert told.endswith(
        "web1/base/d4 and 2 more). Set rules for each monitor, its group or its instance."
    )
    assert cautions(await ask("apply", documents=given)) == [told]
    assert cautions(await ask("status")) == [told]


async def test_monitors_that_nobody_is_told_of_are_called_by_their_titles(ask):
    disks = {"name": "disks", "kind": "disk", "title": "ディスク"}
    shop = {"title": "店舗", "group": [{"name": "base", "monitor": [disks]}]}
    (told,) = (await ask("plan", documents=documents(instances__web1=shop)))["cautions"]
    assert (
        "nobody is notified (店舗 › ディスク)." in told["en"]
        and "(店舗 › ディスク)" in told["ja"]
    )


async def test_a_blueprint_that_adds_monitors_without_a_rule_says_so(ask):
    await apply_definitions(ask, blueprints__till=SILENT)
    added = await ask("blueprint_add", blueprint="till", instance="shop")
    assert "(shop/base/d0, " in cautions(added)[0]


async def test_where_every_monitor_has_a_rule_nothing_is_said(ask):
    assert cautions(await apply_definitions(ask)) == []
    assert cautions(await ask("status")) == []


def named(name, **other):
    monitor = {"name": name, "kind": "disk", **other}
    return {"rules": ["all"], "group": [{"name": "base", "monitor": [monitor]}]}


async def test_a_monitor_that_was_likely_renamed_is_told_with_the_id_to_keep(ask):
    await apply_definitions(ask)
    exported = {one["key"]: one["body"] for one in (await ask("export"))["documents"]}
    id = json.loads(exported["instances/web1"])["group"][0]["monitor"][0]["id"]
    (told,) = cautions(await ask("plan", documents=documents(instances__web1=named("volumes"))))
    assert told.startswith("web1/base/disks is removed, and web1/base/volumes")
    assert f'set id = "{id}" in it' in told
    kept = documents(instances__web1=named("volumes", id=id))
    assert cautions(await ask("plan", documents=kept)) == []


async def test_another_monitor_in_the_place_of_one_is_no_new_name_of_it(ask):
    await apply_definitions(ask)
    other = named("root", options={"include": ["/"]})
    assert cautions(await ask("plan", documents=documents(instances__web1=other))) == []


def test_of_many_cautions_the_last_one_counts_the_rest():
    found = [bilingual(en=str(n), ja=str(n)) for n in range(53)]
    told = first_cautions(found[:20], found[20:])
    assert [one.en for one in told] == [*map(str, range(50)), "And 3 more warnings."]
    assert first_cautions(found[:50]) == tuple(found[:50])
