"""Read a mailbox by Microsoft Graph: look for a mail of ours, and for reports of non-delivery."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from noroshi.core.translation import _
from noroshi.intakes import graph_errors
from noroshi.intakes.bounce_reports import looks_like_report, read_report
from noroshi.intakes.mailbox_errors import LARGEST_REPORT, of_token, until_of
from noroshi.network.connection_errors import NoAnswerError
from noroshi.network.http import LARGEST, LazyHttp, Patience, Reply
from noroshi.oauth.retry_token import RetryToken
from noroshi.ports import RouteError, TransportContext
from noroshi.ports.mailbox import BounceReport, ExpectedMail, ReceivedReport, ReportBatch
from noroshi.vault import Secret

PAGE, MOST_PAGES = 25, 20
"""The most mails that one request lists, each with all headers, and the most requests of one
reading."""
LARGEST_PAGE = 2**23
LIST = "id,receivedDateTime,parentFolderId"
NOT_UNDERSTOOD = _("{where} did not return a list of messages")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphMailbox:
    """Name a mailbox and its account; `graph` is the origin of Microsoft Graph: https and a
    host."""

    account: str
    address: str
    graph: str
    ca_file: str = ""

    @property
    def url(self) -> str:
        return f"{self.graph.rstrip('/')}/v1.0/users/{quote(self.address, safe='@')}"

    @property
    def server(self) -> str:
        return urlsplit(self.graph).netloc


@dataclass(frozen=True, slots=True)
class _Row:
    """A mail as it is listed."""

    id: str
    received_at: datetime
    folder: str
    headers: tuple[tuple[str, str], ...]


class GraphInbox:
    """See inboxes.Inbox. It needs Mail.Read, of a person (delegated) or of an app.

    https://learn.microsoft.com/graph/api/user-list-messages
    """

    def __init__(
        self,
        mailbox: GraphMailbox,
        context: TransportContext,
        patience: Patience = Patience(answer=30),
    ) -> None:
        self._mailbox, self._clocks = mailbox, context.clocks
        self._retry_token = RetryToken(context, mailbox.account, "inbox")
        self._lazy_http = LazyHttp(context, (mailbox.ca_file,), patience)
        self._sent_folder: str | None = None
        self._report_by_id: dict[str, BounceReport | None] = {}

    async def find(self, mail: ExpectedMail) -> datetime | None:
        """Look for a mail by its Message-IDs; else by its subject, as a server may have given
        it another id."""
        for id in mail.message_ids:
            if arrival_time := await self._arrival_time(f"internetMessageId eq {_literal(id)}"):
                return arrival_time
        since_filter = f"receivedDateTime ge {_instant(mail.search_start)}"
        return await self._arrival_time(
            f"{since_filter} and subject eq {_literal(mail.subject)}"
        )

    async def read(self, since: datetime) -> ReportBatch:
        """Read the mails that came. A report is fetched once; other mails are recognized by
        their headers."""
        rows, has_more = await self._listed_rows(since)
        report_by_id, received_reports = (
            dict[str, BounceReport | None](),
            list[ReceivedReport](),
        )
        for row in rows:
            report = await self._report(row, report_by_id)
            if report is not None:
                received_reports.append(
                    ReceivedReport(report=report, received_at=row.received_at)
                )
        self._report_by_id = report_by_id
        newest = max((row.received_at for row in rows), default=since)
        return ReportBatch(
            reports=tuple(received_reports),
            read_until=until_of(since, newest, has_more=has_more),
            has_more=has_more,
        )

    async def close(self) -> None:
        await self._lazy_http.close()

    async def _arrival_time(self, condition: str) -> datetime | None:
        """Return when the first of them came. What was sent lies there too, and says nothing."""
        query = {"$filter": condition, "$select": LIST, "$top": "10"}
        answer = await self._json(self._url("messages", query))
        sent_folder = await self._sent_items()
        arrival_times = [
            row.received_at for row in self._rows(answer) if row.folder != sent_folder
        ]
        return min(arrival_times, default=None)

    async def _listed_rows(self, since: datetime) -> tuple[list[_Row], bool]:
        """Return mails in the order in which they came, and whether there are more of them."""
        query = {
            "$filter": f"receivedDateTime ge {_instant(since)}",  # its field as $orderby's
            "$orderby": "receivedDateTime asc",
            "$select": f"{LIST},internetMessageHeaders",
            "$top": str(PAGE),
        }
        url, rows, pages = self._url("messages", query), list[_Row](), 0
        while url and pages < MOST_PAGES:
            answer = await self._json(url)
            rows += self._rows(answer)
            url, pages = self._next(answer), pages + 1
        return rows, bool(url)

    async def _report(
        self, row: _Row, report_by_id: dict[str, BounceReport | None]
    ) -> BounceReport | None:
        if row.folder == await self._sent_items() or not looks_like_report(row.headers):
            return None
        if row.id in self._report_by_id:
            report_by_id[row.id] = self._report_by_id[row.id]
            return report_by_id[row.id]
        url = self._url(f"messages/{quote(row.id, safe='')}/$value")
        reply = await self._reply(url, LARGEST_REPORT)
        if reply.status == 404:  # somebody deleted it meanwhile
            return None
        self._check(reply)
        report_by_id[row.id] = await asyncio.to_thread(read_report, reply.body)
        return report_by_id[row.id]

    async def _sent_items(self) -> str:
        """Return the id of Sent Items, by its well-known name; "" where there is no such
        folder."""
        if self._sent_folder is None:
            reply = await self._reply(self._url("mailFolders/sentitems", {"$select": "id"}))
            if reply.status == 404 and not graph_errors.is_of_mailbox(reply):
                self._sent_folder = ""
            else:
                self._sent_folder = str(self._parsed_body(reply).get("id", ""))
        return self._sent_folder

    # asking

    def _url(self, resource: str, query: Mapping[str, str] | None = None) -> str:
        parameters = f"?{urlencode(query, quote_via=quote, safe='$:,')}" if query else ""
        return f"{self._mailbox.url}/{resource}{parameters}"

    def _next(self, answer: Mapping[str, Any]) -> str:
        """Return the next page's address. The token goes along, so it must be Graph's own."""
        url = answer.get("@odata.nextLink", "")
        is_own_url = isinstance(url, str) and url.startswith(
            f"{self._mailbox.graph.rstrip('/')}/"
        )
        return url if is_own_url else ""

    async def _json(self, url: str) -> Mapping[str, Any]:
        return self._parsed_body(await self._reply(url, LARGEST_PAGE))

    async def _reply(self, url: str, max_bytes: int = LARGEST) -> Reply:
        """Request a URL; after a refusal once more with a fresh token, once in an outage."""
        token = await self._token()
        reply = await self._get(url, token, max_bytes)
        if reply.status == 401:
            fresh = await self._retry_token.refresh_once(token)
            if fresh is not None:
                reply = await self._get(url, fresh, max_bytes)
        if reply.status != 401:
            self._retry_token.mark_accepted()
        return reply

    async def _token(self) -> Secret:
        try:
            return await self._retry_token.token()
        except RouteError as trouble:
            raise of_token(trouble) from None

    async def _get(self, url: str, token: Secret, max_bytes: int) -> Reply:
        http = await self._lazy_http.open()
        try:
            return await http.get(url, {"Authorization": f"Bearer {token.reveal()}"}, max_bytes)
        except NoAnswerError:
            raise RouteError(graph_errors.NO_ANSWER.fill(where=self._mailbox.server)) from None

    def _check(self, reply: Reply) -> None:
        if reply.status != 200:
            raise graph_errors.of_reply(reply, self._mailbox.server, self._clocks.wall())

    def _parsed_body(self, reply: Reply) -> Mapping[str, Any]:
        self._check(reply)
        try:
            answer = json.loads(reply.body)
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise RouteError(NOT_UNDERSTOOD.fill(where=self._mailbox.server))
        return answer

    def _rows(self, answer: Mapping[str, Any]) -> Iterator[_Row]:
        mails = answer.get("value")
        if not isinstance(mails, list):
            raise RouteError(NOT_UNDERSTOOD.fill(where=self._mailbox.server))
        for mail in mails:
            row = _row(mail) if isinstance(mail, dict) else None
            if row is not None:
                yield row


def _row(mail: Mapping[str, Any]) -> _Row | None:
    """Read one mail of a list; None if a field that every mail has is missing."""
    try:
        received_at = datetime.fromisoformat(str(mail.get("receivedDateTime")))
    except ValueError:
        return None
    if received_at.tzinfo is None:
        received_at = received_at.replace(tzinfo=UTC)
    headers = mail.get("internetMessageHeaders")
    pairs = (h for h in headers if isinstance(h, dict)) if isinstance(headers, list) else ()
    return _Row(
        id=str(mail.get("id", "")),
        received_at=received_at,
        folder=str(mail.get("parentFolderId", "")),
        headers=tuple((str(h.get("name", "")), str(h.get("value", ""))) for h in pairs),
    )


def _literal(text: str) -> str:
    """Return a string literal of OData: each quote in it is doubled."""
    return "'" + text.replace("'", "''") + "'"


def _instant(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
