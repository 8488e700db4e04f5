"""Sets of monitors: those that come with Noroshi, those of a person, and adding them."""

import pytest

from noroshi import actions, checks, transports
from noroshi.actions.template import TemplateRenderer
from noroshi.definitions.blueprints import add, blueprints
from noroshi.definitions.compilation import compile_plan
from noroshi.definitions.document_content import content, document
from noroshi.definitions.ids import give_ids
from noroshi.plugins import Plugins
from noroshi.schema import Invalid

OWN = document(
    "blueprints/shop",
    {
        "title_ja": "店舗",
        "asks": {"port": "8080", "host": ""},
        "group": [
            {
                "name": "shop",
                "monitor": [
                    {
                        "name": "till",
                        "kind": "port",
                        "options": {"port": "${port}", "address": "${host}.example.com"},
                    }
                ],
            }
        ],
    },
)

KNOWN = {"url": "https://www.example.com/"}


def compiled(documents):
    renderer = TemplateRenderer()
    kinds = Plugins(checks.BUILT_IN, actions.built_in(renderer), transports.BUILT_IN)
    numbers = iter(range(1, 1000))
    given, _problems = give_ids(documents, (), lambda: f"01JZ{next(numbers):022d}")
    return compile_plan(given, kinds)


@pytest.mark.parametrize("name", sorted(blueprints(())))
def test_each_that_comes_with_noroshi_makes_monitors_that_can_run(name):
    one = blueprints(())[name]
    said = {ask: value or KNOWN.get(ask, "x") for ask, value in one.inputs.items()}
    plan = compiled(add((), one, "web1", said, {}))
    assert len(plan.monitors) == sum(len(group["monitor"]) for group in one.groups)
    assert one.title.en and one.title.ja and one.help.ja != one.help.en


@pytest.mark.parametrize(
    ("language", "titles"), [("en", ("Till", "Door")), ("ja", ("レジ", "Door"))]
)
def test_titles_are_in_the_language_of_who_adds_it(language, titles):
    monitors = [
        {"name": "till", "kind": "port", "title": "Till", "title_ja": "レジ"},
        {"name": "door", "kind": "port", "title": "Door"},
    ]
    group = {"name": "shop", "title_ja": "店舗", "monitor": monitors}
    own = document("blueprints/shop", {"group": [group]})
    (made,) = add((), blueprints((own,))["shop"], "web1", {}, {}, language)
    (said,) = content(made)["group"]
    assert said["title"] == "店舗" and "title_ja" not in str(said)
    assert tuple(one["title"] for one in said["monitor"]) == titles


@pytest.mark.parametrize("name", sorted(blueprints(())))
def test_what_ours_adds_has_a_title_in_both_languages_unless_its_name_is_asked_for(name):
    for group in blueprints(())[name].groups:
        for one in (group, *group["monitor"]):
            assert {"title", "title_ja"} <= one.keys() or "${" in one["name"]


def test_what_is_asked_for_goes_into_texts_and_stands_alone_as_a_number():
    made = add(
        (), blueprints((OWN,))["shop"], "web1", {"host": "till1"}, {"zone": "Asia/Tokyo"}
    )
    (said,) = map(content, made)
    assert said["zone"] == "Asia/Tokyo"
    assert said["group"][0]["monitor"][0]["options"] == {
        "port": 8080,
        "address": "till1.example.com",
    }


def test_monitors_go_into_the_group_of_that_name_and_leave_the_others_alone():
    web1 = document(
        "instances/web1",
        {
            "group": [
                {"name": "shop", "every": "5m", "monitor": [{"name": "door", "kind": "port"}]}
            ]
        },
    )
    made = add((web1,), blueprints((OWN,))["shop"], "web1", {"host": "x"}, {"zone": "UTC"})
    (said,) = map(content, made)
    assert "zone" not in said
    (group,) = said["group"]
    assert group["every"] == "5m"
    assert [monitor["name"] for monitor in group["monitor"]] == ["door", "till"]


@pytest.mark.parametrize(
    ("instance", "group", "expected"),
    [
        ({}, None, ["ops"]),
        ({"rules": []}, {}, ["ops"]),
        ({"rules": ["day"]}, None, None),
        ({}, {"rules": ["day"]}, None),
    ],
)
def test_the_rules_act_on_what_would_have_none_in_an_instance_that_is_there(
    instance, group, expected
):
    groups = [] if group is None else [{"name": "shop", **group}]
    web1 = document("instances/web1", {**instance, "group": groups})
    shop = blueprints((OWN,))["shop"]
    made = add((web1,), shop, "web1", {"host": "x"}, {"rules": ["ops"]})
    (said,) = map(content, made)
    assert said.get("rules") == instance.get("rules")
    assert said["group"][0]["monitor"][0].get("rules") == expected


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_added():
    shop = blueprints((OWN,))["shop"]
    there = add((), shop, "web1", {"host": "x"}, {})
    with pytest.raises(Invalid) as told:
        add(there, shop, "web1", {"prot": "1"}, {})
    assert [str(problem) for problem in told.value.problems] == [
        "--set: the blueprint has no parameter “prot” (did you mean port?)",
        "host: is required. As a command: --set host=VALUE",
        "instances/web1.toml: shop/till already exists; nothing was added",
    ]


def test_an_instance_must_have_a_name_that_a_file_can_have():
    with pytest.raises(Invalid, match="“Web 1” is not a valid name"):
        add((), blueprints((OWN,))["shop"], "Web 1", {"host": "x"}, {})


def test_a_text_that_looks_like_a_number_but_is_none_of_toml_s_stays_a_text():
    made = add((), blueprints((OWN,))["shop"], "web1", {"host": "x", "port": "007"}, {})
    assert content(made[0])["group"][0]["monitor"][0]["options"]["port"] == "007"


def test_one_of_a_person_s_own_stands_in_the_place_of_ours_and_in_both_languages():
    known = blueprints((OWN,))
    assert (known["shop"].title.en, known["shop"].title.ja) == ("店舗", "店舗")
