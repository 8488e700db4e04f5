"""Processor: how busy it was since the last look, and how many processes wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from noroshi.core.model import Limits, Reading
from noroshi.core.translation import _
from noroshi.ports import Check, Host, Outcome, Processor, options

SHORT = 0.5  # seconds between two looks where there is none before to count from
SHARES = ("busy", "iowait", "steal")
CORES = _("number of cores: {cores}")


@options
class Options:
    pass


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Measure the load since the last look, whose counters are the check's memory. Without
    them, or when they went back (the computer was started anew), look twice within half a
    second."""
    counters, processor = memory, await host.processor()
    if not _went_on(counters, processor):
        counters = _counters(processor)
        await asyncio.sleep(SHORT)
        processor = await host.processor()
    return Outcome(tuple(_readings(counters, processor)), _counters(processor))


def _counters(processor: Processor) -> dict[str, float]:
    counters = {name: getattr(processor, name) for name in ("total", *SHARES)}
    return {name: value for name, value in counters.items() if value is not None}


def _went_on(counters: Mapping[str, Any], processor: Processor) -> bool:
    """Return whether time was counted since then; `iowait` may go back by itself
    (proc_stat(5))."""
    total, busy = counters.get("total", processor.total), counters.get("busy", 0.0)
    return bool(processor.total > total and processor.busy >= busy)


def _readings(last_counters: Mapping[str, Any], processor: Processor) -> Iterator[Reading]:
    counters, elapsed = _counters(processor), processor.total - last_counters["total"]
    cores = CORES.fill(cores=processor.cores)
    for name in SHARES:
        if elapsed > 0 and name in counters and name in last_counters:
            share = min(max((counters[name] - last_counters[name]) / elapsed, 0.0), 1.0)
            yield Reading(name, round(100 * share, 1), "%", note=cores)
    if processor.load is not None:
        yield Reading("load", round(processor.load / processor.cores, 2))
    yield Reading("cores", processor.cores)


CHECK = Check(
    kind="cpu",
    title=_("CPU"),
    help=_(
        "Measures the usage of all cores since the last measurement, and the number of processes "
        "per core that were running or waiting."
    ),
    options=Options,
    limits={"busy": Limits(warning=95)},
    shares=frozenset(SHARES),
    names={
        "busy": _("CPU busy"),
        "iowait": _("I/O wait"),
        "steal": _("Steal (other virtual machines)"),
        "load": _("Load per core"),
        "cores": _("Cores"),
    },
    run=run,
    asks_computer=True,
)
