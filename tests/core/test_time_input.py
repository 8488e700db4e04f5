"""A moment ahead, as people write it."""

from datetime import UTC, datetime, timedelta

import pytest

from noroshi.core.time_input import read_length, read_moment

HERE = datetime.fromisoformat("2026-11-25T17:30:00")


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("18:00", "2026-11-25T18:00"),
        ("17:30", "2026-11-26T17:30"),
        ("08:00", "2026-11-26T08:00"),
        ("tomorrow 18:00", "2026-11-26T18:00"),
        ("Tomorrow  08:00 ", "2026-11-26T08:00"),
        ("明日 08:00", "2026-11-26T08:00"),
        ("2026-12-25 06:00", "2026-12-25T06:00"),
        ("2026-12-25T06:00", "2026-12-25T06:00"),
        ("2026-12-25T06:00:30", "2026-12-25T06:00:30"),
    ],
)
def test_a_moment_by_the_clock_on_the_wall(text, at):
    assert read_moment(text, HERE) == datetime.fromisoformat(at)


def test_an_instant_with_its_offset_is_that_instant():
    at = datetime.fromisoformat("2026-12-24T21:00").replace(tzinfo=UTC)
    assert read_moment("2026-12-25T06:00+09:00", HERE) == at
    assert read_moment("2026-12-24T21:00:00Z", HERE) == at


@pytest.mark.parametrize(
    "text", ["", "forever", "8", "24:00", "2026-12-25", "2026-02-30 08:00", "tomorrow", "1h"]
)
def test_what_is_no_moment(text):
    assert read_moment(text, HERE) is None


@pytest.mark.parametrize(
    ("text", "hours"), [("30m", 0.5), (" 2h", 2), ("1d12h", 36), ("0s", None), ("x", None)]
)
def test_a_length(text, hours):
    assert read_length(text) == (None if hours is None else timedelta(hours=hours))
