"""A line that comes again and again is told once, and then how often it came."""

from noroshi.logs.repeats import MOST_LINES, WINDOW, Repeats
from tests.logs.sample_lines import line


def texts(lines):
    return [one.text for one in lines]


def test_the_same_line_within_a_minute_is_counted_and_told_at_its_end():
    repeats = Repeats()
    assert texts(repeats.take(line("full"), 0.0)) == ["full"]
    assert [texts(repeats.take(line("full"), float(n))) for n in range(1, 42)] == [[]] * 41
    assert texts(repeats.due(WINDOW - 0.1)) == []
    assert texts(repeats.due(WINDOW)) == ["full [repeated 41 times]"]


def test_what_goes_on_is_told_once_a_minute():
    repeats = Repeats()
    told = [texts(repeats.take(line("full"), float(n))) for n in range(181)]
    assert [(n, text) for n, text in enumerate(told) if text] == [
        (0, ["full"]),
        (60, ["full [repeated 59 times]"]),
        (120, ["full [repeated 60 times]"]),
        (180, ["full [repeated 60 times]"]),
    ]


def test_what_comes_once_a_minute_is_told_each_time():
    repeats = Repeats()
    assert [texts(repeats.take(line("full"), n * WINDOW)) for n in range(3)] == [["full"]] * 3


def test_another_text_level_or_place_is_another_line():
    repeats = Repeats()
    others = [
        line("full"),
        line("fuller"),
        line("full", level=40),
        line("full", place=("engine.py", 2)),
        line("full", name="noroshi.watch"),
    ]
    assert [len(texts(repeats.take(one, 0.0))) for one in others] == [1] * len(others)


def test_a_repetition_is_told_with_the_time_of_the_last_one():
    repeats = Repeats()
    list(repeats.take(line("full", at=100.0), 0.0))
    list(repeats.take(line("full", at=130.0), 30.0))
    (told,) = repeats.due(61.0)
    assert (told.timestamp, told.text) == (130.0, "full [repeated 1 time]")


def test_what_was_counted_is_told_at_the_end():
    repeats = Repeats()
    for _ in range(3):
        list(repeats.take(line("full"), 0.0))
    assert texts(repeats.remaining_lines()) == ["full [repeated 2 times]"]
    assert texts(repeats.remaining_lines()) == []


def test_a_storm_of_different_lines_is_not_kept_in_memory_and_loses_none():
    repeats = Repeats()
    list(repeats.take(line("first"), 0.0))
    list(repeats.take(line("first"), 0.0))
    told = [text for n in range(MOST_LINES) for text in texts(repeats.take(line(str(n)), 0.0))]
    assert told == [
        *(str(n) for n in range(MOST_LINES - 1)),
        "first [repeated 1 time]",
        str(MOST_LINES - 1),
    ]
