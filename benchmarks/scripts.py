"""Scripts: monitors that run a program, and what that costs beside starting the program alone.

The program is a small one, so that the figures are those of the way to it and back.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.local import LAST_RESULTS, SETTLED, define, written
from benchmarks.node import Node
from benchmarks.programs import say
from benchmarks.reference import LONG, cpu_of
from benchmarks.scene import monitor_ids

PROGRAM = ("/usr/bin/printf", "1")
AN_INSTANCE = 50
MANY = 1000
INSTANCE = '[[group]]\nname = "scripts"\nevery = "{period:g}s"\n'
MONITOR = """
[[group.monitor]]
id = "{id}"
name = "script-{number}"
kind = "script"
[group.monitor.options]
argv = {argv}
runs_as = "{runs_as}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many monitors, how often, for how long (seconds); as which user ("": as is
    usual)."""

    monitors: int = 500
    period: float = 10.0
    window: float = 20.0
    runs_as: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ran:
    """Hold the result of a run: checks that were due and that were written down; CPU in milliseconds for
    one of them, all in, and for the program started by bare Python; resident memory in MB."""

    due: int
    done: int
    cpu: float
    bare_cpu: float
    resident: float


def variants(size: Size) -> dict[str, Size]:
    """By whom programs can be run here; only root has a choice. And as many as must go."""
    many = replace(size, monitors=MANY * 2, period=2.0)
    if os.geteuid() != 0:
        return {"as the node's own user": size, "a thousand a second": many}
    return {
        "as nobody, by root": size,
        "as root itself": replace(size, runs_as="root"),
        "a thousand a second": many,
    }


def run_scripts(work: Path, size: Size) -> Ran:
    """One run; it takes the window and about half a minute."""
    work.mkdir(parents=True, exist_ok=True)
    node = Node(work / "home")
    allow(node.home / "noroshi.toml")
    try:
        node.command("apply", define(work / "defined", dict(_instances(size))))
        node.start()
        node.await_work()
        say(f"{size.monitors} scripts: waiting until each has run")
        time.sleep(size.period + SETTLED)
        say(f"measuring for {size.window:g} s")
        start, before = time.time(), node.usage()
        time.sleep(size.window)
        end, after = time.time(), node.usage()
        time.sleep(LAST_RESULTS)
    finally:
        node.stop()
    seen = written(
        node.home / "noroshi.db", monitor_ids(size.monitors), size.period, start, end
    )
    done = seen.done
    rate = size.monitors / size.period
    seconds = min(LONG, size.window)
    say(f"the same by bare posix_spawn, for {seconds:g} s")
    bare = cpu_of("spawn", seconds, rate, *PROGRAM) / (seconds * rate)
    return Ran(
        due=seen.due,
        done=done,
        cpu=(after.cpu - before.cpu) / done * 1000 if done else 0.0,
        bare_cpu=bare * 1000,
        resident=after.resident,
    )


def allow(settings: Path) -> None:
    """Let the program run, by whichever user is asked for."""
    lines = f'programs = ["{Path(PROGRAM[0]).parent}"]\nruns_as = ["root"]\n'
    settings.write_text(lines + settings.read_text(encoding="utf-8"), encoding="utf-8")


def _instances(size: Size) -> Iterator[tuple[str, str]]:
    argv, ids = json.dumps(PROGRAM), monitor_ids(size.monitors)
    for first in range(0, size.monitors, AN_INSTANCE):
        numbers = range(first, min(first + AN_INSTANCE, size.monitors))
        monitors = (
            MONITOR.format(id=ids[n], number=n, argv=argv, runs_as=size.runs_as)
            for n in numbers
        )
        text = INSTANCE.format(period=size.period) + "".join(monitors)
        yield f"instances/host-{first // AN_INSTANCE:03d}", text
