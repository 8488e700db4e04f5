"""HTTP/1.1 with servers that answer well, badly or by halves: on a real connection."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from noroshi.network import NetworkEgress, dial
from noroshi.network.byte_stream import MOST_UNREAD, ByteStream
from noroshi.network.http1 import (
    LONGEST_HEAD,
    MOST_HEADERS,
    BrokenOffError,
    HttpConnection,
    HttpRequest,
    HungUpError,
    NotHttpError,
    target_of,
)
from tests.sweeps import sweep

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = OK + b"Content-Length: 4\r\nX-Name: \xe7\x8b\xbc\r\n\r\nbody"


class Server:
    """Reads a request's head, says what it was told to say, and hangs up or waits."""

    def __init__(self, says, *, stays=False, resets=False, slowly=False):
        self.says, self.stays, self.resets, self.slowly = says, stays, resets, slowly
        self.heard, self.ended = b"", asyncio.Event()

    async def meet(self, reader, writer):
        try:
            self.heard += await reader.readuntil(b"\r\n\r\n")
            for piece in self.pieces():
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            if self.stays:
                await self.ended.wait()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort() if self.resets else writer.close()

    def pieces(self):
        return [bytes([one]) for one in self.says] if self.slowly else [self.says]


@asynccontextmanager
async def connected(server, patience=None):
    listening = await asyncio.start_server(server.meet, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    stream = await dial(ByteStream, "127.0.0.1", port, None, NetworkEgress(), 60.0)
    try:
        yield HttpConnection(stream, patience), target_of(f"http://127.0.0.1:{port}/a?b=%27")
    finally:
        stream.abort()
        server.ended.set()
        listening.close()


async def asked(server, method="GET", most=100, headers=None, content=None, patience=None):
    """The status, the body, and whether that is all of it."""
    async with connected(server, patience) as (connection, target):
        head = await connection.ask(HttpRequest(target, method, headers or {}, content))
        return head.status, *await connection.read(most)


GOOD = {
    "a length": (WHOLE, b"body"),
    "a hint before": (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + WHOLE, b"body"),
    "go on, before": (b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE, b"body"),
    "in chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n",
        b"body",
    ),
    "lines after the chunks": (
        OK + b"Transfer-Encoding: chunked\r\n\r\n4;a=b\r\nbody\r\n0\r\nX: y\r\n\r\n",
        b"body",
    ),
    "until the end": (b"HTTP/1.0 200 OK\r\n\r\nbody", b"body"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 4\r\n\r\nbody", b"body"),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 4\n\nbody", b"body"),
}


@sweep("slowly", [False, True], ids=["at once", "byte by byte"])
@sweep(("says", "body"), GOOD.values(), ids=GOOD)
async def test_what_is_an_answer(says, body, slowly):
    assert await asked(Server(says, slowly=slowly)) == (200, body, True)


@pytest.mark.parametrize("status", [204, 304])
async def test_an_answer_without_a_body_is_whole_though_nobody_hangs_up(status):
    says = b"HTTP/1.1 %d X\r\n\r\n" % status
    assert await asked(Server(says, stays=True)) == (status, b"", True)


async def test_what_was_asked_for_by_head_has_no_body():
    says = OK + b"Content-Length: 4\r\n\r\n"
    assert await asked(Server(says, stays=True), "HEAD") == (200, b"", True)


