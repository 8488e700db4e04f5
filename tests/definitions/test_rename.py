"""A definition under another name, with whatever names it."""

import pytest

from noroshi.definitions.document_content import TYPES, content, document
from noroshi.definitions.rename import NAMED_BY, places_gone, with_new_names
from noroshi.schema import Invalid

A, B, C = (f"01ARZ3NDEKTSV4RRFFQ69G5FA{end}" for end in "ABC")


def monitor(name, id="", **said):
    return {"name": name, "kind": "disk"} | ({"id": id} if id else {}) | said


def instance(*monitors, group="base", **said):
    return {"group": [{"name": group, "monitor": list(monitors)}]} | said


ALL = {
    "instances/web1": instance(monitor("a", A, rules=["ops", "all"]), rules=["all"]),
    "instances/web2": {"group": [{"name": "g", "rules": ["all"], "monitor": []}]},
    "rules/all": {"contacts": ["ops", "boss"], "routes": ["plain", "m365"]},
    "rules/ops": {"contacts": ["boss"], "routes": ["m365"]},
    "notifications/day": {"contacts": ["ops"], "routes": ["m365"], "instances": ["web1"]},
    "contacts/ops": {"addresses": ["ops@example.com"]},
    "routes/m365": {"kind": "smtp", "network": "proxy"},
    "routes/relay": {"kind": "smtp", "options": {"account": "box"}},
    "accounts/box": {"network": "proxy", "cloud": "lab"},
    "clouds/lab": {"authority": "https://lab.example.com"},
    "blueprints/web": {"group": []},
    "networks/proxy": {"proxy": "a:1"},
}


def made(all_of_it):
    return tuple(document(key, its) for key, its in all_of_it.items())


def shown(documents):
    return {one.key: content(one) for one in documents}


@pytest.mark.parametrize(
    ("key", "changed"),
    [
        ("instances/web1", {"notifications/day": {"instances": ["x"]}}),
        ("contacts/ops", {"rules/all": {"contacts": ["x", "boss"]}, "notifications/day": {"contacts": ["x"]}}),
        ("routes/m365", {"rules/all": {"routes": ["plain", "x"]}, "rules/ops": {"routes": ["x"]}, "notifications/day": {"routes": ["x"]}}),
        ("networks/proxy", {"routes/m365": {"network": "x"}, "accounts/box": {"network": "x"}}),
        ("notifications/day", {}),
        ("clouds/lab", {"accounts/box": {"cloud": "x"}}),
        ("blueprints/web", {}),
    ],
)  # fmt: skip
def test_what_names_it_names_it_anew_and_the_rest_stays(key, changed):
    type, _, _ = key.partition("/")
    expected = {k: its | changed.get(k, {}) for k, its in ALL.items() if k != key}
    expected[f"{type}/x"] = ALL[key]
    assert shown(with_new_names(made(ALL), {key: "x"})) == expected


def test_a_network_is_named_by_monitors():
    page = monitor("page", B, network="proxy")
    after = shown(
        with_new_names(made({**ALL, "instances/web3": instance(page)}), {"networks/proxy": "x"})
    )
    assert after["instances/web3"]["group"][0]["monitor"][0]["network"] == "x"


def test_a_rule_is_named_by_instances_groups_and_monitors():
    after = shown(with_new_names(made(ALL), {"rules/all": "x"}))
    web1 = after["instances/web1"]
    assert web1["rules"] == ["x"] and web1["group"][0]["monitor"][0]["rules"] == ["ops", "x"]
    assert after["instances/web2"]["group"][0]["rules"] == ["x"]


@pytest.mark.parametrize(
    ("key", "names_it"), [("accounts/box", "routes/relay"), ("rules/all", "instances/web1")]
)
def test_what_hangs_on_its_old_name_goes_on_by_its_id(key, names_it):
    type, _, old = key.partition("/")
    after = shown(with_new_names(made(ALL), {key: "x"}))
    assert after[f"{type}/x"] == ALL[key] | {"id": old} and key not in after
    assert "x" in str(after[names_it]) and f"'{old}'" not in str(after[names_it])


def test_every_folder_can_have_another_name():
    assert NAMED_BY.keys() == set(TYPES)


@pytest.mark.parametrize(
    ("key", "name", "why"),
    [
        ("rules/all", "ops", "this name is already in use"),
        ("rules/all", "all", "this name is already in use"),
        ("rules/all", "A b", "is not a valid name"),
        ("rules/nowhere", "x", "no such definition"),
        ("instances/web1", "noroshi", "Noroshi reserves"),
    ],
)
def test_what_cannot_be_is_told(key, name, why):
    with pytest.raises(Invalid) as told:
        with_new_names(made(ALL), {key: name})
    assert why in told.value.problems[0].what.en


def test_what_no_definition_may_say_is_left_to_the_check():
    odd = ALL | {
        "rules/odd": {"routes": 7},
        "instances/odd": {"group": ["x", {"rules": "all"}]},
    }
    after = shown(with_new_names(made(odd), {"routes/m365": "x", "rules/all": "y"}))
    assert after["rules/odd"] == {"routes": 7}
    assert after["instances/odd"] == {"group": ["x", {"rules": "y"}]}


@pytest.mark.parametrize(
    ("after", "gone"),
    [
        ({"instances/x": instance(monitor("a", A), monitor("b", B))}, {"web": "x", "web/base": "x/base"}),
        ({"instances/web": instance(monitor("a", A), monitor("c", B), group="g")}, {"web/base": "web/g"}),
        ({"instances/web": instance(monitor("a", A)), "instances/x": instance(monitor("b", B))}, {}),
        ({"instances/x": instance(monitor("a", A)), "instances/y": instance(monitor("b", B))}, {"web": None, "web/base": None}),
        ({"instances/x": instance(monitor("a", A))}, {"web": "x", "web/base": "x/base"}),
        ({"instances/x": instance(monitor("a", C))}, {}),
    ],
    ids=["instance", "group", "one moved", "scattered", "one removed", "others"],
)  # fmt: skip
def test_a_place_whose_name_is_gone_is_where_its_monitors_are(after, gone):
    before = {"instances/web": instance(monitor("a", A), monitor("b", B))}
    assert places_gone(made(before), made(after)) == gone


PROD, TEST = (
    {"name": name, "monitor": [monitor(one, id)]}
    for name, one, id in (("prod", "p", A), ("test", "t", B))
)


@pytest.mark.parametrize(
    ("groups", "gone"),
    [
        ([PROD | {"monitor": [monitor("p", A), monitor("t", B)]}], {"web/test": None}),
        ([PROD | {"monitor": [monitor("t", B)]}], {"web/test": None}),
        (
            [{"name": "all", "monitor": [monitor("p", A), monitor("t", B)]}],
            {"web/test": None, "web/prod": None},
        ),
        ([PROD, TEST | {"name": "all", "monitor": [monitor("t", B), monitor("n", C)]}], {"web/test": "web/all"}),
    ],
    ids=["into another", "in its stead", "both into one", "with a new one"],
)  # fmt: skip
def test_a_place_with_monitors_of_another_is_not_the_one_that_is_gone(groups, gone):
    before = {"instances/web": {"group": [PROD, TEST]}}
    assert places_gone(made(before), made({"instances/web": {"group": groups}})) == gone
