"""Asking a node that does not answer: how long one waits for what, and what is said then."""

import asyncio
import json
import socket
from typing import Any

import pytest

from noroshi.cli.clients.socket import QUICK, SocketClient, patience_of
from noroshi.cli.errors import RefusedError
from noroshi.core.translation import terminal_of
from noroshi.service.operation import VIEWER
from noroshi.service.operation_list import OFFERED


@pytest.fixture
async def mute(tmp_path):
    """A door behind which somebody listens and says nothing, as of a process that was stopped.
    One comes, and goes."""
    gone = asyncio.Event()

    async def door(reader, writer):
        await reader.read()
        writer.close()
        gone.set()

    async with await asyncio.start_unix_server(door, str(tmp_path / "door.sock")):
        yield tmp_path / "door.sock"
        await gone.wait()


@pytest.mark.parametrize(
    ("op", "said"),
    [
        ("status", "has not answered for 0.01 s"),
        ("beat", "So it is not known whether the report was saved"),
        ("apply", "It is not known whether the operation was carried out"),
    ],
)
async def test_a_node_that_stands_still_is_given_up_with_the_reason(mute, op, said):
    far = SocketClient(mute, patience=lambda _op: 0.01)
    with pytest.raises(RefusedError, match=said) as refused:
        await asyncio.to_thread(far.call, op)
    assert refused.value.kind == "trouble"


async def test_a_home_folder_whose_name_is_no_text_keeps_nobody_from_asking(tmp_path):
    """A name in the encoding of another computer: only its commands are told without it."""
    requests = list[Any]()

    async def door(reader, writer):
        requests.append(json.loads(await reader.readline()))
        writer.write(b'{"ok": 1}\n')
        writer.close()

    async with await asyncio.start_unix_server(door, str(tmp_path / "door.sock")):
        for home in ("/srv/\udcff", "/srv/狼煙"):
            node = SocketClient(tmp_path / "door.sock", medium=terminal_of(home))
            assert await asyncio.to_thread(node.call, "status") == 1
    assert [request.get("home") for request in requests] == [None, "/srv/狼煙"]


def test_whatever_only_looks_is_quick_and_so_is_a_report():
    reads = {name for name, offered in OFFERED.items() if offered.role == VIEWER}
    assert reads | {"beat"} <= QUICK <= OFFERED.keys()
    assert {patience_of(op) for op in QUICK} == {10.0}


@pytest.mark.parametrize("op", ["apply", "plan", "try_monitor", "backup", "authorize_finish"])
def test_what_may_take_its_time_has_two_minutes(op):
    assert patience_of(op) == 120.0


async def test_a_door_before_which_many_wait_is_a_node_that_stands_still(tmp_path):
    """A listener that takes nobody in, its queue full: the kernel sends the next one away."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "door.sock"))
        listener.listen(0)
        waiting = [socket.socket(socket.AF_UNIX) for _ in range(3)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(str(tmp_path / "door.sock"))
        with pytest.raises(RefusedError, match="its process is stopped"):
            await asyncio.to_thread(
                SocketClient(tmp_path / "door.sock", patience=lambda _op: 0.01).call, "status"
            )
        for one in waiting:
            one.close()
