"""All addresses of a name are tried side by side: none that leads nowhere holds another up."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager

import pytest

from noroshi.network.connection_errors import NoAddressAnsweredError, SourceAddressError
from noroshi.network.happy_eyeballs import (
    Address,
    addresses_of,
    connect_first,
    numeric_addresses,
)

V4, V6 = socket.AF_INET, socket.AF_INET6


def found(*addresses):
    """As getaddrinfo gives them."""
    return [
        (V6, 1, 6, "", (one, 25, 0, 0)) if ":" in one else (V4, 1, 6, "", (one, 25))
        for one in addresses
    ]


@pytest.mark.parametrize(
    ("given", "tried"),
    [
        pytest.param(["192.0.2.1"], ["192.0.2.1"], id="one"),
        pytest.param(
            ["2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"],
            ["2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"],
            id="in turn",
        ),
        pytest.param(
            ["192.0.2.1", "2001:db8::1", "2001:db8::2"],
            ["192.0.2.1", "2001:db8::1", "2001:db8::2"],
            id="the resolver's first one first",
        ),
        pytest.param(["192.0.2.1", "192.0.2.1"], ["192.0.2.1"], id="each once"),
        pytest.param([], [], id="none"),
    ],
)
def test_families_take_turns(given, tried):
    assert [str(address) for address in addresses_of(found(*given))] == tried


def test_from_a_source_address_only_its_own_family_is_tried():
    both = found("2001:db8::1", "192.0.2.1")
    assert list(map(str, addresses_of(both, "192.0.2.9"))) == ["192.0.2.1"]
    assert list(map(str, addresses_of(both, "2001:db8::9"))) == ["2001:db8::1"]
    with pytest.raises(SourceAddressError) as caught:
        addresses_of(found("192.0.2.1"), "2001:db8::9")
    assert caught.value.cause is None


@pytest.mark.parametrize("address", ["192.0.2.1", "127.0.0.1", "2001:db8::1", "2001:DB8:0::1"])
def test_an_address_is_known_without_a_resolver_as_the_resolver_knows_it(address):
    assert numeric_addresses(address, 25) == socket.getaddrinfo(
        address, 25, type=socket.SOCK_STREAM
    )


@pytest.mark.parametrize(
    "name",
    [
        "localhost",
        "a.example",
        "",
        "127.1",
        "2130706433",
        "0x7f.1",
        "fe80::1%lo",
        "::ffff:192.0.2.1",
    ],
)
def test_whatever_else_there_is_the_resolver_is_asked(name):
    assert numeric_addresses(name, 25) == []


@contextmanager
def listening(host="127.0.0.1", port=0):
    sock = socket.socket(V6 if ":" in host else V4)
    sock.bind((host, port))
    sock.listen()
    yield Address(sock.family, sock.getsockname())
    sock.close()


@contextmanager
def black_hole(host="127.0.0.1", port=0):
    """With the queue of a listening socket full, Linux drops each further SYN."""
    sock, fillers = socket.socket(V6 if ":" in host else V4), []
    sock.bind((host, port))
    sock.listen(0)
    for _ in range(2):
        fillers.append(socket.socket(sock.family))
        fillers[-1].setblocking(False)
        fillers[-1].connect_ex(sock.getsockname())
    yield Address(sock.family, sock.getsockname())
    for one in (sock, *fillers):
        one.close()


def closed(host="127.0.0.1"):
    with listening(host) as address:
        return address


async def peer_of(addresses, source=""):
    sock = await connect_first(addresses, source)
    with sock:
        return sock.getpeername(), sock.getsockname()[0]


async def test_a_black_hole_holds_nobody_up():
    with black_hole("::1") as hole, listening() as good:
        assert (await peer_of([hole, good]))[0] == good.socket_address


async def test_a_refusal_lets_the_next_one_begin_at_once():
    with listening() as good:
        assert (await peer_of([closed(), closed("::1"), good]))[0] == good.socket_address


async def test_ipv6_alone_is_enough():
    with listening("::1") as good:
        assert (await peer_of([good]))[0] == good.socket_address


async def test_the_first_one_wins_where_both_are_well():
    with listening("::1") as first, listening() as other:
        assert (await peer_of([first, other]))[0] == first.socket_address


async def test_a_race_that_is_given_up_leaves_nothing_behind():
    with black_hole() as hole, black_hole("::1") as other:
        race = asyncio.create_task(connect_first([hole, other]))
        await asyncio.sleep(0)
        race.cancel()
        with pytest.raises(asyncio.CancelledError):
            await race
        await asyncio.sleep(0)
        assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_when_nobody_answers_each_says_why():
    one, other = closed(), closed("::1")
    with pytest.raises(NoAddressAnsweredError) as caught:
        await connect_first([one, other])
    assert [address for address, _ in caught.value.failures] == ["127.0.0.1", "::1"]
    assert all(isinstance(e, ConnectionRefusedError) for _, e in caught.value.failures)


async def test_one_address_alone_fails_as_the_system_says():
    with pytest.raises(ConnectionRefusedError):
        await connect_first([closed()])


async def test_the_source_address_is_where_it_comes_from():
    with listening() as good:
        assert (await peer_of([good], "127.0.0.9"))[1] == "127.0.0.9"


async def test_a_source_address_of_somebody_else_is_told_from_a_server_that_is_away():
    with listening() as good, pytest.raises(SourceAddressError) as caught:
        await connect_first([good], "192.0.2.77")
    assert caught.value.cause is not None


async def test_the_losers_are_closed():
    with listening("::1") as one, listening() as other, black_hole() as hole:
        loop = asyncio.get_running_loop()
        before = len(asyncio.all_tasks(loop))
        for _ in range(5):
            await peer_of([hole, one, other])
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks(loop)) == before
