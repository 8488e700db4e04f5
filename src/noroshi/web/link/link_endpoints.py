"""Answer the messages of the link, POST /link/1/NAME: whoever sends one is verified before its body
is read."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from noroshi.link.link_messages import (
    JOIN,
    MOST_BYTES_TAKEN,
    PREFIX,
    STAMP_HEADER,
    WAIT,
    LinkFault,
    Refused,
)
from noroshi.link.message_body import Body, body_of
from noroshi.link.update_messages import BINARY
from noroshi.ports import StoreError
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.service.agents.update_offers import FilePart
from noroshi.web.context import WebContext
from noroshi.web.http.connection_limits import report_agent
from noroshi.web.http.request_body import Body as ReceivedBody, BodyTooLongError

if TYPE_CHECKING:
    from noroshi.service.agents.hub import AgentHub

log = logging.getLogger(__name__)
T = TypeVar("T")
STATUS: Mapping[LinkFault, int] = {
    LinkFault.STALE: 401,
    LinkFault.BAD_SIGNATURE: 401,
    LinkFault.REVOKED: 403,
    LinkFault.INVITATION: 403,
    LinkFault.CLONED: 409,
    LinkFault.VERSION: 409,
    LinkFault.EARLIER_TEXT: 409,
    LinkFault.MALFORMED: 400,
    LinkFault.TOO_LARGE: 413,
    LinkFault.BUSY: 429,
}
UNAVAILABLE = 503
AGAIN_AFTER = 5.0
"""Seconds after which an agent may come again when the hub stops, or its store is away."""
MOST_BYTES_JOINING = 16 * 1024
JSON = "application/json"


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the link."""

    async def post(request: Request) -> Response:
        is_joining = request.path_params["name"] == JOIN
        body = ReceivedBody(request, MOST_BYTES_JOINING if is_joining else MOST_BYTES_TAKEN)
        try:
            return await _response(web, await _answer(web, request, body))
        except LinkRefusedError as refusal:
            return await _refusal(web, request, body, refusal, STATUS[refusal.fault])
        except ClientDisconnect:
            return Response(status_code=400)  # nobody hears it
        except BodyTooLongError:
            too_large = LinkRefusedError(LinkFault.TOO_LARGE, "the body is too large")
            return await _refusal(web, request, body, too_large, STATUS[too_large.fault])
        except StoreError as error:
            log.warning("cannot answer an agent at the moment: %s", error)
            busy = LinkRefusedError(LinkFault.BUSY, "temporarily unavailable", AGAIN_AFTER)
            return await _refusal(web, request, body, busy, UNAVAILABLE)

    return [Route(PREFIX + "{name}", post, methods=["POST"])]


async def _answer(web: WebContext, request: Request, request_body: ReceivedBody) -> object:
    hub, name = web.service.agents_hub, request.path_params["name"]
    address = request.client.host if request.client is not None else ""
    coding = request.headers.get("content-encoding", "").strip().lower()
    if name == JOIN:
        return await hub.join(Body(await request_body.read_whole(), coding), address)
    authorization = request.headers.get("authorization", "")
    caller = await hub.caller(request.url.path, authorization, address)
    report_agent(request.scope, caller.agent.id)
    answer = hub.answer(caller, name, Body(await request_body.read_whole(), coding))
    return await (_until_closing(web, answer) if name == WAIT else answer)


async def _until_closing(web: WebContext, answer: Awaitable[T]) -> T:
    """Return an answer that may take long. Raises LinkRefusedError once this listener closes."""
    answering = asyncio.ensure_future(answer)
    closing = asyncio.create_task(web.closing.wait())
    try:
        await asyncio.wait((answering, closing), return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise LinkRefusedError(LinkFault.BUSY, "the hub is stopping", AGAIN_AFTER)
        return await answering
    finally:
        answering.cancel()
        closing.cancel()


async def _refusal(
    web: WebContext,
    request: Request,
    request_body: ReceivedBody,
    refusal: LinkRefusedError,
    status: int,
) -> Response:
    """Return a refusal, once the body was heard: the connection can then be used again. One that
    is too large is not heard to its end, so the connection ends."""
    answer = Refused(fault=refusal.fault, message=refusal.text, reason=refusal.reason)
    response = await _response(web, answer, status)
    if refusal.retry_after > 0:
        response.headers["retry-after"] = str(math.ceil(refusal.retry_after))
    if not await _is_heard(request_body, request):
        response.headers["connection"] = "close"
    return response


async def _is_heard(request_body: ReceivedBody, request: Request) -> bool:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > request_body.most:
        return False
    try:
        await request_body.read_to_end()
    except BodyTooLongError:
        return False
    return True


async def _response(web: WebContext, message: object, status: int = 200) -> Response:
    response = _unstamped_response(message, status)
    if (stamp := await _stamp(web.service.agents_hub)) is not None:
        response.headers[STAMP_HEADER] = stamp
    return response


def _unstamped_response(message: object, status: int) -> Response:
    if isinstance(message, FilePart):
        return Response(message.content, media_type=BINARY)
    body = body_of(message)
    # What it is needs to be said only to those who may not know: agents ask all day.
    response = Response(body.content, status, media_type=None if status == 200 else JSON)
    if body.coding:
        response.headers["content-encoding"] = body.coding
    return response


async def _stamp(hub: AgentHub) -> str | None:
    """Return a fresh stamp; None while the store does not tell the era."""
    try:
        return await hub.stamp()
    except StoreError:
        return None
