"""Which versions may share a database."""

import pytest

from noroshi.core.node_versions import incompatible_versions, may_share, suits


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("0.3.0", "0.3.9", True),
        ("0.3.0", "0.4.1", True),
        ("0.4.1", "0.3.0", True),
        ("0.3.0", "0.5.0", False),
        ("1.0.0", "0.9.0", False),
        ("0.9.0", "0.10.0", True),
        ("0.3.0.dev1", "0.4.0rc2", True),
        ("0.3.0", "", False),
    ],
)
def test_nodes_of_one_minor_version_apart_may_share_a_database(one, other, expected):
    assert may_share(one, other) is expected


def test_those_that_are_too_far_apart_are_named_once():
    assert incompatible_versions("0.5.0", ["0.3.0", "0.4.0", "0.3.0", ""]) == ["", "0.3.0"]
    assert incompatible_versions("0.5.0", []) == []


def test_a_step_suits_the_versions_from_the_one_that_it_names():
    assert suits("0.3", "0.3.0") and suits("0.3", "0.4.2")
    assert not suits("0.3", "0.2.9") and not suits("0.3", "")
    assert not suits("", "9.9.9")
