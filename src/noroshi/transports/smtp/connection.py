"""Hold one conversation with a mail server (RFC 5321, 3207): the wire, and what is said on it."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache

from noroshi.core.mail import Fault
from noroshi.core.printable import printable
from noroshi.core.translation import NOTHING, Message
from noroshi.knowledge.explanation import Explanation
from noroshi.network.connection_errors import of_tls
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.errors import NotSmtpError, SmtpError, SmtpServerError
from noroshi.transports.smtp.protocol import RawReply, SmtpProtocol, command_line
from noroshi.transports.smtp.reply_classifier import (
    Meaning,
    enhanced_code,
    gist,
    meaning,
    one_recipient_meaning,
    sender_meaning,
)

READY, COMPLETED = 220, 250
LONGEST_TEXT = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Set how long we wait, in seconds: for a connection, until signed in, for an answer.

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
class Parties:
    """Three addresses that may differ: who signs in, From, and the envelope's sender."""

    user: str
    sender: str
    envelope: str

    def with_advice(self, cause: Message, explanation: Explanation | None) -> Message:
        """Add to what was said what it means and what to do about it, if that is known."""
        advice = self.advice(explanation)
        return (
            cause if advice == NOTHING else errors.WITH_ADVICE.fill(said=cause, advice=advice)
        )

    def advice(self, explanation: Explanation | None) -> Message:
        """Return what it means and what to do about it; NOTHING if that is not told."""
        if explanation is None:
            return NOTHING
        return explanation.summary(user=self.user, sender=self.sender, envelope=self.envelope)


