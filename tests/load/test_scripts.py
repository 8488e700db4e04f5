"""Scripts: each of them runs. At full size: `make bench`."""

from __future__ import annotations

import pytest

from benchmarks.scripts import Size, run_scripts

pytestmark = pytest.mark.xdist_group("load")  # they wait: one at a time, beside the others


def test_scripts_are_run_and_measured_beside_their_program_alone(tmp_path):
    ran = run_scripts(tmp_path / "run", Size(monitors=20, period=1.0, window=4.0))
    assert ran.due >= 80  # more if the window of a busy machine is longer
    assert ran.done >= 0.7 * ran.due  # a check at either end of the window may not be written
    assert 0 < ran.bare_cpu < ran.cpu
