"""Read what the kernel counts: memory and processor time, by psutil.

Also within a container they are the whole computer's: /proc knows no limits of cgroups.
"""

from __future__ import annotations

import os

import psutil

from noroshi.core.translation import _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Memory, Processor, Unmeasurable

NO_MEMORY = _("cannot read the amount of memory: {why}")
NO_PROCESSOR = _("cannot read the processor's counters: {why}")
COUNTED_TWICE = ("guest", "guest_nice")
"""Time of virtual machines, which is within `user` and `nice` as well (proc_stat(5))."""
NOT_BUSY = ("idle", "iowait")


def memory() -> Memory:
    """Return memory and swap, all and what is left of them, in bytes. Raise Unmeasurable."""
    try:
        main, swap = psutil.virtual_memory(), psutil.swap_memory()
    except (OSError, psutil.Error) as error:
        raise Unmeasurable(NO_MEMORY.fill(why=cause_text(error))) from error
    return Memory(
        total=main.total, available=main.available, swap_total=swap.total, swap_free=swap.free
    )


def processor() -> Processor:
    """Return the counters since the start of the computer. Raise Unmeasurable."""
    try:
        times = psutil.cpu_times()._asdict()
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None  # not on Windows
    except (OSError, psutil.Error) as error:
        raise Unmeasurable(NO_PROCESSOR.fill(why=cause_text(error))) from error
    total = sum(times.values()) - sum(times.get(name, 0.0) for name in COUNTED_TWICE)
    return Processor(
        cores=psutil.cpu_count() or 1,
        total=total,
        busy=total - sum(times.get(name, 0.0) for name in NOT_BUSY),
        iowait=times.get("iowait"),
        steal=times.get("steal"),
        load=load,
    )
