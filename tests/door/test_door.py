"""The local door: who is let in, what is said through it, and what cannot break it."""

import asyncio
import grp
import json
import os
import socket
import stat
from contextlib import asynccontextmanager

import pytest

from noroshi.config.config import Config
from noroshi.door import LONGEST_LINE, MOST_AT_ONCE, DoorError, open_door
from noroshi.door.unix import peer, person
from tests.service.harness import Harness, documents

STRANGER = 54321
OUR_GROUP = grp.getgrgid(os.getgid()).gr_name


@pytest.fixture
def told():
    """How often the engine was told that there is something new."""
    return []


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


@asynccontextmanager
async def inside(door):
    reader, writer = await asyncio.open_unix_connection(str(door), limit=LONGEST_LINE)
    try:
        yield Inside(reader, writer)
    finally:
        writer.close()


class Inside:
    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def ask(self, op, **args):
        return await self.say(json.dumps({"op": op, "args": args}).encode() + b"\n")

    async def say(self, line):
        self.writer.write(line)
        return json.loads(await self.reader.readline())


async def test_several_questions_are_answered_on_one_connection(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as us:
        for _ in range(3):
            assert (await us.ask("status"))["ok"]["version"] == 0


async def test_a_question_without_its_line_end_is_answered_too(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as us:
        us.writer.write(b'{"op": "status"}')
        us.writer.write_eof()
        assert "ok" in json.loads(await us.reader.readline())


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(b"hello\n", id="no JSON"),
        pytest.param(b"[]\n", id="no object"),
        pytest.param(b"{}\n", id="no operation"),
        pytest.param(b'{"op": 5}\n', id="no name"),
        pytest.param(b'{"op": "status", "args": []}\n', id="arguments without names"),
        pytest.param(b'{"op": "status", "home": 5}\n', id="a home folder that is no text"),
        pytest.param(
            b'{"op": "status", "home": "%s"}\n' % (b"x" * 5000),
            id="a home folder longer than any path",
        ),
        pytest.param(b"\xff\xfe\n", id="no UTF-8"),
        pytest.param(b"[" * 100_000 + b"\n", id="nested too deep"),
        pytest.param(b"\n", id="empty"),
    ],
)
async def test_what_is_no_request_is_told_and_the_next_one_is_answered(tmp_path, line):
    async with a_door(tmp_path) as door, inside(door) as us:
        assert (await us.say(line))["error"] == "invalid"
        assert "ok" in await us.ask("status")


@pytest.mark.parametrize("padding", ["", " " * 70_000], ids=["short", "read elsewhere"])
@pytest.mark.parametrize(
    ("head", "command"),
    [('"home": "/srv/n", ', "noroshi queue list --home /srv/n"), ("", "noroshi queue list")],
)
async def test_a_command_in_an_answer_names_the_home_folder_that_was_given(
    tmp_path, padding, head, command
):
    line = f'{{{head}"op": "queue_show", "args": {{"id": "01X"}}{padding}}}\n'
    async with a_door(tmp_path) as door, inside(door) as us:
        refused = (await us.say(line.encode()))["words"]
    assert refused["en"].endswith(f"See: {command}")
    assert f"{command} " in refused["ja"]


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(b'{"op": "\\ud800"}\n', id="as an operation"),
        pytest.param(b'{"op": "queue_show", "args": {"id": "\\ud800"}}\n', id="as an id"),
        pytest.param(b'{"op": "status", "args": {"\\ud800": 1}}\n', id="as an argument's name"),
        pytest.param(
            b'{"op": "send", "args": {"to": ["\\ud800"], "subject": "s", "text": "t"}}\n',
            id="as an address",
        ),
    ],
)
async def test_half_a_letter_is_refused_and_the_next_request_is_answered(tmp_path, request_):
    async with a_door(tmp_path) as door, inside(door) as us:
        assert "error" in await us.say(request_)
        assert "ok" in await us.ask("status")


async def test_a_request_that_is_too_long_is_told_so(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as us:
        answer = await us.say(b"x" * (LONGEST_LINE + 70_000) + b"\n")
        assert "8 MiB" in answer["words"]["en"]
        assert "ok" in await us.ask("status")


async def test_the_engine_hears_of_what_was_applied_and_of_nothing_else(tmp_path, told):
    async with a_door(tmp_path, told) as door, inside(door) as us:
        await us.ask("status")
        assert told == []
        await us.ask("apply", documents=documents())
        assert told == [1]


async def test_more_than_so_many_at_once_are_sent_away(tmp_path):
    async with a_door(tmp_path) as door:
        crowd = [await asyncio.open_unix_connection(str(door)) for _ in range(MOST_AT_ONCE)]
        for reader, writer in crowd:
            writer.write(b'{"op": "kinds"}\n')
            await reader.readline()
        async with inside(door) as us:
            assert "at once" in json.loads(await us.reader.readline())["words"]["en"]
        for _, writer in crowd:
            writer.close()


async def test_those_inside_are_seen_out_when_the_node_ends(tmp_path):
    async with a_door(tmp_path) as door:
        reader, writer = await asyncio.open_unix_connection(str(door))
        writer.write(b'{"op": "kinds"}\n')
        await reader.readline()
    assert await reader.read() == b""
    assert not door.exists()
    writer.close()


async def test_a_socket_that_a_dead_node_left_is_replaced(tmp_path):
    async with a_door(tmp_path) as door:
        os.link(door, tmp_path / "left")
    (tmp_path / "left").rename(door)
    async with a_door(tmp_path) as door, inside(door) as us:
        assert "ok" in await us.ask("status")


@pytest.mark.parametrize(
    ("group", "mode"),
    [pytest.param("", 0o600, id="nobody else"), pytest.param(OUR_GROUP, 0o660, id="a group")],
)
async def test_the_socket_is_open_to_no_more_than_it_must(tmp_path, group, mode):
    async with a_door(tmp_path, group=group) as door:
        assert stat.S_IMODE(door.stat().st_mode) == mode


async def test_a_group_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(DoorError, match="there is no group “nobody-of-the-kind”"):
        async with a_door(tmp_path, group="nobody-of-the-kind"):
            pass


async def test_a_folder_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(DoorError, match="cannot listen"):
        async with a_door(tmp_path / "missing"):
            pass


@pytest.mark.parametrize("user", [0, os.getuid()], ids=["root", "the node's own user"])
def test_root_and_the_nodes_own_user_may_do_everything(user):
    assert person(user, "x", STRANGER, "").roles == {"viewer", "operator", "administrator"}


def test_a_member_of_the_group_looks_and_sends():
    assert person(STRANGER, "x", os.getgid(), OUR_GROUP).roles == {"viewer", "operator"}


@pytest.mark.parametrize("group", ["", OUR_GROUP], ids=["no group", "another group"])
def test_a_stranger_may_not_ask(group):
    assert person(STRANGER, "x", STRANGER, group) is None


def test_a_group_that_was_removed_meanwhile_lets_nobody_in():
    assert person(STRANGER, "aki", STRANGER, "no-such-group") is None


def test_the_kernel_says_who_is_at_the_other_end():
    one, other = socket.socketpair(socket.AF_UNIX)
    with one, other:
        assert "administrator" in peer(one, "").roles


async def test_who_is_still_in_when_the_node_stops_is_seen_out_without_a_word(tmp_path, caplog):
    async with a_door(tmp_path) as door:
        reader, writer = await asyncio.open_unix_connection(str(door))
        writer.write(b'{"op": "status", "args": {}}\n')
        assert await reader.readline()
    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    assert [one.name for one in caplog.records if one.name == "asyncio"] == []
