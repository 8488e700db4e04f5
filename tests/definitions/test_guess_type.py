"""Of which sort a definition is that comes in a file alone."""

import tomllib
from pathlib import Path

import pytest

from noroshi.definitions.guess_type import family_in, family_of
from tests.sweeps import sweep

EXAMPLES = sorted(Path("examples").rglob("*.toml"))
WITH_ALIKE = {"group": [{"name": "g", "monitor": []}]}


@sweep("path", EXAMPLES, ids=str)
def test_each_example_is_known_by_what_it_says(path):
    assert family_in(path.stem, path.read_bytes(), ()) == path.parent.name


MADE = {
    "a blueprint that asks": ({"asks": {"port": ""}, **WITH_ALIKE}, "blueprints"),
    "an instance of a title": ({"title": "Web", **WITH_ALIKE}, "instances"),
    "a rule": ({"action": "mail", "contacts": ["a"], "routes": ["b"]}, "rules"),
    "a notification": ({"events": ["started"], "contacts": [], "routes": []}, "notifications"),
    "a contact with a slip": (
        {"adresses": ["a@b.c"], "language": "ja", "zone": "UTC"},
        "contacts",
    ),
    "nothing": ({}, ""),
    "something else": ({"tool": {}, "project": {}, "title": ""}, ""),
}


@pytest.mark.parametrize("case", MADE)
def test_a_definition_is_of_the_sort_whose_settings_it_has(case):
    given, family = MADE[case]
    assert family_of("x", given, ()) == family


def test_what_fits_several_sorts_is_of_that_which_has_one_of_its_name():
    assert family_of("shop", WITH_ALIKE, ("blueprints/shop", "instances/web1")) == "blueprints"


def test_what_is_no_toml_is_of_no_sort():
    assert family_in("x", b"addresses = [", ()) == ""
    assert family_in("x", b"\xff\xfe", ()) == ""
    assert tomllib.loads("") == {}
