"""A node to be killed while it makes a digest: it says each step, and stays at the one it is told to.

The parent kills it there with SIGKILL. Of the joining it hears when the call has begun: what the
store has done by the time of the kill is as it falls out, but its answer is never read.
"""

import asyncio
import json
import os
import sys
from pathlib import Path

from noroshi.core.mail import Answer, Receipt, Verdict
from noroshi.stores.sqlite.store import SqliteStore
from noroshi.transports.mime.message import message_ids
from tests.flow.storm import Storm, said

FIRST = 8
"""Monitors that turn bad before it is killed."""
STEPS = ("to be joined", "being joined", "joined", "lent", "taken", "settled")
STORE, SINK = "noroshi.db", "sink"


class Steps:
    """Each is a line on stdout: when it was by the story's clock, and what it is."""

    def __init__(self, time, last):
        self._time, self._last = time, last

    async def at(self, step):
        self.say(step)
        await self.stay_at(step)

    def say(self, step):
        print(self._time.now.isoformat(), step, flush=True)

    async def stay_at(self, step):
        if step == self._last:
            await asyncio.Event().wait()


class SayingStore:
    """The real store, and what it does with digests."""

    def __init__(self, inner, steps):
        self._inner, self._steps = inner, steps

    def __getattr__(self, name):
        return getattr(self._inner, name)

    async def replace_by_digest(self, parcel, digest):
        await self._steps.at("to be joined")
        joining = asyncio.ensure_future(self._inner.replace_by_digest(parcel, digest))
        await asyncio.sleep(0)  # it has begun
        self._steps.say("being joined")
        done = await joining
        await self._steps.stay_at("being joined")
        await self._steps.at("joined")
        return done

    async def settle(self, parcel, *given):
        done = await self._inner.settle(parcel, *given)
        if parcel.envelope.members:
            await self._steps.at("settled")
        return done


class Sink:
    """Takes each mail as a line of a file, which is on the disk before it answers."""

    def __init__(self, path, wall, steps=None):
        self._path, self._wall, self._steps = path, wall, steps

    async def send(self, envelope):
        await self._at("lent", envelope)
        id = message_ids(envelope, "noroshi@example.com")[0]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps([id, list(envelope.members), said(envelope)]) + "\n")
            file.flush()
            os.fsync(file.fileno())
        await self._at("taken", envelope)
        answers = dict.fromkeys(envelope.to, Answer(Verdict.ACCEPTED))
        return Receipt(at=self._wall(), answers=answers, message_ids=(id,))

    async def _at(self, step, envelope):
        if self._steps is not None and envelope.members:
            await self._steps.at(step)

    async def probe(self):
        return Answer(Verdict.ACCEPTED)

    async def close(self):
        """Nothing is open."""


async def main(folder, last):
    storm = Storm()
    steps = Steps(storm.time, last)
    storm.store = SayingStore(SqliteStore.open(folder / STORE), steps)
    storm.smtp = Sink(folder / SINK, storm.time.clocks.wall, steps)
    await storm.watch(FIRST)
    storm.used = {"/": 96}
    async with storm.life() as engine:
        await storm.seconds(engine, 180)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
