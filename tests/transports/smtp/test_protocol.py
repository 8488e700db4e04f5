"""The wire to a server that is broken, or means harm: nothing of it is taken for what it is not, and
nothing that it says is without end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from types import SimpleNamespace

import pytest
from hypothesis import given, strategies as st

from noroshi.core.mail import Verdict
from noroshi.transports.smtp.connection import extensions_of
from noroshi.transports.smtp.errors import ConnectionLostError, NotSmtpError
from noroshi.transports.smtp.protocol import (
    LONGEST_LINE,
    LONGEST_REPLY,
    RawReply,
    ReplyParser,
    SmtpProtocol,
    command_line,
)
from tests.network.proxies import ended
from tests.sweeps import sweep
from tests.transports.mail_server import MailServer, make_certificate
from tests.transports.smtp.test_transport import (
    LETTER,
    PATIENT,
    SHORT,
    Tokens,
    answer,
    open_route,
    signed_in_route,
)

EHLO = b"250-mail.test\r\n250 8BITMIME\r\n"
GREETING = b"220 mail.test\r\n"
OK = b"250 2.0.0 ok\r\n"


class Script:
    """A server that says these in turn: the first one at once, each other one after a line."""

    def __init__(self, *sayings: bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]):
        self.sayings, self.lines, self.port = sayings, [], 0
        self._tasks = set()

    async def take(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        with suppress(ConnectionError, asyncio.CancelledError):  # the one or the other ends it
            for number, saying in enumerate(self.sayings):
                if number:
                    self.lines.append(await reader.readline())
                if callable(saying):
                    await saying(writer)
                else:
                    writer.write(saying)
            await reader.read()
        writer.transport.abort()

    @asynccontextmanager
    async def listening(self):
        server = await asyncio.start_server(self.take, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        yield self
        await ended(server, self._tasks)


@asynccontextmanager
async def protocol_to(*sayings):
    loop, script = asyncio.get_running_loop(), Script(*sayings)
    async with script.listening():
        _, protocol = await loop.create_connection(SmtpProtocol, "127.0.0.1", script.port)
        yield protocol
        protocol.abort()


def and_close(data: bytes):
    async def say(writer):
        writer.write(data)
        writer.close()

    return say


def in_pieces(data: bytes, size: int):
    async def say(writer):
        for at in range(0, len(data), size):
            writer.write(data[at : at + size])
            await writer.drain()
            await asyncio.sleep(0)

    return say


def without_end(piece: bytes):
    async def say(writer):
        while True:
            writer.write(piece)
            await writer.drain()

    return say


# Replies, however they are cut


def read_all(data: bytes, cuts: list[int]):
    """What a parser makes of the data in pieces that end there: its replies, and whether the rest
    is a reply's."""
    parser, found = ReplyParser(), []
    ends = sorted({min(cut, len(data)) for cut in cuts} | {len(data)})
    for start, end in zip([0, *ends], ends, strict=False):
        parser.feed(data[start:end])
        try:
            while (reply := parser.next_reply()) is not None:
                found.append(reply)
        except NotSmtpError:
            return [*found, "no SMTP"]
    return found if parser.is_empty else [*found, "a rest"]


LINES = st.sampled_from(
    [
        b"250-one\r\n",
        b"250 two\r\n",
        b"250-\n",
        b"354\r\n",
        b"550 no\xff\r\r\n",
        b"25",
        b"x\r\n",
    ]
)


@given(st.lists(LINES, max_size=8).map(b"".join), st.lists(st.integers(1, 80)))
def test_replies_are_the_same_however_they_are_cut(data, cuts):
    assert read_all(data, cuts) == read_all(data, [])


@pytest.mark.parametrize(
    ("data", "reply"),
    [
        (b"250 ok\r\n", RawReply(250, "ok")),
        (b"250 ok\n", RawReply(250, "ok")),
        (b"250\r\n", RawReply(250, "")),
        (b"250-\r\n250-a\r\n250 b\r\n", RawReply(250, "\na\nb")),
        (b"250-a\r\n550 b\r\n", RawReply(550, "a\nb")),
        (b"250 a\rb\r\n", RawReply(250, "a\rb")),
        (b"250 \xe5\x8f\x97\r\n", RawReply(250, "受")),
        (b"250 \xff\r\n", RawReply(250, "\udcff")),
    ],
)
def test_a_reply_is_its_code_and_the_texts_of_its_lines(data, reply):
    assert read_all(data, []) == [reply]


