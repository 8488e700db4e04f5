"""Webhook: posts what is told to a URL (Teams, Slack, Discord, anything that takes JSON)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.instruction import ANY_ENTRY, InstructionKind, followed_by
from noroshi.core.mail import Answer, Envelope, Fault, Receipt, Verdict
from noroshi.core.marked_names import with_settings
from noroshi.core.printable import visible_text
from noroshi.core.redaction import Masks
from noroshi.core.reserved_entries import reserved
from noroshi.core.translation import Message, _
from noroshi.definitions.documents import ENTRY
from noroshi.network.connection_errors import NoAnswerError
from noroshi.network.http import MODULES, LazyHttp, Patience
from noroshi.network.trust import ca_file_faults
from noroshi.ports import RouteError, TransportContext, TransportKind, options
from noroshi.transports.http import webhook_url
from noroshi.transports.http.http_reply import ReplyReader
from noroshi.transports.http.webhook_payloads import SHAPES
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.connection import Parties
from noroshi.vault import Secret

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}")  # RFC 9110, 5.6.2
OWN_HEADERS = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection"}
)
NUMBERS = ("x-ms-workflow-run-id", "x-request-id", "request-id")
"""Headers by which whoever took it may find it again."""
ONE_URL = with_settings(_("set either {url} or {url_entry}"), "url", "url_entry")
URL_AND_ENTRY = with_settings(
    _("{header} and {header_entry} must be set together"), "header", "header_entry"
)
BAD_HEADER = with_settings(_("{header} “{given}” cannot be set"), "header")
NO_ENTRY = followed_by(
    with_settings(
        _("{url_entry} and {header_entry} are names of vault entries, never the values."),
        "url_entry",
        "header_entry",
    ),
    InstructionKind.PUT_SECRET,
    entry=ANY_ENTRY,
)
BAD_ENTRY = _("the vault entry “{entry}” cannot be used for this route: {why}")
NO_VALUE = _("a header's value is one line of printable ASCII")


@options
class Options:
    url: str = ""
    """URL to post to; a secret URL belongs in the vault."""
    url_entry: str = ""
    """Vault entry that holds the URL, instead of the URL itself."""
    shape: Literal["json", "teams", "slack", "discord", "text"] = "json"
    """Format of the post: Noroshi's own JSON, a card for Teams, a text message for Slack, an
    embed for Discord, or plain text."""
    header: str = ""
    """Additional header, such as Authorization."""
    header_entry: str = ""
    """Vault entry that holds the value of that header."""
    plain_http: bool = False
    """Allow HTTP for an address on a private network."""
    ca_file: str = ""
    """Path of a file with certificates (PEM) to trust in addition to the system's."""

    def __post_init__(self) -> None:
        if bool(self.url) == bool(self.url_entry):
            raise InvalidValueError(ONE_URL)
        if self.url:
            self._check_url()
        if bool(self.header) != bool(self.header_entry):
            raise InvalidValueError(URL_AND_ENTRY)
        if self.header and (
            not TOKEN.fullmatch(self.header) or self.header.lower() in OWN_HEADERS
        ):
            raise InvalidValueError(BAD_HEADER.fill(given=visible_text(self.header)))
        for entry in filter(None, (self.url_entry, self.header_entry)):
            if not ENTRY.fullmatch(entry):
                raise InvalidValueError(NO_ENTRY)
            if fault := reserved(entry):
                raise InvalidValueError(fault)

    def _check_url(self) -> None:
        if fault := webhook_url.fault_of(self.url, plain_http=self.plain_http):
            raise InvalidValueError(fault)
        if webhook_url.is_secret(self.url):
            raise InvalidValueError(webhook_url.SECRET_URL)

    def entry_fault(self, entry: str, value: str) -> Message | None:
        """Return the fault of a value for an entry that this route names; None: there is
        none."""
        if entry == self.url_entry and entry:
            return webhook_url.fault_of(value, plain_http=self.plain_http)
        return None

    @property
    def where(self) -> str:
        return webhook_url.where_of(self.url) if self.url else self.url_entry


