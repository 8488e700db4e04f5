"""What this computer's kernel counts, beside what its own files say."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from noroshi.hosts import counters
from noroshi.hosts.local import LocalHost
from noroshi.hosts.programs import ProgramRules
from noroshi.testing import ManualClocks


def kernel_says(name):
    return int(re.search(rf"{name}:\s+(\d+)", Path("/proc/meminfo").read_text())[1]) * 1024


def test_memory_is_what_the_kernel_says():
    found = counters.memory()
    assert (found.total, found.swap_total) == (
        kernel_says("MemTotal"),
        kernel_says("SwapTotal"),
    )
    assert found.available == pytest.approx(kernel_says("MemAvailable"), rel=0.2)
    assert 0 < found.used_percent < 100


def test_the_processors_counters_go_on():
    before = counters.processor()
    while (after := counters.processor()).busy == before.busy:
        pass  # this is work, and is counted
    assert after.total > before.total
    assert after.busy < after.total
    assert after.cores == os.cpu_count()


def test_the_kernel_of_linux_counts_more():
    found = counters.processor()
    assert found.load is not None and found.iowait is not None and found.steal is not None


async def test_this_host_tells_both():
    here = LocalHost(ProgramRules(), ManualClocks().clocks)
    assert (await here.memory()).total == kernel_says("MemTotal")
    assert (await here.processor()).cores == os.cpu_count()
