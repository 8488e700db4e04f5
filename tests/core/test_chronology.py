"""When what was written down by a clock that was ahead really was."""

from datetime import timedelta

import pytest

from noroshi.core.chronology import correct_instants
from noroshi.testing import DAWN

HOUR = 3600


def at(*seconds):
    return [DAWN + timedelta(seconds=s) for s in seconds]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([-9, -5, 0], [-9, -5, 0], id="by a clock that was right"),
        pytest.param([-9, -5, 60, 70], [-9, -5, -10, 0], id="the last ones ahead"),
        pytest.param([60, 70, -5, 0], [-15, -5, -5, 0], id="put right before the last ones"),
        pytest.param(
            [6 * HOUR, 7 * HOUR, 30 * HOUR],
            [-24 * HOUR, -23 * HOUR, 0],
            id="a day that is yet to come",
        ),
        pytest.param(
            [9 * HOUR, -50, 2 * HOUR, -5], [-50, -50, -5, -5], id="ahead twice, by far and less"
        ),
    ],
)
def test_none_is_after_now_and_all_are_as_far_apart_as_they_were(written, right):
    assert correct_instants(at(*written), DAWN) == at(*right)
