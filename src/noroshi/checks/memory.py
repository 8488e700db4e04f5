"""Memory: how much of it is used, how much is left, and how much of the swap is used."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from noroshi import ports
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import _
from noroshi.ports import Check, Host, Outcome, options

GIB = 2**30
AVAILABLE = _("{available:.1f} of {total:.1f} GiB available")


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Measure the memory. A computer without swap has no reading of it."""
    return Outcome(_readings(await host.memory()))


@lru_cache(16)
def _readings(memory: ports.Memory) -> tuple[Reading, ...]:
    """Return the readings, made once for all that watch the same computer in the same
    second."""
    available = AVAILABLE.fill(available=memory.available / GIB, total=memory.total / GIB)
    main = (
        Reading("used", round(memory.used_percent, 1), "%", note=available),
        Reading("available", round(memory.available / GIB, 3), "GiB"),
    )
    if not memory.swap_total:
        return main
    swap = 100 * (1 - memory.swap_free / memory.swap_total)
    return (*main, Reading("swap", round(swap, 1), "%"))


CHECK = Check(
    kind="memory",
    title=_("Memory"),
    help=_("Measures how much memory and swap the computer uses, not counting system caches."),
    options=Options,
    limits={"used": Limits(warning=90, critical=95), "available": Limits(rising=False)},
    shares=frozenset({"used", "swap"}),
    units={"available": "GiB"},
    names={
        "used": _("Memory used"),
        "available": _("Memory available"),
        "swap": _("Swap used"),
    },
    run=run,
    asks_computer=True,
)
