"""An apply to a running node: no monitor loses a check by it. Full size: -m long."""

from __future__ import annotations

import pytest

from benchmarks.apply import Size, run_apply

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others


@pytest.mark.parametrize("changed", [100, 1], ids=["all changed", "one changed"])
def test_no_monitor_is_lost_by_an_apply(tmp_path, changed):
    size = Size(monitors=100, period=2.0, timeout=2.0, window=8.0, changed=changed)
    seen = run_apply(tmp_path / "run", size)
    assert seen.done > 0
    assert seen.unchecked == ()


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("changed", [5000, 1], ids=["all changed", "one changed"])
def test_an_apply_of_five_thousand_is_quick_and_makes_nobody_late(tmp_path, changed):
    seen = run_apply(tmp_path / "run", Size(changed=changed))
    assert seen.done == seen.due
    assert seen.took < 20 * seen.bare
    assert seen.until_in_use < 20 * seen.bare
    assert seen.late_worst <= 0.25
