"""The local door: who is let in, what is said through it, and what cannot break it.

What only a Unix socket has: test_unix_socket.py; what only a pipe of Windows has:
tests/windows/test_named_pipe.py.
"""

import asyncio
from contextlib import AsyncExitStack

import pytest

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.door import LONGEST_LINE, MOST_AT_ONCE, DoorError
from tests.door.callers import SECONDS, a_door, call, inside
from tests.service.harness import documents


@pytest.fixture
def told():
    """How often the engine was told that there is something new."""
    return []


async def test_several_questions_are_answered_on_one_connection(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as us:
        for _ in range(3):
            assert (await us.ask("status"))["ok"]["version"] == 0


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
    async with a_door(tmp_path) as door, AsyncExitStack() as stack:
        for _ in range(MOST_AT_ONCE):
            one = await stack.enter_async_context(inside(door))
            await one.ask("kinds")
        with pytest.raises(RefusedError, match="at once"):
            await asyncio.to_thread(SocketClient(door, lambda _op: SECONDS).call, "kinds")


async def test_those_inside_are_seen_out_when_the_node_ends(tmp_path):
    async with a_door(tmp_path) as door:
        caller = await call(door)
        await caller.ask("kinds")
    assert await caller.read() == b""
    assert not door.exists()
    caller.close()


async def test_a_group_that_is_not_there_is_told_at_the_start(tmp_path):
    with pytest.raises(DoorError, match="there is no group “nobody-of-the-kind”"):
        async with a_door(tmp_path, group="nobody-of-the-kind"):
            pass
