"""The log monitor beside grep: both find the same lines. How fast, `make bench` tells."""

from __future__ import annotations

import pytest

from benchmarks.logs import CODECS, HITS, Size, run_logs


@pytest.mark.parametrize("encoding", CODECS)
def test_the_log_monitor_finds_what_grep_finds(tmp_path, encoding):
    seen = run_logs(tmp_path / "run", encoding, Size(size=1 << 24, rounds=1))
    assert seen.our_hits == seen.grep_hits == seen.lines // HITS
