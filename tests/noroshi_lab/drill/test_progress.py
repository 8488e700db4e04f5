"""How the drill shows times."""

import pytest

from noroshi_lab.drill.progress import Shown


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.14, "0.1秒"), (9.94, "9.9秒"), (9.97, "10秒"), (10.4, "10秒")]
)
def test_tenths_are_told_below_ten_seconds_alone(seconds, shown):
    assert Shown("ja", quiet=True).span(seconds) == shown