@sweep(
    "data",
    [
        b"\r\n",
        b"25\r\n",
        b"2500 ok\r\n",
        b"+25 ok\r\n",
        " ２５０ ok\r\n".encode(),
        "２５０ ok\r\n".encode(),
        b"HTTP/1.1 400 Bad Request\r\n",
        b"250-ok\r\nok\r\n",
        b"250 " + LONGEST_LINE * b"x" + b"\r\n",
        b"2" * (LONGEST_LINE + 1),
        (LONGEST_REPLY // 8 + 1) * b"250-123\r\n",
    ],
)
def test_what_is_no_reply_is_told_as_such(data):
    assert read_all(data, []) == ["no SMTP"]


@pytest.mark.parametrize(
    "piece", [500 * b"2", 50 * b"250-x\r\n", b"250-" + 4000 * b"x" + b"\r\n"]
)
async def test_a_reply_without_end_is_read_to_its_bound(piece):
    async with protocol_to(without_end(piece)) as protocol:
        with pytest.raises(NotSmtpError):
            await protocol.read_reply()
        assert not protocol.is_connected
        with pytest.raises(ConnectionLostError):
            protocol.write(b"EHLO x\r\n")


@pytest.mark.parametrize("size", [1, 2, 7])
async def test_a_conversation_in_small_pieces(size):
    sayings = GREETING, EHLO, OK
    async with protocol_to(*(in_pieces(saying, size) for saying in sayings)) as protocol:
        assert await protocol.read_reply() == (220, "mail.test")
        protocol.write(command_line(b"EHLO", b"x"))
        assert await protocol.read_reply() == (250, "mail.test\n8BITMIME")
        protocol.write(command_line(b"NOOP"))
        assert await protocol.read_reply() == (250, "2.0.0 ok")
        assert protocol.is_connected and protocol.in_step


# What nobody asked for


async def test_after_a_reply_too_many_nothing_more_is_said():
    async with protocol_to(GREETING + OK, OK) as protocol:
        assert (await protocol.read_reply()).code == 220
        assert protocol.is_connected and not protocol.in_step
        with pytest.raises(ConnectionLostError):
            protocol.write(b"EHLO x\r\n")


async def test_half_a_reply_too_many_is_one_as_well():
    async with protocol_to(GREETING + b"25", OK) as protocol:
        await protocol.read_reply()
        assert not protocol.in_step


async def test_who_no_longer_waits_for_a_reply_gets_no_other_one():
    async with protocol_to(GREETING, b"") as protocol:
        await protocol.read_reply()
        protocol.write(b"NOOP\r\n")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(SHORT):
                await protocol.read_reply()
        assert not protocol.in_step


async def test_a_reply_that_is_late_is_as_good_as_a_lost_connection():
    async with protocol_to(GREETING, b"250 o") as protocol:
        await protocol.read_reply()
        protocol.write(b"NOOP\r\n")
        with pytest.raises(ConnectionLostError):
            await protocol.read_reply(SHORT)
        assert not protocol.is_connected


class LoopOfOwnTime(asyncio.SelectorEventLoop):
    """A loop whose clock is set on by the test."""

    passed = 0.0

    def time(self):
        return super().time() + self.passed

    async def pass_time(self, seconds):
        await asyncio.sleep(0)  # who has just begun to wait does so before
        self.passed += seconds
        await asyncio.sleep(0)


def test_a_wait_ends_by_its_own_limit_and_not_by_that_of_another_one():
    async def waits():
        loop, is_told = asyncio.get_running_loop(), asyncio.Event()

        async def once_told(writer):
            await is_told.wait()
            writer.write(OK)

        async with protocol_to(GREETING, once_told, b"") as protocol:
            await protocol.read_reply(100)
            protocol.write(b"NOOP\r\n")
            longer = asyncio.create_task(protocol.read_reply(1000))
            await loop.pass_time(500)
            is_told.set()
            assert (await longer).code == 250
            protocol.write(b"NOOP\r\n")
            shorter = asyncio.create_task(protocol.read_reply(10))
            await loop.pass_time(20)
            with pytest.raises(ConnectionLostError):
                await shorter

    with asyncio.Runner(loop_factory=LoopOfOwnTime) as runner:
        runner.run(waits())


async def test_a_server_that_says_why_and_closes_is_heard():
    async with protocol_to(GREETING, and_close(b"421-4.3.2 we\r\n421 close\r\n")) as protocol:
        await protocol.read_reply()
        protocol.write(b"MAIL\r\nRCPT\r\nDATA\r\n", replies=3)
        assert await protocol.read_reply() == (421, "4.3.2 we\nclose")
        for _ in range(2):
            with pytest.raises(ConnectionLostError):
                await protocol.read_reply()


@pytest.mark.parametrize("rest", [b"", b"250", b"250 2.0.0 ok", b"250-2.0.0 ok\r\n"])
async def test_a_reply_that_is_cut_off_is_none(rest):
    async with protocol_to(GREETING, and_close(rest)) as protocol:
        await protocol.read_reply()
        protocol.write(b"NOOP\r\n")
        with pytest.raises(ConnectionLostError):
            await protocol.read_reply()
        assert not protocol.is_connected


@pytest.mark.parametrize("line", [b"a\r\nRSET", b"a\nb", b"a\rb", b"a\0b", b"\x7f"])
def test_a_command_has_no_line_end_in_it(line):
    with pytest.raises(ValueError, match="control character"):
        command_line(b"RCPT", line)


@pytest.mark.parametrize(
    ("text", "extensions", "mechanisms"),
    [
        ("mail.test", {}, []),
        ("\nSTARTTLS", {"starttls": ""}, []),
        ("x\nSIZE 1000\n\nPipelining\n8BITMIME", {"size": "1000"}, []),
        ("x\nAUTH LOGIN XOAUTH2", {"auth": "LOGIN XOAUTH2"}, ["login", "xoauth2"]),
        ("x\nAUTH=LOGIN PLAIN", {"auth": "LOGIN PLAIN"}, ["login", "plain"]),
        ("x\nAUTH PLAIN\nauth=plain", {"auth": "plain"}, ["plain", "plain"]),
        ("x\nAUTH \x1b[2JPLAIN\udcff", {"auth": "?[2JPLAIN?"}, ["?[2jplain?"]),
    ],
)
def test_what_a_server_offers(text, extensions, mechanisms):
    found, ways = extensions_of(text)
    assert extensions.items() <= found.items() and ways == mechanisms
    assert "" not in found


# A mail, and what becomes of it


async def test_a_server_that_takes_leave_between_two_mails_is_dialled_anew():
    async with MailServer().open() as server, open_route(server) as transport:
        server.answers["."] = ["250 2.0.0 OK\r\n421 4.4.2 idle for too long"]
        for _ in range(2):
            assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert server.connections == 2


@asynccontextmanager
async def sending(*sayings, **options):
    script = Script(*sayings)
    async with script.listening(), open_route(script, **options) as transport:
        yield transport, script


BEGUN = GREETING, EHLO, OK, OK, b"354 go on\r\n"
"""What is said to the end of DATA; the reply to the mail itself comes after its first line."""


@sweep("at", range(1, len(BEGUN)))
@sweep(
    "instead",
    [
        and_close(b""),
        and_close(b"25"),
        and_close(b"250-2.0.0 ok\r\n"),
        b"what?\r\n",
        b"250-ok\r\nwhat?\r\n",
        without_end(50 * b"250-2.0.0 ok\r\n"),
        without_end(500 * b"2"),
    ],
    ids=["closed", "cut", "half", "no SMTP", "half and no SMTP", "endless", "endless line"],
)
async def test_a_mail_that_was_not_handed_over_is_told_as_such(at, instead):
    async with sending(*BEGUN[:at], instead) as (transport, script):
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 0)
    stage = ("220", "EHLO", "MAIL", "RCPT", "DATA")[at]
    assert f"({stage})" in got.explanation.en
    assert len(script.lines) == at


