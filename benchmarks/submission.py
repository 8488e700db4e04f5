"""A mail server for submission, as a program of its own: TLS from the first byte, XOAUTH2, and
nothing but the time at which it took each mail.

Arguments: address, port, the file with its certificate and key, and the file for the log (a line
a mail). Commands come by the standard input; each is answered by its word and time:

    answer   listen from now on
    flush    have the log in its file
"""

from __future__ import annotations

import asyncio
import base64
import re
import socket
import ssl
import sys
import time
from pathlib import Path
from typing import TextIO

from benchmarks.commands import answer, standard_input

GREETING = b"220 sink.example.com ESMTP\r\n"
EHLO = (  # as much of Exchange Online's as matters here
    b"250-sink.example.com\r\n250-SIZE 157286400\r\n250-PIPELINING\r\n250-8BITMIME\r\n"
    b"250 AUTH XOAUTH2\r\n"
)
OK = b"250 2.0.0 OK\r\n"
DOT = b"\r\n.\r\n"
SIGNS_IN = re.compile(rb"user=[^\x01]+\x01auth=Bearer [^\x01]+\x01\x01")


async def main() -> None:
    """Serve until the standard input ends."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    loop, door = asyncio.get_running_loop(), _door(sys.argv[1], int(sys.argv[2]))
    with Path(sys.argv[4]).open("w", encoding="ascii") as log:
        answer("ready")
        commands = await standard_input()
        while line := await commands.readline():
            word = line.decode().strip()
            if word == "answer":
                await loop.create_server(lambda: Session(log), sock=door, ssl=context)
            log.flush()
            answer(word)


def _door(address: str, port: int) -> socket.socket:
    """Ours from now on, so that nobody else takes it; whoever knocks is refused as yet."""
    # asyncio sends small answers at once (TCP_NODELAY) only where it is told that this is TCP.
    sock = socket.socket(proto=socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((address, port))
    return sock


class Session(asyncio.Protocol):
    """One connection. Whoever has not signed in sends nothing."""

    transport: asyncio.Transport

    def __init__(self, log: TextIO) -> None:
        self.log, self.got, self.says = log, b"", b""
        self.in_mail = self.asked = self.signed_in = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(GREETING)

    def data_received(self, data: bytes) -> None:
        """Answer at once what came at once (RFC 2920, 3.2)."""
        self.got += data
        while self._step():
            pass
        if self.says:
            self.transport.write(self.says)
            self.says = b""

    def _step(self) -> bool:
        """Take a line or a whole mail, if there is one."""
        taken, found, rest = self.got.partition(DOT if self.in_mail else b"\r\n")
        if not found:
            return False
        self.got = rest
        if self.in_mail:
            self.in_mail = False
            self.log.write(f"{time.time():.6f}\n")
            self.says += OK
        elif self.asked:
            self._sign_in(taken)
        else:
            self._command(*taken.partition(b" "))
        return True

    def _sign_in(self, said: bytes) -> None:
        self.asked = False
        self.signed_in = SIGNS_IN.fullmatch(base64.b64decode(said)) is not None
        no = b"535 5.7.3 Authentication unsuccessful\r\n"
        self.says += b"235 2.7.0 go on\r\n" if self.signed_in else no

    def _command(self, word: bytes, _: bytes, rest: bytes) -> None:
        match word.upper():
            case b"EHLO":
                self.says += EHLO
            case b"AUTH" if b" " in rest:
                self._sign_in(rest.split(b" ")[1])
            case b"AUTH":
                self.asked = True
                self.says += b"334 \r\n"
            case b"DATA":
                self.in_mail = True
                self.says += b"354 go on\r\n"
            case b"QUIT":
                self.transport.write(self.says + b"221 2.0.0 bye\r\n")
                self.says = b""
                self.transport.close()
            case b"MAIL" if not self.signed_in:
                self.says += b"530 5.7.57 not signed in\r\n"
            case b"MAIL" | b"RCPT" | b"RSET" | b"NOOP":
                self.says += OK
            case _:
                self.says += b"502 5.5.1 not here\r\n"


if __name__ == "__main__":
    asyncio.run(main())
