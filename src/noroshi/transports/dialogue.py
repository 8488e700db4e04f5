"""One conversation with a mail server (RFC 5321, 3207, 4954): the wire, and what is said on it."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass

from aiosmtplib import SMTPResponse, SMTPResponseException
from aiosmtplib.esmtp import parse_esmtp_extensions
from aiosmtplib.protocol import SMTPProtocol
from aiosmtplib.typing import SMTPStatus

from noroshi.core.words import plain
from noroshi.transports import troubles
from noroshi.transports.troubles import ServerTrouble, SignInRefused
from noroshi.transports.verdicts import enhanced_code

LONGEST_COMMAND = 512
LONGEST_TEXT = 1000
PIECE = 12
"""Characters of a secret that are too many to be told."""
RUN = re.compile(rf"[\w+/=.~-]{{{PIECE},}}")


class Broken(Exception):
    """The connection was lost, or nothing came in time; it is of no more use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long we wait, in seconds: for a connection, until signed in, for an answer.

    Exchange Online may take tens of seconds after the final dot; RFC 5321, 4.5.3.2.6 asks for
    ten minutes, but an envelope is lent for five in all. `idle` is how long a connection is
    kept between two mails.
    """

    connect: float = 15.0
    sign_in: float = 20.0
    command: float = 20.0
    final: float = 120.0
    idle: float = 20.0
    leave: float = 2.0


@dataclass(frozen=True, slots=True)
class Server:
    """Which mail server, what we call ourselves there, and how long we wait for it."""

    host: str
    port: int
    ehlo: str
    patience: Patience = Patience()

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who signs in: the user, and the initial response of XOAUTH2. It is never printed."""

    user: str
    response: bytes
    token: str

    def __repr__(self) -> str:
        return f"Credentials({self.user!r})"

    def masked(self, text: str) -> str:
        """The text without any piece of what we said: some servers quote the line they refuse."""
        secret = f"{self.response.decode()} {self.token}"
        return RUN.sub(lambda found: "…" if _shares(found[0], secret) else found[0], text)


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server said, its lines made one."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        return enhanced_code(self.text)

    @property
    def good(self) -> bool:
        return self.code // 100 == 2

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Wire(SMTPProtocol):
    """The protocol, which can tell whether more came than was asked for."""

    @property
    def in_step(self) -> bool:
        return not self._buffer


