"""The mail server, as a program of its own: plain SMTP that writes down what it took and when.

Arguments: address, port, and the file for the log (one JSON object a mail, written before the
mail is answered for). Commands come by the standard input; each is answered by its word and time:

    refuse   no longer listen, and drop every connection
    silent   accept, and say nothing; the connections there are fall silent for good
    answer   be a mail server again, to whoever connects from now on
"""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.commands import answer, standard_input

GREETING = b"220 sink.example.com ESMTP\r\n"
EHLO = b"250-sink.example.com\r\n250-PIPELINING\r\n250-SIZE 10000000\r\n250 8BITMIME\r\n"
OK = b"250 2.0.0 OK\r\n"
DOT = b"\r\n.\r\n"


async def main() -> None:
    """Serve until the standard input ends."""
    address, port, log = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    with log.open("w", encoding="utf-8") as lines:
        sink = Sink(address, port, lines)
        await sink.answer()
        answer("ready")
        commands = await standard_input()
        while line := await commands.readline():
            word = line.decode().strip()
            await {"refuse": sink.refuse, "silent": sink.silent, "answer": sink.answer}[word]()
            answer(word)
        await sink.refuse()


class Sink:
    """Hold who is connected, and how they are treated."""

    def __init__(self, address: str, port: int, lines: Any) -> None:
        self.where, self.lines = (address, port), lines
        self.sessions = set[Session]()
        self.dumb = False
        self._server: asyncio.Server | None = None

    async def answer(self) -> None:
        self.dumb = False
        if self._server is None:
            loop = asyncio.get_running_loop()
            self._server = await loop.create_server(lambda: Session(self), *self.where)

    async def silent(self) -> None:
        self.dumb = True
        for session in self.sessions:
            session.dumb = True

    async def refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for session in tuple(self.sessions):
            session.transport.abort()

    def keep(self, mail: bytes) -> None:
        """Write a mail down: when it was whole, what it says."""
        parsed = email.message_from_bytes(mail, policy=email.policy.default)
        row = {
            "at": time.time(),
            "id": str(parsed["Message-ID"]),
            "subject": str(parsed["Subject"]),
            "text": parsed.get_body(("plain",)).get_content(),
        }
        self.lines.write(json.dumps(row) + "\n")
        self.lines.flush()


class Session(asyncio.Protocol):
    """One connection; it takes anything that looks like SMTP."""

    transport: asyncio.Transport

    def __init__(self, sink: Sink) -> None:
        self.sink, self.dumb = sink, sink.dumb
        self.got, self.in_mail = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.sink.sessions.add(self)
        if not self.dumb:
            transport.write(GREETING)

    def connection_lost(self, exc: Exception | None) -> None:
        self.sink.sessions.discard(self)

    def data_received(self, data: bytes) -> None:
        self.got += data
        while not self.dumb and self._step():
            pass

    def _step(self) -> bool:
        """Take a command or a whole mail, if there is one."""
        end = DOT if self.in_mail else b"\r\n"
        taken, found, rest = self.got.partition(end)
        if not found:
            return False
        self.got = rest
        if self.in_mail:
            self.in_mail = False
            self.sink.keep(taken.replace(b"\r\n..", b"\r\n."))
            self.transport.write(OK)
        else:
            self._command(taken.split(b" ")[0].upper())
        return True

    def _command(self, word: bytes) -> None:
        match word:
            case b"EHLO":
                self.transport.write(EHLO)
            case b"DATA":
                self.in_mail = True
                self.transport.write(b"354 go on\r\n")
            case b"QUIT":
                self.transport.write(b"221 2.0.0 bye\r\n")
                self.transport.close()
            case b"MAIL" | b"RCPT" | b"RSET" | b"NOOP" | b"HELO":
                self.transport.write(OK)
            case _:
                self.transport.write(b"502 5.5.1 not here\r\n")


if __name__ == "__main__":
    asyncio.run(main())
