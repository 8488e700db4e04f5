"""A mail server on loopback that says what a test tells it, and remembers what it heard."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.network.proxies import ended

DROP, SILENT = "DROP", "SILENT"
USUAL = {
    "CONNECT": "220 mail.test ESMTP",
    "EHLO": "250-mail.test\r\n250-SIZE 1000000\r\n250 STARTTLS",
    "TLS EHLO": "250-mail.test\r\n250-SIZE 1000000\r\n250 AUTH LOGIN XOAUTH2",
    "STARTTLS": "220 2.0.0 go on",
    "AUTH": "235 2.7.0 Authentication successful",
    "MAIL": "250 2.1.0 Sender OK",
    "RCPT": "250 2.1.5 Recipient OK",
    "DATA": "354 go on",
    ".": "250 2.0.0 OK queued as 4711",
    "RSET": "250 2.0.0 OK",
    "QUIT": "221 2.0.0 bye",
}


@dataclass
class MailServer:
    """`answers` replaces what it usually says: by verb, or by the whole line; a list is
    used up, then the usual is said again. `pipelining`: it offers RFC 2920."""

    tls: ssl.SSLContext | None = None
    tls_first: bool = False
    pipelining: bool = False
    answers: dict[str, str | list[str]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0
    gone: asyncio.Event = field(default_factory=asyncio.Event)
    hanging: asyncio.Event = field(default_factory=asyncio.Event)
    port: int = 0
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def verbs(self) -> list[str]:
        return [line.split(" ")[0] for line in self.heard]

    def drop_all(self) -> None:
        """Close every connection, as a server does that restarts."""
        for writer in self._open:
            writer.transport.abort()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._open.add(writer)
        task = asyncio.current_task()
        self._tasks.add(task)
        try:
            await Talk(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:  # the test is over; asyncio would log it as an error
            pass
        finally:
            self.gone.set()
            self._open.discard(writer)
            self._tasks.discard(task)
            writer.transport.abort()

    def say(self, *names: str) -> str:
        for name in names:
            answer = self.answers.get(name)
            if isinstance(answer, list) and answer:
                return answer.pop(0)
            if isinstance(answer, str):
                return answer
        return next((USUAL[name] for name in names if name in USUAL), "500 5.3.3 what?")

    @asynccontextmanager
    async def open(self, host: str = "127.0.0.1") -> AsyncIterator[MailServer]:
        server = await asyncio.start_server(self.take, host, 0, limit=2**20)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            await ended(server, self._tasks)


@dataclass
class Talk:
    server: MailServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    encrypted: bool = False
    sender: bool = False
    recipients: int = 0

    async def run(self) -> None:
        if self.server.tls_first:
            await self.writer.start_tls(self.server.tls)
            self.encrypted = True
        await self.answer("CONNECT")
        while line := (await self.reader.readuntil(b"\r\n"))[:-2].decode():
            self.server.heard.append(line)
            verb = line.split(" ")[0].upper()
            if verb == "AUTH":
                await self.sign_in(line)
                continue
            names = [line, f"TLS {verb}", verb] if self.encrypted else [line, verb]
            said = await self.answer(*names, out_of_turn=self.out_of_turn(verb))
            self.keep(verb, said.startswith("2"))
            if verb == "STARTTLS" and said.startswith("220"):
                await self.writer.start_tls(self.server.tls)
                self.encrypted = True
            if verb == "DATA" and said.startswith("354"):
                await self.take_mail()
            if verb == "QUIT":
                return

    def out_of_turn(self, verb: str) -> str:
        """RFC 5321, 4.1.4 and 3.3; what only a client meets that pipelines."""
        if not self.server.pipelining:
            return ""
        if verb in ("RCPT", "DATA") and not self.sender:
            return "503 5.5.1 MAIL first"
        return "554 5.5.1 no valid recipients" if verb == "DATA" and not self.recipients else ""

    def keep(self, verb: str, good: bool) -> None:
        if verb in ("MAIL", "RSET"):
            self.sender, self.recipients = good and verb == "MAIL", 0
        self.recipients += verb == "RCPT" and good

    async def sign_in(self, line: str) -> None:
        said = await self.answer(line, "AUTH" if line.count(" ") == 2 else "AUTH alone")
        while said.startswith("334"):
            more = (await self.reader.readuntil(b"\r\n"))[:-2].decode()
            self.server.heard.append(more)
            said = await self.answer(f"after {said}", "AUTH")

    async def take_mail(self) -> None:
        self.sender, self.recipients = False, 0
        mail = await self.reader.readuntil(b"\r\n.\r\n")
        self.server.mails.append(mail[:-3].replace(b"\r\n..", b"\r\n."))
        await self.answer(".")

    async def answer(self, *names: str, out_of_turn: str = "") -> str:
        said = out_of_turn or self.server.say(*names)
        if names[-1] == "EHLO" and self.server.pipelining and said.startswith("250-"):
            said = said.replace("\r\n", "\r\n250-PIPELINING\r\n", 1)
        if said == DROP:
            raise ConnectionResetError
        if said == SILENT:
            self.server.hanging.set()
            await self.reader.read()
            raise ConnectionResetError
        self.writer.write(said.encode() + b"\r\n")
        await self.writer.drain()
        if said.startswith("421"):
            self.writer.close()  # says first what was written
            await self.writer.wait_closed()
            raise ConnectionResetError
        return said


FROM, UNTIL = datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)


KEY_USES = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def make_certificate(
    folder: Path, name: str = "localhost", ca: str = "test CA", ends: datetime = UNTIL
) -> ssl.SSLContext:
    """A CA (ca.pem in the folder) and a server's context with a certificate from it."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ca)])
    usage = x509.KeyUsage(*(name == "key_cert_sign" for name in KEY_USES))
    extensions = [
        x509.BasicConstraints(True, 0),
        usage,  # Python 3.13 asks for it (VERIFY_X509_STRICT)
        x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()),
    ]
    issuer = signed(ca_name, ca_name, ca_key, ca_key, extensions)
    names = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    own = signed(subject, ca_name, key, ca_key, [x509.SubjectAlternativeName(names)], ends)
    (folder / "ca.pem").write_bytes(issuer.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    (folder / "own.pem").write_bytes(private + own.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "own.pem")
    return context


def signed(subject, issuer, key, ca_key, extensions, ends=UNTIL):
    authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    builder = (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(FROM)
        .not_valid_after(ends)
        .add_extension(authority, critical=False)
    )
    for extension in extensions:
        critical = isinstance(extension, x509.BasicConstraints | x509.KeyUsage)
        builder = builder.add_extension(extension, critical=critical)
    return builder.sign(ca_key, hashes.SHA256())
