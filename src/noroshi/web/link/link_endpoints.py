"""Answer the messages of the link, POST /link/1/NAME: whoever sends one is verified before its body
is read."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from noroshi.link.link_messages import JOIN, MOST_BYTES_SENT, PREFIX, WAIT, LinkFault, Refused
from noroshi.link.message_body import Body, body_of
from noroshi.link.signature import STAMP_HEADER
from noroshi.ports import StoreError
from noroshi.service.agents.hub import AgentHub
from noroshi.service.agents.link_refusal import LinkRefusedError
from noroshi.web.context import WebContext
from noroshi.web.http.connection_limits import report_agent
from noroshi.web.http.request_body import Body as ReceivedBody, BodyTooLongError

log = logging.getLogger(__name__)
T = TypeVar("T")
STATUS: Mapping[LinkFault, int] = {
    LinkFault.STALE: 401,
    LinkFault.BAD_SIGNATURE: 401,
    LinkFault.REVOKED: 403,
    LinkFault.INVITATION: 403,
    LinkFault.CLONED: 409,
    LinkFault.VERSION: 409,
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
        try:
            return await _response(web, await _answer(web, request))
        except LinkRefusedError as refusal:
            return await _refusal(web, refusal, STATUS[refusal.fault])
        except BodyTooLongError:
            too_large = LinkRefusedError(LinkFault.TOO_LARGE, "the body is too large")
            return await _refusal(web, too_large, STATUS[too_large.fault])
        except StoreError as error:
            log.warning("an agent gets no answer now: %s", error)
            busy = LinkRefusedError(LinkFault.BUSY, "not now", AGAIN_AFTER)
            return await _refusal(web, busy, UNAVAILABLE)

    return [Route(PREFIX + "{name}", post, methods=["POST"])]


async def _answer(web: WebContext, request: Request) -> object:
    hub, name = web.service.agents_hub, request.path_params["name"]
    address = request.client.host if request.client is not None else ""
    if name == JOIN:
        return await hub.join(await _body(request, MOST_BYTES_JOINING), address)
    authorization = request.headers.get("authorization", "")
    caller = await hub.caller(request.url.path, authorization, address)
    report_agent(request.scope, caller.agent.id)
    body = await _body(request, MOST_BYTES_SENT)
    answer = hub.answer(caller, name, body)
    return await (_until_closing(web, answer) if name == WAIT else answer)


async def _body(request: Request, most: int) -> Body:
    """Return the body as it was sent. Raises BodyTooLongError."""
    content = await ReceivedBody(request, most).read_whole()
    return Body(content, request.headers.get("content-encoding", "").strip().lower())


async def _until_closing(web: WebContext, answer: Awaitable[T]) -> T:
    """Return an answer that may take long. Raises LinkRefusedError once this listener closes."""
    answering = asyncio.ensure_future(answer)
    closing = asyncio.create_task(web.closing.wait())
    try:
        await asyncio.wait((answering, closing), return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise LinkRefusedError(LinkFault.BUSY, "the hub stops", AGAIN_AFTER)
        return await answering
    finally:
        answering.cancel()
        closing.cancel()


async def _refusal(web: WebContext, refusal: LinkRefusedError, status: int) -> Response:
    response = await _response(web, Refused(fault=refusal.fault, message=refusal.text), status)
    if refusal.retry_after > 0:
        response.headers["retry-after"] = str(math.ceil(refusal.retry_after))
    return response


async def _response(web: WebContext, message: object, status: int = 200) -> Response:
    body = body_of(message)
    response = Response(body.content, status, media_type=JSON)
    if body.coding:
        response.headers["content-encoding"] = body.coding
    if (stamp := await _stamp(web.service.agents_hub)) is not None:
        response.headers[STAMP_HEADER] = stamp
    return response


async def _stamp(hub: AgentHub) -> str | None:
    """Return a fresh stamp; None while the store does not tell the era."""
    try:
        return await hub.stamp()
    except StoreError:
        return None
