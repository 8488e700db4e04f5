"""One node takes so many definitions, and one that has more already may still have fewer."""

import json

from noroshi.definitions.size_limits import MOST_DEFINITIONS, MOST_MONITORS, too_many
from noroshi.ports import Document


def instances(count, monitors=0):
    named = [{"name": f"m{n}", "kind": "memory"} for n in range(monitors)]
    body = json.dumps({"group": [{"name": "a", "monitor": named}]})
    return [Document(f"instances/i{n}", body) for n in range(count)]


def told(*given):
    return [one.what.en for one in too_many(*given)]


def test_what_is_more_than_a_node_takes_is_told_with_both_numbers():
    assert not told(instances(MOST_DEFINITIONS), MOST_MONITORS)
    definitions, monitors = told(instances(MOST_DEFINITIONS + 1), MOST_MONITORS + 1)
    assert "20001 definitions, and one node takes 20000" in definitions
    assert "25001 monitors, and one node takes 25000" in monitors


def test_who_has_more_already_may_take_some_away_and_add_none():
    before = instances(1, MOST_MONITORS + 10)
    assert not told(before, MOST_MONITORS + 9, before)
    assert not told(before, MOST_MONITORS + 10, before)
    assert told(before, MOST_MONITORS + 11, before)
    many = instances(MOST_DEFINITIONS + 10)
    assert not told(many[1:], 0, many) and told([*many, *before], 0, many)