@pytest.mark.parametrize(
    "instead",
    [
        and_close(b""),
        and_close(b"25"),
        and_close(b"250 2.0.0 queued"),
        and_close(b"250-2.0.0 queued\r\n"),
        b"what?\r\n",
        without_end(50 * b"250-2.0.0 ok\r\n"),
    ],
    ids=["closed", "cut", "no end", "half", "no SMTP", "endless"],
)
async def test_a_mail_whose_reply_is_none_may_have_been_taken(instead):
    async with sending(*BEGUN, instead) as (transport, _):
        got = answer(await transport.send(LETTER))
    assert got.verdict is Verdict.DEFERRED and "its reply is not known" in got.explanation.en


async def test_a_reply_in_foreign_letters_and_controls_is_told_in_what_can_be_shown():
    reply = b"550-5.7.1 \xe5\x8f\x97\xff\x1b[2J\r\n550 a\rb\0\r\n"
    patience = replace(PATIENT, leave=SHORT)  # nobody says anything to QUIT
    async with sending(*BEGUN, reply, patience=patience) as (transport, _):
        got = answer(await transport.send(LETTER))
    assert (got.code, got.enhanced, got.text) == (550, "5.7.1", "5.7.1 受??[2J a b?")


@pytest.mark.parametrize("pipelining", [False, True], ids=["one by one", "pipelining"])
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "."])
async def test_a_server_that_leaves_in_the_midst_is_heard(step, pipelining):
    async with (
        MailServer(pipelining=pipelining).open() as server,
        open_route(server) as transport,
    ):
        server.answers[step] = "421 4.3.2 Service not active"
        got = answer(await transport.send(LETTER))
    assert (got.verdict, got.code) == (Verdict.ROUTE_DOWN, 421)


