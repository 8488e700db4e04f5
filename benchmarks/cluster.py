"""The cluster: what one PostgreSQL takes from one, two and four writers, and how punctual two nodes
are that share it.

What was written is counted by asking the database; when a check came, by the listener. The server is
one of our own, on this computer, and writes to the disk before it acknowledges.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from benchmarks.grid import punctuality, read_log
from benchmarks.load import LAST_ANSWERS, MAIL
from benchmarks.node import Node
from benchmarks.programs import Helper, say, wait_until
from benchmarks.scene import Target, free_port, targets, write_definitions, write_targets
from benchmarks.usage import usage
from benchmarks.writers import message
from noroshi.config.database import Database
from noroshi.config.settings_file import FILE as SETTINGS
from noroshi.ports import Version
from noroshi.stores.postgres.store import PostgresStore
from tests.postgres import Server, server

WRITERS = (1, 2, 4)
ORDER_KEYS = 10_000  # monitors that the messages that wait are of
POSTED = 1000  # messages that are put into the queue at a time
SHARED_WITHIN = 60.0  # seconds in which both nodes must have their share
DURABLE: Mapping[str, str] = {}  # settings of the server: those that PostgreSQL has by itself
BARE_TABLES = ("bare_state", "bare_event", "bare_message")
HELD = """
select lease.node, count(*) from monitor join lease using (fence)
where lease.until > noroshi_now() group by lease.node"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Hold for how long (seconds) is written in each case, how many monitors and how many changes
    at once each writer has; then how many port monitors the two nodes share, how often, and for how
    long (seconds)."""

    seconds: float = 4.0
    monitors: int = 400
    at_once: int = 50
    messages: int = 20_000
    ports: int = 10_000
    period: float = 10.0
    timeout: float = 5.0
    window: float = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Hold a second's changes, singly and many at once, and a second's messages lent and settled, by
    1, 2 and 4 writers; and the changes' rows a second by asyncpg alone, a third of it."""

    singly: tuple[float, ...]
    together: tuple[float, ...]
    sent: tuple[float, ...]
    bare: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """Hold what two nodes showed. Lateness in seconds, at the listener. CPU in seconds for 1,000
    checks: of both nodes, of the database, and of one node with a file for the same."""

    due: int
    done: int
    shares: tuple[int, ...]
    late_half: float
    late_99: float
    late_worst: float
    cpu_per_1000: float
    database_cpu_per_1000: float
    file_cpu_per_1000: float


def run_writing(work: Path, size: Size) -> Written:
    """Measure writing; it takes about a minute and a half."""
    work.mkdir(parents=True, exist_ok=True)
    with server(DURABLE) as one:
        singly = [_changes(one, size, writers, 1) for writers in WRITERS]
        together = [_changes(one, size, writers, size.at_once) for writers in WRITERS]
        return Written(
            singly=tuple(singly),
            together=tuple(together),
            sent=tuple(_messages(one, size, writers) for writers in WRITERS),
            bare=_bare(one, size),
        )


def _changes(on: Server, size: Size, writers: int, at_once: int) -> float:
    """Return how many changes a second these writers commit."""
    say(f"changes by {writers}, {at_once} at once")
    url, names = on.url(on.make_database()), [f"node-{number}" for number in range(writers)]
    ids = [f"{name}-{number:05d}" for name in names for number in range(size.monitors)]
    asyncio.run(_publish(url, ids))
    given = [("commit", url, name, size.monitors, at_once) for name in names]
    return _rate(url, given, size.seconds, "select count(*) from event")


def _messages(on: Server, size: Size, writers: int) -> float:
    """Return how many messages a second these writers take and settle."""
    say(f"messages by {writers}")
    url = on.url(on.make_database())
    asyncio.run(_post(url, size.messages))
    given = [("send", url, f"node-{number}", 0, size.at_once) for number in range(writers)]
    return _rate(url, given, size.seconds, "select count(*) from receipt")


def _bare(on: Server, size: Size) -> float:
    """Return how many rows a second asyncpg inserts into each of three tables."""
    say("the same by bare asyncpg")
    url = on.url(on.make_database())
    for table in BARE_TABLES:
        asyncio.run(_ask(url, f"create table {table} (name text, body text)"))
    given = [("bare", url, "bare", 0, WRITERS[-1])]
    return _rate(url, given, size.seconds, f"select count(*) from {BARE_TABLES[-1]}")


def _rate(url: str, writers: Sequence[Sequence[object]], seconds: float, counted: str) -> float:
    """Let writers work, and return how many more a second the database counts."""
    with ExitStack() as stack:
        helpers = [stack.enter_context(Helper("writers", *given)) for given in writers]
        before, began = asyncio.run(_ask(url, counted)), time.time()
        for helper in helpers:
            helper.tell("begin")
        time.sleep(seconds)
        after, ended = asyncio.run(_ask(url, counted)), time.time()
        for helper in helpers:
            helper.tell("end")
    return float((after - before) / (ended - began))


