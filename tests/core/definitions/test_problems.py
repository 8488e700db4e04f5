"""The place of a problem is written once and read again."""

import pytest

from noroshi.core.definitions.problems import Location, file_of, read_location


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