class Connection:
    """A connection that is signed in, or on its way there. `stage` is what it is about."""

    def __init__(self, server: Server, protocol: Wire) -> None:
        self.server, self.stage, self.mails = server, "220", 0
        self.extensions: dict[str, str] = {}
        self._credentials: Credentials | None = None
        self._protocol = protocol
        self._mechanisms: list[str] = []

    @property
    def alive(self) -> bool:
        """Whether the next answer will be the one to what is said next."""
        return self._protocol.is_connected and self._protocol.in_step

    async def say(self, *words: bytes) -> Reply:
        """Say a command and hear the answer. Raises Broken."""
        self.stage = words[0].decode("ascii")
        seconds = self.server.patience.command
        if not self.alive:
            raise Broken("closed, or out of step")
        return await self._hear(self._protocol.execute_command(*words, timeout=seconds))

    async def hand_over(self, message: bytes) -> Reply:
        """The mail itself, after 354. Raises Broken: then nobody knows whether it was taken."""
        self.stage = "."
        dotted = re.sub(rb"(?m)^\.", b"..", message)
        try:
            self._protocol.write(dotted + b".\r\n")
        except ConnectionError as error:
            raise Broken(str(error)) from None
        return await self._hear(
            self._protocol.read_response(timeout=self.server.patience.final)
        )

    async def quit(self) -> None:
        """Take leave as RFC 5321, 4.1.1.10 asks, for a moment at most."""
        try:
            async with asyncio.timeout(self.server.patience.leave):
                await self.say(b"QUIT")
        except (Broken, ServerTrouble, TimeoutError):
            pass  # it is of no interest any more
        finally:
            self.abort()

    def abort(self) -> None:
        """Let go at once."""
        transport = self._protocol.transport
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()

    async def be_greeted(self) -> None:
        greeting = await self._hear(self._protocol.read_response())
        self._must(greeting, greeting.code == SMTPStatus.ready)

    async def introduce(self) -> None:
        self.stage = "EHLO"
        name = self.server.ehlo.encode("ascii")
        code, text = await self._answered(self._protocol.execute_command(b"EHLO", name))
        self._must(Reply(code, _one_line(text)), code == SMTPStatus.completed)
        self.extensions, self._mechanisms = parse_esmtp_extensions(text)

    async def encrypt(self, context: ssl.SSLContext) -> None:
        """STARTTLS, only where it is offered; what was learnt in clear is forgotten."""
        if "starttls" not in self.extensions:
            raise ServerTrouble(troubles.NO_STARTTLS.fill(where=self.server.where))
        self.stage = "STARTTLS"
        try:
            await self._answered(self._protocol.start_tls(context, self.server.host))
        except ssl.SSLError as error:
            raise troubles.of_tls(self.server.where, error) from None
        except SMTPResponseException as error:
            self._must(Reply(error.code, _one_line(error.message)), False)
        self.extensions, self._mechanisms = {}, []

    async def sign_in(self, credentials: Credentials) -> None:
        """Raises SignInRefused."""
        if "xoauth2" not in self._mechanisms:
            offers = plain(" ".join(self._mechanisms).upper() or "-")
            words = troubles.NO_XOAUTH2.fill(where=self.server.where, offers=offers)
            raise ServerTrouble(words, 504)
        self._credentials = credentials
        reply = await self._xoauth2(credentials)
        if reply.code != SMTPStatus.auth_successful:
            words = troubles.SIGN_IN.fill(
                where=self.server.where, user=credentials.user, reply=reply
            )
            raise SignInRefused(words, reply.code, reply.enhanced)

    async def _xoauth2(self, credentials: Credentials) -> Reply:
        # RFC 4954, 4: what does not fit into a command's 512 octets goes after the server's 334;
        # Exchange Online and Google take both forms.
        if len(credentials.response) + len(b"AUTH XOAUTH2 \r\n") <= LONGEST_COMMAND:
            reply = await self.say(b"AUTH", b"XOAUTH2", credentials.response)
            again = reply.code == SMTPStatus.auth_continue and not reply.text
        else:
            reply = await self.say(b"AUTH", b"XOAUTH2")
            again = reply.code == SMTPStatus.auth_continue
        if again:
            reply = await self._continue(credentials.response)
        if reply.code == SMTPStatus.auth_continue:
            # A refusal may come as 334 with the error as base64 JSON (Google). The server then
            # waits for an empty line before it says 535. Exchange Online says 535 at once.
            reply = await self._continue(b"")
        return reply

    async def _continue(self, line: bytes) -> Reply:
        return await self._hear(self._protocol.execute_command(line))

    async def _hear(self, saying: Awaitable[SMTPResponse]) -> Reply:
        code, text = await self._answered(saying)
        line = _one_line(text)
        # From AUTH on, for the whole conversation: a receipt is kept and shown.
        return Reply(code, self._credentials.masked(line) if self._credentials else line)

    async def _answered(self, saying: Awaitable[SMTPResponse]) -> tuple[int, str]:
        """Lost and silent alike are Broken; `asyncio.timeout` round it all stays what it is."""
        try:
            response = await saying
        except SMTPResponseException as error:
            if error.code != SMTPStatus.invalid_response:
                raise
            words = troubles.NOT_SMTP.fill(where=self.server.where, stage=self.stage)
            raise ServerTrouble(words) from None
        except (ConnectionError, TimeoutError) as error:
            raise Broken(str(error)) from None
        return response.code, response.message

    def _must(self, reply: Reply, fulfilled: bool) -> None:
        if not fulfilled:
            words = troubles.REFUSED.fill(
                where=self.server.where, stage=self.stage, reply=reply
            )
            raise ServerTrouble(words, reply.code, reply.enhanced)


async def connect(
    server: Server, tls: ssl.SSLContext | None, credentials: Credentials | None
) -> Connection:
    """A connection ready for mails. Raises ServerTrouble, which says whose fault it is."""
    if credentials is not None and tls is None:
        raise ServerTrouble(troubles.IN_THE_CLEAR)
    connection = Connection(server, await _reach(server))
    try:
        async with asyncio.timeout(server.patience.sign_in):
            await _make_ready(connection, tls, credentials)
    except TimeoutError:
        connection.abort()
        words = troubles.SILENT.fill(
            where=server.where, seconds=server.patience.sign_in, stage=connection.stage
        )
        raise ServerTrouble(words) from None
    except Broken:
        connection.abort()
        words = troubles.LOST.fill(where=server.where, stage=connection.stage)
        raise ServerTrouble(words) from None
    except BaseException:  # also when cancelled: nobody else knows this connection
        connection.abort()
        raise
    return connection


async def _make_ready(
    connection: Connection, tls: ssl.SSLContext | None, credentials: Credentials | None
) -> None:
    await connection.be_greeted()
    await connection.introduce()
    if tls is not None:
        await connection.encrypt(tls)
        await connection.introduce()
    if credentials is not None:
        await connection.sign_in(credentials)


async def _reach(server: Server) -> Wire:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(server.patience.connect):
            _, protocol = await loop.create_connection(
                Wire, server.host, server.port, happy_eyeballs_delay=0.25
            )
    except TimeoutError:
        seconds = server.patience.connect
        words = troubles.NO_CONNECTION.fill(where=server.where, seconds=seconds)
        raise ServerTrouble(words) from None
    except OSError as error:
        raise troubles.of_error(server.where, error) from None
    except ValueError as error:  # UnicodeError is one: no name that DNS could be asked for
        raise troubles.of_name(server.where, error) from None
    return protocol


def _shares(run: str, secret: str) -> bool:
    """Whether a piece of the secret is in it: "token=eyJ…" is one run with its name."""
    return any(run[at : at + PIECE] in secret for at in range(len(run) - PIECE + 1))


def _one_line(text: str) -> str:
    """Bounded, and free of what a terminal or a log would obey; Exchange answers in ASCII."""
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return "".join(c if c.isprintable() else "?" for c in line)[:LONGEST_TEXT]
