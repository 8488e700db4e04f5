"""A node's writing to a database without the rest of a node, as a program of its own.

`python -m benchmarks.writers WORK URL NAME MONITORS AT_ONCE` says "ready", works from "begin" until
"end", and ends with its standard input. WORK is one of

    commit    write changes of MONITORS monitors without end: a state, an event and a message each
    send      take messages that wait, and settle them as accepted, without end
    bare      insert rows of the same size by asyncpg alone, fifty in a transaction

AT_ONCE is how many it has under way at a time. What was written is counted in the database.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import asyncpg

from benchmarks.commands import answer, standard_input
from noroshi.config.database import Database
from noroshi.core.delivery import Accepted
from noroshi.core.levels import Level
from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.core.model import Cause, Change, Event, ItemState, Reading, State
from noroshi.ports import Node
from noroshi.stores.postgres.store import PostgresStore

ROUTE = "smtp1"
BATCH = 50  # rows in a transaction of the reference
PAYLOAD = {
    "subject": "CRITICAL web/os/disk",
    "text": "The disk / is at 95.2 % (limit 95 %).\n" * 8,
}


async def main() -> None:
    """Work between two commands."""
    what, url, name, monitors, at_once = sys.argv[1:]
    ids = [f"{name}-{number:05d}" for number in range(int(monitors))]
    work = await WORKS[what](url, name, ids)
    commands = await standard_input()
    answer("ready")
    tasks = list[asyncio.Task[None]]()
    while line := await commands.readline():
        word = line.decode().strip()
        if word == "begin":
            tasks = [asyncio.create_task(work(n, int(at_once))) for n in range(int(at_once))]
        else:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        answer(word)


async def _committing(
    url: str, name: str, ids: list[str]
) -> Callable[[int, int], Coroutine[Any, Any, None]]:
    """Return how one of several loops writes changes of its part of the monitors."""
    store, node = await _opened(url, name)
    others = {one for one in await store.states() if one not in set(ids)}
    block = await store.lease_monitors(node, _now(), left_out=others)

    async def work(number: int, of: int) -> None:
        serial = 0
        while mine := ids[number::of]:
            serial += 1
            for monitor in mine:
                if not await store.commit(block.fence, _change(monitor, serial)):
                    raise RuntimeError(f"{name} lost its monitors")

    return work


async def _sending(
    url: str, name: str, ids: list[str]
) -> Callable[[int, int], Coroutine[Any, Any, None]]:
    """Return how one of several workers sends what waits."""
    store, node = await _opened(url, name)

    async def work(_number: int, _of: int) -> None:
        while parcel := await store.claim_parcel(node, ROUTE, _now()):
            answers = {parcel.envelope.to[0]: Answer(Verdict.ACCEPTED)}
            await store.settle(parcel, Receipt(at=_now(), answers=answers), Accepted(_now()))

    return work


async def _bare(
    url: str, name: str, ids: list[str]
) -> Callable[[int, int], Coroutine[Any, Any, None]]:
    """Return how one of several loops inserts rows as large as a change's."""
    pool = await asyncpg.create_pool(url, min_size=1, max_size=10)
    text = str(PAYLOAD)

    async def work(number: int, _of: int) -> None:
        rows = [[f"{name}-{number}-{row}" for row in range(BATCH)], [text] * BATCH]
        while True:
            async with pool.acquire() as connection, connection.transaction():
                for table in ("bare_state", "bare_event", "bare_message"):
                    await connection.execute(INSERT.format(table=table), *rows)

    return work


INSERT = "insert into {table} (name, body) select * from unnest($1::text[], $2::text[])"
WORKS = {"commit": _committing, "send": _sending, "bare": _bare}


async def _opened(url: str, name: str) -> tuple[PostgresStore, Node]:
    store = await PostgresStore.open(Database(url=url))
    return store, await store.begin(name, _now())


def _change(monitor: str, serial: int) -> Change:
    """Return a change as a limit that is exceeded makes it."""
    at, id = _now(), f"{monitor}.{serial}"
    cause = Cause(Reading("used", 95.2, "%", "/"))
    item = ItemState(level=Level.CRITICAL, level_since=at)
    return Change(
        monitor=monitor,
        state=State(items={"/": item}, serial=serial),
        events=(
            Event(
                id=id,
                monitor=monitor,
                path="web/os/disk",
                item="/",
                at=at,
                before=Level.OK,
                after=Level.CRITICAL,
                since=None,
                cause=cause,
            ),
        ),
        envelopes=(message(f"{id}/ops/ops", monitor, at),),
    )


def message(id: str, order: str, at: datetime) -> Envelope:
    """Return a message that waits."""
    return Envelope(
        id=id,
        routes=(ROUTE,),
        contact="ops",
        to=("ops@example.com",),
        order=order,
        alarms=(),
        payload=PAYLOAD,
        born=at,
    )


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    asyncio.run(main())
