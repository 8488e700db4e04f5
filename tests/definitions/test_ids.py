"""A monitor keeps its id, as its state and history belong to it."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count

import pytest

from noroshi.definitions.document_content import content, document
from noroshi.definitions.ids import give_ids, ulid

A, B, C = (f"01JA000000000000000000000{letter}" for letter in "ABC")


def web(*monitors, name="web1"):
    tables = [
        {"name": name, "kind": "disk"} | ({"id": id} if id else {}) for name, id in monitors
    ]
    return (document(f"instances/{name}", {"group": [{"name": "os", "monitor": tables}]}),)


def ids(documents):
    group = content(documents[0])["group"][0]
    return {monitor["name"]: monitor["id"] for monitor in group["monitor"]}


def new_ids():
    numbers = count(1)
    return lambda: f"new{next(numbers)}"


@pytest.mark.parametrize(
    ("current", "given", "found"),
    [
        pytest.param((), web(("a", "")), {"a": "new1"}, id="new"),
        pytest.param(web(("a", A)), web(("a", "")), {"a": A}, id="known by its path"),
        pytest.param(web(("a", A)), web(("a", B)), {"a": B}, id="its own is kept"),
        pytest.param(
            web(("a", A)), web(("b", A), ("a", "")), {"b": A, "a": "new1"}, id="renamed"
        ),
        pytest.param(
            web(("a", A)), web(("a", ""), ("b", A)), {"a": "new1", "b": A}, id="renamed, later"
        ),
        pytest.param((), web(("a", A)), {"a": A}, id="restored"),
        pytest.param(
            web(("a", A), name="web2"), web(("a", "")), {"a": "new1"}, id="another instance's"
        ),
    ],
)
def test_each_monitor_has_an_id(current, given, found):
    assert ids(give_ids(given, current, new_ids())[0]) == found


def test_other_documents_are_left_as_they_are():
    other = document("rules/ops", {"action": "mail"})
    given = (other, *web(("a", A)))
    assert give_ids(given, (), new_ids()) == (given, ())


@pytest.mark.parametrize(
    ("given", "where", "said"),
    [
        pytest.param(
            web(("a", A), ("b", A)), "b", f"the ID {A} is already used by web1/os/a", id="twice"
        ),
        pytest.param(web(("a", "web-a")), "a", "is not a valid ID", id="not ours"),
        pytest.param(web(("a", 7)), "a", "is not a valid ID", id="a number"),
        pytest.param(web(("a", A.lower())), "a", "is not a valid ID", id="small letters"),
    ],
)
def test_an_id_that_cannot_be_is_a_problem(given, where, said):
    _documents, (problem,) = give_ids(given, (), new_ids())
    assert str(problem).startswith(f"instances/web1.toml: group.os.monitor.{where}.id: {said}")
    assert problem.what.ja != problem.what.en


@pytest.mark.parametrize(
    ("at", "randomness", "id"),
    [
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), bytes(10), "0" * 26, id="the first"),
        pytest.param(
            datetime(2016, 7, 30, 23, 54, 10, 259000, tzinfo=UTC),
            b"\xff" * 10,
            "01ARZ3NDEK" + "Z" * 16,
            id="the specification's example",
        ),
    ],
)
def test_an_id_is_time_and_then_chance(at, randomness, id):
    assert ulid(at, randomness) == id


def test_ids_sort_by_time():
    days = [datetime(2026, 1, day, tzinfo=UTC) for day in range(1, 20)]
    made = [ulid(day, bytes([day.day] * 10)) for day in days]
    assert made == sorted(made)


def test_less_chance_than_asked_for_is_refused():
    with pytest.raises(ValueError, match="9 random bytes instead of 10"):
        ulid(datetime(2026, 1, 1, tzinfo=UTC), bytes(9))
