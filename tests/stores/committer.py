"""A program to be killed: it commits without end, and prints what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from noroshi.core.mail import Envelope
from noroshi.core.model import Change, State
from noroshi.ports import Version
from noroshi.stores.sqlite.store import SqliteStore

NOW = datetime(2026, 4, 1, tzinfo=UTC)
MONITORS = [f"m{n}" for n in range(8)]


async def commit_without_end(store: SqliteStore, fence: int, monitor: str) -> None:
    serial = 0
    while True:
        serial += 1
        envelope = Envelope(
            id=f"{monitor}.{serial}",
            routes=("smtp",),
            contact="ops",
            to=("a",),
            order=monitor,
            alarms=(),
            payload={"text": "x" * 2000},
            born=NOW,
        )
        change = Change(monitor=monitor, state=State(serial=serial), envelopes=(envelope,))
        assert await store.commit(fence, change)
        print(envelope.id, flush=True)


async def main(path: Path) -> None:
    store = SqliteStore.open(path)
    await store.publish(Version(number=0), MONITORS, 0)
    block = await store.lease_monitors(await store.begin("one", NOW), NOW)
    await asyncio.gather(*(commit_without_end(store, block.fence, id) for id in MONITORS))


asyncio.run(main(Path(sys.argv[1])))
