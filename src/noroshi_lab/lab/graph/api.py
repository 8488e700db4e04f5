"""Graph's endpoints: sendMail, and the messages of a mailbox to find and to delete."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace
from email.utils import format_datetime
from urllib.parse import urlencode

from aiohttp import web

from noroshi_lab.lab.dialects import HOST
from noroshi_lab.lab.faults import Faults
from noroshi_lab.lab.graph.callers import Caller, Callers, Want
from noroshi_lab.lab.graph.errors import ERRORS, GraphError
from noroshi_lab.lab.graph.filters import Query, read_query
from noroshi_lab.lab.graph.mail_composition import Letter, from_json, from_mime
from noroshi_lab.lab.graph.messages import FIELDS, as_message, chosen, number_of
from noroshi_lab.lab.journal import Journal
from noroshi_lab.lab.mailbox import FOLDERS, Folder, Mail
from noroshi_lab.lab.reports import Lost
from noroshi_lab.lab.responses import as_json
from noroshi_lab.lab.submission import Denial, Outgoing, Submission
from noroshi_lab.lab.web_faults import cut, strike

BODY = 4 * 1024 * 1024  # of a request, base64 included
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_CODES = {
    "send-as": "ErrorSendAsDenied",
    "5.2.252": "ErrorSendAsDenied",
    "5.7.512": "BadRequest",
    "5.1.8": "ErrorMessageSubmissionBlocked",
    "5.2.2": "ErrorQuotaExceeded",
    "5.2.251": "ErrorQuotaExceeded",
    "554": "ErrorExceededMessageLimit",
    "sender-threads": "ApplicationThrottled",
}
"""The errors of Graph for SMTP codes; any other code blocks the sender."""
_TITLES: dict[Folder, str] = {
    "inbox": "Inbox",
    "sentitems": "Sent Items",
    "deleteditems": "Deleted Items",
}
_BY_REPORT = ("5.7.232", "5.7.233", "5.7.236")
"""Codes that the transport finds only after Graph has answered 202."""


class Graph:
    """Serve the web side of the mailboxes."""

    def __init__(
        self, callers: Callers, submission: Submission, faults: Faults, journal: Journal
    ) -> None:
        self._callers, self._submission = callers, submission
        self._faults, self._journal = faults, journal
        self._clock, self._mailboxes = submission.clock, submission.mailboxes

    def routes(self, app: web.Application) -> None:
        """Add the endpoints to the application, for /me and for /users/{upn}."""
        for root in ("/v1.0/me", "/v1.0/users/{upn}"):
            add = app.router.add_route
            add("POST", f"{root}/sendMail", self._send)
            add("POST", f"{root}/microsoft.graph.sendMail", self._send)
            for messages in (f"{root}/messages", f"{root}/mailFolders/{{folder}}/messages"):
                add("GET", messages, self._list)
                add("GET", messages + "/{id}", self._one)
                add("GET", messages + "/{id}/$value", self._source)
                add("DELETE", messages + "/{id}", self._delete)
            add("GET", f"{root}/mailFolders/{{folder}}", self._folder)
        app.router.add_route("*", "/{rest:.*}", self._nothing)

    @web.middleware
    async def guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Turn a refusal into Graph's envelope, and give each answer the request ids."""
        request_id = str(uuid.uuid4())
        client_id = request.headers.get("client-request-id", request_id)
        try:
            answer = await handler(request)
            self._note(request, str(answer.status))
        except GraphError as error:
            self._note(request, f"{error.status} {error.code}")
            body = error.body(request_id, client_id, self._clock())
            answer = as_json(body, error.status, self._faults.retry_after)
            if error.status == 401:
                answer.headers["WWW-Authenticate"] = 'Bearer realm="", client_id="lab"'
        if not answer.prepared:
            answer.headers["request-id"], answer.headers["client-request-id"] = (
                request_id,
                client_id,
            )
        return answer

    def _note(self, request: web.Request, answer: str) -> None:
        kind = "sendMail" if request.path.endswith("sendMail") else "messages"
        who = request.match_info.get("upn", "me")
        self._journal.note("graph", f"{request.method} {kind}", answer, who)

    async def _nothing(self, request: web.Request) -> web.Response:
        segment = request.match_info["rest"].rpartition("/")[2]
        raise GraphError("BadRequest", f"Resource not found for the segment '{segment}'.")

    def _caller(self, request: web.Request, want: Want) -> Caller:
        authorization = request.headers.get("Authorization", "")
        return self._callers.find(authorization, request.match_info.get("upn"), want)

    async def _struck(
        self, at: str, request: web.Request
    ) -> tuple[str, web.StreamResponse | None]:
        """Return the effect of a scripted fault here, and the answer that replaces the usual
        one."""
        does = self._faults.next(at)
        if does in ERRORS:
            raise GraphError(does)
        if does == "keep-then-drop":
            return does, None
        return does, await strike(does, request, self._faults.retry_after)

    # To send

    async def _send(self, request: web.Request) -> web.StreamResponse:
        does, instead = await self._struck("SENDMAIL", request)
        if instead is not None:
            return instead
        caller = self._caller(request, "send")
        with self._callers.in_turn(caller):
            await asyncio.sleep(self._faults.graph_delay)
            mail = self._outgoing(caller, await self._letter(request, caller), request)
            await self._submit(mail)
        if does == "keep-then-drop":
            cut(request)
        return web.Response(status=202)

    async def _letter(self, request: web.Request, caller: Caller) -> Letter:
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            raise GraphError("RequestEntityTooLarge") from None
        kinds = {"text/plain": from_mime, "application/json": from_json}
        if request.content_type not in kinds:
            raise GraphError("UnsupportedMediaType", what=request.content_type)
        read = kinds[request.content_type]
        return read(body, mailbox=caller.mailbox.address, now=self._clock())

    def _outgoing(self, caller: Caller, letter: Letter, request: web.Request) -> Outgoing:
        queue_id, now = secrets.token_hex(8).upper(), self._clock()
        received = (
            f"Received: from {HOST} ({request.remote}) by {HOST}\r\n"
            f" with Microsoft Graph (sendMail {caller.mailbox.address})\r\n"
            f" id {queue_id}; {format_datetime(now)}"
        )
        return Outgoing(
            tenant=caller.tenant,
            mailbox=caller.mailbox,
            sender=caller.mailbox.address,
            recipients=letter.recipients,
            content=letter.content,
            queue_id=queue_id,
            received=received,
            saves=letter.saves,
        )

    async def _submit(self, mail: Outgoing) -> None:
        """202 says that it is accepted; what is above the minute's limit goes later."""
        submission, limits = self._submission, self._submission.limits
        if limits.recipients and len(mail.recipients) > limits.recipients:
            raise GraphError("ErrorInvalidRecipients", "Too many recipients.")
        if len(mail.content) > limits.size:
            raise GraphError("ErrorMessageSizeExceeded")
        denial = submission.refuse(mail)
        if denial and denial.name in _BY_REPORT:
            return await self._only_inside(mail, denial)
        denial = denial or submission.refuse_now(mail)
        if denial:
            raise GraphError(_CODES.get(denial.name, "ErrorMessageSubmissionBlocked"))
        await submission.hand_in(mail)

    async def _only_inside(self, mail: Outgoing, denial: Denial) -> None:
        """Send back the copies that may not leave the tenant; hand in the others."""
        outside = {each for each in mail.recipients if not mail.tenant.has(each)}
        lost = [Lost(each, denial.name, denial.reply) for each in sorted(outside)]
        self._submission.report(mail, lost)
        inside = tuple(each for each in mail.recipients if each not in outside)
        if inside:
            await self._submission.hand_in(replace(mail, recipients=inside))

    # To find again

    async def _list(self, request: web.Request) -> web.StreamResponse:
        _, instead = await self._struck("MESSAGES", request)
        if instead is not None:
            return instead
        caller = self._caller(request, "read")
        query = read_query(request.query, FIELDS)
        with self._callers.in_turn(caller):
            await asyncio.sleep(self._faults.graph_delay)
            mails = await asyncio.to_thread(self._mails, caller, request)
        found = query.found([as_message(mail) for mail in mails])
        shown = found[query.skip : query.skip + query.top]
        bodies = caller.reads_bodies
        answer: dict[str, object] = {
            "@odata.context": f"{request.url.origin()}/v1.0/$metadata#users/messages",
            "value": [chosen(each, query.select, bodies=bodies) for each in shown],
        }
        if query.counts:
            answer["@odata.count"] = len(found)
        if len(found) > query.skip + query.top:
            answer["@odata.nextLink"] = _next(request, query)
        return as_json(answer)

    def _mails(self, caller: Caller, request: web.Request) -> list[Mail]:
        """Return the mails of one folder, or of all of them."""
        box = caller.mailbox.address
        return [mail for each in _named(request) for mail in self._mailboxes.mails(box, each)]

    async def _folder(self, request: web.Request) -> web.StreamResponse:
        """Return a folder by well-known name, or by id, which is the same here."""
        caller = self._caller(request, "read")
        (name,) = _named(request)
        mails = await asyncio.to_thread(self._mailboxes.mails, caller.mailbox.address, name)
        title = _TITLES[name]
        return as_json({"id": name, "displayName": title, "totalItemCount": len(mails)})

    async def _one(self, request: web.Request) -> web.StreamResponse:
        caller = self._caller(request, "read")
        mail = await self._mail(request, caller)
        query = read_query(request.query, FIELDS)
        return as_json(chosen(as_message(mail), query.select, bodies=caller.reads_bodies))

    async def _source(self, request: web.Request) -> web.StreamResponse:
        caller = self._caller(request, "read")
        if not caller.reads_bodies:
            raise GraphError("ErrorAccessDenied")
        mail = await self._mail(request, caller)
        return web.Response(body=mail.raw, content_type="text/plain")

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        _, instead = await self._struck("MESSAGES", request)
        if instead is not None:
            return instead
        mail = await self._mail(request, self._caller(request, "delete"))
        self._mailboxes.delete(mail)
        return web.Response(status=204)

    async def _mail(self, request: web.Request, caller: Caller) -> Mail:
        number = number_of(request.match_info["id"], caller.mailbox.address)
        mail = None
        if number is not None:
            mail = await asyncio.to_thread(self._mailboxes.mail, number)
        if mail is None:
            raise GraphError("ErrorItemNotFound")
        return mail


def _named(request: web.Request) -> list[Folder]:
    """Return the folder that the path names, or all where it names none."""
    folder = request.match_info.get("folder", "").lower()
    wanted = [each for each in FOLDERS if folder in ("", each)]
    if not wanted:
        raise GraphError("ErrorItemNotFound")
    return wanted


def _next(request: web.Request, query: Query) -> str:
    parameters = dict(request.query) | {"$skip": str(query.skip + query.top)}
    return f"{request.url.origin()}{request.path}?{urlencode(parameters, safe='$')}"
