"""The measuring itself: a figure that cannot come out bad proves nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.grid import punctuality
from benchmarks.mails import read_mails, told
from benchmarks.promises import promises
from benchmarks.report import broken
from benchmarks.scene import SLOTS, targets
from noroshi.core.cadence import EPOCH, Every, next_due
from noroshi.engine.dispatch import AHEAD

PERIOD = 10.0
START = 1_000_000_000.0
CALM = {
    "lost": 0,
    "wrong": 0,
    "twice": 0,
    "again": (),
    "left_in_queue": 0,
    "mails": 13,
    "first": 1.0,
    "last": 9.0,
    "late": 0.1,
}


def due(id: str) -> float:
    """The first instant from START at which the product says that a monitor is due."""
    now = datetime.fromtimestamp(START, UTC)
    return (next_due(id, Every(timedelta(seconds=PERIOD)), now) - EPOCH).total_seconds()


def test_the_grid_is_the_products_own():
    watched = {t.number: t.id for t in targets(200)}
    taken = [(n, due(id)) for n, id in watched.items()]
    seen = punctuality(watched, taken, PERIOD, START, START + PERIOD)
    assert (seen.due, seen.done, seen.unchecked) == (200, 200, ())
    assert seen.worst == pytest.approx(0, abs=1e-5)


def test_a_late_check_is_late_by_what_it_is_late():
    (one,) = targets(1)
    seen = punctuality({0: one.id}, [(0, due(one.id) + 3)], PERIOD, START, START + PERIOD)
    assert seen.worst == pytest.approx(3)


def test_a_check_that_never_comes_is_late_by_an_interval_and_counted():
    (one,) = targets(1)
    taken = [(0, due(one.id) + 0.1)]
    seen = punctuality({0: one.id}, taken, PERIOD, START, START + 2 * PERIOD)
    assert (seen.due, seen.done, seen.worst) == (2, 1, PERIOD)


def test_a_second_check_within_an_interval_makes_up_for_none():
    (one,) = targets(1)
    taken = [(0, due(one.id) + 0.1), (0, due(one.id) + 5)]
    seen = punctuality({0: one.id}, taken, PERIOD, START, START + 2 * PERIOD)
    assert (seen.due, seen.done) == (2, 1)


def test_mails_that_come_twice_and_monitors_told_of_twice_are_found(tmp_path):
    rows = [
        {"at": 1, "id": "<1>", "subject": "port-00001", "text": ""},
        {"at": 2, "id": "<1>", "subject": "port-00001", "text": ""},
        {"at": 3, "id": "<2>", "subject": "", "text": "port-00001, port-00002"},
    ]
    log = tmp_path / "mails"
    log.write_text("\n".join(map(json.dumps, rows)) + '\n{"at": 4, "id": "<3', "utf-8")
    news = told(read_mails(log))
    assert news.first == {"port-00001": 1, "port-00002": 3}
    assert news.again == (("<1>", 1),)
    assert news.twice == {"port-00001"}


@pytest.mark.parametrize(
    ("worse", "about"),
    [
        ({"lost": 1}, "no mail names"),
        ({"twice": 1}, "two Message-IDs"),
        ({"again": (5.0,)}, "answer was on disk"),
        ({"again": (0.1,) * (AHEAD * SLOTS + 1)}, "answer was on disk"),
        ({"again": (-1.0,)}, "answer was on disk"),
        ({"first": 5.1}, "first mail"),
        ({"late": 1.1}, "healthy port"),
        ({"mails": 14}, "mails that tell it all"),
    ],
    ids=[
        "an alarm lost",
        "told twice",
        "sent again long after",
        "more copies than connections",
        "first copy after the kill",
        "first mail late",
        "healthy one late",
        "more mails than few",
    ],
)
def test_a_promise_that_does_not_hold_is_told(worse, about):
    row = {"measure": "storm", "variant": "d", **CALM, **worse}
    (line,) = broken([row])
    assert about in line


def test_a_copy_whose_answer_was_not_on_disk_is_excused():
    row = {"measure": "storm", "variant": "d", **CALM, "again": (0.2,)}
    assert broken([row]) == []


def test_every_measure_has_promises():
    assert all(promises("storm", weather) for weather in "abcde")
    assert promises("start", "")
