"""What strangers may take of a node by coming to its manager: no more than is good for the watch."""

import asyncio
import resource
import ssl
from contextlib import suppress

import pytest
from yarl import URL

from noroshi.web.bounds import Bounds
from tests.service.asking import opened
from tests.web.browser import with_user

SOON = Bounds(head=0.2, body=0.2, idle=1, stalled=0.2)
HEAD = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n"
LONG = b"POST /login HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n"


@pytest.fixture
async def desk():
    return await with_user()


async def dialled(url):
    return await asyncio.open_connection("127.0.0.1", URL(url).port)


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
async def test_who_does_not_say_what_they_want_is_let_go(desk, tmp_path, said):
    async with opened(desk, tmp_path, bounds=SOON) as url:
        reader, writer = await dialled(url)
        writer.write(said)
        await gone(reader)
        await left(writer)


async def test_who_takes_nothing_of_an_answer_is_let_go(desk, tmp_path):
    """A request after the other, and nothing is ever read."""
    async with opened(desk, tmp_path, bounds=SOON) as url:
        _, writer = await dialled(url)
        asked = b"GET /static/vendor/htmx/htmx.min.js HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        with pytest.raises(ConnectionError):
            await asking_on(writer, asked * 100)
        await left(writer)


async def asking_on(writer, asked):
    while True:
        writer.write(asked)
        await writer.drain()


async def test_a_word_now_and_then_does_not_help(desk, tmp_path):
    async with opened(desk, tmp_path, bounds=SOON) as url:
        reader, writer = await dialled(url)
        over = asyncio.ensure_future(gone(reader))
        writer.write(HEAD)
        while not over.done():
            writer.write(b"x-more: 1\r\n")
            await asyncio.wait([over], timeout=0.02)
        await left(writer)


@pytest.mark.parametrize("tls", [False, True])
async def test_beyond_so_many_nobody_is_let_in_until_somebody_leaves(desk, tmp_path, tls):
    """Before TLS too: a connection on which nothing is said takes a file and memory as well."""
    async with opened(desk, tmp_path, tls=tls, bounds=Bounds(most=3)) as url:
        inside = [await dialled(url) for _ in range(3)]
        for _ in range(3):
            reader, writer = await dialled(url)
            await gone(reader)
            await left(writer)
        await left(inside.pop()[1])
        assert await healthy(url, tls)
        for _, writer in inside:
            await left(writer)


async def left(writer):
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def healthy(url, tls):
    """Asked again until those that left are seen to have left."""
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
    assert Bounds(most=10**9).at_once == files // 2
    assert Bounds(most=7).at_once == 7
