"""Who made a token, as it is kept with it."""

import pytest

from noroshi.core.people import Maker


@pytest.mark.parametrize(
    ("maker", "stored"),
    [
        (Maker("aki"), "aki"),
        (Maker("ci", "api"), "ci (api)"),
        (Maker("root", "local"), "root (local)"),
        (Maker("x (api)", "local"), "x (api) (local)"),
    ],
    ids=["logged in", "a token", "on the computer", "with a blank"],
)
def test_a_maker_is_read_as_it_was_written(maker, stored):
    assert str(maker) == stored and Maker.read(stored) == maker


def test_one_of_the_same_name_who_came_in_elsewhere_is_another_one():
    assert len({Maker("aki"), Maker("aki", "api"), Maker("aki", "local")}) == 3
