"""The manager's port, looked at from the node itself and from beside it."""

from __future__ import annotations

import socket
import subprocess
import sys
import tomllib
from contextlib import contextmanager

import pytest

from noroshi.config.web import Web
from noroshi.hosts.manager_port import look_at_port
from noroshi.ports.examination import StepError, Whose

ANOTHER = """
import socket, sys
with socket.create_server(("127.0.0.1", 0)) as one:
    print(one.getsockname()[1], flush=True)
    sys.stdin.read()
"""


FINDS_IT = "ss -ltnp sport = :{port}"
if sys.platform == "win32":
    FINDS_IT = (
        "Get-Process -Id (Get-NetTCPConnection -State Listen -LocalPort {port}).OwningProcess"
    )


@contextmanager
def held_by_another():
    """A port at which another process listens."""
    argv = [sys.executable, "-c", ANOTHER]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        yield int(other.stdout.readline())
        other.stdin.close()


async def test_where_this_process_listens_the_manager_is_open():
    with socket.create_server(("127.0.0.1", 0)) as ours:
        port = ours.getsockname()[1]
        seen = await look_at_port(Web(port=port))
    assert seen.message.en == f"listens on 127.0.0.1:{port}" and seen.remarks == ()


async def test_a_port_that_another_program_holds_is_told_with_how_to_find_it():
    with held_by_another() as port, pytest.raises(StepError) as stop:
        await look_at_port(Web(port=port))
    remedy = stop.value.remedy
    assert (
        "Another program is listening" in remedy.meaning.en
        and "別のプログラム" in remedy.meaning.ja
    )
    assert remedy.whose is Whose.YOU
    assert remedy.lines[0] == FINDS_IT.format(port=port)
    assert remedy.lines[1] == f"web = {{ port = {port + 1} }}        # in noroshi.toml"
    assert tomllib.loads(remedy.lines[1]) == {"web": {"port": port + 1}}


async def test_an_address_that_is_none_of_this_computer_is_told():
    with pytest.raises(StepError) as stop:
        await look_at_port(Web(address="192.0.2.1"))
    assert "cannot be opened on 192.0.2.1:7663" in stop.value.remedy.meaning.en


async def test_a_port_that_is_free_is_no_fault():
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    seen = await look_at_port(Web(port=port))
    assert seen.message.en == f"127.0.0.1:{port} is free" and len(seen.remarks) == 1


async def test_without_a_manager_there_is_no_port():
    assert "web = false" in (await look_at_port(None)).message.en
    assert "port = 0" in (await look_at_port(Web(port=0))).message.en
