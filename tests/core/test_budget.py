"""What an account may still send."""

from datetime import timedelta

import pytest

from noroshi.core.budget import DAY, MINUTE, Spent, free_at, mails_left, shifted, spend
from noroshi.core.mail import Pace
from noroshi.testing import DAWN

SECOND = timedelta(seconds=1)
EXCHANGE = Pace(mails_a_minute=30, recipients_a_day=10_000)


def sent(*mails):
    """Spent by mails at (seconds after dawn, recipients)."""
    spent = Spent()
    for seconds, recipients in mails:
        spent = spend(EXCHANGE, spent, DAWN + timedelta(seconds=seconds), recipients)
    return spent


THIRTY = sent(*((n, 1) for n in range(30)))


@pytest.mark.parametrize(
    ("pace", "spent", "after", "left"),
    [
        pytest.param(EXCHANGE, Spent(), 0, 30, id="nothing sent"),
        pytest.param(EXCHANGE, THIRTY, 30, 0, id="all thirty within the minute"),
        pytest.param(EXCHANGE, THIRTY, 59, 0, id="the first is not a minute old"),
        pytest.param(EXCHANGE, THIRTY, 60, 1, id="the first is a minute old"),
        pytest.param(EXCHANGE, THIRTY, 200, 30, id="all are long ago"),
        pytest.param(Pace(), THIRTY, 30, None, id="without a limit"),
    ],
)
def test_so_many_mails_are_left_in_this_minute(pace, spent, after, left):
    assert mails_left(pace, spent, DAWN + after * SECOND) == left


def test_the_next_mail_may_leave_when_the_oldest_of_the_minute_is_over():
    now = DAWN + 30 * SECOND
    assert free_at(EXCHANGE, THIRTY, now) == DAWN + MINUTE
    assert free_at(EXCHANGE, THIRTY, DAWN + MINUTE) == DAWN + MINUTE
    assert free_at(Pace(), THIRTY, now) == now


def test_the_day_is_a_window_that_slides():
    spent = sent((0, 6_000), (3_600, 4_000))
    now = DAWN + timedelta(hours=2)
    assert free_at(EXCHANGE, spent, now) == DAWN + DAY + MINUTE
    assert free_at(EXCHANGE, spent, DAWN + DAY + MINUTE) == DAWN + DAY + MINUTE
    assert free_at(EXCHANGE, sent((0, 9_999)), now) == now


def test_what_is_older_than_a_day_is_forgotten():
    spent = spend(EXCHANGE, sent((0, 9_000)), DAWN + DAY + MINUTE, 1)
    assert spent.recipients == ((DAWN + DAY + MINUTE, 1),)
    assert spent.mails == (DAWN + DAY + MINUTE,)


def test_where_the_minute_has_no_limit_only_the_day_is_counted():
    spent = spend(Pace(recipients_a_day=10_000), Spent(), DAWN, 3)
    assert (spent.mails, spent.recipients) == ((), ((DAWN, 3),))


def test_a_clock_that_is_set_moves_what_was_spent_with_it():
    hour = timedelta(hours=1)
    moved = shifted(THIRTY, hour)
    assert mails_left(EXCHANGE, moved, DAWN + hour + 30 * SECOND) == 0
    assert moved.recipients[0][0] == DAWN + hour


def test_what_is_dated_ahead_of_now_does_not_count():
    """It comes of a clock that was set while a mail was under way."""
    hour = timedelta(hours=1)
    ahead = shifted(THIRTY, 6 * hour)
    assert mails_left(EXCHANGE, ahead, DAWN) == 30
    assert free_at(EXCHANGE, ahead, DAWN) == DAWN
    used_up = sent((6 * 3600, 10_000))
    assert free_at(EXCHANGE, used_up, DAWN) == DAWN
