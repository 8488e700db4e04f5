"""One event is one line that can be read, whatever its text, its arguments or its traceback."""

import logging
import sys
import time

import pytest

from noroshi.logs.line_format import (
    HEAD,
    TAIL,
    dated_line,
    line_of,
    one_line,
    prioritised_line,
    shortened_line,
)
from tests.logs.sample_lines import line


def record(text, *args, exc_info=None):
    return logging.LogRecord("noroshi.x", logging.INFO, "x.py", 7, text, args, exc_info)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("a plain text", "a plain text", id="plain"),
        pytest.param(
            "ディスク「C:」がいっぱいです", "ディスク「C:」がいっぱいです", id="Japanese"
        ),
        pytest.param("1号機\u3000停止", "1号機\u3000停止", id="a wide blank"),
        pytest.param("two\nlines\r\n", r"two\nlines\r\n", id="line breaks"),
        pytest.param("\x1b[2Jgone", r"\x1b[2Jgone", id="a terminal's commands"),
        pytest.param("a\u202eb", r"a\u202eb", id="writing turned round"),
        pytest.param("a\u2028b\x85c", r"a\u2028b\x85c", id="other line breaks"),
        pytest.param("half \ud83d", r"half \ud83d", id="half a letter"),
    ],
)
def test_a_text_is_one_line_of_letters(text, told):
    assert one_line(text) == told
    assert one_line(text).encode()


def test_a_traceback_stands_in_the_line_of_its_event():
    try:
        raise ValueError("bad\nvalue")
    except ValueError:
        told = line_of(record("it failed", exc_info=sys.exc_info())).text
    assert told.startswith(r"it failed\nTraceback (most recent call last):\n")
    assert told.endswith(r"ValueError: bad\nvalue")
    assert told.isprintable()


@pytest.mark.parametrize("args", [("one",), (1, 2, 3)])
def test_arguments_that_do_not_fit_do_not_hide_the_event(args):
    told = line_of(record("two: %d %d", *args)).text
    assert told == "two: %d %d [its arguments cannot be shown]"


def test_what_is_too_long_keeps_its_beginning_and_its_end():
    text = "b" * HEAD + "m" * 700 + "e" * TAIL
    assert shortened_line(text) == f"{'b' * HEAD} [… 700 letters …] {'e' * TAIL}"
    assert len(shortened_line("狼" * 10**6).encode()) < 48 << 10


@pytest.mark.parametrize(
    ("level", "number"),
    [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3), (50, 2)],
)
def test_the_journal_gets_its_priority_and_no_time(level, number):
    assert prioritised_line(line("full", level=level)) == f"<{number}>noroshi.engine: full"


def test_a_files_line_has_the_time_with_its_offset(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        told = dated_line(line("full", at=1_775_000_000.25, level=logging.ERROR))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert told == "2026-04-01T08:33:20.250+09:00 ERROR noroshi.engine: full"
