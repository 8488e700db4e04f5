"""Apply: a running node of thousands of port monitors is given an edited folder."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.grid import punctuality, read_log
from benchmarks.load import FIRST_LOOK, LAST_ANSWERS, Stage, stage
from benchmarks.programs import noroshi, say
from benchmarks.reference import seconds_of

IN_USE = "definitions in use version=2 "
BEFORE = 3.0  # seconds of the window before the apply
LONGEST = 60.0  # seconds until the node may go by it; after that it is a failure anyway
EDITED = 1.0  # seconds by which each time-out is shorter afterwards


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many monitors, how often (seconds), how long the window is, how many change."""

    monitors: int = 5000
    period: float = 10.0
    timeout: float = 5.0
    window: float = 20.0
    changed: int = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Hold what a run showed, in seconds: the whole command, and the lateness at the listener.

    `unchecked`: ids of which not one check came. `bare`: the files read and put into SQLite
    without Noroshi.
    """

    due: int
    done: int
    unchecked: tuple[str, ...]
    took: float
    bare: float
    until_in_use: float
    late_99: float
    late_worst: float
    peak: float
    status: float
    """The command `status --json` of all of them."""
    bare_start: float
    """Python that starts and ends."""


def variants(size: Size) -> dict[str, Size]:
    """Return what is applied: all changed, one, and one of nearly four times as many, a sixth as
    often: the listener has one open file for each, of the 20,000 that a process is often given."""
    many = replace(size, monitors=size.monitors * 19 // 5, period=6 * size.period, changed=1)
    return {
        "all changed": replace(size, changed=size.monitors),
        "one changed": replace(size, changed=1),
        "one of many changed": replace(many, window=max(size.window, many.period)),
    }


def run_apply(work: Path, size: Size) -> Taken:
    """One run; it takes the window and about half a minute."""
    with stage(work, size.monitors, size.period, size.timeout) as on:
        on.node.start()
        on.node.await_work()
        say(f"{size.monitors} monitors: waiting until each was looked at")
        time.sleep(min(FIRST_LOOK, size.period) + 1)
        return _measure(on, size, _edited(work, size))


def _measure(on: Stage, size: Size, folder: Path) -> Taken:
    say(f"applying with {size.changed} of them changed")
    start = time.time()
    time.sleep(BEFORE)
    began = time.time()
    on.node.command("apply", folder)
    took = time.time() - began
    in_use = _wait_for(lambda: IN_USE in on.node.log.read_text(encoding="utf-8"))
    time.sleep(max(0.0, start + size.window - time.time()))
    end = time.time()
    time.sleep(LAST_ANSWERS)
    on.listener.tell("flush")
    ids = {target.number: target.id for target in on.targets}
    seen = punctuality(ids, read_log(on.taken), size.period, start, end)
    return Taken(
        due=seen.due,
        done=seen.done,
        unchecked=seen.unchecked,
        took=took,
        bare=seconds_of("store", folder),
        until_in_use=in_use - began,
        late_99=seen.share(0.99),
        late_worst=seen.worst,
        peak=on.node.usage().peak,
        status=_shortest(noroshi("--home", on.node.home, "status", "--json")),
        bare_start=_shortest((sys.executable, "-c", "pass")),
    )


def _shortest(argv: Sequence[str]) -> float:
    """Return the seconds that a command takes: the shortest of a few runs."""
    times = list[float]()
    for _ in range(5):
        began = time.perf_counter()
        subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - began)
    return min(times)


def _edited(work: Path, size: Size) -> Path:
    """The folder as a person left it: the first monitors have another time-out."""
    edited, left = work / "edited", size.changed
    shutil.copytree(work / "defined", edited)
    before, after = (f'timeout = "{size.timeout + more:g}s"' for more in (0.0, -EDITED))
    for file in sorted((edited / "instances").iterdir()):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(before, after, left), encoding="utf-8")
        left = max(0, left - text.count(before))
    return edited


def _wait_for(seen: Callable[[], bool]) -> float:
    until = time.time() + LONGEST
    while not seen() and time.time() < until:
        time.sleep(0.01)
    return time.time()
