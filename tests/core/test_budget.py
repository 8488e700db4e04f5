"""What an account may still send."""

from datetime import timedelta

import pytest

from noroshi.core.budget import (
    DAY,
    HOUR,
    MINUTE,
    Spending,
    free_at,
    half_is_left,
    is_hour_used_up,
    mails_left,
    shifted_spending,
    spend_mail,
)
from noroshi.core.mail import Pace
from noroshi.testing import DAWN

SECOND = timedelta(seconds=1)
EXCHANGE = Pace(mails_a_minute=30, recipients_a_day=10_000)


def sent(*mails):
    """Spent by mails at (seconds after dawn, recipients)."""
    spent = Spending()
    for seconds, recipients in mails:
        spent = spend_mail(EXCHANGE, spent, DAWN + timedelta(seconds=seconds), recipients)
    return spent


THIRTY = sent(*((n, 1) for n in range(30)))


@pytest.mark.parametrize(
    ("pace", "spent", "after", "left"),
    [
        pytest.param(EXCHANGE, Spending(), 0, 30, id="nothing sent"),
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
    spent = spend_mail(EXCHANGE, sent((0, 9_000)), DAWN + DAY + MINUTE, 1)
    assert spent.recipients == ((DAWN + DAY + MINUTE, 1),)
    assert spent.mails == (DAWN + DAY + MINUTE,)


def test_where_the_minute_has_no_limit_only_the_day_is_counted():
    spent = spend_mail(Pace(recipients_a_day=10_000), Spending(), DAWN, 3)
    assert (spent.mails, spent.recipients) == ((), ((DAWN, 3),))


def test_a_clock_that_is_set_moves_what_was_spent_with_it():
    hour = timedelta(hours=1)
    moved = shifted_spending(THIRTY, hour)
    assert mails_left(EXCHANGE, moved, DAWN + hour + 30 * SECOND) == 0
    assert moved.recipients[0][0] == DAWN + hour


def test_what_is_dated_ahead_of_now_does_not_count():
    """It comes of a clock that was set while a mail was under way."""
    hour = timedelta(hours=1)
    ahead = shifted_spending(THIRTY, 6 * hour)
    assert mails_left(EXCHANGE, ahead, DAWN) == 30
    assert free_at(EXCHANGE, ahead, DAWN) == DAWN
    used_up = sent((6 * 3600, 10_000))
    assert free_at(EXCHANGE, used_up, DAWN) == DAWN


AZURE = Pace(mails_a_minute=30, mails_an_hour=100)


def hundred(every):
    """A hundred mails, one each so many seconds from dawn on."""
    spent = Spending()
    for n in range(100):
        spent = spend_mail(AZURE, spent, DAWN + n * every * SECOND, 1)
    return spent


def test_an_hour_that_is_used_up_ends_when_its_oldest_mail_is_an_hour_old():
    spent, now = hundred(10), DAWN + 1000 * SECOND
    assert free_at(AZURE, spent, now) == DAWN + HOUR
    assert is_hour_used_up(AZURE, spent, now)
    # For so long the route is of no use, which is not what the minute's allowance says.
    assert mails_left(AZURE, spent, now) == 25
    assert free_at(AZURE, spent, DAWN + HOUR) == DAWN + HOUR
    assert mails_left(AZURE, spent, DAWN + HOUR) == 1


def test_within_its_last_minute_an_hour_s_allowance_is_waited_for():
    assert mails_left(AZURE, hundred(10), DAWN + HOUR - 30 * SECOND) == 0


def test_few_that_are_left_of_an_hour_are_all_that_are_left():
    spent = shifted_spending(hundred(10), -990 * SECOND)
    spent = Spending(spent.mails[3:], spent.recipients)
    assert mails_left(AZURE, spent, DAWN + 100 * SECOND) == 3


@pytest.mark.parametrize(
    ("pace", "mails", "left"),
    [
        pytest.param(EXCHANGE, [(0, 4_999)], True, id="less than half of the day is used"),
        pytest.param(EXCHANGE, [(0, 2_500), (60, 2_500)], False, id="half of it is"),
        pytest.param(Pace(), [(0, 90_000)], True, id="no limit"),
        pytest.param(Pace(mails_an_hour=4), [(0, 1)], True, id="a quarter of the hour"),
        pytest.param(Pace(mails_an_hour=4), [(0, 1), (9, 1)], False, id="half of the hour"),
    ],
)
def test_half_is_left_of_hour_and_day(pace, mails, left):
    spent = Spending()
    for seconds, recipients in mails:
        spent = spend_mail(pace, spent, DAWN + seconds * SECOND, recipients)
    assert half_is_left(pace, spent, DAWN + 2 * MINUTE) is left
