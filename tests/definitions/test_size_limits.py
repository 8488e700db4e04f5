"""One node takes so many definitions, and one that has more already may still have fewer."""

import json

import pytest

from noroshi.core.stored_message import message_from
from noroshi.definitions.documents import definitions_of
from noroshi.definitions.size_limits import MOST_DEFINITIONS, MOST_MONITORS, too_heavy, too_many
from noroshi.ports import Document
from noroshi.service.large_requests_reader import answer


def instances(count, monitors=0):
    named = [{"name": f"m{n}", "kind": "memory"} for n in range(monitors)]
    body = json.dumps({"group": [{"name": "a", "monitor": named}]})
    return [Document(f"instances/i{n}", body) for n in range(count)]


def told(*given):
    return [one.what.en for one in too_many(*given)]


def test_what_is_more_than_a_node_takes_is_told_with_both_numbers():
    assert not told(instances(MOST_DEFINITIONS), MOST_MONITORS)
    definitions, monitors = told(instances(MOST_DEFINITIONS + 1), MOST_MONITORS + 1)
    assert "20001 definitions, but one node supports 20000" in definitions
    assert "25001 monitors, but one node supports 25000" in monitors


def test_who_has_more_already_may_take_some_away_and_add_none():
    before = instances(1, MOST_MONITORS + 10)
    assert not told(before, MOST_MONITORS + 9, before)
    assert not told(before, MOST_MONITORS + 10, before)
    assert told(before, MOST_MONITORS + 11, before)
    many = instances(MOST_DEFINITIONS + 10)
    assert not told(many[1:], 0, many) and told([*many, *before], 0, many)


@pytest.mark.parametrize(
    ("op", "given"),
    [("plan", {}), ("account_tenant", {"account": "box"}), ("account_try", {"account": "box"})],
)
def test_what_is_only_tried_is_judged_as_what_is_applied(op, given):
    its = [{"key": one.key, "body": one.body} for one in instances(1, MOST_MONITORS + 1)]
    args = given | {"documents" if op == "plan" else "over": its}
    told = answer({"op": op, "echo": False}, json.dumps(args).encode())
    assert told["error"] == "invalid"
    assert "25001 monitors" in message_from(told["problems"][0]["what"]).en


def heavy(*documents):
    return [one.what.en for one in too_heavy(documents, definitions_of(documents)[0])]


def with_windows(count, monitors, own):
    window = {"begins": "22:00", "ends": "23:00"}
    its = [{"name": f"m{n}", "kind": "memory", **own} for n in range(monitors)]
    group = {
        "name": "a",
        "limits": {"memory": {f"r{n}": {} for n in range(10)}},
        "monitor": its,
    }
    return Document(
        "instances/a", json.dumps({"maintenance": [window] * count, "group": [group]})
    )


@pytest.mark.parametrize(("letter", "most"), [("a", 4 << 20), ("\N{FIRE}", 1 << 20)])
def test_text_is_weighed_as_it_lies_in_memory(letter, most):
    def of(length):
        return [Document(f"instances/i{n}", letter * length) for n in range(2)]

    assert not heavy(*of(most - 100))
    (told,) = heavy(*of(most))
    assert "the definitions take 9 MiB" in told and "one request may take 8 MiB" in told


def test_monitors_are_weighed_beside_their_text():
    many = json.dumps(
        {"group": [{"name": "a", "monitor": [{"name": "m", "kind": "x"}] * 5000}]}
    )
    blanks = Document("contacts/a", " " * ((8 << 20) - 900_000))
    assert not heavy(blanks)
    assert heavy(blanks, Document("instances/a", many))


def test_what_grows_with_a_product_is_refused_before_it_is_made():
    own = {"maintenance": [{"begins": "01:00", "ends": "02:00"}]}
    assert not heavy(with_windows(2000, 100, {}))  # shared, as none of them adds to it
    assert not heavy(with_windows(1000, 100, own))
    (told,) = heavy(with_windows(1001, 100, own))
    assert "inherit 100100 entries" in told
    (told,) = heavy(with_windows(0, 10_001, {"limits": {"used": {"critical": 99}}}))
    assert "inherit 100010 entries" in told


def test_so_many_routes_as_no_state_could_be_told_by_are_refused():
    def of(routes, contacts):
        made = [Document(f"routes/r{n}", "{}") for n in range(routes)]
        return (*made, *(Document(f"contacts/c{n}", "{}") for n in range(contacts)))

    assert not heavy(*of(20, 1000))
    (told,) = heavy(*of(1000, 2))
    assert "1000 routes, 0 accounts and 2 contacts" in told
