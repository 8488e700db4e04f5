"""Microsoft Graph: hands a whole mail (MIME) to the mailbox's own sendMail."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal
from urllib.parse import quote, urlsplit

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.mail import Answer, Envelope, Fault, Receipt, Verdict
from noroshi.core.marked_names import with_settings
from noroshi.core.printable import visible_text
from noroshi.core.redaction import Masks
from noroshi.core.translation import Message, _
from noroshi.network.connection_errors import NoAnswerError
from noroshi.network.graph_errors import problem_in
from noroshi.network.http import MODULES, LazyHttp, Patience, Reply
from noroshi.network.trust import ca_file_faults
from noroshi.oauth.retry_token import RetryToken
from noroshi.ports import RouteError, TransportContext, TransportKind, options
from noroshi.transports.http.http_reply import ReplyReader
from noroshi.transports.mime.message import check_address, compose, message_ids, paths_of
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.connection import Parties
from noroshi.transports.smtp.options import BAD_SENDER, send_as_remarks
from noroshi.transports.smtp.token_diagnosis import diagnosis
from noroshi.vault import Secret

LARGEST = 3_000_000
"""Bytes of a mail: Graph takes a request of 4 MB, and base64 makes four bytes of three."""
NO_ACCOUNT = with_settings(
    _("{account} is missing: the account that signs in to Microsoft Graph"), "account"
)
NO_GRAPH = with_settings(
    _("{graph} is missing: the account's cloud has no address of Microsoft Graph"), "graph"
)
BAD_GRAPH = with_settings(
    _(
        "{graph} “{given}” must be an HTTPS URL with a host, such as https://graph.microsoft.com"
    ),
    "graph",
)
BAD_USER = with_settings(_("{user} “{given}” is not an email address"), "user")
TOO_LARGE = _(
    "the message is {size:.1f} MB, but Microsoft Graph accepts at most {most:.0f} MB, so it "
    "was not tried. Add a route of type smtp after this one, or reduce the attachments "
    "(attach_lines)"
)


@options
class Options:
    account: str
    """Account whose token is used to send."""
    graph: str = ""
    """Address of Microsoft Graph; set by the account's cloud."""
    user: str = ""
    """Mailbox that sends; set by the account."""
    sender: str = ""
    """Sender address. Default: the mailbox."""
    sender_name: str = "Noroshi"
    """Name that mail programs show as the sender of the messages."""
    ca_file: str = ""
    """Path of a file with certificates (PEM) to trust in addition to the system's."""
    charset: Literal["utf-8", "iso-2022-jp"] = "utf-8"
    """Character set of messages. A message that iso-2022-jp cannot encode uses utf-8."""

    def __post_init__(self) -> None:
        if not self.account:
            raise InvalidValueError(NO_ACCOUNT)
        if not self.graph:
            raise InvalidValueError(NO_GRAPH)
        if not _is_base(self.graph):
            raise InvalidValueError(BAD_GRAPH.fill(given=visible_text(self.graph)))
        check_address(self.user, BAD_USER)
        check_address(self.mail_from, BAD_SENDER)

    @property
    def mail_from(self) -> str:
        return self.sender or self.user

    @property
    def parties(self) -> Parties:
        """Return the account that sends, and From; Graph makes From the envelope's sender."""
        return Parties(self.user, self.mail_from, self.mail_from)

    @property
    def remarks(self) -> tuple[Message, ...]:
        return send_as_remarks(self.parties)

    @property
    def where(self) -> str:
        return urlsplit(self.graph).netloc

    @property
    def url(self) -> str:
        return f"{self.graph.rstrip('/')}/v1.0/users/{quote(self.user, safe='@')}/sendMail"


