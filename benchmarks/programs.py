"""Programs that the benchmarks start: told by lines, answering by lines, ended by their number."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Self

HOUSE = Path(__file__).parent.parent
INSTALLED = (str(Path(sys.executable).with_name("noroshi")),)
PREPARER: ContextVar[Sequence[str]] = ContextVar("PREPARER", default=INSTALLED)
"""Begins the commands that make a scene ready. The tests put something quicker here, where no time
is held to a promise."""
POLL = 0.5
WAIT = 30.0  # seconds that a program has to end by itself


def say(text: str) -> None:
    """A line of progress, with the time of day."""
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


class Helper:
    """A module of ours as a program: `tell` it something, and hear when it was done."""

    def __init__(self, module: str, *arguments: object) -> None:
        argv = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True, cwd=HOUSE)
        self._hear("ready")

    def tell(self, *words: object) -> float:
        """Give it a command; the time (seconds since 1970) at which it was done."""
        assert self.process.stdin is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self._hear(str(words[0]))

    def _hear(self, word: str) -> float:
        assert self.process.stdout is not None
        said, _, at = self.process.stdout.readline().partition(" ")
        if said != word:
            raise RuntimeError(f"{self.process.args!r} said {said!r} instead of {word!r}")
        return float(at)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        end(self.process)
        self.process.stdout.close()


def end(process: subprocess.Popen[str]) -> None:
    """Wait for its end, and make an end if it does not come."""
    try:
        process.wait(WAIT)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(done: Callable[[], bool], until: float) -> None:
    """Look again and again, until it is so or that time has come (seconds since 1970)."""
    while not done() and time.time() < until:
        time.sleep(POLL)


def preparation(*arguments: object) -> Sequence[str]:
    """The command line of a `noroshi` command that makes a scene ready."""
    return [*PREPARER.get(), *map(str, arguments)]


def noroshi(*arguments: object) -> Sequence[str]:
    """The command line of a `noroshi` command of this checkout."""
    return [*INSTALLED, *map(str, arguments)]
