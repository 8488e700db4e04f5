"""SMTP: hands mails to a mail server, signed in by XOAUTH2 or not at all, in TLS unless told."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from noroshi.core.model import Answer, Envelope, Receipt, Verdict
from noroshi.core.problems import Unfit
from noroshi.core.words import Words
from noroshi.ports import Outside, RouteTrouble, TransportKind, options
from noroshi.transports import troubles
from noroshi.transports.dialogue import Connection, Credentials, Patience, Server, connect
from noroshi.transports.letter import Letter, Stale, deliver
from noroshi.transports.mime import BadAddress, ascii_domain, compose, smtp_address
from noroshi.transports.sasl import xoauth2
from noroshi.transports.troubles import ServerTrouble, SignInRefused
from noroshi.transports.verdicts import wants_new_token

HERE = "[127.0.0.1]"  # RFC 5321, 4.1.3: who has no name says an address
NO_HOST = Words(en="host is missing", ja="host の指定がありません")
BAD_PORT = Words(en="port must be 1 to 65535", ja="port は1から65535までにしてください")
NO_SENDER = Words(
    en="sender is missing: the address that mails come from",
    ja="sender の指定がありません。差出人のアドレスを指定してください",
)
BAD_SENDER = Words(
    en="sender {given!r} is not a mail address",
    ja="sender の {given!r} はメールアドレスではありません",
)
BAD_EHLO = Words(
    en="ehlo {given!r} is not a host name", ja="ehlo の {given!r} はホスト名ではありません"
)


@options
class Options:
    host: str
    """The mail server's name; with an account, it comes from the account. / メールサーバーの名前です。account があれば、そこから決まります。"""
    port: int = 587
    """Its TCP port. / TCP ポートです。"""
    protection: Literal["none", "starttls"] = "starttls"
    """starttls encrypts and checks the certificate; none is for a server in the house. / starttls は暗号化し、証明書を確かめます。none は社内のサーバー用です。"""
    ca_file: str = ""
    """Certificates (PEM) to trust beside the system's. / システムのものに加えて信頼する証明書 (PEM) です。"""
    sender: str = ""
    """The address that mails come from; empty: the user. / 差出人のアドレスです。空なら user を使います。"""
    sender_name: str = "Noroshi"
    """The name beside it. / 差出人の表示名です。"""
    account: str = ""
    """Sign in by XOAUTH2 with this account's token; empty: do not sign in. / このアカウントのトークンで XOAUTH2 のサインインをします。空ならサインインしません。"""
    user: str = ""
    """The mailbox to sign in to; empty: the sender. / サインインするメールボックスです。空なら sender を使います。"""
    ehlo: str = ""
    """What we call ourselves; empty: the sender's domain. / サーバーに名乗る名前です。空なら差出人のドメインを使います。"""

    def __post_init__(self) -> None:
        if not self.host.strip():
            raise Unfit(NO_HOST)
        if not 0 < self.port < 65536:
            raise Unfit(BAD_PORT)
        if self.account and self.protection == "none":
            raise Unfit(troubles.IN_THE_CLEAR)
        if not self.mail_from:
            raise Unfit(NO_SENDER)
        _check(smtp_address, self.mail_from, BAD_SENDER)
        if self.ehlo:
            _check(ascii_domain, self.ehlo, BAD_EHLO)

    @property
    def mail_from(self) -> str:
        return self.sender or self.user

    def server(self, patience: Patience) -> Server:
        return Server(self.host, self.port, _ehlo_name(self.ehlo, self.mail_from), patience)


def _check(read: Callable[[str], str], given: str, words: Words) -> None:
    try:
        read(given)
    except BadAddress:
        raise Unfit(words.fill(given=given)) from None


def _ehlo_name(given: str, sender: str) -> str:
    """Never the host's own name: an underscore or a Japanese one is refused (501 5.5.4)."""
    try:
        return ascii_domain(given or sender.rpartition("@")[2])
    except BadAddress:
        return HERE


@dataclass(eq=False, slots=True)
class Kept:
    """A connection between two mails, and the timer that ends it."""

    connection: Connection
    timer: asyncio.TimerHandle | None = None

    def stop_timer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()


