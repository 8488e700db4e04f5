"""Load: every monitor is checked, and those that fall silent are told of. Full size: -m long."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.load import Size, run_load

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others

SMALL = Size(monitors=100, period=2.0, timeout=1.0, window=6.0)
FULL = Size()


def test_every_monitor_is_checked_and_nothing_is_told_while_all_answer(tmp_path):
    seen = run_load(tmp_path / "run", replace(SMALL, slow_disk=True))
    assert seen.done > 0
    assert seen.unchecked == ()
    assert seen.named == 0


def test_monitors_that_fall_silent_become_unknown_and_are_told_of(tmp_path):
    seen = run_load(tmp_path / "run", replace(SMALL, silent=20, window=8.0))
    assert len(seen.unknown_after) == 20
    assert seen.named == 20
    assert seen.unchecked == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("slow", [False, True], ids=["a good disk", "each fsync takes 10 ms"])
def test_five_thousand_monitors_are_on_time(tmp_path, slow):
    seen = run_load(tmp_path / "run", replace(FULL, slow_disk=slow))
    assert seen.done >= 0.999 * seen.due
    assert seen.late_99 < 0.25
    if not slow:  # a reference is measured, and a ratio promised, on a good disk alone
        assert seen.cpu_per_1000 <= 1.8 * seen.bare_cpu_per_1000
    assert seen.peak <= 120
    assert seen.written_per_second <= 1e6


@pytest.mark.long
@pytest.mark.timeout(300)
def test_a_thousand_that_never_answer_make_no_other_late(tmp_path):
    seen = run_load(tmp_path / "run", replace(FULL, silent=1000))
    assert seen.late_worst <= 0.25
    assert len(seen.unknown_after) == 1000
    assert seen.unknown_after[-1] <= FULL.period + FULL.timeout + 0.25
    assert seen.peak <= 135
