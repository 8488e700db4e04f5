"""Logs: a word in a big log, found by the log monitor and by grep, in turns and warm.

The monitor is run as the node runs it: one look from the file's beginning, in a thread apart from
a loop that ticks meanwhile. grep only counts; the monitor also follows, decodes and remembers.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from noroshi import schema
from noroshi.checks import logfile
from noroshi.hosts.files import FileWork, LocalFiles
from noroshi.ports import Files
from noroshi.testing import FakeHost

WORD = "障害"
SENTENCE = f"データベースで{WORD}が発生しました"
CODECS = {"UTF-8": ("utf-8", "C.UTF-8"), "CP932": ("cp932", "C")}
HITS = 100  # one line in so many has the word
IN_A_BLOCK = 100_000
WORDS = [
    "connection",
    "request",
    "server",
    "handled",
    "session",
    "user",
    "payload",
    "worker",
    "cache",
    "queue",
]
SENTENCES = [
    "接続要求を処理しました",
    "セッションを開始",
    "予定表の更新",
    "表示が終わりました",
    "ソフトを停止",
]
TICK = 0.005  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """`rounds`: how many times each of the two reads the file; the time is their sum."""

    size: int = 1 << 30
    rounds: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Seconds of all rounds; `held` is the longest time for which the loop did not tick."""

    lines: int
    grep: float
    ours: float
    grep_hits: int
    our_hits: int
    held: float


def run_logs(work: Path, encoding: str, size: Size) -> Compared:
    """Write a log of that size, and let both read it in turns."""
    work.mkdir(parents=True)
    codec, locale = CODECS[encoding]
    path = work / "app.log"
    lines = _write(path, codec, size.size)
    _grep(path, codec, locale)  # now it is in memory
    grep, ours, held = 0.0, 0.0, 0.0
    for _ in range(size.rounds):
        took, grep_hits = _grep(path, codec, locale)
        grep += took
        took, our_hits, longest = asyncio.run(_look(path, codec))
        ours, held = ours + took, max(held, longest)
    return Compared(
        lines=lines, grep=grep, ours=ours, grep_hits=grep_hits, our_hits=our_hits, held=held
    )


def _write(path: Path, codec: str, size: int) -> int:
    """How many lines it has: the same block again and again, of lines that all differ."""
    dice = random.Random(1)
    block = "".join(_line(dice, number) for number in range(IN_A_BLOCK)).encode(codec)
    blocks = max(1, size // len(block))
    with path.open("wb") as file:
        for _ in range(blocks):
            file.write(block)
    return blocks * IN_A_BLOCK


def _line(dice: random.Random, number: int) -> str:
    said = " ".join(dice.choices(WORDS, k=5))
    found = SENTENCE if number % HITS == HITS // 2 else dice.choice(SENTENCES)
    return f"2026-04-01T{number // 3600 % 24:02}:{number // 60 % 60:02} app[{number}]: {said} {found}\n"


def _grep(path: Path, codec: str, locale: str) -> tuple[float, int]:
    """Seconds, and how many lines it found."""
    argv = [b"grep", b"-a", b"-c", b"-F", WORD.encode(codec), os.fsencode(path)]
    start = time.perf_counter()
    done = subprocess.run(
        argv, env={"LC_ALL": locale, "PATH": os.defpath}, stdout=subprocess.PIPE
    )
    return time.perf_counter() - start, int(done.stdout)


async def _look(path: Path, codec: str) -> tuple[float, int, float]:
    """Seconds, hits, and the longest time between two ticks beyond a tick's own length."""
    host, ticks = _Apart(), list[float]()
    ticking = asyncio.create_task(_tick(ticks))
    start = time.perf_counter()
    outcome = await logfile.run(_options(path, codec), host, {})
    took = time.perf_counter() - start
    ticking.cancel()
    longest = max((b - a for a, b in pairwise(ticks)), default=0.0)
    hits = next(r for r in outcome.readings if r.name == "hits")
    return took, int(hits.value), max(0.0, longest - TICK)


async def _tick(ticks: list[float]) -> None:
    while True:
        ticks.append(time.perf_counter())
        await asyncio.sleep(TICK)


def _options(path: Path, codec: str) -> logfile.Options:
    given: Mapping[str, object] = {
        "path": str(path),
        "encoding": codec,
        "terms": [{"word": WORD}],
        "from_start": True,
        "portion": 4096,
    }
    return schema.read(logfile.Options, given)


class _Apart(FakeHost):
    """Its files are real, and read in a thread as on a real host."""

    def __init__(self) -> None:
        files: Files = LocalFiles()
        super().__init__(files=files)
        self.with_files = FileWork(files).do  # type: ignore[method-assign]