class SmtpTransport:
    """The way out. Several `send` may run at once, each on a connection of its own.

    A connection that carried a mail is kept for a while. One that broke, timed out or said
    something unexpected is never used again.
    """

    def __init__(
        self, wanted: Options, outside: Outside, patience: Patience = Patience()
    ) -> None:
        self._wanted, self._outside = wanted, outside
        self._server = wanted.server(patience)
        self._kept: list[Kept] = []
        self._busy: set[Connection] = set()
        self._leaving: set[asyncio.Task[None]] = set()
        self._context: ssl.SSLContext | None = None

    async def send(self, envelope: Envelope) -> Receipt:
        """An answer for each address; it raises only for a bug."""
        paths, answers = _paths(envelope)
        provider_id = ""
        if paths:
            try:
                said, provider_id = await self._delivered(self._letter(envelope, paths))
            except RouteTrouble as trouble:
                said = dict.fromkeys(paths, _answer_of(trouble))
            answers |= said
        at = self._outside.clocks.wall()
        return Receipt(at=at, answers=answers, provider_id=provider_id)

    async def close(self) -> None:
        """Take leave of the servers; what is under way is broken off."""
        for connection in self._busy:
            connection.abort()
        while self._kept:
            self._retire(self._kept[0])
        while self._leaving:
            await asyncio.gather(*self._leaving)

    def _letter(self, envelope: Envelope, paths: Mapping[str, str]) -> Letter:
        wanted = self._wanted
        content = compose(envelope, wanted.mail_from, wanted.sender_name)
        return Letter(smtp_address(wanted.mail_from), paths, content)

    async def _delivered(self, letter: Letter) -> tuple[Mapping[str, Answer], str]:
        """On a kept connection, and on a new one if the server has closed that meanwhile."""
        kept = self._take()
        if kept is not None:
            try:
                return await self._use(kept, letter)
            except Stale:
                pass
        return await self._use(await self._connect(), letter)

    async def _use(
        self, connection: Connection, letter: Letter
    ) -> tuple[Mapping[str, Answer], str]:
        self._busy.add(connection)
        clean = False
        try:
            answers, provider_id, clean = await deliver(connection, letter)
            return answers, provider_id
        finally:
            self._busy.discard(connection)
            if clean and connection.alive:
                self._keep(connection)
            else:
                connection.abort()

    def _keep(self, connection: Connection) -> None:
        kept = Kept(connection)
        seconds = self._server.patience.idle
        kept.timer = asyncio.get_running_loop().call_later(seconds, self._retire, kept)
        self._kept.append(kept)

    def _take(self) -> Connection | None:
        """The one used last, as it is the least likely to be closed by now."""
        while self._kept:
            kept = self._kept.pop()
            kept.stop_timer()
            if kept.connection.alive:
                return kept.connection
        return None

    def _retire(self, kept: Kept) -> None:
        self._kept.remove(kept)
        kept.stop_timer()
        leaving = asyncio.create_task(kept.connection.quit())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)

    async def _connect(self) -> Connection:
        """One fresh token, and one more try on a connection of its own, where that may help."""
        tls, credentials = await self._tls(), await self._credentials(force=False)
        try:
            return await self._signed_in(tls, credentials)
        except SignInRefused as refused:
            if not wants_new_token(refused.code, refused.enhanced):
                raise
            fresh = await self._credentials(force=True)
            if fresh == credentials:  # it is a moment old: the server would say the same
                raise
        return await self._signed_in(tls, fresh)

    async def _signed_in(
        self, tls: ssl.SSLContext | None, credentials: Credentials | None
    ) -> Connection:
        try:
            return await connect(self._server, tls, credentials)
        except ServerTrouble:
            self._context = None  # the CA's file may have been mended since it was read
            raise

    async def _credentials(self, *, force: bool) -> Credentials | None:
        if not self._wanted.account:
            return None
        token = await self._outside.token(self._wanted.account, force)
        user = self._wanted.user or self._wanted.mail_from
        return Credentials(user, xoauth2(user, token), token)

    async def _tls(self) -> ssl.SSLContext | None:
        if self._wanted.protection == "none":
            return None
        if self._context is None:
            self._context = await asyncio.to_thread(_tls_context, self._wanted.ca_file)
        return self._context


def _tls_context(ca_file: str) -> ssl.SSLContext:
    """Verification stays on; the file is trusted beside the system's store."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:  # ssl.SSLError is one: no certificate in it
            why = error.strerror or error
            raise ServerTrouble(troubles.CA_FILE.fill(path=ca_file, why=why)) from None
    return context


def _paths(envelope: Envelope) -> tuple[dict[str, str], dict[str, Answer]]:
    """Each address as SMTP carries it; those that it cannot carry are refused."""
    paths, refused = dict[str, str](), dict[str, Answer]()
    for address in envelope.to:
        try:
            paths[address] = smtp_address(address)
        except BadAddress as error:
            refused[address] = Answer(Verdict.REFUSED, str(error), 553, "5.1.3")
    return paths, refused


def _answer_of(trouble: RouteTrouble) -> Answer:
    # 432 is Exchange Online's "more than 3 connections": the route is well, and busy.
    verdict = Verdict.DEFERRED if trouble.code == 432 else Verdict.ROUTE_DOWN
    enhanced = trouble.enhanced if isinstance(trouble, ServerTrouble) else ""
    return Answer(verdict, trouble.words.en, trouble.code, enhanced)


KIND = TransportKind(
    kind="smtp",
    title=Words(en="Mail server (SMTP)", ja="メールサーバー (SMTP)"),
    help=Words(
        en="Hands mails to a mail server: with an account signed in by OAuth 2.0 (XOAUTH2), "
        "else without signing in.",
        ja="メールサーバーに送ります。account があれば OAuth 2.0 (XOAUTH2) でサインインし、"
        "なければサインインせずに送ります。",
    ),
    options=Options,
    open=SmtpTransport,
)
