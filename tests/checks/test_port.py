"""The port check, against real sockets on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest

from noroshi import schema
from noroshi.checks import port
from noroshi.core.judgement import judge
from noroshi.core.levels import Level
from noroshi.ports import Unmeasurable
from noroshi.testing import FakeHost
from tests.checks.own_files import none_left, open_handles


async def look(number: int, address: str = "", own: str = "127.0.0.1"):
    options = port.Options(port=number, address=address)
    outcome = await port.run(options, FakeHost(address=own), {})
    return {reading.name: reading for reading in outcome.readings}


def listener(address: str = "127.0.0.1", **how: object) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    return socket.create_server((address, 0), family=family, **how)


def number(sock: socket.socket) -> int:
    return sock.getsockname()[1]


@contextlib.contextmanager
def full():
    """A listener that answers nobody any more: the kernel drops what its backlog cannot hold."""
    with listener(backlog=0) as sock, contextlib.ExitStack() as open_:
        for _ in range(3):
            waiting = open_.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(sock.getsockname())
        yield number(sock)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "localhost"])
async def test_an_open_port_tells_how_long_it_took(address):
    with listener("::1" if address == "::1" else "127.0.0.1") as sock:
        found = await look(number(sock), address)
        where = f"{'[::1]' if address == '::1' else address}:{number(sock)}"
    assert found["closed"].value == 0
    assert found["closed"].note.en == f"{where} accepts connections"
    assert found["connect"].value > 0 and found["connect"].unit == "ms"


async def test_without_an_address_it_is_the_instances_own():
    with listener("::1") as sock:
        assert (await look(number(sock), own="::1"))["closed"].value == 0


async def test_a_closed_port_is_a_finding_and_no_fault():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        where = f"127.0.0.1:{number(unused)}"
        (found,) = (await look(number(unused))).values()
    assert (found.name, found.value) == ("closed", 1)
    assert found.note.en == f"{where} refuses connections"
    assert found.note.ja == f"{where} への接続が拒否されました"
    assert judge(found, port.CHECK.limits["closed"]) is Level.CRITICAL


async def test_a_wait_that_is_cut_short_leaves_no_socket_behind():
    with full() as port_number:
        before = open_handles()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await look(port_number)
        assert open_handles() == before


async def test_no_look_leaves_a_socket_behind():
    with listener() as sock:
        await look(number(sock))
        before = open_handles()
        await asyncio.gather(*[look(number(sock)) for _ in range(50)])
        assert open_handles() == before


async def test_a_network_without_a_way_is_told_apart_from_a_closed_port():
    # No TCP connection goes to the broadcast address, with or without a network.
    with pytest.raises(
        Unmeasurable, match=r"cannot reach 255\.255\.255\.255 port 80: "
    ) as caught:
        await look(80, "255.255.255.255")
    assert "に接続できません" in caught.value.words.ja


async def test_a_name_that_nobody_knows_is_told():
    # RFC 6761: .invalid never resolves, with or without a network.
    with pytest.raises(Unmeasurable, match=r"the name nowhere\.invalid cannot be resolved"):
        await look(80, "nowhere.invalid")


@pytest.mark.parametrize(
    "address",
    ["x" * 300, "a..b", "1.2.3.4.5.", "\0", "ほ" * 70],
    ids=["too long", "an empty part", "too many parts", "a NUL", "a part too long"],
)
async def test_a_name_that_is_none_is_told(address):
    with pytest.raises(Unmeasurable, match="cannot be resolved"):
        await look(80, address)


async def test_our_own_shortage_of_files_is_not_the_ports_fault():
    with (
        listener() as sock,
        none_left(),
        pytest.raises(Unmeasurable, match="Noroshi itself has too many files") as caught,
    ):
        await look(number(sock))
    assert "ポートに問題があるとは限りません" in caught.value.words.ja


@pytest.mark.parametrize("wrong", [0, -1, 65536])
def test_a_port_has_a_number_that_ports_have(wrong):
    with pytest.raises(schema.Invalid, match="port must be between 1 and 65535"):
        schema.read(port.Options, {"port": wrong})