@dataclass(frozen=True, slots=True)
class Server:
    """Name the mail server, as whom we send there, what we call ourselves, and how long we wait.

    `tls_first`: it speaks TLS from the first byte (RFC 8314, 3.3), else after STARTTLS.
    """

    host: str
    port: int
    parties: Parties
    ehlo: str
    patience: Patience = Patience()
    tls_first: bool = False

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Reply:
    """Hold the server's reply, the lines joined into one."""

    code: int
    text: str

    @property
    def enhanced(self) -> str:
        return enhanced_code(self.text)

    @property
    def is_positive(self) -> bool:
        return self.code // 100 == 2

    @property
    def meaning_of_recipient(self) -> Meaning:
        """Return the meaning of the reply for a recipient, or for the whole mail."""
        return meaning(self.code, self.enhanced, self.text)

    @property
    def of_one(self) -> Meaning:
        """Return the meaning of the reply for one recipient beside another that was
        accepted."""
        return one_recipient_meaning(self.code, self.enhanced, self.text)

    @property
    def of_sender(self) -> Meaning:
        """Return the meaning of the reply for the sender."""
        return sender_meaning(self.code, self.enhanced, self.text)

    @property
    def gist(self) -> str:
        """Return the reply without the parts that differ each time."""
        return f"{self.code} {gist(self.text)}".rstrip(" .")

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Connection:
    """Talk on a connection that is signed in, or about to be. `stage` is the present command;
    `is_reused`: the connection was idle, and the server may have closed it meanwhile.

    `mask` removes secrets from an answer: receipts are stored and shown.
    """

    def __init__(self, server: Server, protocol: SmtpProtocol) -> None:
        self.server, self.stage, self.is_reused = server, str(READY), False
        self.extensions: dict[str, str] = {}
        self.mechanisms: list[str] = []
        self.mask: Callable[[str], str] = str
        self._protocol = protocol
        self._pipelined_commands = deque[bytes]()

    @property
    def is_alive(self) -> bool:
        """Return whether the next answer will be the one to what is said next."""
        return self._protocol.is_connected and self._protocol.in_step

    @property
    def encrypted(self) -> bool:
        return self.tls is not None

    @property
    def tls(self) -> ssl.SSLObject | None:
        """Return the TLS details of the other side, once TLS has begun."""
        transport = self._protocol.transport
        tls_object: ssl.SSLObject | None = (
            transport.get_extra_info("ssl_object") if transport is not None else None
        )
        return tls_object

    @property
    def certificate(self) -> bytes | None:
        """Return the server's certificate in DER, as far as TLS has begun."""
        return self.tls.getpeercert(binary_form=True) if self.tls is not None else None

    @property
    def has_unheard_replies(self) -> bool:
        """Return whether commands that were said at once wait for the reply to the present one."""
        return bool(self._pipelined_commands)

    def stop_pipelining(self) -> None:
        """Say one command at a time from now on."""
        self.extensions.pop("pipelining", None)

    def pipeline(self, *commands: bytes) -> None:
        """Say several at once, where the server can be spoken to so (RFC 2920); each is said by
        `command` all the same, which then only hears the answer. Raises ConnectionLostError."""
        if "pipelining" in self.extensions:
            lines = b"".join(map(command_line, commands))
            self._protocol.write(lines, replies=len(commands))
            self._pipelined_commands.extend(commands)

    async def drain(self) -> Collection[int]:
        """Return the codes of the answers to what was said ahead and is of no interest any more.
        Raises ConnectionLostError."""
        return [
            (await self.command(*self._pipelined_commands[0].split(b" ", 1))).code
            for _ in [*self._pipelined_commands]
        ]

    async def command(self, *words: bytes) -> Reply:
        """Say a command and hear the answer. Raises ConnectionLostError."""
        self.stage = words[0].decode("ascii")
        if self._pipelined_commands:
            self._pipelined_commands.popleft()
        else:
            self._protocol.write(command_line(*words))
        return await self._read_reply(self.server.patience.command)

    async def answer(self, line: bytes) -> Reply:
        """Answer what the server asked for in the course of AUTH. Raises ConnectionLostError."""
        self._protocol.write(command_line(line))
        return await self._read_reply()

    async def send_content(self, message: bytes) -> Reply:
        """Send the mail itself, after 354. Raises ConnectionLostError: then nobody knows whether it
        was taken."""
        self.stage = "."
        # RFC 5321, 4.5.2: a line that begins with a dot is given one more.
        dot_stuffed = (b"\n" + message).replace(b"\n.", b"\n..")[1:]
        self._protocol.write(dot_stuffed + b".\r\n")
        return await self._read_reply(self.server.patience.final)

    async def quit(self) -> None:
        """Take leave as RFC 5321, 4.1.1.10 asks, for a moment at most."""
        try:
            async with asyncio.timeout(self.server.patience.leave):
                await self.command(b"QUIT")
        except (SmtpError, TimeoutError):
            pass  # it is of no interest any more
        finally:
            self.abort()

    def abort(self) -> None:
        """Let go at once."""
        self._protocol.abort()

    async def read_greeting(self) -> Reply:
        greeting = await self._read_reply()
        self._require(greeting, greeting.code == READY)
        return greeting

    async def ehlo(self) -> None:
        self.stage = "EHLO"
        self._protocol.write(command_line(b"EHLO", self.server.ehlo.encode("ascii")))
        code, text = await self._read_raw()
        self._require(Reply(code, one_line(text)), code == COMPLETED)
        self.extensions, self.mechanisms = extensions_of(text)

    async def starttls(self, context: ssl.SSLContext) -> None:
        """STARTTLS, only where it is offered; what was learnt in clear is forgotten.

        A certificate that is refused stays ssl's own error: who issued it is found out by
        whoever can connect once more.
        """
        if "starttls" not in self.extensions:
            message = errors.NO_STARTTLS.fill(where=self.server.address)
            template = errors.NO_STARTTLS
            raise SmtpServerError(message, fault=Fault.SETUP, template=template)
        self.stage = "STARTTLS"
        self._protocol.write(command_line(b"STARTTLS"))
        code, text = await self._read_raw()
        self._require(Reply(code, one_line(text)), code == READY)
        try:
            # A certificate names no dot at the end, which DNS has there.
            await self._protocol.start_tls(context, self.server.host.rstrip("."))
        except ssl.SSLCertVerificationError:
            raise
        except ssl.SSLError as error:
            raise of_tls(self.server.address, error) from None
        self.extensions, self.mechanisms = {}, []

    async def _read_reply(self, seconds: float | None = None) -> Reply:
        code, text = await self._read_raw(seconds)
        return Reply(code, self.mask(one_line(text)))

    async def _read_raw(self, seconds: float | None = None) -> RawReply:
        """Read a reply. Lost and silent alike are ConnectionLostError; `asyncio.timeout` round
        it all stays what it is."""
        try:
            return await self._protocol.read_reply(seconds)
        except NotSmtpError:
            message = errors.NOT_SMTP.fill(where=self.server.address, stage=self.stage)
            raise SmtpServerError(message, template=errors.NOT_SMTP) from None

    def _require(self, reply: Reply, fulfilled: bool) -> None:
        if not fulfilled:
            address = self.server.address
            cause = errors.COMMAND_REFUSED.fill(
                where=address, stage=self.stage, reply=reply.gist
            )
            message = self.server.parties.with_advice(cause, reply.of_sender.explanation)
            raise SmtpServerError(message, reply.code, reply.enhanced, reply.text)


@lru_cache(maxsize=64)  # the same few answers to each mail
def one_line(text: str) -> str:
    """Return a text bounded, and free of what a terminal or a log would obey; Exchange answers
    in ASCII."""
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return printable(line)[:LONGEST_TEXT]


def extensions_of(text: str) -> tuple[dict[str, str], list[str]]:
    """Return the extensions in a server's reply to EHLO (RFC 5321, 4.1.1.1): the parameters of
    each, and the ways to sign in; names in small letters."""
    extensions, mechanisms = dict[str, str](), list[str]()
    for line in map(one_line, text.split("\n")[1:]):  # the first one greets
        # Some servers still offer AUTH as a draft of RFC 2554 had it, too or alone.
        has_equals_sign = line[:5].lower() == "auth="
        name, _, parameters = line.replace("=", " ", has_equals_sign).partition(" ")
        if name:
            extensions[name.lower()] = parameters
        if name.lower() == "auth":
            mechanisms += parameters.lower().split()
    return extensions, mechanisms
