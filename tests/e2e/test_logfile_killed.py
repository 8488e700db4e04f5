"""Numbered log lines under rotation each second, while the node that counts them is killed again
and again: each line is counted once. A million lines and ten kills: -m long."""

from __future__ import annotations

import threading
import time

import pytest
from pysqlite3 import dbapi2 as sqlite

from noroshi.stores.sqlite import samples
from tests.checks.logs import Log
from tests.e2e.world import Home, until

ALL = 1_000_000  # samples; more than any run here makes
MONITOR = """
    [[group.monitor]]
    name = "{name}"
    kind = "logfile"
    [group.monitor.options]
    path = "{path}"
    encoding = "{encoding}"
    from_start = true
    terms = [{term}]
"""


class Writer(threading.Thread):
    """Writes lines at an even pace, and rotates each second: renamed, renamed with an older one
    compressed, copied and truncated, in turn."""

    def __init__(self, log: Log, lines: int, seconds: float):
        super().__init__(daemon=True)
        self.log, self.lines, self.seconds = log, lines, seconds
        self.written = 0
        self.rotations = 0

    def run(self):
        begun = time.monotonic()
        while self.written < self.lines:
            passed = time.monotonic() - begun
            wanted = min(self.lines, int(self.lines * passed / self.seconds))
            numbers = range(self.written, wanted)
            self.log.write("".join(f"{n:07} 障害 の行 {'.' * (n % 60)} {n}\n" for n in numbers))
            self.written = wanted
            if passed >= self.rotations + 1:
                self.rotate()
            time.sleep(0.01)

    def rotate(self):
        self.rotations += 1
        match self.rotations % 3:
            case 0:
                self.log.copy_truncate()
            case 1:
                self.log.rename()
            case 2:
                self.log.rename()
                self.log.compress(3)


@pytest.fixture
def home(tmp_path):
    home = Home(tmp_path)
    yield home
    home.end()


def counted(home) -> list[int]:
    """The sum of the history's hits, of each monitor."""
    store = next(home.folder.rglob("*.db"))
    db = sqlite.connect(f"file:{store}?mode=ro", uri=True)
    try:
        monitors = [row[0] for row in db.execute("select distinct monitor from series")]
        return sorted(
            sum(
                int(reading.value)
                for sample in samples.newest_samples(db, monitor, ALL)
                for reading in sample.readings
                if reading.name == "hits"
            )
            for monitor in monitors
        )
    finally:
        db.close()


def count_each_once(home, log, *, lines, kills, seconds):
    terms = {"all": '{ word = "障害" }', "sevens": '{ pattern = "7$" }'}
    monitors = "".join(
        MONITOR.format(name=name, path=log.path, encoding=log.encoding, term=term)
        for name, term in terms.items()
    )
    home.define(
        instances__here='every = "1s"\n[[group]]\nname = "logs"\n'
        + monitors.replace("\n    ", "\n")
    )
    writer = Writer(log, lines, seconds)
    node = home.serve()
    writer.start()
    for number in range(1, kills + 1):
        until(lambda n=number: writer.written >= lines * n // (kills + 1), "lines")
        node.kill()
        node.wait()
        node = home.serve()
    writer.join()
    log.write("the end\n")
    wanted = [lines // 10, lines]
    until(lambda: all(a >= b for a, b in zip(counted(home), wanted, strict=True)), "the count")
    home.end()
    assert counted(home) == wanted
    assert writer.rotations >= kills


def test_each_line_counts_once_though_the_node_is_killed(tmp_path, home):
    log = Log(tmp_path, encoding="cp932")
    log.path.touch()
    count_each_once(home, log, lines=20_000, kills=2, seconds=12)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_each_of_a_million_lines_counts_once_though_the_node_is_killed_ten_times(
    tmp_path, home
):
    log = Log(tmp_path)
    log.path.touch()
    count_each_once(home, log, lines=1_000_000, kills=10, seconds=100)
