"""Start-up: how long a person or a script waits for a command, beside Python doing nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import stage
from benchmarks.programs import noroshi, say
from noroshi.cli.exits import DONE, KEPT

FEW = 100  # monitors that the node watches meanwhile, and that its folder has
MAIL = ("--to", "ops", "--route", "smtp1", "--subject", "hello", "--text", "there")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Milliseconds from start to end of each run, sorted. `apply` changes nothing."""

    bare: tuple[float, ...]
    version: tuple[float, ...]
    help: tuple[float, ...]
    send: tuple[float, ...]
    apply: tuple[float, ...]
    check_config: tuple[float, ...]


def run_startup(work: Path, runs: int) -> Waits:
    """Each command that many times, in turns, so that a busy moment hits all alike."""
    with stage(work, FEW, period=10.0, timeout=5.0) as on:
        on.node.start()
        on.node.await_work()
        say(f"start-up: {runs} runs of each")
        commands = _commands(on.node.home, work / "defined")
        waits: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(runs):
            for name, argv in commands.items():
                waits[name].append(_milliseconds(argv))
    return Waits(**{name: tuple(sorted(times)) for name, times in waits.items()})


def _commands(home: Path, folder: Path) -> Mapping[str, Sequence[str]]:
    ours = ("--home", home)
    return {
        "bare": (sys.executable, "-c", "pass"),
        "version": noroshi("--version"),
        "help": noroshi("--help"),
        "send": noroshi(*ours, "send", *MAIL),
        "apply": noroshi(*ours, "apply", folder),
        "check_config": noroshi(*ours, "check-config", folder),
    }


def _milliseconds(argv: Sequence[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL)
    if done.returncode not in (DONE, *KEPT):
        done.check_returncode()
    return (time.perf_counter() - start) * 1000
