"""A pipe of Windows: who is at its ends, by the kernel's word, and who may open it."""

from __future__ import annotations

import asyncio

import pytest

from noroshi.core.roles import ADMIN, OPERATOR, roles_up_to
from noroshi.door.pipe_listener import access, person, pipe_owner
from noroshi.system.door_connection import ForeignDoorError, connect
from noroshi.system.named_pipe import (
    ACCESS,
    PIPES,
    is_pipe_open,
    make_pipe,
    open_pipe,
    pipe_name,
)
from noroshi.system.owners import trusted_sids
from noroshi.system.windows_security import (
    ADMINISTRATORS,
    NETWORK,
    SYSTEM,
    account_name,
    described,
    own_groups,
    own_sid,
    service_sid,
)

STRANGER, GROUP = "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-1002"
SECONDS = 30.0


@pytest.fixture
def door(tmp_path):
    return str(tmp_path / "door.sock")


@pytest.fixture
def pipe(door):
    with make_pipe(pipe_name(door), access(own_sid(), "", own_groups()), is_first=True) as pipe:
        yield pipe


async def test_the_kernel_names_who_calls(pipe, door):
    with open_pipe(pipe_name(door), SECONDS) as caller:
        await asyncio.to_thread(pipe.wait_for_client)
        caller.sendall(b"x")
        assert pipe.recv(1) == b"x"
        user, groups = pipe.client()
    assert user == own_sid()
    assert "S-1-1-0" in groups  # everybody is of it
    assert NETWORK not in groups
    assert person(user, groups, "").roles == roles_up_to(ADMIN)


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        pytest.param(SYSTEM, frozenset(), id="the system"),
        pytest.param(STRANGER, frozenset({ADMINISTRATORS}), id="an administrator"),
    ],
)
def test_the_system_and_administrators_may_do_everything(user, groups):
    assert person(user, groups, "").roles == roles_up_to(ADMIN)


def test_a_member_of_the_group_looks_and_sends():
    assert person(STRANGER, frozenset({GROUP}), GROUP).roles == roles_up_to(OPERATOR)


@pytest.mark.parametrize("group", ["", "S-1-5-21-1-2-3-9"], ids=["no group", "another group"])
def test_a_stranger_may_not_ask(group):
    assert person(STRANGER, frozenset({GROUP}), group) is None


def test_a_member_cannot_make_an_instance_of_the_pipe():
    creating = 0x4  # FILE_CREATE_PIPE_INSTANCE
    assert not ACCESS & creating
    assert f"(A;;{ACCESS:#x};;;{GROUP})" in access(own_sid(), GROUP, own_groups())
    with described(access(own_sid(), GROUP, own_groups())) as descriptor:
        assert descriptor.pointer


def test_nobody_from_the_network_may_open_the_pipe():
    assert f"D:P(D;;GA;;;{NETWORK})" in access(own_sid(), GROUP, own_groups())


OF_SERVICE = service_sid("noroshi")


@pytest.mark.parametrize(
    ("groups", "owner"),
    [
        pytest.param({OF_SERVICE, GROUP}, OF_SERVICE, id="the service, of any account"),
        pytest.param({ADMINISTRATORS, OF_SERVICE}, ADMINISTRATORS, id="an administrator"),
        pytest.param({GROUP}, STRANGER, id="a user"),
    ],
)
def test_a_pipe_is_owned_by_whom_callers_trust(groups, owner):
    assert pipe_owner(STRANGER, frozenset(groups)) == owner
    assert owner == STRANGER or owner in trusted_sids()


def test_a_pipe_of_ours_has_that_owner(pipe):
    assert pipe.owner() == pipe_owner(own_sid(), own_groups())


def test_a_pipe_that_another_account_made_is_told_nothing(door):
    sddl = f"O:{STRANGER}D:P(A;;GA;;;WD)"
    foreign = make_pipe(pipe_name(door), sddl, is_first=True)
    with foreign, pytest.raises(ForeignDoorError) as error:
        connect(door, SECONDS)
    assert error.value.owner == account_name(STRANGER)


def test_a_pipe_whose_instances_are_all_taken_is_waited_for_in_vain(pipe, door):
    with open_pipe(pipe_name(door), SECONDS), pytest.raises(TimeoutError):
        open_pipe(pipe_name(door), 0.01)


def test_a_pipe_is_open_while_somebody_listens_whoever_is_in(pipe, door):
    assert is_pipe_open(pipe_name(door))
    with open_pipe(pipe_name(door), SECONDS):
        assert is_pipe_open(pipe_name(door))
    assert not is_pipe_open(pipe_name(door + "x"))


def test_a_door_has_one_name_however_its_path_is_written(tmp_path):
    path = str(tmp_path / "door.sock")
    assert pipe_name(path) == pipe_name(path.upper()) == pipe_name(path.replace("\\", "/"))
    assert pipe_name(path) != pipe_name(str(tmp_path / "other.sock"))
    assert pipe_name(PIPES + "noroshi") == PIPES + "noroshi"
