"""Start-up: how long a person waits for a command, beside Python doing nothing."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import stage
from benchmarks.programs import noroshi, say
from noroshi.cli.exits import DONE, KEPT

FEW = 50  # monitors that the node watches meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Milliseconds from start to end of each run, sorted."""

    bare: tuple[float, ...]
    version: tuple[float, ...]
    send: tuple[float, ...]


def run_startup(work: Path, runs: int) -> Waits:
    """Each command that many times, in turns, so that a busy moment hits all alike."""
    bare, version, send = list[float](), list[float](), list[float]()
    with stage(work, FEW, period=10.0, timeout=5.0) as on:
        on.node.start()
        on.node.await_work()
        say(f"start-up: {runs} runs of each")
        mail = (
            "send",
            "--to",
            "ops",
            "--route",
            "smtp1",
            "--subject",
            "hello",
            "--text",
            "there",
        )
        for _ in range(runs):
            bare.append(_milliseconds([sys.executable, "-c", "pass"]))
            version.append(_milliseconds(noroshi("--version")))
            send.append(_milliseconds(noroshi("--home", on.node.home, *mail)))
    return Waits(
        bare=tuple(sorted(bare)), version=tuple(sorted(version)), send=tuple(sorted(send))
    )


def _milliseconds(argv: Sequence[str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(argv, stdout=subprocess.DEVNULL)
    if done.returncode not in (DONE, *KEPT):
        done.check_returncode()
    return (time.perf_counter() - start) * 1000
