"""What strangers may take of a node by coming to its manager: no more than is good for the watch."""

import asyncio
import resource
import socket
import ssl
from contextlib import suppress

import pytest
from yarl import URL

from noroshi.web.http.connection_limits import ConnectionLimits
from tests.service.clients import make_api_token, open_manager
from tests.web.browser import with_user

SOON = ConnectionLimits(head=0.2, body=0.2, idle=1, stall_timeout=0.2)
THREE = ConnectionLimits(most=3, reserve=1)
HEAD = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n"
LONG = b"POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n"


@pytest.fixture
async def harness():
    return await with_user()


async def dialled(url, source="127.0.0.1"):
    return await asyncio.open_connection("127.0.0.1", URL(url).port, local_addr=(source, 0))


async def gone(reader):
    """Whatever is still said, until the connection ends."""
    try:
        while await reader.read(1 << 16):
            pass
    except ConnectionError:
        pass


@pytest.mark.parametrize(
    "said", [b"", HEAD, HEAD + b"\r\n" + HEAD, LONG], ids=["nothing", "half", "once", "no body"]
)
async def test_who_does_not_say_what_they_want_is_let_go(harness, tmp_path, said):
    async with open_manager(harness, tmp_path, bounds=SOON) as url:
        reader, writer = await dialled(url)
        writer.write(said)
        await gone(reader)
        await left(writer)


async def test_who_takes_nothing_of_an_answer_is_let_go(harness, tmp_path):
    """A request after the other, and nothing is ever read."""
    async with open_manager(harness, tmp_path, bounds=SOON) as url:
        _, writer = await dialled(url)
        asked = b"GET /static/vendor/htmx/htmx.min.js HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        with pytest.raises(ConnectionError):
            await asking_on(writer, asked * 100)
        await left(writer)


async def asking_on(writer, asked):
    while True:
        writer.write(asked)
        await writer.drain()


async def test_a_word_now_and_then_does_not_help(harness, tmp_path):
    async with open_manager(harness, tmp_path, bounds=SOON) as url:
        reader, writer = await dialled(url)
        over = asyncio.ensure_future(gone(reader))
        writer.write(HEAD)
        while not over.done():
            writer.write(b"x-more: 1\r\n")
            await asyncio.wait([over], timeout=0.02)
        await left(writer)


@pytest.mark.parametrize("tls", [False, True])
async def test_beyond_so_many_the_oldest_that_proved_nothing_gives_way(harness, tmp_path, tls):
    """Before TLS too: a connection on which nothing is said takes a file and memory as well."""
    async with open_manager(harness, tmp_path, tls=tls, bounds=THREE) as url:
        inside = [await dialled(url, f"127.0.1.{n}") for n in range(3)]
        assert await healthy(url, tls)
        await gone(inside[0][0])
        for _, writer in inside:
            await left(writer)


async def test_of_one_address_its_own_oldest_gives_way(harness, tmp_path):
    async with open_manager(
        harness, tmp_path, bounds=ConnectionLimits(most=100, of_one=2)
    ) as url:
        other = await dialled(url, "127.0.2.1")
        inside = [await dialled(url, "127.0.1.1") for _ in range(4)]
        for reader, _ in inside[:2]:
            await gone(reader)
        for _, writer in (other, *inside[2:]):
            writer.write(HEAD + b"connection: close\r\n\r\n")
        for reader, _ in (other, *inside[2:]):
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
        for _, writer in (other, *inside):
            await left(writer)


async def test_who_is_known_stays_and_strangers_still_have_a_reserve(harness, tmp_path):
    token = await make_api_token(harness)
    async with open_manager(
        harness, tmp_path, bounds=ConnectionLimits(most=12, reserve=2)
    ) as url:
        known = []
        for _ in range(4):
            known.append(await dialled(url, "127.0.2.1"))
            await said_by(*known[-1], token)
        strangers = [await dialled(url, f"127.0.1.{n}") for n in range(30)]
        for reader, _ in strangers[:21]:
            await gone(reader)
        assert await healthy(url, False)
        for reader, writer in known[:3]:
            await said_by(reader, writer, token)
        await gone(known[3][0])  # beyond the share of one person
        for _, writer in (*known, *strangers):
            await left(writer)


async def said_by(reader, writer, token):
    """A request of somebody known; the connection stays."""
    writer.write(
        b"GET /api/openapi.json HTTP/1.1\r\nhost: 127.0.0.1\r\n"
        + f"authorization: Bearer {token}\r\n\r\n".encode()
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    length = int(head.lower().partition(b"content-length: ")[2].split()[0])
    await reader.readexactly(length)


async def test_the_body_of_who_is_known_may_take_longer(harness, tmp_path):
    token = await make_api_token(harness)
    bounds = ConnectionLimits(head=0.2, body=0.2, long_body=60.0)
    async with open_manager(harness, tmp_path, bounds=bounds) as url:
        reader, writer = await dialled(url)
        writer.write(
            b"POST /api/status HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 2\r\n"
            b"content-type: application/json\r\nconnection: close\r\n"
            + f"authorization: Bearer {token}\r\n\r\n".encode()
        )
        stranger = await dialled(url)
        stranger[1].write(LONG)
        await gone(stranger[0])
        writer.write(b"{}")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        for one in (writer, stranger[1]):
            await left(one)


async def test_long_forms_of_strangers_take_turns(harness, tmp_path):
    head = (
        b"POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
        b"content-type: application/x-www-form-urlencoded\r\ncontent-length: 20000\r\n\r\n"
    )
    async with open_manager(harness, tmp_path) as url:
        inside = [await dialled(url) for _ in range(17)]
        for _, writer in inside:
            writer.write(head + b"x" * 10_000)
            await writer.drain()
        for _ in range(20):
            assert await healthy(url, False)
        for _, writer in inside:
            writer.write(b"x" * 10_000)
        said = [await reader.read() for reader, _ in inside]
        assert sum(b" 503 " in one.partition(b"\r\n")[0] for one in said) == 1
        for _, writer in inside:
            await left(writer)


async def left(writer):
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def healthy(url, tls):
    """Asked again until it is answered."""
    trust = ssl.create_default_context() if tls else None
    if trust:
        trust.check_hostname, trust.verify_mode = False, ssl.CERT_NONE
    while True:
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", URL(url).port, ssl=trust
            )
            writer.write(HEAD + b"connection: close\r\n\r\n")
            said = await reader.read()
            await left(writer)
        except ConnectionError:
            continue
        if said.startswith(b"HTTP/1.1 200"):
            return True


def test_half_of_the_files_that_may_be_open_are_left_for_the_watch():
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert ConnectionLimits(most=10**9).at_once == files // 2
    assert ConnectionLimits(most=7).at_once == 7


async def test_without_a_free_file_it_is_logged_once_in_a_while_and_whoever_waits_is_let_in(
    harness, tmp_path, caplog
):
    """The loop asks for as many connections as may wait, and pauses for a second only then."""
    async with open_manager(harness, tmp_path) as url:
        waiting = socket.socket()
        waiting.setblocking(False)
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, hard))
        try:
            await asyncio.get_running_loop().sock_connect(waiting, ("127.0.0.1", URL(url).port))
            while "out of system resource" not in caplog.text:  # noqa: ASYNC110  it tells nobody else
                await asyncio.sleep(0)
            assert caplog.text.count("out of system resource") == 1
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        reader, writer = await asyncio.open_connection(sock=waiting)
        writer.write(HEAD + b"connection: close\r\n\r\n")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        await left(writer)
