"""The place of a problem is written once and read again."""

import pytest

from noroshi.core.definitions.problems import (
    Location,
    Problem,
    file_of,
    first_of,
    read_location,
)
from noroshi.core.stored_message import message_from, stored_form
from noroshi.core.translation import plain


@pytest.mark.parametrize(
    ("steps", "inside"), [((), ""), (("on",), "on"), (("group", "a", "title"), "group.a.title")]
)
def test_a_place_in_a_definition_is_read_as_it_was_written(steps, inside):
    where = file_of("rules", "ops", []).at(*steps).location.removesuffix(": ")
    assert read_location(where) == Location("rules/ops", inside)
    assert read_location(where).steps == steps


@pytest.mark.parametrize(
    "where", ["zone", "", "--set", "options.port", "ops.toml", "/etc/x.toml"]
)
def test_what_is_in_no_definition_is_a_place_by_itself(where):
    assert read_location(where) == Location("", where)


@pytest.mark.parametrize(
    ("where", "setting"),
    [
        ("rules/ops.toml: contacts[2]", "contacts"),
        ("instances/w.toml: group.a.monitor.b.options.port", "port"),
        ("zone", "zone"),
        ("rules/ops.toml", ""),
        ("", ""),
    ],
)
def test_it_ends_at_a_setting(where, setting):
    assert read_location(where).setting == setting


@pytest.mark.parametrize(
    ("count", "last"), [(51, "1 more problem"), (73, "23 more"), (1000, "at least 950 more")]
)
def test_problems_that_are_counted_already_are_counted_once(count, last):
    """Of the second time only the line that counts would be left out: 1 more."""
    first = first_of(tuple(Problem(f"p{n}", plain("is wrong")) for n in range(count)))
    assert len(first) == 51 and last in first[-1].what.en
    sent = tuple(Problem(one.where, message_from(stored_form(one.what))) for one in first)
    assert [str(one) for one in first_of(sent)] == [str(one) for one in first]
