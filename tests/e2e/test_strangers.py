"""Strangers at several addresses against a real node: what they hold, and whom they keep out."""

import asyncio
import re
from contextlib import suppress
from urllib.parse import quote

import pytest

from noroshi.core.roles import VIEWER
from noroshi.people.throttle import FREE
from noroshi.web.http.connection_limits import ConnectionLimits
from tests.e2e.manager import GOOD, Managed

FORM = "content-type: application/x-www-form-urlencoded"
BOUNDS = ConnectionLimits()
COUNTED = FREE + 2
"""Failures after which one waits for four seconds: longer than a busy machine takes for a log-in."""
FRIEND, LAST = "127.0.7.1", "127.0.7.2"


@pytest.fixture
def node(tmp_path):
    found = Managed(tmp_path)
    try:
        yield found.open()
    finally:
        found.close()


async def left(connections):
    for _, writer in connections:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def said(connection, head):
    """A request on a connection that stays, and the first line of its answer."""
    reader, writer = connection
    writer.write(f"{head}\r\nhost: 127.0.0.1\r\n\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", answer.lower())
    await reader.readexactly(int(length[1]))
    return answer.partition(b"\r\n")[0]


async def ended(connection):
    with suppress(ConnectionError):
        return await connection[0].read() == b""
    return True


async def test_who_holds_all_connections_keeps_nobody_out(node):
    """More than there may be, from eight addresses, with nothing said, half a head, or half a body."""
    token = f"authorization: Bearer {node.token(VIEWER)}"
    friend = await node.dial(FRIEND)
    assert b" 200 " in await said(friend, f"GET /api/health HTTP/1.1\r\n{token}")
    silent = await node.dial(LAST)
    begun = [
        b"",
        b"GET /healthz HTTP/1.1\r\n",
        b"POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 9\r\n\r\n",
    ]
    strangers = []
    try:
        for number in range(BOUNDS.most + 200):
            strangers.append(await node.dial(f"127.0.9.{number % 8 + 1}"))
            strangers[-1][1].write(begun[number % 3])
            if number % 200 == 0:
                assert await node.healthy(LAST) and await node.healthy(LAST, "/readyz")
        assert await ended(silent)  # the oldest that had proved nothing
        assert b" 200 " in await said(friend, f"GET /api/health HTTP/1.1\r\n{token}")
        status, _ = await log_in(node, "boss", GOOD, LAST)
        assert status == 303
    finally:
        await left([friend, silent, *strangers])


async def test_one_address_has_its_share_and_no_more(node):
    silent = await node.dial(LAST)
    strangers = [await node.dial("127.0.9.1") for _ in range(BOUNDS.of_one + 30)]
    try:
        for one in strangers[:30]:
            assert await ended(one)
        assert b" 200 " in await said(silent, "GET /healthz HTTP/1.1")
    finally:
        await left([silent, *strangers])


async def log_in(node, name, password, source):
    """The status, and the cookie."""
    _, headers, body = await node.request("GET /login HTTP/1.1", source=source)
    mark = re.search(rb'name="csrf" value="([0-9a-f]+)"', body)[1].decode()
    cookie = cookie_of(headers)
    form = f"csrf={mark}&name={name}&password={quote(password)}".encode()
    status, headers, _ = await node.request(
        f"POST /login HTTP/1.1\r\ncookie: {cookie}\r\n{FORM}", form, source
    )
    return status, cookie_of(headers)


def cookie_of(headers):
    return next((v.partition(";")[0] for n, v in headers if n == "set-cookie"), "")


async def test_a_stranger_who_guesses_keeps_out_neither_a_person_nor_their_own_network(node):
    node.ask("user_add", name="eri", role=VIEWER, password=GOOD)
    network, home = "127.0.9.1", "127.0.7.1"
    assert (await log_in(node, "eri", GOOD, network))[0] == 303
    status, cookie = await log_in(node, "boss", GOOD, home)
    assert status == 303
    statuses = []
    while statuses.count(403) < COUNTED:
        statuses.append((await log_in(node, "boss", "wrong", network))[0])
        await asyncio.sleep(0.1)
    assert (await log_in(node, "boss", GOOD, network))[0] == 429
    statuses += [(await log_in(node, f"x{n}", "wrong", network))[0] for n in range(20)]
    assert set(statuses) == {403, 429}
    assert (await log_in(node, "boss", GOOD, home))[0] == 303
    assert (await log_in(node, "eri", GOOD, network))[0] == 303
    status, _, body = await node.request(
        f"GET /sure HTTP/1.1\r\ncookie: {cookie}", source=network
    )
    mark = re.search(rb'name="csrf" value="([0-9a-f]+)"', body)[1].decode()
    form = f"csrf={mark}&password={quote(GOOD)}".encode()
    status, _, _ = await node.request(
        f"POST /sure HTTP/1.1\r\ncookie: {cookie}\r\n{FORM}", form, network
    )
    assert status == 303  # who is in gives the password once more, wherever others fail
