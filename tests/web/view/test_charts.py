"""Where a drawing's points, limits and gaps stand."""

from datetime import timedelta

from noroshi.core.translation import NOTHING
from noroshi.operations.status_answers import Point, Series
from noroshi.testing import DAWN
from noroshi.web.view.charts import BOTTOM, LEFT, MARGIN, TOP, WIDE, chart
from tests.sweeps import sweep


def series(*values, unit="%", **changed):
    points = tuple(
        Point(DAWN + timedelta(minutes=n), value)
        for n, value in enumerate(values)
        if value is not None
    )
    limits = {"warning": 80, "critical": 90, "rising": True}
    return Series(name=NOTHING, item="", unit=unit, points=points, **(limits | changed))


def test_values_are_told_with_units_in_the_readers_language():
    drawn = chart(series(0, 5, 10, unit="min"), [], language="ja")
    assert (drawn.low, drawn.high, drawn.now) == ("0分", "10分", "10分")
    assert chart(series(0, 5, 10, unit="min"), []).now == "10 min"


def test_yes_and_no_are_told_in_words_with_nothing_between_them():
    drawn = chart(series(0, 1, 0, unit="", yes_no=True, warning=None, critical=1), [])
    assert [told for _, told in drawn.grid] == ["no", "yes"]
    assert (drawn.low, drawn.high, drawn.now) == ("no", "yes", "no")
    always = chart(
        series(0, 0, unit="", yes_no=True, warning=None, critical=1), [], language="ja"
    )
    assert [told for _, told in always.grid] == ["なし", "あり"]


def test_a_share_is_drawn_from_nothing_to_all():
    drawn = chart(series(0, 50, 100), [])
    first, last = f"{float(LEFT)},{float(BOTTOM)} ", f" {float(WIDE - MARGIN)},{float(TOP)}"
    assert drawn.lines[0].startswith(first) and drawn.lines[0].endswith(last)
    assert [told for _, told in drawn.grid] == ["0%", "25%", "50%", "75%", "100%"]
    assert (drawn.low, drawn.high, drawn.now) == ("0%", "100%", "100%")


def test_no_line_goes_across_what_was_not_measured():
    fault = DAWN + timedelta(minutes=3)
    assert len(chart(series(1, 2, 3, None, 5, 6), [fault]).lines) == 2
    assert len(chart(series(1, 2, 3, None, None, None, 5, 6), []).lines) == 2


def test_a_limit_far_off_does_not_flatten_the_values():
    drawn = chart(series(10, 12, 11, unit="ms", warning=14, critical=5000), [])
    assert [limit.level for limit in drawn.limits] == ["warning"]


def test_where_bad_is_low_the_zone_lies_below():
    (limit,) = chart(series(50, 60, warning=None, critical=20, rising=False), []).limits
    assert limit.zone == limit.y and limit.zone + limit.high == BOTTOM


@sweep("unit", ["B", "ms", ""])
@sweep("value", [0.0, 0.001, 1, 9.9, 10, 48.5, 99.9, 1000, 5000, 48.5 * 2**30])
def test_no_two_lines_of_the_grid_are_called_the_same(value, unit):
    free = {"unit": unit, "warning": None, "critical": None}
    drawn = chart(series(value, value * 1.0001, **free), [])
    assert len({told for _, told in drawn.grid}) == 5


def test_one_value_is_no_drawing_and_equal_values_are_one():
    assert chart(series(5), []) is None
    assert chart(series(float("inf"), 5), []) is None
    assert chart(series(5, 5, 5, unit=""), []).lines
