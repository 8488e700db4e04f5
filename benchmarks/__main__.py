"""`python -m benchmarks [load|local|scripts|browsers|apply|logs|storm|outage|sending|hub|cluster|start …] [--quick] [--runs N] [--again]`: measure, write, hold against.

Without a name all is measured, which takes fifty minutes, and docs/benchmarks.md is written.
With --again only what is named is measured anew, and the page keeps its other tables: each says its commit.
The exit code is 1 if a promise does not hold.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path

from benchmarks import (
    apply,
    browsers,
    cluster,
    hub,
    load,
    local,
    logs,
    outage,
    scripts,
    sending,
    storm,
)
from benchmarks.programs import HOUSE, say
from benchmarks.promises import Row
from benchmarks.report import (
    PAGE,
    broken,
    commit_of_house,
    page,
    sections_of,
    write_rows,
    written_sections,
)
from benchmarks.startup import run_startup

MEASURES = (
    "load",
    "local",
    "scripts",
    "browsers",
    "apply",
    "logs",
    "storm",
    "outage",
    "sending",
    "hub",
    "cluster",
    "start",
)
STARTS, QUICK_STARTS = 30, 3
QUICK_APPLY = apply.Size(monitors=500, period=2.0, timeout=2.0, window=8.0)
QUICK_BROWSERS = browsers.Size(monitors=500, period=2.0, timeout=1.0, browsers=20, window=8.0)
QUICK_CLUSTER = cluster.Size(
    seconds=1.0, monitors=50, messages=2000, ports=200, period=2.0, timeout=1.0, window=6.0
)
QUICK_HUB = hub.Size(agents=20, monitors=3, window=5.0, alarms=10, orders=10, orders_window=5.0)
QUICK_LOAD = load.Size(monitors=500, period=2.0, timeout=1.0, window=6.0)
QUICK_LOCAL = local.Size(monitors=100, period=2.0, window=6.0)
QUICK_LOGS = logs.Size(size=32 << 20, rounds=1)
QUICK_SCRIPTS = scripts.Size(monitors=100, period=2.0, window=6.0)
QUICK_OUTAGE = outage.Size(monitors=500, period=4.0, timeout=2.0, window=12.0)
QUICK_SENDING = sending.Size(mails=300)
QUICK_STORM = storm.Size(
    sick=50, healthy=10, period=2.0, outage=3.0, killed_after=1.0, dead_for=1.0
)

Run = tuple[str, str, Callable[[Path], Row]]


def main() -> int:
    given = _given()
    work = HOUSE / "build" / "bench"
    path, started = HOUSE / "build" / "bench.json", time.time()
    rows, commit = list[Row](), commit_of_house()
    for measure, variant, run in planned(given.quick, given.runs):
        if measure in (given.measures or MEASURES):
            shutil.rmtree(work, ignore_errors=True)
            say(f"{measure}, {variant}")
            found = run(work / "run")
            rows.append({"measure": measure, "variant": variant, "commit": commit, **found})
            write_rows(path, rows)
    shutil.rmtree(work, ignore_errors=True)
    kept = written_sections(PAGE.read_text(encoding="utf-8")) if given.again else {}
    text = page(kept | sections_of(rows), " ".join(["python -m benchmarks", *sys.argv[1:]]))
    if (given.measures and not given.again) or given.quick:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    say(f"measured in {(time.time() - started) / 60:.1f} minutes")
    for line in (failures := broken(rows)):
        say(f"does not hold: {line}")
    return 1 if failures else 0


def _given() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("measures", nargs="*", metavar="|".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="small, to see that it works")
    parser.add_argument("--runs", type=int, default=3, help="of each but start")
    parser.add_argument(
        "--again", action="store_true", help="measure these anew, keep the others"
    )
    given = parser.parse_args()
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    return given


def planned(quick: bool, runs: int) -> Iterator[Run]:
    """All runs in the order in which they are made and told of."""
    size = QUICK_LOAD if quick else load.Size()
    for variant, chosen in _loads(size).items():
        for _ in range(runs):
            yield "load", variant, partial(_load, size=chosen)
    looks = QUICK_LOCAL if quick else local.Size()
    at_rest = replace(looks, monitors=0, window=3 * looks.window)
    for variant, of_it in (("all well", looks), ("at rest", at_rest)):
        for _ in range(runs):
            yield "local", variant, partial(_local, size=of_it)
    for variant, sized in scripts.variants(QUICK_SCRIPTS if quick else scripts.Size()).items():
        for _ in range(runs):
            yield "scripts", variant, partial(_scripts, size=sized)
    many = QUICK_BROWSERS if quick else browsers.Size()
    for _ in range(runs):
        yield "browsers", "", partial(_browsers, size=many)
    big_apply = QUICK_APPLY if quick else apply.Size()
    for variant, chosen_apply in apply.variants(big_apply).items():
        for _ in range(runs):
            yield "apply", variant, partial(_apply, size=chosen_apply)
    log = QUICK_LOGS if quick else logs.Size()
    for encoding in logs.CODECS:
        for _ in range(runs):
            yield "logs", encoding, partial(_logs, encoding=encoding, size=log)
    for weather in storm.WEATHERS:
        for _ in range(runs):
            big = QUICK_STORM if quick else storm.Size()
            yield "storm", weather.name, partial(_storm, weather=weather, size=big)
    all_down = QUICK_OUTAGE if quick else outage.Size()
    for _ in range(runs):
        yield "outage", "", partial(_outage, size=all_down)
    mails = QUICK_SENDING if quick else sending.Size()
    for _ in range(runs):
        yield "sending", "", partial(_sending, size=mails)
    fleet = QUICK_HUB if quick else hub.Size()
    for _ in range(runs):
        yield "hub", "", partial(_hub, size=fleet)
    shared = QUICK_CLUSTER if quick else cluster.Size()
    for variant, measured in {"writing": _writing, "two nodes": _shared}.items():
        for _ in range(runs):
            yield "cluster", variant, partial(measured, size=shared)
    starts = QUICK_STARTS if quick else STARTS
    yield "start", "", lambda work: asdict(run_startup(work, starts))


def _loads(size: load.Size) -> dict[str, load.Size]:
    """A fifth of the monitors falls silent; it takes an interval and a time-out to see it."""
    seen = size.period + size.timeout + 3
    return {
        "all answer": size,
        "each fsync takes 10 ms": replace(size, slow_disk=True),
        "a fifth falls silent": replace(
            size, silent=size.monitors // 5, window=max(size.window, seen)
        ),
    }


def _load(work: Path, size: load.Size) -> Row:
    return {**asdict(size), **asdict(load.run_load(work, size))}


def _scripts(work: Path, size: scripts.Size) -> Row:
    return {**asdict(size), **asdict(scripts.run_scripts(work, size))}


def _local(work: Path, size: local.Size) -> Row:
    return {**asdict(size), **asdict(local.run_local(work, size))}


def _browsers(work: Path, size: browsers.Size) -> Row:
    return {**asdict(size), **asdict(browsers.run_browsers(work, size))}


def _apply(work: Path, size: apply.Size) -> Row:
    before = {"before": apply.BEFORE}
    return {**asdict(size), **before, **asdict(apply.run_apply(work, size))}


def _logs(work: Path, encoding: str, size: logs.Size) -> Row:
    locale = {"locale": logs.CODECS[encoding][1]}
    return {**asdict(size), **locale, **asdict(logs.run_logs(work, encoding, size))}


def _outage(work: Path, size: outage.Size) -> Row:
    return outage.row_of(size, outage.run_outage(work, size))


def _sending(work: Path, size: sending.Size) -> Row:
    return {**asdict(size), **asdict(sending.run_sending(work, size))}


def _hub(work: Path, size: hub.Size) -> Row:
    dead_for = {"dead_for": hub.DEAD_FOR}
    return {**asdict(size), **dead_for, **asdict(hub.run_hub(work, size))}


def _writing(work: Path, size: cluster.Size) -> Row:
    return {**asdict(size), **asdict(cluster.run_writing(work, size))}


def _shared(work: Path, size: cluster.Size) -> Row:
    return {**asdict(size), **asdict(cluster.run_shared(work, size))}


def _storm(work: Path, weather: storm.Weather, size: storm.Size) -> Row:
    return storm.row_of(weather, size, storm.run_storm(work, weather, size))


if __name__ == "__main__":
    sys.exit(main())
