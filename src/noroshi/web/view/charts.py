"""Draw recent values: the places of points, limits and words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from math import floor, log10
from typing import Any

from noroshi.actions.phrases import YES_NO, quantity
from noroshi.operations.status_answers import Series

WIDE, HALF, NARROW = 1080, 520, 340
"""Widths of the drawing, for a desktop screen, for two side by side on one, and for a phone:
the letters stay readable."""
HIGH = 200
LEFT, MARGIN, TOP, BOTTOM = 64, 8, 14, 168
GRID = 4
LEAST = 0.05
"""The least height of a drawing as a share of the values: a change of a thousandth does not
look like a cliff, and no two lines of the grid have the same label."""
ROUND = (1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 15, 20, 25)
"""The distances of the lines of the grid, times a power of ten: numbers that one can read."""
GAP = 2.5
"""The factor of the usual distance between two values from which it is a gap without a line."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Hold the line of a limit, and the zone beyond it: the top edge, and the height."""

    level: str
    y: float
    zone: float
    high: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Hold one drawing, `width` by HIGH: `lines` are the points of each unbroken run."""

    width: int
    lines: Sequence[str]
    limits: Sequence[Limit]
    grid: Sequence[tuple[float, str]]
    gaps: Sequence[float]
    last: tuple[float, float]
    begins: datetime
    ends: datetime
    low: str
    high: str
    now: str


def chart(
    series: Series, faults: Sequence[datetime], width: int = WIDE, language: str = "en"
) -> Chart | None:
    """Draw the chart of a series with at least two values; `faults` are the times without
    one."""
    points = [(p.at, p.value) for p in series.points if abs(p.value) < float("inf")]
    if len(points) < 2 or points[0][0] == points[-1][0]:
        return None
    first, last = points[0][0], points[-1][0]
    low, high = _range(series, [value for _, value in points])
    length = (last - first).total_seconds()

    def x(at: datetime) -> float:
        return round(LEFT + (width - MARGIN - LEFT) * (at - first).total_seconds() / length, 1)

    def y(value: float) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * (value - low) / (high - low), 1)

    def quantity_text(value: float) -> str:
        return quantity(value, shown_unit(series), language)

    values = [value for _, value in points]
    fault_times = [at for at in faults if first <= at <= last]
    return Chart(
        width=width,
        lines=[_line(run, x, y) for run in _runs(points, fault_times)],
        limits=list(_limits(series, low, high, y)),
        grid=[(y(v), quantity_text(v)) for v in _steps(series, low, high)],
        gaps=[x(at) for at in fault_times],
        last=(x(last), y(values[-1])),
        begins=series.points[0].at,
        ends=series.points[-1].at,
        low=quantity_text(min(values)),
        high=quantity_text(max(values)),
        now=quantity_text(values[-1]),
    )


def shown_unit(series: Series) -> str:
    """Return the unit with which the values of a series are shown."""
    return YES_NO if series.yes_no else series.unit


def _range(series: Series, values: Sequence[float]) -> tuple[float, float]:
    """Return the range of all values, and of the limits unless they lie far off; 0 to 100 for a
    share of a whole, 0 to 1 for no and yes."""
    if series.yes_no:
        return 0.0, 1.0
    if series.unit == "%" and min(values) >= 0 and max(values) <= 100:
        return 0.0, 100.0
    low, high = min(values), max(values)
    tolerance = max(high - low, abs(high) * 0.5)
    for limit in (series.warning, series.critical):
        if limit is not None and low - tolerance <= limit <= high + tolerance:
            low, high = min(low, limit), max(high, limit)
    least = max(abs(low), abs(high)) * LEAST
    room = max((high - low) * 0.1, (least - high + low) / 2) or 1.0
    least_shown = 0.0 if min(values) >= 0 and low - room < 0 else low - room
    return _rounded(least_shown, high + room, series.unit)


def _rounded(low: float, high: float, unit: str) -> tuple[float, float]:
    """Return at least that range, between lines of the grid that have round numbers."""
    unit_size = 1024.0 ** floor(log10(max(abs(low), abs(high), 1)) / log10(1024))
    unit_size = unit_size if unit == "B" else 1.0
    power = unit_size * 10.0 ** floor(log10((high - low) / GRID / unit_size))
    for step in (one * power for one in ROUND):
        begin = floor(low / step) * step
        if begin + GRID * step >= high:
            return begin, begin + GRID * step
    return low, high


def _steps(series: Series, low: float, high: float) -> Iterator[float]:
    if series.yes_no:
        yield from (low, high)  # nothing is between no and yes
        return
    for n in range(GRID + 1):
        yield low + (high - low) * n / GRID


def _limits(series: Series, low: float, high: float, y: Any) -> Iterator[Limit]:
    for level, value in (("warning", series.warning), ("critical", series.critical)):
        if value is not None and low <= value <= high:
            at = y(value)
            zone, height = (TOP, at - TOP) if series.rising else (at, BOTTOM - at)
            yield Limit(level, at, zone, round(height, 1))


def _runs(
    points: Sequence[tuple[datetime, float]], fault_times: Sequence[datetime]
) -> Iterator[list[tuple[datetime, float]]]:
    steps = sorted(b[0] - a[0] for a, b in pairwise(points))
    usual_step = steps[len(steps) // 2]
    run = [points[0]]
    for previous_point, point in pairwise(points):
        fault = any(previous_point[0] < at < point[0] for at in fault_times)
        if fault or point[0] - previous_point[0] > GAP * usual_step:
            yield run
            run = []
        run.append(point)
    yield run


def _line(run: Sequence[tuple[datetime, float]], x: Any, y: Any) -> str:
    coordinates = [f"{x(at)},{y(value)}" for at, value in run]
    return " ".join(coordinates if len(coordinates) > 1 else [*coordinates, *coordinates])
