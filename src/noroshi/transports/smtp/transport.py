"""Hand mails to an SMTP server, signed in or not, in TLS unless configured otherwise."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from noroshi.core.mail import Answer, Envelope, Receipt, Verdict
from noroshi.core.translation import Message, _
from noroshi.network import client_context
from noroshi.network.trust import ca_file_faults, certificate_faults
from noroshi.oauth.high_volume import is_high_volume
from noroshi.oauth.retry_token import RetryToken
from noroshi.ports import RouteError, TransportContext, TransportKind
from noroshi.transports.mime.message import compose, message_ids, paths_of, smtp_address
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.auth import Credentials
from noroshi.transports.smtp.connect import connect
from noroshi.transports.smtp.connection import Connection, Patience
from noroshi.transports.smtp.errors import (
    SmtpAuthError,
    StaleConnectionError,
    UnheardReplyError,
)
from noroshi.transports.smtp.options import Options
from noroshi.transports.smtp.reply_classifier import is_of_token, wants_new_token
from noroshi.transports.smtp.token_diagnosis import diagnosis
from noroshi.transports.smtp.transaction import SmtpMessage, deliver
from noroshi.vault import Secret


@dataclass(frozen=True, eq=False, slots=True)
class IdleConnection:
    """Hold a connection between two mails, and until when, by the loop's clock."""

    connection: Connection
    idle_until: float


