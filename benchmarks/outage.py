"""The outage: all of many thousand ports close at one instant, and somebody asks how the node is."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import Event, Thread
from typing import Any

from benchmarks.apply import EDITED
from benchmarks.load import FIRST_LOOK, Stage, stage
from benchmarks.mails import read_mails, told
from benchmarks.programs import say, wait_until
from benchmarks.reference import seconds_of
from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError

OFTEN = 0.25  # seconds between two questions
LONGEST = 60.0  # seconds that one answer may take, so that a bad one is measured too


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many monitors, how often (seconds), and for how long after the closing it is
    asked."""

    monitors: int = 10_000
    period: float = 30.0
    timeout: float = 5.0
    window: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """Hold the result of a run, in seconds. `answers` are how long `health` took, sorted; `calm` the same
    before the closing; `status` one whole `status` in the midst of it; `first` until the first
    mail after the closing; `bare` reading the applied files and putting them into SQLite without
    Noroshi."""

    applied: float
    bare: float
    calm: tuple[float, ...]
    answers: tuple[float, ...]
    status: float
    first: float
    mails: int
    named: int
    peak: float


@dataclass
class Asked:
    """Hold how long each answer to `health` took; a refusal or none counts as the longest."""

    took: list[float] = field(default_factory=list)

    def ask(self, door: Path, ended: Event) -> None:
        """Ask again and again until the end."""
        node = SocketClient(door, lambda op: LONGEST)
        while not ended.wait(OFTEN):
            self.one(node, "health")

    def one(self, node: SocketClient, op: str) -> None:
        """Ask once."""
        began = time.monotonic()
        try:
            node.call(op)
            self.took.append(time.monotonic() - began)
        except RefusedError:
            self.took.append(LONGEST)

    def sorted(self) -> tuple[float, ...]:
        return tuple(sorted(self.took))


def run_outage(work: Path, size: Size) -> Struck:
    """One run; it takes the window and about a minute."""
    with stage(work, size.monitors, size.period, size.timeout) as on:
        on.node.start()
        on.node.await_work()
        say(f"{size.monitors} monitors: waiting until each was looked at")
        time.sleep(min(FIRST_LOOK, size.period) + 1)
        with asking(on) as calm:
            time.sleep(size.period / 2)
        applied = _applied(on, work, size)
        say("all of them close")
        with asking(on) as after:
            closed = on.listener.tell("close", 0, size.monitors)
            time.sleep(size.period)
            status = _status(on)
            wait_until(lambda: False, closed + size.window)
        seen = _result(on, closed, applied, status, calm, after)
        on.node.stop()
        return replace(seen, bare=seconds_of("store", work / "defined"))


def row_of(size: Size, seen: Struck) -> Mapping[str, Any]:
    """A run as one flat row."""
    return {**asdict(size), **asdict(seen)}


@contextmanager
def asking(on: Stage) -> Iterator[Asked]:
    """Somebody asks for `health` meanwhile, as an outside watch would."""
    asked, ended = Asked(), Event()
    thread = Thread(target=asked.ask, args=(on.node.home / "door.sock", ended))
    thread.start()
    try:
        yield asked
    finally:
        ended.set()
        thread.join()


def _applied(on: Stage, work: Path, size: Size) -> float:
    """How long `noroshi apply` takes of all, with one of them changed."""
    file = min((work / "defined" / "instances").iterdir())
    text = file.read_text(encoding="utf-8")
    before, after = (f'timeout = "{size.timeout + more:g}s"' for more in (0.0, -EDITED))
    file.write_text(text.replace(before, after, 1), encoding="utf-8")
    began = time.monotonic()
    on.node.command("apply", work / "defined")
    return time.monotonic() - began


def _status(on: Stage) -> float:
    asked = Asked()
    asked.one(SocketClient(on.node.home / "door.sock", lambda op: LONGEST), "status")
    return asked.took[0]


def _result(
    on: Stage, closed: float, applied: float, status: float, calm: Asked, after: Asked
) -> Struck:
    mails = [mail for mail in read_mails(on.mails) if mail.at > closed]
    news = told(mails)
    return Struck(
        applied=applied,
        bare=0.0,
        calm=calm.sorted(),
        answers=after.sorted(),
        status=status,
        first=min((mail.at - closed for mail in mails), default=float("inf")),
        mails=len(mails),
        named=len(news.first),
        peak=on.node.usage().peak,
    )