@dataclass(frozen=True, slots=True)
class Target:
    """Hold the URL to post to and the headers; both may be secrets."""

    url: Secret
    header: Secret | None

    def masked(self, text: str) -> str:
        """Return an answer without any piece of them."""
        for piece in webhook_url.secrets_in(self.url.reveal()):
            text = text.replace(piece, "…")
        return Masks(self.header.reveal()).masked(text) if self.header else text


class WebhookTransport:
    """Post to a webhook. A contact's addresses are not used: the post is for all of them."""

    def __init__(
        self, options: Options, context: TransportContext, patience: Patience = Patience()
    ) -> None:
        self._options, self._context = options, context
        self._lazy_http = LazyHttp(context, (options.ca_file,), patience)

    async def send(self, envelope: Envelope) -> Receipt:
        """Return the same answer for each address; it raises only for a bug."""
        answer, number = Answer(Verdict.DEFERRED), ""
        try:
            answer, number = await self._reply_to_post(await self.target(), envelope)
        except RouteError as trouble:
            answer = errors.answer_of(trouble)
        sent_at = self._context.clocks.wall()
        answer_by_address = dict.fromkeys(envelope.to, answer)
        return Receipt(at=sent_at, answers=answer_by_address, provider_id=number)

    async def probe(self) -> Answer:
        """Do nothing: only a mail tells whether one is taken."""
        return Answer(Verdict.ACCEPTED)

    async def close(self) -> None:
        await self._lazy_http.close()

    async def _reply_to_post(self, target: Target, envelope: Envelope) -> tuple[Answer, str]:
        content_type, content = SHAPES[self._options.shape](envelope)
        headers = {"Content-Type": content_type}
        if target.header is not None:
            headers[self._options.header] = target.header.reveal()
        url = target.url.reveal()
        reader = ReplyReader(webhook_url.where_of(url), "webhooks", NO_PARTIES, private=True)
        try:
            http = await self._lazy_http.open()
            reply = await http.post(url, content, headers)
        except NoAnswerError:
            return reader.unknown(), ""
        now = self._context.clocks.wall()
        answer = reader.answer(reply, reply.text, now, target.masked)
        number = next((reply.headers[n] for n in NUMBERS if n in reply.headers), "")
        return answer, number[:100] if answer.verdict is Verdict.ACCEPTED else ""

    async def target(self) -> Target:
        """Return where to post to, with what. Raises RouteError."""
        options = self._options
        url = Secret(options.url)
        if options.url_entry:
            url = await self._secret(options.url_entry)
            fault = webhook_url.fault_of(url.reveal(), plain_http=options.plain_http)
            if fault is not None:
                raise _unusable_entry(options.url_entry, fault)
        header = await self._secret(options.header_entry) if options.header_entry else None
        if header is not None and not re.fullmatch(r"[ -~]+", header.reveal()):
            raise _unusable_entry(options.header_entry, NO_VALUE)
        return Target(url, header)

    async def _secret(self, entry: str) -> Secret:
        return Secret((await self._context.secret(entry)).strip())


NO_PARTIES = Parties("", "", "")


def _unusable_entry(entry: str, reason: Message) -> RouteError:
    return RouteError(BAD_ENTRY.fill(entry=entry, why=reason), fault=Fault.SIGN_IN)


async def try_out(options: Options) -> Sequence[Message]:
    return await asyncio.to_thread(ca_file_faults, options.ca_file)


KIND = TransportKind(
    kind="webhook",
    title=_("Webhook"),
    help=_(
        "Posts notifications to a URL: Teams, Slack, or anything that accepts JSON. A second "
        "channel in addition to mail."
    ),
    options=Options,
    open=WebhookTransport,
    try_out=try_out,
    modules=MODULES,
)
