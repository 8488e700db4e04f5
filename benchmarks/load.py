"""Load: thousands of port monitors on one node, and what it costs to keep them on time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from benchmarks.grid import Punctuality, punctuality, read_log
from benchmarks.mails import read_mails, told
from benchmarks.node import Node
from benchmarks.programs import Helper, say, wait_until
from benchmarks.reference import LONG, cpu_of
from benchmarks.scene import Target, free_port, targets, write_definitions, write_targets
from benchmarks.slowdisk import slow_disk
from benchmarks.usage import Usage

MAIL = "127.0.0.1"
FIRST_LOOK = 10.0  # seconds within which a new monitor is looked at; till then more is due
PATIENCE = 60.0  # seconds after the window in which the last mails may still come
LAST_ANSWERS = 1.0  # seconds after the window in which what was due in it may still come


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many monitors, how often, for how long (seconds); `silent` of them fall
    silent."""

    monitors: int = 5000
    period: float = 10.0
    timeout: float = 5.0
    window: float = 20.0
    silent: int = 0
    slow_disk: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Hold what a run showed. Lateness in seconds, at the listener; of the monitors that
    answer.

    `unchecked`: ids of which not one check came; `unknown_after`: seconds from the silence until
    each silent monitor was UNKNOWN, sorted; `named`: how many of them a mail names. `bare`: CPU
    seconds of an asyncio loop for 1,000 of the same connections; 0 where it is not promised
    (silent ports, a slow disk).
    """

    due: int
    done: int
    unchecked: tuple[str, ...]
    late_half: float
    late_99: float
    late_worst: float
    cpu_per_1000: float
    bare_cpu_per_1000: float
    resident: float
    peak: float
    written_per_second: float
    unknown_after: tuple[float, ...]
    named: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running node, what it watches, and the programs at its other side."""

    node: Node
    listener: Helper
    sink: Helper
    targets: Sequence[Target]
    taken: Path
    mails: Path


@contextmanager
def stage(
    work: Path, count: int, period: float, timeout: float, env: Mapping[str, str] | None = None
) -> Iterator[Stage]:
    """Set up all of it, in a folder that is empty or missing; the node is about to start."""
    work.mkdir(parents=True, exist_ok=True)
    watched, port = targets(count), free_port(MAIL)
    taken, mails = work / "taken.log", work / "mails.log"
    with ExitStack() as stack:
        listens = write_targets(work / "targets.json", watched)
        listener = stack.enter_context(Helper("listener", listens, taken))
        sink = stack.enter_context(Helper("sink", MAIL, port, mails))
        node = Node(work / "home", env)
        stack.callback(node.stop)
        folder = write_definitions(
            work / "defined", watched, period=period, timeout=timeout, mail=(MAIL, port)
        )
        node.command("apply", folder)
        yield Stage(
            node=node, listener=listener, sink=sink, targets=watched, taken=taken, mails=mails
        )


def run_load(work: Path, size: Size) -> Loaded:
    """One run; it takes the window and about fifteen seconds."""
    work.mkdir(parents=True, exist_ok=True)
    env = slow_disk(work) if size.slow_disk else None
    with stage(work, size.monitors, size.period, size.timeout, env) as on:
        on.node.start()
        on.node.await_work()
        say(f"{size.monitors} monitors: waiting until each was looked at")
        time.sleep(min(FIRST_LOOK, size.period) + 1)
        loaded = _measure(on, size)
        on.node.stop()
        if size.silent or size.slow_disk:
            return loaded
        return replace(loaded, bare_cpu_per_1000=_bare(on, size))


def _bare(on: Stage, size: Size) -> float:
    """Return the CPU seconds of 1,000 connections, by asyncio alone and to the same ports."""
    seconds = min(LONG, size.window)
    say(f"the same by a bare asyncio loop, for {seconds:g} s")
    targets = on.taken.with_name("targets.json")
    spent = cpu_of("connect", targets, size.period, seconds)
    return spent / (seconds / size.period * size.monitors) * 1000


def _measure(on: Stage, size: Size) -> Loaded:
    say(f"measuring for {size.window:g} s")
    before, start = on.node.usage(), time.time()
    hushed = on.listener.tell("mute", 0, size.silent)
    time.sleep(max(0.0, start + size.window - time.time()))
    after, end = on.node.usage(), time.time()
    time.sleep(LAST_ANSWERS)
    on.listener.tell("flush")
    answering = {t.number: t.id for t in on.targets[size.silent :]}
    seen = punctuality(answering, read_log(on.taken), size.period, start, end)
    silent = {t.name for t in on.targets[: size.silent]}
    wait_until(lambda: told(read_mails(on.mails)).first.keys() >= silent, end + PATIENCE)
    unknown = _unknown_since(on.node, silent) if silent else {}
    return _summary(
        seen,
        before,
        after,
        seconds=end - start,
        all_done=seen.done + round(size.silent * (end - start) / size.period),
        unknown_after=tuple(sorted(at - hushed for at in unknown.values())),
        named=len(silent & told(read_mails(on.mails)).first.keys()),
    )


def _summary(
    seen: Punctuality,
    before: Usage,
    after: Usage,
    *,
    seconds: float,
    all_done: int,
    unknown_after: tuple[float, ...],
    named: int,
) -> Loaded:
    return Loaded(
        due=seen.due,
        done=seen.done,
        unchecked=seen.unchecked,
        late_half=seen.share(0.5),
        late_99=seen.share(0.99),
        late_worst=seen.worst,
        bare_cpu_per_1000=0.0,
        cpu_per_1000=(after.cpu - before.cpu) / all_done * 1000,
        resident=after.resident,
        peak=after.peak,
        written_per_second=(after.written - before.written) / seconds,
        unknown_after=unknown_after,
        named=named,
    )


def _unknown_since(node: Node, names: set[str]) -> Mapping[str, float]:
    """By monitor, since when the node says that it cannot be measured."""
    return {
        monitor["path"].rpartition("/")[2]: datetime.fromisoformat(item["since"]).timestamp()
        for monitor in node.status()["monitors"]
        for item in monitor["items"]
        if monitor["path"].rpartition("/")[2] in names and item["level"] == "unknown"
    }