async def _publish(url: str, ids: Sequence[str]) -> None:
    store = await PostgresStore.open(Database(url=url))
    await store.publish(Version(number=0), ids, 0)
    await store.close()


async def _post(url: str, count: int) -> None:
    store, at = await PostgresStore.open(Database(url=url)), datetime.now(UTC)
    for first in range(0, count, POSTED):
        numbers = range(first, min(first + POSTED, count))
        await store.post(
            *(message(f"m.{n}/ops/ops", f"m{n % ORDER_KEYS}", at) for n in numbers)
        )
    await store.close()


async def _ask(url: str, sql: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        value: int | None = await connection.fetchval(sql)
        return value or 0
    finally:
        await connection.close()


def run_shared(work: Path, size: Size) -> Shared:
    """Measure two nodes, then one with a file; it takes two windows and about a minute."""
    work.mkdir(parents=True, exist_ok=True)
    with server(DURABLE) as one, _scene(work, size) as on:
        url = one.url(one.make_database())
        nodes = [_home(work / name, name, url) for name in ("alpha", "beta")]
        shutil.copy(nodes[0].home / "key", nodes[1].home / "key")
        with _at_work(on, nodes):
            shares = _await_shares(url, size)
            together = _measured(on, size, [node.pid for node in nodes], one.pid)
    with _scene(work, size) as on, _at_work(on, [Node(work / "alone")]) as alone_nodes:
        time.sleep(size.period + 1)
        alone = _measured(on, size, [node.pid for node in alone_nodes])
    return Shared(**together, shares=shares, file_cpu_per_1000=alone["cpu_per_1000"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Hold what is watched, and the listener that is asked for it."""

    listener: Helper
    targets: Sequence[Target]
    taken: Path
    folder: Path


@contextmanager
def _scene(work: Path, size: Size) -> Iterator[Scene]:
    watched, taken, port = targets(size.ports), work / "taken.log", free_port(MAIL)
    folder = write_definitions(
        work / "defined",
        watched,
        period=size.period,
        timeout=size.timeout,
        mail=(MAIL, port),
        source="network",
    )
    listens = write_targets(work / "targets.json", watched)
    with (
        Helper("listener", listens, taken) as listener,
        Helper("sink", MAIL, port, work / "mails.log"),
    ):
        yield Scene(listener=listener, targets=watched, taken=taken, folder=folder)


def _home(folder: Path, name: str, url: str) -> Node:
    """Make the home folder of a node that has its store in the database."""
    node = Node(folder)
    settings = node.home / SETTINGS
    lines = settings.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith("name =")]
    text = "\n".join((f'name = "{name}"', f'store.url = "{url}"', *kept))
    settings.write_text(text + "\n", encoding="utf-8")
    (node.home / "noroshi.db").unlink()
    return node


@contextmanager
def _at_work(on: Scene, nodes: Sequence[Node]) -> Iterator[Sequence[Node]]:
    nodes[0].command("apply", on.folder)
    try:
        for node in nodes:
            node.start()
        nodes[0].await_work()
        yield nodes
    finally:
        for node in nodes:
            node.stop()


def _measured(on: Scene, size: Size, nodes: Sequence[int], database: int = 0) -> dict[str, Any]:
    """Return what the listener saw, and what the nodes and the database cost."""
    say(f"{size.ports} monitors by {len(nodes)}: measuring for {size.window:g} s")
    pids = [*nodes, *([database] if database else ())]
    before, start = [usage(pid).cpu for pid in pids], time.time()
    time.sleep(size.window)
    spent = [usage(pid).cpu - was for pid, was in zip(pids, before, strict=True)]
    end = time.time()
    time.sleep(LAST_ANSWERS)
    on.listener.tell("flush")
    ids = {one.number: one.id for one in on.targets}
    seen = punctuality(ids, read_log(on.taken), size.period, start, end)
    return {
        "due": seen.due,
        "done": seen.done,
        "late_half": seen.share(0.5),
        "late_99": seen.share(0.99),
        "late_worst": seen.worst,
        "cpu_per_1000": sum(spent[: len(nodes)]) / seen.done * 1000,
        "database_cpu_per_1000": sum(spent[len(nodes) :]) / seen.done * 1000,
    }


def _await_shares(url: str, size: Size) -> tuple[int, ...]:
    """Return the shares of the nodes, once each has about its share, and they have looked at each
    monitor."""

    def are_shared() -> bool:
        shares = asyncio.run(_shares(url))
        return len(shares) > 1 and shares[0] > size.ports / 3 and sum(shares) >= size.ports

    wait_until(are_shared, time.time() + SHARED_WITHIN)
    time.sleep(size.period + 1)
    return asyncio.run(_shares(url))


async def _shares(url: str) -> tuple[int, ...]:
    connection = await asyncpg.connect(url)
    try:
        return tuple(sorted(row[1] for row in await connection.fetch(HELD)))
    finally:
        await connection.close()
