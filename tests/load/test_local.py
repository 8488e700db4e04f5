"""Local checks: each monitor of this computer is looked at. At full size: `make bench`."""

from __future__ import annotations

import pytest

from benchmarks.local import Size, run_local

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others


def test_every_monitor_of_this_computer_is_looked_at(tmp_path):
    seen = run_local(tmp_path / "run", Size(monitors=60, period=2.0, window=6.0))
    assert seen.due >= 180  # more if the window of a busy machine is longer
    assert seen.done >= 0.9 * seen.due  # a look at either end of the window may not be written
