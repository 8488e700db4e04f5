"""A door as a running node has it, and callers who speak through it, on each system."""

import asyncio
import json
from contextlib import asynccontextmanager

from noroshi.config.config import Config
from noroshi.door import open_door
from noroshi.system.door_connection import connect
from tests.service.harness import Harness

SECONDS = 300.0
"""Only a broken door takes so long."""


@asynccontextmanager
async def a_door(tmp_path, told=None, group=""):
    config = Config(
        home=tmp_path,
        store=tmp_path / "s",
        key=tmp_path / "k",
        door=tmp_path / "door.sock",
        door_group=group,
    )
    news = [] if told is None else told
    async with open_door(config, Harness().open_service, lambda: news.append(1)):
        yield config.door


async def call(door):
    return Caller(await asyncio.to_thread(connect, str(door), SECONDS))


@asynccontextmanager
async def inside(door):
    caller = await call(door)
    try:
        yield caller
    finally:
        caller.close()


class Caller:
    def __init__(self, connection):
        self.connection, self.close = connection, connection.close
        self.seen = b""

    async def ask(self, op, **args):
        return await self.say(json.dumps({"op": op, "args": args}).encode() + b"\n")

    async def say(self, line):
        await self.write(line)
        return json.loads(await self.line())

    async def write(self, data):
        await asyncio.to_thread(self.connection.sendall, data)

    async def line(self):
        """Return the next line; what comes before the end if none comes any more."""
        while b"\n" not in self.seen and (part := await self.read()):
            self.seen += part
        line, end, self.seen = self.seen.partition(b"\n")
        return line + end

    async def read(self):
        return await asyncio.to_thread(self.connection.recv, 1 << 16)