class SmtpTransport:
    """Send mails by a mail server. Several `send` may run at once, each on a separate
    connection.

    A connection that carried a mail is kept for a while. One that broke, timed out or said
    something unexpected is never used again.
    """

    def __init__(
        self, options: Options, context: TransportContext, patience: Patience = Patience()
    ) -> None:
        self._options, self._transport_context = options, context
        self._server = options.server(patience)
        self._retry_token = RetryToken(context, options.account, "smtp")
        self._idle: list[IdleConnection] = []
        self._timer: asyncio.TimerHandle | None = None
        self._busy: set[Connection] = set()
        self._closing_tasks: set[asyncio.Task[None]] = set()
        self._context: ssl.SSLContext | None = None
        self._reading_certificates = asyncio.Lock()

    async def send(self, envelope: Envelope) -> Receipt:
        """Return an answer for each address; it raises only for a bug."""
        paths, all_answers = paths_of(envelope)
        provider_id = ""
        if paths:
            try:
                answers_by_address, provider_id = await self._deliver(
                    self._message(envelope, paths)
                )
            except RouteError as trouble:
                answers_by_address = dict.fromkeys(paths, errors.answer_of(trouble))
            all_answers |= answers_by_address
        return Receipt(
            at=self._transport_context.clocks.wall(),
            answers=all_answers,
            provider_id=provider_id,
            message_ids=self._message_ids(envelope, provider_id, all_answers.values()),
        )

    async def probe(self) -> Answer:
        """Connect and sign in; the connection is kept for the mail that comes next."""
        try:
            self._keep(await self._connect())
        except RouteError as trouble:
            return errors.answer_of(trouble)
        return Answer(Verdict.ACCEPTED)

    async def close(self) -> None:
        """Take leave of the servers; what is under way is broken off."""
        for connection in self._busy:
            connection.abort()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._idle:
            self._retire(self._idle[0])
        while self._closing_tasks:
            await asyncio.gather(*self._closing_tasks)

    def _message(self, envelope: Envelope, paths: Mapping[str, str]) -> SmtpMessage:
        options = self._options
        content = compose(envelope, options.mail_from, options.sender_name, options.charset)
        return SmtpMessage(smtp_address(options.parties.envelope), paths, content)

    def _message_ids(
        self, envelope: Envelope, reply: str, answers: Iterable[Answer]
    ) -> tuple[str, ...]:
        if not any(answer.verdict is Verdict.ACCEPTED for answer in answers):
            return ()
        return message_ids(envelope, self._options.mail_from, reply)

    async def _deliver(self, message: SmtpMessage) -> tuple[Mapping[str, Answer], str]:
        """Deliver, and one command at a time if the server reset the connection in the midst of
        several. It may have said why, and can be heard where it has nothing unread."""
        try:
            return await self._deliver_as_usual(message)
        except UnheardReplyError:
            connection = await self._connect()
            connection.stop_pipelining()
            return await self._use(connection, message)

    async def _deliver_as_usual(self, message: SmtpMessage) -> tuple[Mapping[str, Answer], str]:
        """Deliver on a kept connection, and on a new one if the server has closed that meanwhile."""
        idle = self._take()
        if idle is not None:
            try:
                return await self._use(idle, message)
            except StaleConnectionError:
                pass
        return await self._use(await self._connect(), message)

    async def _use(
        self, connection: Connection, message: SmtpMessage
    ) -> tuple[Mapping[str, Answer], str]:
        self._busy.add(connection)
        is_clean = False
        try:
            answer_by_address, provider_id, is_clean = await deliver(connection, message)
            return answer_by_address, provider_id
        finally:
            self._busy.discard(connection)
            if is_clean and connection.is_alive:
                self._keep(connection)
            else:
                connection.abort()

    def _keep(self, connection: Connection) -> None:
        """Keep a connection, with one timer for all of them: in a rush each is kept for a moment
        only."""
        loop = asyncio.get_running_loop()
        idle_until = loop.time() + self._server.patience.idle
        connection.is_reused = True
        self._idle.append(IdleConnection(connection, idle_until))
        if self._timer is None:
            self._timer = loop.call_at(idle_until, self._retire_idle)

    def _retire_idle(self) -> None:
        """Close the idle connections whose time is over; the one used last is the last of
        them."""
        loop, self._timer = asyncio.get_running_loop(), None
        while self._idle and self._idle[0].idle_until <= loop.time():
            self._retire(self._idle[0])
        if self._idle:
            self._timer = loop.call_at(self._idle[0].idle_until, self._retire_idle)

    def _take(self) -> Connection | None:
        """Take the one used last, as it is the least likely to be closed by now."""
        while self._idle:
            idle = self._idle.pop()
            if idle.connection.is_alive:
                return idle.connection
        return None

    def _retire(self, idle: IdleConnection) -> None:
        self._idle.remove(idle)
        closing_task = asyncio.create_task(idle.connection.quit())
        self._closing_tasks.add(closing_task)
        closing_task.add_done_callback(self._closing_tasks.discard)

    async def _connect(self) -> Connection:
        """Connect and sign in. Try once more, on a new connection and with a fresh credential,
        where that may help.

        A password that a person has entered meanwhile is as good as a fresh token.
        """
        tls, credentials = await self._tls(), await self._credentials()
        try:
            connection = await self._sign_in(tls, credentials)
        except SmtpAuthError as error:
            if credentials is None or not wants_new_token(error.code, error.enhanced):
                raise
            new_credentials = await self._new_credentials(credentials)
            if new_credentials is None:  # it is a moment old: the server would say the same
                raise self._explain(error, credentials) from None
            connection = await self._sign_in_at_last(tls, new_credentials)
        self._retry_token.mark_accepted()
        return connection

    async def _sign_in_at_last(
        self, tls: ssl.SSLContext | None, new_credentials: Credentials
    ) -> Connection:
        try:
            return await self._sign_in(tls, new_credentials)
        except SmtpAuthError as error:
            raise self._explain(error, new_credentials) from None

    async def _sign_in(
        self, tls: ssl.SSLContext | None, credentials: Credentials | None
    ) -> Connection:
        try:
            return await connect(self._server, tls, credentials, self._transport_context)
        except RouteError:
            self._context = None  # the CA's file may have been mended since it was read
            raise

    async def _credentials(self) -> Credentials | None:
        options = self._options
        if not options.mechanisms:
            return None
        if options.password:
            secret = Secret(await self._transport_context.secret(options.password))
        else:
            secret = await self._retry_token.token()
        user = options.parties.user
        return Credentials(
            user=user, secret=secret, mechanisms=options.mechanisms, entry=options.password
        )

    async def _new_credentials(self, refused_credentials: Credentials) -> Credentials | None:
        """Return other credentials in the place of what was refused; None: there are none."""
        if refused_credentials.entry:
            credentials = await self._credentials()
            return None if credentials == refused_credentials else credentials
        token = await self._retry_token.refresh_once(refused_credentials.secret)
        return None if token is None else replace(refused_credentials, secret=token)

    def _explain(self, error: SmtpAuthError, credentials: Credentials) -> SmtpAuthError:
        """Add the possible causes where Exchange refused even a fresh token."""
        if credentials.entry or not is_of_token(error.code, error.enhanced):
            return error
        now = self._transport_context.clocks.wall()
        token, bulk = credentials.secret.reveal(), is_high_volume(self._options.host)
        token_diagnosis = diagnosis(token, "smtp", credentials.user, now, bulk=bulk)
        message = errors.WITH_ADVICE.fill(said=error.words, advice=token_diagnosis)
        return SmtpAuthError(message, error.code, error.enhanced, error.text, error.fault)

    async def _tls(self) -> ssl.SSLContext | None:
        if self._options.protection == "none":
            return None
        async with self._reading_certificates:  # the system's are many: connections share them
            if self._context is None:
                files = (self._options.ca_file, self._transport_context.network.ca_file)
                own_certificate = self._options.certificate
                self._context = await asyncio.to_thread(client_context, files, own_certificate)
            return self._context


async def try_out(options: Options) -> Sequence[Message]:
    of_ca = await asyncio.to_thread(ca_file_faults, options.ca_file)
    return (*of_ca, *await asyncio.to_thread(certificate_faults, options.certificate))


KIND = TransportKind(
    kind="smtp",
    title=_("Mail server (SMTP)"),
    help=_(
        "Sends messages through a mail server. Signs in with an account (OAuth 2.0, XOAUTH2) or "
        "a password (CRAM-MD5, PLAIN or LOGIN), or not at all."
    ),
    options=Options,
    open=SmtpTransport,
    try_out=try_out,
)