BAD = {
    "nothing": (b"", HungUpError),
    "half a word": (b"HT", BrokenOffError),
    "half a head": (OK + b"Content-Le", BrokenOffError),
    "half a body": (OK + b"Content-Length: 5\r\n\r\nbody", BrokenOffError),
    "half a chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nbody", BrokenOffError),
    "no chunk": (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nbody", NotHttpError),
    "two lengths": (OK + b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nbody", NotHttpError),
    "a line that is no header": (OK + b"body\r\n\r\n", NotHttpError),
    "a header that is too long": (
        OK + b"X: " + b"y" * 2 * LONGEST_HEAD + b"\r\n\r\n",
        NotHttpError,
    ),
    "too many headers": (OK + b"X: y\r\n" * 2 * MOST_HEADERS + b"\r\n", NotHttpError),
    "a mail server": (b"220 mail.test ESMTP\r\n", NotHttpError),
}


@sweep("resets", [False, True], ids=["closed", "reset"])
@sweep(("says", "error"), BAD.values(), ids=BAD)
async def test_what_is_no_answer(says, error, resets):
    with pytest.raises(error):
        await asked(Server(says, resets=resets))


async def test_what_is_no_http_is_known_before_anybody_hangs_up():
    with pytest.raises(NotHttpError):
        await asked(Server(b"220 mail.test ESMTP\r\n", stays=True))


async def test_a_head_without_an_end_is_not_read_for_ever():
    says = OK + b"X: " + b"y" * 2 * LONGEST_HEAD
    with pytest.raises(NotHttpError):
        await asked(Server(says, stays=True))


async def test_a_server_that_is_silent_is_left_after_a_while():
    for says in (b"", OK, OK + b"Content-Length: 9\r\n\r\nbody"):
        with pytest.raises(TimeoutError):
            await asked(Server(says, stays=True), patience=0.05)


@pytest.mark.parametrize(
    ("most", "body", "is_whole"), [(5, b"body", True), (4, b"body", True), (3, b"bod", False)]
)
async def test_as_much_of_a_body_is_read_as_is_wanted(most, body, is_whole):
    assert await asked(Server(WHOLE, stays=True), most=most) == (200, body, is_whole)


async def test_a_body_without_an_end_is_read_as_far_as_is_wanted():
    says = OK + b"\r\n" + b"x" * 3 * MOST_UNREAD
    assert await asked(Server(says, stays=True), most=9) == (200, b"x" * 9, False)


async def test_an_answer_may_come_before_all_was_sent():
    """Who refuses what is too long need not read it."""
    says = b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n"
    answer = await asked(Server(says, stays=True), "POST", content=b"x" * (32 << 20))
    assert answer == (413, b"", True)


async def test_a_long_content_arrives_whole():
    content = b"0123456789" * 200_000
    length = len(content)

    async def meet(reader, writer):
        heard.append((await reader.readuntil(b"\r\n\r\n"), await reader.readexactly(length)))
        writer.write(WHOLE)
        writer.close()

    heard, server = [], Server(b"")
    server.meet = meet
    assert await asked(server, "POST", content=content) == (200, b"body", True)
    ((head, body),) = heard
    assert b"Content-Length: 2000000\r\n" in head and body == content


async def test_headers_of_the_request_take_the_place_of_ours():
    server = Server(WHOLE)
    await asked(server, headers={"accept": "text/plain", "X-Name": "狼煙"})
    lines = server.heard.split(b"\r\n")
    assert lines[0] == b"GET /a?b=%27 HTTP/1.1"
    named = dict(line.lower().split(b": ", 1) for line in lines[1:] if line)
    assert named[b"accept"] == b"text/plain" and named[b"x-name"] == "狼煙".encode()
    assert named[b"host"].startswith(b"127.0.0.1:") and b"content-length" not in named


async def test_blanks_around_a_value_are_not_sent():
    server = Server(WHOLE)
    await asked(server, headers={"X-Before": " a b", "X-Behind": "a b\t ", "X-Blank": " "})
    lines = server.heard.split(b"\r\n")
    assert {b"X-Before: a b", b"X-Behind: a b", b"X-Blank: "} <= set(lines)


AFTER = {
    "a whole answer": (WHOLE, True),
    "an answer and more": (WHOLE + b"HTTP/1.1 200 OK\r\n\r\n", False),
    "an answer that ends the connection": (
        OK + b"Content-Length: 0\r\nConnection: close\r\n\r\n",
        False,
    ),
    "half an answer": (OK + b"Content-Length: 400\r\n\r\n" + b"x" * 200, False),
}


@pytest.mark.parametrize(("says", "is_idle"), AFTER.values(), ids=AFTER)
async def test_the_next_request_follows_on_what_was_read_whole_alone(says, is_idle):
    async with connected(Server(says, stays=True)) as (connection, target):
        await connection.ask(HttpRequest(target, "GET"))
        await connection.read(100)
        assert connection.is_idle is is_idle


async def test_a_connection_that_was_closed_meanwhile_is_not_idle():
    async with connected(Server(WHOLE)) as (connection, target):
        await connection.ask(HttpRequest(target, "GET"))
        await connection.read(100)
        while connection.is_idle:  # noqa: ASYNC110  the other side tells nobody but the stream
            await asyncio.sleep(0)


@pytest.mark.parametrize("url", ["", "ftp://a/", "http://", "http:///a", "https://ä.test/"])
def test_what_nobody_can_be_asked_for(url):
    with pytest.raises(ValueError, match="URL"):
        target_of(url)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "host_header"),
    [
        ("http://a.test", "a.test", 80, "/", "a.test"),
        ("https://a.test:8443/b?c=%2F#d", "a.test", 8443, "/b?c=%2F", "a.test:8443"),
        ("https://[::1]/", "::1", 443, "/", "[::1]"),
    ],
)
def test_a_url_is_taken_apart_and_stays_as_it_was_written(url, host, port, path, host_header):
    target = target_of(url)
    found = (target.host, target.port, target.path, target.host_header)
    assert found == (host, port, path, host_header)


def test_nothing_secret_of_a_request_is_printed():
    request = HttpRequest(target_of("http://a.test"), "POST", {"A": "canary"}, b"canary")
    assert "canary" not in repr(request)
