"""Browsers: many people have the overview of thousands of monitors open, and nothing happens."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.followers import USER
from benchmarks.grid import punctuality, read_log
from benchmarks.load import FIRST_LOOK, LAST_ANSWERS, Stage, stage
from benchmarks.node import START
from benchmarks.programs import Helper, say, wait_until

PASSWORD = "correct horse battery staple"
LISTENS = re.compile(r"manager: http://127\.0\.0\.1:(\d+)/\n")
QUIET = (
    15.0  # seconds until the first checks of 5,000 monitors have been told to whoever follows
)
SETTINGS = "noroshi.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many monitors, how often (seconds), how many browsers, how long the quiet is."""

    monitors: int = 5000
    period: float = 10.0
    timeout: float = 5.0
    browsers: int = 200
    window: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Hold what a run showed. `first`: seconds to the page's first byte while all follow,
    sorted; `size`: its bytes; `got`: bytes to all browsers within the window, all framing
    included; `ended`: browsers that no longer followed at the end. Lateness in seconds, at the
    listener."""

    due: int
    done: int
    late_99: float
    late_worst: float
    first: Sequence[float]
    size: int
    got: int
    ended: int
    cpu: float
    peak: float


def run_browsers(work: Path, size: Size) -> Followed:
    """One run; it takes the window and about a minute."""
    with (
        stage(work, size.monitors, size.period, size.timeout) as on,
        _browsers(on, work, size.browsers) as browsers,
    ):
        say(f"{size.monitors} monitors: waiting until each was looked at")
        time.sleep(min(FIRST_LOOK, size.period) + 1)
        say(f"{size.browsers} browsers open the overview")
        browsers.tell("follow")
        time.sleep(min(QUIET, size.window))
        return _measure(on, browsers, work, size)


def _measure(on: Stage, browsers: Helper, work: Path, size: Size) -> Followed:
    say(f"nothing happens for {size.window:g} s")
    before, start = on.node.usage(), browsers.tell("begin")
    time.sleep(size.window)
    figures, after = _figures(browsers, work), on.node.usage()
    say("the page is opened while all follow")
    browsers.tell("open")
    end = time.time()
    time.sleep(LAST_ANSWERS)
    on.listener.tell("flush")
    ids = {target.number: target.id for target in on.targets}
    seen = punctuality(ids, read_log(on.taken), size.period, start, end)
    opened = _figures(browsers, work)
    return Followed(
        due=seen.due,
        done=seen.done,
        late_99=seen.share(0.99),
        late_worst=seen.worst,
        first=opened["first"],
        size=opened["size"],
        got=figures["got"],
        ended=opened["ended"],
        cpu=(after.cpu - before.cpu) / size.window,
        peak=on.node.usage().peak,
    )


def _port(log: Path) -> int:
    """Where the manager listens, once it has said so; ValueError if it never does."""
    wait_until(lambda: LISTENS.search(log.read_text()) is not None, time.time() + START)
    (found,) = LISTENS.findall(log.read_text())
    return int(found)


def _figures(browsers: Helper, work: Path) -> Mapping[str, Any]:
    browsers.tell("end")
    found: Mapping[str, Any] = json.loads((work / "browsers.json").read_text())
    return found


@contextmanager
def _browsers(on: Stage, work: Path, count: int) -> Iterator[Helper]:
    """The node is started, with a manager on a port of our own, and someone to log in."""
    password = work / "password"
    password.write_text(PASSWORD)
    settings = on.node.home / SETTINGS
    with settings.open("a", encoding="utf-8") as file:
        file.write("\n[web]\nport = 0\n")
    role = ("--role", "administrator")  # without one there is only the first start
    on.node.command("user", "add", USER, *role, "--password-file", password)
    on.node.start()
    on.node.await_work()
    port = _port(on.node.log)
    with Helper("followers", port, password, count, work / "browsers.json") as browsers:
        yield browsers
