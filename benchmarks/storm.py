"""The storm: hundreds of ports close at one instant, while the mail server or the node fails."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.grid import punctuality, read_log
from benchmarks.load import FIRST_LOOK, Stage, stage
from benchmarks.mails import most_a_second, read_mails, told
from benchmarks.programs import say, wait_until

AGAIN = 4.0  # seconds after a restart from which on the healthy are on time: 2 to start, 2 to catch up
LINGER = 3.0  # seconds in which something that was told already might be told again


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """Hold what fails beside the ports. `server`: up, refuse or silent; `kill`: the node
    too."""

    name: str
    server: str = "up"
    kill: bool = False


WEATHERS = (
    Weather(name="a", server="up"),
    Weather(name="b", server="refuse"),
    Weather(name="c", server="silent"),
    Weather(name="d", server="up", kill=True),
    Weather(name="e", server="refuse", kill=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold how many ports close and stay; seconds: the interval, the mail server's absence,
    from the closing to the kill and from that to the restart, and how long it may take at
    most."""

    sick: int = 500
    healthy: int = 50
    period: float = 10.0
    outage: float = 30.0
    killed_after: float = 5.0
    dead_for: float = 5.0
    patience: float = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Weathered:
    """Hold what a run showed; seconds are counted from the moment at which mail could leave
    again.

    `lost`: ports that closed and no mail names; `wrong`: healthy ones that a mail names;
    `twice`: ports named under different Message-IDs; `again`: for each further copy of a mail,
    how long before the kill the first one was taken; `late`: the healthy ones' worst.
    """

    first: float
    last: float
    lost: int
    wrong: int
    twice: int
    again: tuple[float, ...]
    out_at_kill: int
    late: float
    healthy_due: int
    healthy_done: int
    mails: int
    most_a_second: int
    left_in_queue: int


@dataclass(frozen=True, slots=True)
class Course:
    """Hold when things happened, in seconds since 1970; `killed` is 0 if the node never was."""

    closed: float
    killed: float
    restarted: float
    answered: float

    @property
    def moment(self) -> float:
        """From when on the node lives, mail can leave, and there is something to tell."""
        return max(self.closed, self.restarted, self.answered)

    @property
    def punctual(self) -> float:
        """From when on the healthy monitors have to be on time."""
        return self.restarted + AGAIN if self.killed else self.closed


def run_storm(work: Path, weather: Weather, size: Size) -> Weathered:
    """One storm from calm to calm."""
    with stage(work, size.sick + size.healthy, size.period, size.period / 2) as on:
        on.node.start()
        on.node.await_work()
        say(f"storm {weather.name}: waiting until all are well")
        time.sleep(min(FIRST_LOOK, size.period) + 1)
        course = _break(on, weather, size)
        say(f"storm {weather.name}: waiting for the mails")
        sick = {t.name for t in on.targets[: size.sick]}
        calm = course.moment + size.patience
        wait_until(lambda: told(read_mails(on.mails)).first.keys() >= sick, calm)
        wait_until(lambda: on.node.status()["queue"]["waiting"] == 0, calm)
        time.sleep(LINGER)
        time.sleep(max(0.0, course.punctual + size.period + LINGER - time.time()))
        return _result(on, size, course, left=on.node.status()["queue"]["waiting"])


def row_of(weather: Weather, size: Size, seen: Weathered) -> Mapping[str, Any]:
    """A run as one flat row: what it was, and what it showed."""
    return {**asdict(weather), **asdict(size), **asdict(seen)}


def _break(on: Stage, weather: Weather, size: Size) -> Course:
    """The ports close and the mail server fails at one instant; what was broken is mended."""
    if weather.server != "up":
        on.sink.tell(weather.server)
    closed = on.listener.tell("close", 0, size.sick)
    killed = restarted = answered = 0.0
    if weather.kill:
        time.sleep(max(0.0, closed + size.killed_after - time.time()))
        killed = on.node.kill()
        time.sleep(size.dead_for)
        restarted = on.node.start()
    if weather.server != "up":
        time.sleep(max(0.0, closed + size.outage - time.time()))
        answered = on.sink.tell("answer")
    on.node.await_work()
    return Course(closed, killed, restarted, answered)


def _result(on: Stage, size: Size, course: Course, left: int) -> Weathered:
    end = time.time() - 1
    on.listener.tell("flush")
    mails = read_mails(on.mails)
    news = told(mails)
    sick = {t.name for t in on.targets[: size.sick]}
    healthy = {t.number: t.id for t in on.targets[size.sick :]}
    seen = punctuality(healthy, read_log(on.taken), size.period, course.punctual, end)
    times = [news.first[name] - course.moment for name in sick & news.first.keys()]
    since = [mail.at - course.moment for mail in mails if mail.at > course.moment]
    return Weathered(
        first=min(since, default=float("inf")),
        last=max(times, default=float("inf")),
        lost=len(sick - news.first.keys()),
        wrong=len(news.first.keys() - sick),
        twice=len(news.twice),
        again=tuple(course.killed - at for _, at in news.again),
        out_at_kill=sum(mail.at < course.killed for mail in mails),
        late=seen.worst,
        healthy_due=seen.due,
        healthy_done=seen.done,
        mails=len(mails),
        most_a_second=most_a_second(mails),
        left_in_queue=left,
    )
