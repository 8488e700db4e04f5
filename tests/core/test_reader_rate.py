"""How many mails a contact gets one by one before they are put together."""

from datetime import timedelta
from itertools import pairwise

import pytest

from noroshi.core.reader_rate import NEW, PAUSES, SINGLES, count_mail, room, shifted_reader
from noroshi.testing import DAWN
from tests.sweeps import sweep


def at(seconds):
    return DAWN + timedelta(seconds=seconds)


def after(*mails):
    """A reader who got mails at these seconds; a negative one was a digest."""
    reader = NEW
    for seconds in mails:
        reader = count_mail(reader, at(abs(seconds)), digest=seconds < 0)
    return reader


@sweep(
    ("mails", "now", "left"),
    [
        pytest.param((), 0, SINGLES, id="nothing yet"),
        pytest.param((0, 1), 2, 1, id="two of three"),
        pytest.param((0, 1, 2), 3, 0, id="all three"),
        pytest.param((0, 1, 2), 12, 1, id="all three, and the pause is over"),
        pytest.param((0, 1, 2), 62, SINGLES, id="a quiet minute later"),
        pytest.param((0, -1), 2, 0, id="a digest, just now"),
        pytest.param((0, -1), 11, 1, id="a digest, and the pause is over"),
        pytest.param((0, -1, -11, -21, -31), 45, 0, id="the fourth pause is longer"),
        pytest.param((0, -1, -11, -21, -31), 51, 1, id="the fourth pause is over"),
        pytest.param((0, -1), 70, SINGLES, id="a quiet minute after a digest"),
    ],
)
def test_so_many_come_one_by_one(mails, now, left):
    assert room(after(*mails), at(now)) == left


def test_five_hundred_alarms_in_a_minute_and_those_after_it_are_few_mails():
    reader, mails, now = NEW, 0, DAWN
    while now < at(60):
        if left := room(reader, now):
            reader = count_mail(reader, now, digest=left == 1)
            mails += 1
        now += timedelta(milliseconds=120)
    assert mails <= 8


def test_a_storm_that_goes_on_is_told_ever_more_rarely():
    reader, times, now = NEW, [], DAWN
    while now < at(3600):
        if room(reader, now):
            reader = count_mail(reader, now, digest=True)
            times.append(now)
        now += timedelta(seconds=1)
    gaps = [b - a for a, b in pairwise(times)]
    assert gaps == sorted(gaps)
    assert gaps[-1] == PAUSES[-1]


def test_a_contact_may_want_more_or_fewer_one_by_one():
    assert room(after(0, 1, 2), at(3), limit=5) == 2
    assert room(after(0), at(3), limit=1) == 0


def test_a_clock_that_is_set_moves_what_was_told_with_it():
    hour = timedelta(hours=1)
    moved = shifted_reader(after(0, 1, 2), hour)
    assert room(moved, at(11) + hour) == 0
    assert room(moved, at(12) + hour) == 1
    assert shifted_reader(NEW, hour) == NEW


@pytest.mark.parametrize("mails", [(0, 1, 2), (0, -1), (-1, -2)])
def test_what_is_dated_ahead_of_now_does_not_count(mails):
    """It comes of a clock that was set while a mail was under way."""
    ahead = shifted_reader(after(*mails), timedelta(hours=6))
    assert room(ahead, at(3)) == SINGLES
    assert room(count_mail(ahead, at(3), digest=False), at(13)) > 0