class GraphTransport:
    """Send mails by Graph. Several `send` may run at once, on connections that are kept."""

    def __init__(
        self, options: Options, context: TransportContext, patience: Patience = Patience()
    ) -> None:
        self._options, self._context = options, context
        self._retry_token = RetryToken(context, options.account, "graph")
        self._lazy_http = LazyHttp(context, (options.ca_file,), patience)
        self._reply_reader = ReplyReader(options.where, "graph", options.parties)

    async def send(self, envelope: Envelope) -> Receipt:
        """Send a mail and return an answer for each address; raise only for a bug."""
        paths, answer_by_address = paths_of(envelope)
        answer, provider_id = Answer(Verdict.DEFERRED), ""
        if paths:
            try:
                answer, provider_id = await self._handed_over(self._mail(envelope, paths))
            except RouteError as trouble:
                answer = errors.answer_of(trouble)
            except NoAnswerError:
                answer = self._reply_reader.unknown()
        answer_by_address |= dict.fromkeys(paths, answer)
        is_taken = answer.verdict is Verdict.ACCEPTED
        return Receipt(
            at=self._context.clocks.wall(),
            answers=answer_by_address,
            provider_id=provider_id,
            message_ids=message_ids(envelope, self._options.mail_from) if is_taken else (),
        )

    async def probe(self) -> Answer:
        """Get a token, and ask Graph for anything: any answer says that it is there."""
        try:
            await self._retry_token.token()
            http = await self._lazy_http.open()
            await http.post(f"{self._options.graph.rstrip('/')}/v1.0/", b"", {})
        except RouteError as trouble:
            return errors.answer_of(trouble)
        except NoAnswerError:
            return replace(self._reply_reader.unknown(), verdict=Verdict.ROUTE_DOWN, early=True)
        return Answer(Verdict.ACCEPTED)

    async def close(self) -> None:
        await self._lazy_http.close()

    def _mail(self, envelope: Envelope, paths: Mapping[str, str]) -> bytes:
        """Compose the mail for those alone who still need it: Graph goes by To."""
        options = self._options
        unsettled_envelope = replace(envelope, to=tuple(paths), reached=(), refused=())
        return compose(
            unsettled_envelope, options.mail_from, options.sender_name, options.charset
        )

    async def _handed_over(self, mail: bytes) -> tuple[Answer, str]:
        """Return the one answer for all addresses, and Graph's number for the request."""
        if len(mail) > LARGEST:
            message = TOO_LARGE.fill(size=len(mail) / 1e6, most=LARGEST / 1e6)
            return Answer(Verdict.REFUSED, words=message), ""
        token = await self._retry_token.token()
        reply = await self._reply_to_post(mail, token)
        if reply.status == 401:
            new_token = await self._retry_token.refresh_once(token)
            if new_token is not None:
                token = new_token
                reply = await self._reply_to_post(mail, token)
        if reply.status != 401:
            self._retry_token.mark_accepted()
        answer = self._answer(reply, token)
        is_taken = answer.verdict is Verdict.ACCEPTED
        return answer, reply.headers.get("request-id", "")[:100] if is_taken else ""

    async def _reply_to_post(self, mail: bytes, token: Secret) -> Reply:
        http = await self._lazy_http.open()
        headers = {
            "Authorization": f"Bearer {token.reveal()}",
            "Content-Type": "text/plain",  # base64 of the MIME, as sendMail wants it
        }
        return await http.post(self._options.url, b64encode(mail), headers)

    def _answer(self, reply: Reply, token: Secret) -> Answer:
        masks = Masks(token.reveal())
        error = problem_in(reply)
        now = self._context.clocks.wall()
        answer = self._reply_reader.answer(reply, error.text, now, masks.masked)
        if reply.status != 401:
            return answer
        token_diagnosis = diagnosis(token.reveal(), "graph", self._options.user, now)
        message = errors.WITH_ADVICE.fill(said=answer.explanation, advice=token_diagnosis)
        return replace(answer, words=message, fault=Fault.SIGN_IN)


def _is_base(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # brackets or a port that are none
        return False
    plain = not (parts.query or parts.fragment or parts.username or parts.path.strip("/"))
    return parts.scheme == "https" and bool(parts.hostname) and plain and port != 0


async def try_out(options: Options) -> Sequence[Message]:
    return await asyncio.to_thread(ca_file_faults, options.ca_file)


KIND = TransportKind(
    kind="graph",
    title=_("Microsoft 365 over HTTPS (Graph)"),
    help=_(
        "Sends messages to Microsoft 365 over HTTPS (sendMail), without Authenticated SMTP or "
        "port 587."
    ),
    options=Options,
    open=GraphTransport,
    try_out=try_out,
    modules=MODULES,
)
