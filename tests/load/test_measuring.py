"""The measuring itself: a figure that cannot come out bad proves nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from benchmarks.__main__ import MEASURES, planned
from benchmarks.grid import punctuality
from benchmarks.mails import read_mails, told
from benchmarks.promises import promises
from benchmarks.report import PAGE, REFERENCES, broken, page, written_sections
from benchmarks.scene import SLOTS, targets
from benchmarks.usage import usage
from noroshi.core.cadence import EPOCH, FixedInterval, next_due
from noroshi.engine.dispatch.dispatcher import WORKERS
from tests.sweeps import sweep

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


RATIOS = [
    ("load", "all answer", {"cpu_per_1000": 0.1}, ("bare_cpu_per_1000", 0.1)),
    ("local", "all well", {"cpu_per_1000": 0.1}, ("bare_cpu_per_1000", 0.1)),
    ("local", "at rest", {"of_a_core": 0.01}, ("bare_of_a_core", 0.02)),
    ("scripts", "as root itself", {"cpu": 1.0}, ("bare_cpu", 1.0)),
    ("apply", "one changed", {"took": 1.0, "until_in_use": 1.0}, ("bare", 1.0)),
    ("logs", "UTF-8", {"ours": 1.0, "our_hits": 9, "grep_hits": 9}, ("grep", 1.0)),
    ("outage", "", {"answers": (0.1,), "applied": 1.0, "period": 30.0}, ("bare", 1.0)),
    (
        "sending",
        "",
        {"ours": 900.0, "cpu_per_1000": 1.0, "bare_cpu_per_1000": 1.0},
        ("bare", 900.0),
    ),
    (
        "sending",
        "",
        {"ours": 900.0, "bare": 900.0, "cpu_per_1000": 1.0},
        ("bare_cpu_per_1000", 1.0),
    ),
    (
        "hub",
        "",
        {
            "untold": 0,
            "refused": 0,
            "stored": (0.1,),
            "told": (0.1,),
            "answered": (0.1,),
            "cpu": 50.0,
            "bytes_a_day": 1e6,
            "back": 10.0,
            "health": (0.1,),
            "agent_resident": 60.0,
            "agent_of_a_core": 0.001,
        },
        ("bare_cpu", 1.0),
    ),
    (
        "start",
        "",
        {
            "version": [20.0],
            "help": [40.0],
            "send": [60.0],
            "apply": [200.0],
            "check_config": [250.0],
        },
        ("bare", [10.0]),
    ),
]
"""Of each ratio: the measure, figures that hold beside those of WELL, and its reference."""
WELL = {
    "due": 100,
    "done": 100,
    "late_99": 0.1,
    "late_worst": 0.1,
    "first": 1.0,
    "peak": 90.0,
    "written_per_second": 0.0,
    "missing": 0,
    "left_in_queue": 0,
}
names_of_ratios = [f"{measure} {variant} {given[0]}" for measure, variant, _, given in RATIOS]


def due(id: str) -> float:
    """The first instant from START at which the product says that a monitor is due."""
    now = datetime.fromtimestamp(START, UTC)
    return (next_due(id, FixedInterval(timedelta(seconds=PERIOD)), now) - EPOCH).total_seconds()


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
        ({"again": (0.1,) * (WORKERS * SLOTS + 1)}, "answer was on disk"),
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


@sweep(("measure", "variant", "ours", "given"), RATIOS, ids=names_of_ratios)
def test_a_ratio_without_its_reference_is_infinite_and_breaks_the_promise(
    measure, variant, ours, given
):
    name, reference = given
    row = {"measure": measure, "variant": variant, **WELL, **ours, name: reference}
    assert broken([row]) == []
    without = {**row, name: [0.0] if isinstance(reference, list) else 0.0}
    assert all("inf" in line for line in broken([without]))
    assert broken([without]) != []


def test_every_measure_has_promises_and_names_its_reference():
    runs = list(planned(quick=False, runs=1))
    assert {measure for measure, _, _ in runs} == set(MEASURES) == set(REFERENCES)
    assert all(promises(measure, variant) for measure, variant, _ in runs)


def test_cpu_time_is_counted_as_the_process_counts_its_own():
    before, own_before = usage(os.getpid()).cpu, time.process_time()
    sum(range(1_000_000))
    own_after, after = time.process_time(), usage(os.getpid()).cpu
    assert 0 < own_after - own_before <= after - before


def test_cpu_time_of_a_child_that_has_ended_counts():
    before = usage(os.getpid()).cpu - time.process_time()
    subprocess.run([sys.executable, "-c", "sum(range(5_000_000))"], check=True)
    assert usage(os.getpid()).cpu - time.process_time() > before


def test_the_tables_of_the_page_are_found_again_by_their_measure():
    text = PAGE.read_text(encoding="utf-8")
    found = written_sections(text)
    assert set(found) == set(MEASURES)
    assert page(found, "").partition("\n## ")[2] == text.partition("\n## ")[2]
