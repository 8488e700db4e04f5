"""Read a mailbox by IMAP with OAuth: look for a mail of ours, and for reports of non-delivery."""

from __future__ import annotations

import asyncio
import imaplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.parser import BytesHeaderParser
from typing import TypeVar

from noroshi.core.instruction import ANY_ROUTE, InstructionKind, followed_by
from noroshi.core.mail import Fault
from noroshi.core.printable import printable
from noroshi.core.translation import _
from noroshi.intakes.bounce_reports import looks_like_report, read_report
from noroshi.intakes.imap_session import (
    ImapRefusedError,
    ImapSignInError,
    Row,
    Session,
    day,
    quoted_string,
)
from noroshi.intakes.mailbox_errors import LARGEST_REPORT, of_token, until_of
from noroshi.network import client_context, reach
from noroshi.network.connection_errors import of_certificate, of_tls
from noroshi.oauth.retry_token import RetryToken
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.mailbox import BounceReport, ExpectedMail, ReceivedReport, ReportBatch
from noroshi.vault import Secret

T = TypeVar("T")
DAY = timedelta(days=1)
MOST_REPORTS = 500
"""Mails whose headers are looked at in one reading."""
PATIENCE = 30.0
"""Seconds in which the server must have said something."""
REFUSED_TOKEN = 535
"""The reply code that a mail server would give for a refused token."""
NOT_LET_IN = followed_by(
    _(
        "{where} does not allow the account to read its mailbox: {reply}. IMAP may be turned off "
        "for the mailbox, or the permission is missing."
    ),
    InstructionKind.SIGN_IN_TO_READ,
    route=ANY_ROUTE,
)
REPLIED = _("{where} replied: {reply}")
NO_ANSWER = _("{where} did not answer while the mailbox was read: {why}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImapMailbox:
    """Name a mailbox, its account, and its server, which speaks TLS from the first byte
    (RFC 8314)."""

    account: str
    address: str
    host: str
    port: int = 993
    ca_file: str = ""

    @property
    def server(self) -> str:
        return f"{self.host}:{self.port}"


class _Line:
    """A connection that a thread talks on, and that may be cut from without."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def encrypt(self, context: ssl.SSLContext, host: str, patience: float) -> ssl.SSLSocket:
        """Take the TLS socket from now on; the handshake is still to come."""
        self._sock.settimeout(patience)
        tls = context.wrap_socket(
            self._sock, server_hostname=host, do_handshake_on_connect=False
        )
        self._sock = tls
        return tls

    def cut(self) -> None:
        """Cut the connection, so that nobody waits for the other side any more."""
        with suppress(OSError):
            socket.socket.shutdown(self._sock, socket.SHUT_RDWR)


class ImapInbox:
    """See inboxes.Inbox. The INBOX alone is looked at, on a connection for each question."""

    def __init__(
        self, mailbox: ImapMailbox, context: TransportContext, patience: float = PATIENCE
    ) -> None:
        self._mailbox, self._context, self._patience = mailbox, context, patience
        self._retry_token = RetryToken(context, mailbox.account, "inbox")
        self._report_by_row: dict[Row, BounceReport | None] = {}
        self._lines: set[_Line] = set()

    async def find(self, mail: ExpectedMail) -> datetime | None:
        """Look for a mail by its Message-IDs; else by its subject, as a server may have given
        it another id."""
        return await self._ask(lambda session: _arrival_time(session, mail))

    async def read(self, since: datetime) -> ReportBatch:
        """Read the mails that came. A report is fetched once; other mails are recognized by
        their headers."""
        return await self._ask(lambda session: self._reports(session, since))

    async def close(self) -> None:
        for line in self._lines:
            line.cut()

    def _reports(self, session: Session, since: datetime) -> ReportBatch:
        uids = session.search("SINCE", day(since - DAY))  # by the server's own date
        new = sorted(
            (row for row in session.rows(uids) if row.received_at >= since),
            key=lambda row: (row.received_at, row.uid),
        )
        rows, has_more = new[:MOST_REPORTS], len(new) > MOST_REPORTS
        report_by_row = {
            row: self._report_by_row[row] for row in rows if row in self._report_by_row
        }
        heads = session.heads([row.uid for row in rows if row not in report_by_row])
        for row in rows:
            if row not in report_by_row:
                report_by_row[row] = _report(session, row, heads.get(row.uid, b""))
        self._report_by_row = report_by_row
        received_reports = [
            ReceivedReport(report=report, received_at=row.received_at)
            for row in rows
            if (report := report_by_row[row])
        ]
        newest = rows[-1].received_at if rows else since
        return ReportBatch(
            reports=tuple(received_reports),
            read_until=until_of(since, newest, has_more=has_more),
            has_more=has_more,
        )

    # asking

    async def _ask(self, question: Callable[[Session], T]) -> T:
        """Ask a question; after a refusal once more with a fresh token, once in an outage."""
        try:
            token = await self._retry_token.token()
        except RouteError as trouble:
            raise of_token(trouble) from None
        try:
            answer = await self._ask_once(question, token)
        except ImapSignInError as error:
            fresh = await self._retry_token.refresh_once(token)
            if fresh is None:
                raise self._not_let_in(error) from None
            try:
                answer = await self._ask_once(question, fresh)
            except ImapSignInError as second_error:
                raise self._not_let_in(second_error) from None
        self._retry_token.mark_accepted()
        return answer

    async def _ask_once(self, question: Callable[[Session], T], token: Secret) -> T:
        box = self._mailbox
        sock = await reach(box.host, box.port, self._context, self._patience)
        line = _Line(sock)
        self._lines.add(line)
        try:
            return await asyncio.to_thread(self._run_question, line, question, token)
        except ImapSignInError:
            raise
        except ImapRefusedError as error:
            words = REPLIED.fill(where=box.server, reply=_line(str(error)))
            raise RouteError(words, fault=Fault.SERVER) from None
        except ssl.SSLCertVerificationError as error:
            raise of_certificate(self._context.network, box.server, error, "") from None
        except ssl.SSLError as error:
            raise of_tls(box.server, error) from None
        except (OSError, EOFError, ValueError, imaplib.IMAP4.error) as error:
            reason = _line(str(error)) or type(error).__name__
            raise RouteError(NO_ANSWER.fill(where=box.server, why=reason)) from None
        finally:
            self._lines.discard(line)
            line.cut()  # also when cancelled: that ends the thread
            sock.close()  # where no thread has come to take it

    def _run_question(self, line: _Line, question: Callable[[Session], T], token: Secret) -> T:
        """Log in and ask, in a thread of its own."""
        files = (self._mailbox.ca_file, self._context.network.ca_file)
        with line.encrypt(client_context(files), self._mailbox.host, self._patience) as tls:
            tls.do_handshake()
            session = Session(tls)
            try:
                session.let_in(self._mailbox.address, token.reveal())
                return question(session)
            finally:
                session.shutdown()

    def _not_let_in(self, error: ImapSignInError) -> RouteError:
        words = NOT_LET_IN.fill(where=self._mailbox.server, reply=_line(str(error)))
        return RouteError(words, REFUSED_TOKEN, Fault.SIGN_IN)


def _arrival_time(session: Session, mail: ExpectedMail) -> datetime | None:
    for id in filter(None, map(quoted_string, mail.message_ids)):
        if rows := list(session.rows(session.search("HEADER", "Message-ID", id))):
            return min(row.received_at for row in rows)
    subject = quoted_string(mail.mark or mail.subject)
    if subject is None:
        return None
    uids = session.search("SINCE", day(mail.search_start - DAY), "SUBJECT", subject)
    return min(
        (r.received_at for r in session.rows(uids) if r.received_at >= mail.search_start),
        default=None,
    )


def _report(session: Session, row: Row, head: bytes) -> BounceReport | None:
    headers = [
        (name, str(value)) for name, value in BytesHeaderParser().parsebytes(head).items()
    ]
    if not looks_like_report(headers):
        return None
    return read_report(session.mail(row.uid, LARGEST_REPORT))


def _line(text: str) -> str:
    """Return a text on one line, without what a terminal would obey."""
    line = " ".join(text.split())[:300]
    return printable(line).rstrip(" .")
