"""Local checks: a thousand monitors of this computer, by many instances; and a node at rest.

Nobody outside sees such a check, so the samples that the node wrote down are counted. How long
the process table is decides much of what a look costs, and is made alike everywhere.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from benchmarks.grid import Punctuality, punctuality
from benchmarks.node import Node
from benchmarks.programs import end, say
from benchmarks.reference import cpu_of
from benchmarks.scene import monitor_ids

AN_INSTANCE = 50
SETTLED = 3.0  # seconds after the first looks until the figures begin
LAST_RESULTS = 1.0  # seconds after the window in which what was due in it may still come
CROWD = 150  # processes that there are at least
KINDS = ("disk", "memory", "process")
OPTIONS = {"process": '[group.monitor.options]\nname = "noroshi"\n'}
"""The node's own, which runs as long as anybody looks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many monitors (0: the node is at rest), of which kinds in turn, how often, for
    how long."""

    monitors: int = 1000
    kinds: tuple[str, ...] = KINDS
    period: float = 10.0
    window: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """Hold the result of a run: looks that were due and that were written down; CPU in seconds for a
    thousand of them, and as a share of one core. `bare`: the same of the reference, which reads
    these facts once a second; `processes`: how many there were."""

    due: int
    done: int
    cpu_per_1000: float
    bare_cpu_per_1000: float
    of_a_core: float
    bare_of_a_core: float
    processes: int
    resident: float


def run_local(work: Path, size: Size) -> Local:
    """One run; it takes twice the window and about twenty seconds."""
    with _crowd():
        return _measure(work, size)


def _measure(work: Path, size: Size) -> Local:
    work.mkdir(parents=True, exist_ok=True)
    node = Node(work / "home")
    try:
        node.command("apply", define(work / "defined", dict(_instances(size))))
        node.start()
        node.await_work()
        say(f"{size.monitors} monitors: waiting until each was looked at")
        time.sleep(size.period + SETTLED)
        say(f"measuring for {size.window:g} s")
        start, before = time.time(), node.usage()
        time.sleep(size.window)
        stop, after = time.time(), node.usage()
        time.sleep(LAST_RESULTS)
    finally:
        node.stop()
    seen = written(
        node.home / "noroshi.db", monitor_ids(size.monitors), size.period, start, stop
    )
    done, cpu = seen.done, after.cpu - before.cpu
    say(f"the same by bare Python, for {size.window:g} s")
    processes, bare = _processes(), cpu_of("look", size.monitors, size.period, size.window)
    asked = size.window / size.period * size.monitors
    return Local(
        due=seen.due,
        done=done,
        cpu_per_1000=cpu / done * 1000 if done else 0.0,
        bare_cpu_per_1000=bare / asked * 1000 if asked else 0.0,
        of_a_core=cpu / (stop - start),
        bare_of_a_core=bare / size.window,
        processes=processes,
        resident=after.resident,
    )


@contextmanager
def _crowd() -> Iterator[None]:
    """Idle processes, as many as are missing."""
    idle = [
        subprocess.Popen(["/usr/bin/sleep", "infinity"], text=True)
        for _ in range(CROWD - _processes())
    ]
    try:
        yield
    finally:
        for process in idle:
            process.kill()
            end(process)


def _processes() -> int:
    return sum(entry.name.isdecimal() for entry in Path("/proc").iterdir())


def written(
    store: Path, ids: Sequence[str], period: float, start: float, end: float
) -> Punctuality:
    """Hold the samples of these monitors against the grid, for what was due in the window."""
    numbers = {id: number for number, id in enumerate(ids)}
    sql = (
        "select series.monitor, at from sample join series on series.id = sample.series "
        "where at >= ? order by at"
    )
    with sqlite.connect(store) as db:
        rows = db.execute(sql, ((start - period) * 1000,)).fetchall()
    taken = [(numbers[id], at / 1000) for id, at in rows if id in numbers]
    return punctuality(dict(enumerate(ids)), taken, period, start, end)


def define(folder: Path, instances: Mapping[str, str]) -> Path:
    """Write definitions whose route is never needed, as long as all is well."""
    files = {
        "contacts/ops": 'addresses = ["ops@example.com"]\n',
        "rules/ops": 'action = "mail"\ncontacts = ["ops"]\nroutes = ["out"]\n',
        "routes/out": f'kind = "pickup"\n[options]\nfolder = "{folder}"\n'
        'sender = "noroshi@example.com"\n',
        "instances/noroshi": "rules = []\n",
    }
    files |= instances
    for name, text in files.items():
        path = folder / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def _instances(size: Size) -> Iterator[tuple[str, str]]:
    """Each has an address of its own: to a node they are computers of their own."""
    ids = monitor_ids(size.monitors)
    for first in range(0, size.monitors, AN_INSTANCE):
        number = first // AN_INSTANCE + 1
        text = f'address = "127.0.0.{number}"\n[[group]]\nname = "local"\nevery = "{size.period:g}s"\n'
        for n in range(first, min(first + AN_INSTANCE, size.monitors)):
            kind = size.kinds[n % len(size.kinds)]
            text += f'[[group.monitor]]\nid = "{ids[n]}"\nname = "m{n}"\nkind = "{kind}"\n'
            text += OPTIONS.get(kind, "")
        yield f"instances/host-{number:03d}", text
