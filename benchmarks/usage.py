"""Measure what a process costs, by the kernel's books (proc(5)): itself, its children, and the
ended ones."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
CUTIME = 13  # where cutime and cstime stand in /proc/PID/stat after the name
CPU_CLOCK = 2  # CPUCLOCK_SCHED: the end of what clock_getcpuclockid(3) makes of a process id
RSS = 21
GONE = (FileNotFoundError, ProcessLookupError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """CPU in seconds, memory now and at its worst in MB (10^6), bytes written to the disk."""

    cpu: float
    resident: float
    peak: float
    written: int


def usage(pid: int) -> Usage:
    """Of a process and all that came from it. Programs that it runs come and go meanwhile."""
    pids = family(pid)
    stats = [stat for one in pids if (stat := _stat(one))]
    return Usage(
        cpu=sum(map(_cpu_of_own, pids)) + sum(map(_cpu_of_ended_children, stats)),
        resident=sum(int(stat[RSS]) for stat in stats) * PAGE / 1e6,
        peak=sum(_number(one, "status", "VmHWM") for one in pids) * 1024 / 1e6,
        written=sum(_number(one, "io", "write_bytes") for one in pids),
    )


def family(pid: int) -> list[int]:
    """A process, its children, and theirs."""
    found = [pid]
    with suppress(*GONE):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += family(int(child))
    return found


def _cpu_of_own(pid: int) -> float:
    """Return the CPU time of a process, its ended threads included, by its own clock: the books of
    /proc count in 10 ms, a sixth of what a node at rest takes in a minute."""
    with suppress(OSError):  # it has ended
        return time.clock_gettime((~pid << 3) | CPU_CLOCK)
    return 0.0


def _cpu_of_ended_children(stat: list[str]) -> float:
    return sum(int(ticks) for ticks in stat[CUTIME : CUTIME + 2]) / TICKS


def _stat(pid: int) -> list[str]:
    """Return its figures; of one that has ended, none: they are its parent's by then."""
    with suppress(*GONE):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return []


def _number(pid: int, file: str, name: str) -> int:
    with suppress(*GONE):
        for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
    return 0
