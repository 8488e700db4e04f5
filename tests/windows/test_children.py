"""Noroshi's own children, which read what anybody may have sent: within bounds, by a job. Wine takes
the bounds and keeps to none of them; `noroshi selftest` tries them on Windows."""

from __future__ import annotations

import ctypes
import json

from noroshi import sandbox
from noroshi.actions import template, template_child
from noroshi.system.job_object import ProcessBounds, limits_within

LOOKS = """
import ctypes, json, os, sys
from ctypes import wintypes

in_job = wintypes.BOOL()
kernel = ctypes.WinDLL("kernel32")
kernel.GetCurrentProcess.restype = wintypes.HANDLE
kernel.IsProcessInJob.argtypes = (wintypes.HANDLE, wintypes.HANDLE, ctypes.c_void_p)
kernel.IsProcessInJob(kernel.GetCurrentProcess(), None, ctypes.byref(in_job))
print(json.dumps([in_job.value, sys.stdin.readline(), "PATH" in os.environ]))
"""
BOUNDS = ProcessBounds(memory=256 << 20, cpu_seconds=20)


async def test_a_child_is_in_a_job_and_goes_on_without_our_environment(tmp_path):
    program = tmp_path / "looks.py"
    program.write_text(LOOKS)
    child = await sandbox.start(program, BOUNDS)
    answer, _ = await child.communicate(b"a line\n")
    assert json.loads(answer) == [1, "a line\n", False]
    assert child.returncode == 0


def test_the_job_is_told_memory_time_and_one_process():
    """JOBOBJECT_EXTENDED_LIMIT_INFORMATION, as Windows on x64 lays it out (winnt.h)."""
    limits = limits_within(BOUNDS)
    assert ctypes.sizeof(limits) == 144
    assert type(limits).process_memory.offset == 112
    assert limits.process_memory == 256 << 20
    assert limits.basic.process_time == 20 * 10_000_000
    assert limits.basic.most_processes == 1
    assert limits.basic.flags == 0x2 | 0x8 | 0x100 | 0x400
    assert not limits_within(ProcessBounds(memory=1)).basic.flags & 0x2


def test_a_template_may_take_as_much_memory_as_elsewhere():
    assert template.BOUNDS.memory == template_child.MEMORY
