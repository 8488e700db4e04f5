"""A route by a mail server, looked at up to RCPT, and taken back: no DATA is ever said."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence

from noroshi.core.mail import Fault
from noroshi.core.translation import Message, _, plain
from noroshi.knowledge.knowledge_files import knowledge
from noroshi.network import client_context
from noroshi.network.connection_errors import TlsError
from noroshi.network.dialer import start_tls
from noroshi.oauth.high_volume import is_high_volume
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.examination import Exam, Step, StepError, StepResult
from noroshi.transports.diagnostics.connection_remedies import explanation_of, step_error
from noroshi.transports.diagnostics.connection_steps import (
    TLS,
    ConnectionPath,
    clock_remarks,
    date_within,
    tls_result,
    with_values,
)
from noroshi.transports.diagnostics.token_causes import remedy_of_token
from noroshi.transports.mime.message import AddressError, smtp_address
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.auth import Credentials, sign_in
from noroshi.transports.smtp.connect import untrusted
from noroshi.transports.smtp.connection import Connection, Patience, Reply
from noroshi.transports.smtp.errors import ConnectionLostError, SmtpAuthError, SmtpServerError
from noroshi.transports.smtp.options import Options
from noroshi.transports.smtp.protocol import SmtpProtocol
from noroshi.transports.smtp.reply_classifier import is_of_token
from noroshi.transports.smtp.token_diagnosis import cause
from noroshi.vault import Secret

BAD_PASSWORD = 535
GREETING, PASSWORD = (_("Greeting"), _("Password"))
IN_VAULT = _("the vault has the entry “{entry}”")
OFFERS = _("AUTH {ways}, SIZE {size}")
NO_AUTH = _("offers no sign-in method")
SIGNED_IN = _("{user} can sign in with {way}")
TAKEN_BACK = _("reset: nothing was sent")
NO_RECIPIENT = _("“{given}” is not an email address; use another one with --to")


class SmtpExamination:
    """See `examinations.Examination`."""

    def __init__(
        self,
        options: Options,
        context: TransportContext,
        exam: Exam,
        patience: Patience = Patience(),
    ) -> None:
        self._options, self._transport_context = options, context
        self._server = options.server(patience)
        parties = self._server.parties
        self._exam = with_values(
            exam,
            user=parties.user,
            sender=parties.sender,
            envelope=parties.envelope,
            password=options.password,
            starttls="" if self._server.tls_first else "-starttls smtp ",
        )
        host, port = self._server.host, self._server.port
        self._path = ConnectionPath(host, port, context, self._exam, patience.connect)
        self._exam = self._path.exam
        self._connection: Connection | None = None
        self._tls: ssl.SSLContext | None = None

    @property
    def steps(self) -> Sequence[Step]:
        return (*self._path.steps, *self._server_steps())

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.quit()
        self._path.close()

    def _server_steps(self) -> Iterator[Step]:
        first = self._options.protection == "tls"
        if first:
            yield Step(name="tls", title=TLS, take=self._tls_first)
        yield self._step("greeting", GREETING, self._greeting)
        if self._options.protection == "starttls":
            yield self._step("tls", TLS, self._starttls)
        yield from self._exam.sign_in
        if self._options.password:
            yield Step(name="password", title=PASSWORD, take=self._password)
        yield self._step("ehlo", plain("EHLO"), self._ehlo)
        if self._options.mechanisms:
            yield self._step("auth", plain("AUTH"), self._sign_in)
        yield self._step("mail-from", plain("MAIL FROM"), self._mail_from)
        yield self._step("rcpt-to", plain("RCPT TO"), self._rcpt_to)
        yield self._step("rset", plain("RSET"), self._reset)

    def _step(
        self, name: str, title: Message, take: Callable[[], Awaitable[StepResult]]
    ) -> Step:
        async def run() -> StepResult:
            return await self._within_patience(take())

        return Step(name=name, title=title, take=run)

    async def _within_patience(self, work: Awaitable[StepResult]) -> StepResult:
        """Turn what goes wrong in talking to the server into a stage that stopped."""
        address, seconds = self._server.address, self._server.patience.sign_in
        try:
            async with asyncio.timeout(seconds):
                return await work
        except TimeoutError:
            template, fields = errors.SILENT, {"seconds": seconds}
        except ConnectionLostError:
            template, fields = errors.CONNECTION_CLOSED, {}
        except RouteError as trouble:
            raise step_error(trouble, self._exam, plain(address)) from None
        stage = self._connection.stage if self._connection is not None else "220"
        message = template.fill(where=address, stage=stage, **fields)
        silence = SmtpServerError(message, template=template)
        raise step_error(silence, self._exam, plain(address)) from None

    # The steps

    async def _tls_first(self) -> StepResult:
        try:
            self._connection = await self._connect(await self._context())
        except TlsError as error:
            seconds = self._server.patience.connect
            trouble = errors.of_no_tls(self._server.address, seconds, error)
            raise step_error(trouble, self._exam, plain(self._server.address)) from None
        except RouteError as trouble:
            raise step_error(trouble, self._exam, plain(self._server.address)) from None
        return self._tls_result()

    async def _greeting(self) -> StepResult:
        if self._connection is None:
            self._connection = await self._connect(None)
        reply = await self._connection.read_greeting()
        server_time, now = date_within(reply.text), self._transport_context.clocks.wall()
        return StepResult(
            plain(reply.gist), clock_remarks(server_time, now, self._server.address)
        )

    async def _starttls(self) -> StepResult:
        connection, context = self._open, await self._context()
        await connection.ehlo()
        try:
            await connection.starttls(context)
        except ssl.SSLCertVerificationError as error:
            raise await untrusted(self._server, self._transport_context, error) from None
        return self._tls_result()

    async def _password(self) -> StepResult:
        try:
            await self._transport_context.secret(self._options.password)
        except RouteError as trouble:
            raise step_error(trouble, self._exam, plain(self._options.password)) from None
        return StepResult(IN_VAULT.fill(entry=self._options.password))

    async def _ehlo(self) -> StepResult:
        try:
            await self._open.ehlo()
        except ConnectionLostError:  # the sign-in took longer than the server waits
            await self._reconnect()
            await self._open.ehlo()
        ways = " ".join(self._open.mechanisms).upper()
        size = self._open.extensions.get("size", "-")
        return StepResult(OFFERS.fill(ways=ways, size=size) if ways else NO_AUTH)

    async def _sign_in(self) -> StepResult:
        credentials = await self._credentials()
        try:
            way = await sign_in(self._open, credentials)
        except SmtpAuthError as refusal:
            raise self._refusal(refusal, credentials) from None
        return StepResult(SIGNED_IN.fill(user=credentials.user, way=way.upper()))

    async def _mail_from(self) -> StepResult:
        path = smtp_address(self._server.parties.envelope)
        await self._require_accepted(b"MAIL", b"FROM:<" + path.encode("ascii") + b">")
        return StepResult(plain(path), self._options.remarks)

    async def _rcpt_to(self) -> StepResult:
        recipient = self._exam.recipient or self._server.parties.user
        try:
            path = smtp_address(recipient)
        except AddressError:
            trouble = RouteError(NO_RECIPIENT.fill(given=recipient), fault=Fault.SETUP)
            raise step_error(trouble, self._exam, plain(recipient)) from None
        await self._require_accepted(b"RCPT", b"TO:<" + path.encode("ascii") + b">")
        return StepResult(plain(path))

    async def _reset(self) -> StepResult:
        await self._require_accepted(b"RSET")
        return StepResult(TAKEN_BACK)

    # What they need

    @property
    def _open(self) -> Connection:
        assert self._connection is not None  # the steps before have made it
        return self._connection

    async def _connect(self, tls: ssl.SSLContext | None) -> Connection:
        sock, server = self._path.take_connection(), self._server
        protocol = await start_tls(
            SmtpProtocol,
            sock,
            server.host,
            server.port,
            tls,
            self._transport_context,
            server.patience.connect,
        )
        return Connection(server, protocol)

    async def _reconnect(self) -> None:
        """Go again to where the steps before had come, as all of it was well. Raises as they do."""
        self._open.abort()
        await self._path.reconnect()
        first = self._server.tls_first
        self._connection = await self._connect(await self._context() if first else None)
        await self._connection.read_greeting()
        if self._options.protection == "starttls":
            await self._connection.ehlo()
            await self._connection.starttls(await self._context())

    async def _context(self) -> ssl.SSLContext:
        if self._tls is None:
            files = (self._options.ca_file, self._transport_context.network.ca_file)
            certificate = self._options.certificate
            self._tls = await asyncio.to_thread(client_context, files, certificate)
        return self._tls

    def _tls_result(self) -> StepResult:
        assert self._open.tls is not None
        return tls_result(self._open.tls, self._transport_context.clocks.wall())

    async def _credentials(self) -> Credentials:
        options, user = self._options, self._server.parties.user
        if options.password:
            secret = await self._transport_context.secret(options.password)
        else:
            secret = await self._transport_context.token(options.account, False, "smtp")
        return Credentials(
            user=user,
            secret=Secret(secret),
            mechanisms=options.mechanisms,
            entry=options.password,
        )

    def _refusal(self, refusal: SmtpAuthError, credentials: Credentials) -> StepError:
        """Return what a refusal means: Exchange Online's 535 5.7.3 may mean a dozen things, and
        the token tells some of them apart."""
        reply = f"{refusal.code} {refusal.text}"
        explanation = explanation_of(refusal.code, refusal.enhanced, refusal.text)
        if credentials.entry and refusal.code == BAD_PASSWORD and explanation.quiet:
            explanation = knowledge().explanations["mail_servers.wrong_user"]
        remedy = explanation.remedy(self._exam, reply)
        if not credentials.entry and is_of_token(refusal.code, refusal.enhanced):
            now = self._transport_context.clocks.wall()
            token = credentials.secret.reveal()
            bulk = is_high_volume(self._options.host)
            token_cause = cause(token, "smtp", credentials.user, now, bulk=bulk)
            remedy = remedy_of_token(token, token_cause, self._exam, reply)
        return StepError(plain(f"{refusal.code} {refusal.enhanced}".strip()), remedy)

    async def _require_accepted(self, *command: bytes) -> Reply:
        reply = await self._open.command(*command)
        if reply.is_positive:
            return reply
        explanation = explanation_of(reply.code, reply.enhanced, reply.text)
        summary = plain(f"{reply.code} {reply.enhanced}".strip())
        raise StepError(summary, explanation.remedy(self._exam, str(reply)))
