"""What every system's door does: whoever may ask is answered, and nothing said there breaks it."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress

import pytest

from noroshi.cli.clients.socket import NoNodeError, SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.config.config import Config
from noroshi.door import LONGEST_LINE, MOST_AT_ONCE, DoorError, listen, open_door
from noroshi.system.door_connection import connect
from tests.service.harness import Harness

SECONDS = 30.0


@asynccontextmanager
async def a_door(tmp_path, group=""):
    config = Config(
        home=tmp_path,
        store=tmp_path / "s",
        key=tmp_path / "k",
        door=tmp_path / "door.sock",
        door_group=group,
    )
    async with open_door(config, Harness().open_service, lambda: None):
        yield str(config.door)


class Caller:
    """Somebody at the door, as a command is: with a connection that blocks."""

    def __init__(self, connection):
        self._connection = connection

    async def say(self, line):
        """Say something, and return the answer."""
        with suppress(BrokenPipeError, ConnectionResetError):  # sent away before all was heard
            await asyncio.to_thread(self._connection.sendall, line)
        return await self.hear()

    async def hear(self):
        """Return one answer; None at the end."""
        parts = []
        while not (parts and parts[-1].endswith(b"\n")):
            parts.append(await asyncio.to_thread(self._connection.recv, 1 << 16))
            if not parts[-1]:
                return None
        return json.loads(b"".join(parts))


@asynccontextmanager
async def inside(door):
    connection = await asyncio.to_thread(connect, door, SECONDS)
    try:
        yield Caller(connection)
    finally:
        connection.close()


async def test_a_command_is_answered(tmp_path):
    async with a_door(tmp_path) as door:
        assert (await asyncio.to_thread(SocketClient(door).call, "status"))["version"] == 0


async def test_several_questions_are_answered_on_one_connection(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as caller:
        for _ in range(3):
            assert "ok" in await caller.say(b'{"op": "kinds"}\n')


async def test_what_is_no_request_is_told_and_the_next_one_is_answered(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as caller:
        assert (await caller.say(b"hello\n"))["error"] == "invalid"
        assert "ok" in await caller.say(b'{"op": "kinds"}\n')


async def test_a_request_that_is_too_long_is_told_so(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as caller:
        answer = await caller.say(b"x" * (LONGEST_LINE + 70_000) + b"\n")
        assert "8 MiB" in answer["words"]["en"]
        assert "ok" in await caller.say(b'{"op": "kinds"}\n')


async def test_who_went_away_without_a_word_keeps_nobody_out(tmp_path):
    async with a_door(tmp_path) as door:
        for _ in range(3):
            async with inside(door):
                pass
        async with inside(door) as caller:
            assert "ok" in await caller.say(b'{"op": "kinds"}\n')


async def test_more_than_so_many_at_once_are_sent_away(tmp_path):
    async with a_door(tmp_path) as door:
        crowd = [await asyncio.to_thread(connect, door, SECONDS) for _ in range(MOST_AT_ONCE)]
        for connection in crowd:
            assert "ok" in await Caller(connection).say(b'{"op": "kinds"}\n')
        async with inside(door) as caller:
            assert "at once" in (await caller.say(b'{"op": "kinds"}\n'))["words"]["en"]
        for connection in crowd:
            connection.close()


async def test_those_inside_are_seen_out_when_the_node_ends(tmp_path):
    async with a_door(tmp_path) as door:
        connection = await asyncio.to_thread(connect, door, SECONDS)
        caller = Caller(connection)
        assert "ok" in await caller.say(b'{"op": "kinds"}\n')
    assert await caller.hear() is None
    connection.close()


async def test_a_door_is_opened_again_where_one_was(tmp_path):
    for _ in range(2):
        async with a_door(tmp_path) as door, inside(door) as caller:
            assert "ok" in await caller.say(b'{"op": "kinds"}\n')


async def test_where_nobody_listens_there_is_no_node(tmp_path):
    async with a_door(tmp_path) as door:
        pass
    with pytest.raises(NoNodeError):
        await asyncio.to_thread(SocketClient(door).call, "status")


async def test_a_node_that_says_nothing_is_given_up(tmp_path):
    async def keep_silent(connection):
        while await connection.reader.read(1 << 16):
            pass
        connection.close()
        gone.set()

    gone = asyncio.Event()
    listener = await listen(tmp_path / "door.sock", "", keep_silent)
    node = SocketClient(tmp_path / "door.sock", patience=lambda _op: 0.01)
    with pytest.raises(RefusedError, match="It is not known"):
        await asyncio.to_thread(node.call, "apply")
    await gone.wait()
    listener.close()
    listener.remove()


async def test_a_group_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(DoorError, match="there is no group “nobody-of-the-kind”"):
        async with a_door(tmp_path, group="nobody-of-the-kind"):
            pass