async def refuses_and_leaves(listener: socket.socket, refusal: bytes):
    """Refuse the first recipient of each connection and close it, in one turn of the loop. What was
    said behind that RCPT is unread then, which makes a reset of the close: the reset drops whatever
    the other side has not read."""
    loop = asyncio.get_running_loop()
    while True:
        wire, _ = await loop.sock_accept(listener)
        for saying in (GREETING, b"250-mail.test\r\n250 PIPELINING\r\n", OK):
            await loop.sock_sendall(wire, saying)
            while await loop.sock_recv(wire, 1) not in (b"\n", b""):
                pass
        wire.send(refusal)
        wire.close()


async def test_why_a_server_left_in_the_midst_of_pipelined_commands_is_asked_without_them():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        server = SimpleNamespace(port=listener.getsockname()[1])
        leaving = asyncio.create_task(refuses_and_leaves(listener, b"550 5.1.1 unknown\r\n"))
        async with open_route(server) as transport:
            got = answer(await transport.send(LETTER))
        leaving.cancel()
        await asyncio.gather(leaving, return_exceptions=True)
    assert (got.verdict, got.code) == (Verdict.REFUSED, 550)


async def test_a_server_that_says_yes_before_it_was_told_a_password_is_not_believed(tmp_path):
    tls = make_certificate(tmp_path)
    given = {"ca_file": str(tmp_path / "ca.pem"), "account": "m365"}
    async with MailServer(tls=tls).open() as server:
        server.answers["AUTH alone"] = "334 \r\n235 2.7.0 welcome"
        async with signed_in_route(
            server, (None, given["ca_file"]), Tokens("t" * 600)
        ) as route:
            got = answer(await route.send(LETTER))
    assert got.verdict is Verdict.ROUTE_DOWN and "(AUTH)" in got.explanation.en
    assert server.verbs() == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


@pytest.mark.parametrize(
    "slipped_in", ["250-mail.test\r\n250 AUTH PLAIN", "250-mail.test\r\n25"]
)
async def test_nothing_that_came_before_tls_is_read_after_it(tmp_path, slipped_in):
    tls, ca_file = make_certificate(tmp_path), str(tmp_path / "ca.pem")
    async with MailServer(tls=tls).open() as server:
        server.answers["STARTTLS"] = f"220 go on\r\n{slipped_in}"
        async with signed_in_route(server, (tls, ca_file)) as transport:
            assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED
    assert server.verbs()[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


async def test_a_host_whose_name_ends_with_a_dot_is_checked_by_its_certificate(
    tmp_path, monkeypatch
):
    looked_up = socket.getaddrinfo  # which finds no such name on every machine
    here = partial(looked_up, "127.0.0.1")
    monkeypatch.setattr(socket, "getaddrinfo", lambda _, *given, **named: here(*given, **named))
    tls, ca_file = make_certificate(tmp_path), str(tmp_path / "ca.pem")
    async with (
        MailServer(tls=tls).open() as server,
        signed_in_route(server, (tls, ca_file), host="localhost.") as transport,
    ):
        assert answer(await transport.send(LETTER)).verdict is Verdict.ACCEPTED


async def test_a_server_that_takes_no_more_of_a_mail_leaves_open_whether_it_was_taken():
    async def read_nothing(writer):
        writer.transport.pause_reading()
        writer.write(b"354 go on\r\n")

    large = replace(LETTER, payload=LETTER.payload | {"text": 4_000_000 * "x"})
    patience = replace(PATIENT, final=SHORT)
    async with sending(*BEGUN[:-1], read_nothing, patience=patience) as (transport, _):
        got = answer(await transport.send(large))
    assert got.verdict is Verdict.DEFERRED and "its reply is not known" in got.explanation.en
