"""Several commands at once, as RFC 2920 allows: however the answers come, none is lost, none is
taken for another's, and a mail that nobody is to have is never begun."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from noroshi.core.mail import Verdict
from tests.transports.smtp.test_transport import LETTER, open_route

GREETING = b"220 mail.test\r\n"
EHLO = b"250-mail.test\r\n250 PIPELINING\r\n"
GOOD = (b"250 2.1.0 sender ok\r\n", b"250 2.1.5 recipient ok\r\n", b"354 go on\r\n")
TAKEN = b"250 2.0.0 queued as 4711\r\n"
GROUP = [b"MAIL FROM:<noroshi@example.com>", b"RCPT TO:<aki@example.com>", b"DATA"]


class Server:
    """Says what it is told to a whole group of commands, in pieces of that many bytes."""

    def __init__(self, answers, piece=10_000):
        self.answers, self.piece = answers, piece
        self.groups, self.mails, self.connections = [], 0, 0

    async def take(self, reader, writer):
        self.connections += 1
        writer.write(GREETING)
        try:
            while line := await reader.readline():
                await self.command(line.strip(), reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.transport.abort()

    async def command(self, line, reader, writer):
        if line.startswith(b"EHLO"):
            writer.write(EHLO)
        elif line.startswith(b"MAIL"):
            group = [line]
            while group[-1] != b"DATA":
                group.append((await reader.readline()).strip())
            self.groups.append(group)
            await self.say(b"".join(self.answers), writer)
        elif line in (b"RSET", b"QUIT"):
            writer.write(b"250 2.0.0 ok\r\n")
        else:
            await reader.readuntil(b"\r\n.\r\n")
            self.mails += 1
            writer.write(TAKEN)

    async def say(self, answers, writer):
        for at in range(0, len(answers), self.piece):
            writer.write(answers[at : at + self.piece])
            await writer.drain()
            await asyncio.sleep(0)


@asynccontextmanager
async def sending(server):
    async with await asyncio.start_server(server.take, "127.0.0.1", 0) as listening:
        server.port = listening.sockets[0].getsockname()[1]
        async with open_route(server) as transport:
            yield transport


@pytest.mark.parametrize("piece", [1, 7, 10_000])
async def test_what_is_said_in_one_go_is_answered_in_its_order(piece):
    server = Server(GOOD, piece)
    async with sending(server) as transport:
        for _ in range(3):
            receipt = await transport.send(LETTER)
            assert receipt.answers["aki@example.com"].verdict is Verdict.ACCEPTED
            assert receipt.provider_id == "queued as 4711"
    assert [group[-2:] for group in server.groups] == [GROUP[1:]] * 3
    assert (server.connections, server.mails) == (1, 3)


async def test_each_of_several_recipients_has_its_own_answer():
    no = b"550 5.1.1 nobody of that name\r\n"
    server = Server((GOOD[0], no, GOOD[1], GOOD[2]))
    async with sending(server) as transport:
        two = replace(LETTER, to=("aki@example.com", "ben@example.com"))
        answers = (await transport.send(two)).answers
    assert answers["aki@example.com"].verdict is Verdict.REFUSED
    assert answers["ben@example.com"].verdict is Verdict.ACCEPTED
    assert server.mails == 1


@pytest.mark.parametrize("data", [b"503 5.5.1 no recipients\r\n", b"354 go on\r\n"])
async def test_a_mail_for_nobody_is_never_begun_even_if_the_server_asks_for_it(data):
    server = Server((GOOD[0], b"550 5.1.1 nobody of that name\r\n", data))
    async with sending(server) as transport:
        for _ in range(2):
            answers = (await transport.send(LETTER)).answers
            assert answers["aki@example.com"].verdict is Verdict.REFUSED
    assert server.mails == 0
    assert server.connections == (2 if data.startswith(b"354") else 1)


async def test_a_refused_sender_ends_the_group_and_the_connection_serves_the_next_mail():
    out_of_turn = b"503 5.5.1 MAIL first\r\n"
    server = Server((b"550 5.7.60 not as that sender\r\n", out_of_turn, out_of_turn))
    async with sending(server) as transport:
        for _ in range(2):
            answers = (await transport.send(LETTER)).answers
            assert answers["aki@example.com"].code == 550
    assert (server.connections, server.mails) == (1, 0)


async def test_an_answer_too_many_is_not_taken_for_the_next_one():
    server = Server((*GOOD, b"250 2.0.0 what nobody asked for\r\n"))
    async with sending(server) as transport:
        answers = (await transport.send(LETTER)).answers
    assert answers["aki@example.com"].verdict is Verdict.ROUTE_DOWN
    assert server.mails == 0


async def test_what_is_no_smtp_in_the_midst_of_a_group_takes_the_route_down():
    server = Server((GOOD[0], b"what is this?\r\n", GOOD[2]))
    async with sending(server) as transport:
        answers = (await transport.send(LETTER)).answers
    assert answers["aki@example.com"].verdict is Verdict.ROUTE_DOWN
    assert server.mails == 0
