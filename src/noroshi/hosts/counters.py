"""Read what the kernel counts: memory and processor time, by psutil.

Also within a container they are the whole computer's: /proc knows no limits of cgroups.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

import psutil

from noroshi.core.translation import _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Memory, Processor, Unmeasurable

NO_MEMORY = _("cannot read the amount of memory: {why}")
NO_PROCESSOR = _("cannot read the processor's counters: {why}")
COUNTED_TWICE = ("guest", "guest_nice", "interrupt", "dpc")
"""Time of virtual machines, which is within `user` and `nice` as well (proc_stat(5)); time of
interrupts and deferred calls on Windows, which is within `system`."""
NOT_BUSY = ("idle", "iowait")


def memory() -> Memory:
    """Return memory and swap, all and what is left of them, in bytes. Raise Unmeasurable."""
    try:
        main = psutil.virtual_memory()
        swap_total, swap_free = _swap()
    except (OSError, psutil.Error) as error:
        raise Unmeasurable(NO_MEMORY.fill(why=cause_text(error))) from error
    return Memory(
        total=main.total, available=main.available, swap_total=swap_total, swap_free=swap_free
    )


def _swap() -> tuple[int, int]:
    """Return all of the swap and what is left of it, in bytes; nothing where Windows' performance
    counters are switched off, which alone tell it."""
    try:
        swap = psutil.swap_memory()
    except RuntimeError:
        return 0, 0
    return swap.total, swap.free


def processor() -> Processor:
    """Return the counters since the start of the computer. Raise Unmeasurable."""
    try:
        times = psutil.cpu_times()._asdict()
        load = _load()
    except (OSError, psutil.Error) as error:
        raise Unmeasurable(NO_PROCESSOR.fill(why=cause_text(error))) from error
    total = whole_time(times)
    return Processor(
        cores=psutil.cpu_count() or 1,
        total=total,
        busy=total - sum(times.get(name, 0.0) for name in NOT_BUSY),
        iowait=times.get("iowait"),
        steal=times.get("steal"),
        load=load,
    )


def _load() -> float | None:
    """Return how many processes run or wait, as a mean of a minute; Windows does not count them."""
    if sys.platform == "win32":
        return None
    return os.getloadavg()[0]


def whole_time(times: Mapping[str, float]) -> float:
    """Return the time of all of the processor's states, each once."""
    return sum(times.values()) - sum(times.get(name, 0.0) for name in COUNTED_TWICE)
