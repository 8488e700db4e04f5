"""A door as a Unix socket: its file, and who is at the other end."""

import grp
import json
import os
import socket
import stat

import pytest

from noroshi.door import DoorError
from noroshi.door.unix import peer, person
from tests.door.callers import a_door, call, inside

STRANGER = 54321
OUR_GROUP = grp.getgrgid(os.getgid()).gr_name


async def test_a_question_without_its_line_end_is_answered_too(tmp_path):
    async with a_door(tmp_path) as door, inside(door) as us:
        await us.write(b'{"op": "status"}')
        us.connection.shutdown(socket.SHUT_WR)
        assert "ok" in json.loads(await us.line())


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
        caller = await call(door)
        assert await caller.ask("status")
    assert await caller.read() == b""
    caller.close()
    assert [one.name for one in caplog.records if one.name == "asyncio"] == []
