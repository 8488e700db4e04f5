"""Browsers follow the overview live: none is lost, little is sent. Full size: -m long."""

from __future__ import annotations

import pytest

from benchmarks.browsers import Size, run_browsers

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others


def test_whoever_follows_hears_nothing_while_nothing_happens(tmp_path):
    small = Size(monitors=50, period=2.0, timeout=1.0, browsers=10, window=4.0)
    seen = run_browsers(tmp_path / "run", small)
    assert seen.done > 0
    assert seen.ended == 0
    assert seen.size > 1000
    assert seen.got <= 10 * 2 * 100


@pytest.mark.long
@pytest.mark.timeout(400)
def test_two_hundred_browsers_do_not_disturb_five_thousand_monitors(tmp_path):
    seen = run_browsers(tmp_path / "run", Size())
    assert seen.done >= 0.999 * seen.due
    assert seen.late_99 < 0.25
    assert seen.first[-1] < 1
    assert seen.ended == 0
