"""Every operation as POST /api/<operation>, what a viewer may do as GET too, and what describes
it. Answers and refusals are the local door's, with a status beside them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any, get_origin

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from noroshi.core.translation import _
from noroshi.ports import StoreError
from noroshi.service import (
    InvalidArgumentError,
    NotFoundError,
    Operation,
    OperationError,
    OperationFailedError,
    handle_request,
    refusal_as_json,
)
from noroshi.service.errors import UnreadableRequestError
from noroshi.service.large_requests import LONGEST as LONGEST, longest
from noroshi.service.operation import NO_OPERATION, STORE_TROUBLE, VIEWER, Person
from noroshi.web.api.openapi import document
from noroshi.web.context import WebContext
from noroshi.web.errors import WebError
from noroshi.web.http.authentication import UnauthenticatedError, entered
from noroshi.web.http.request_body import Body, BodyTooLongError

STATUS: Mapping[str, int] = {
    "invalid": 400,
    "forbidden": 403,
    "password": 403,
    "not found": 404,
    "conflict": 409,
    "trouble": 503,
}
JSON = "application/json"
NO_JSON = _('The body is a JSON object of arguments, such as {"id": "01J…"}.')
NO_JSON_TYPE = _("The body must be sent as Content-Type: application/json.")
ONLY_POST = _("{name} is not a viewer operation. Call it by POST.")

Handler = Callable[[Request], Awaitable[Response]]


class _ApiError(WebError):
    """Carry a refusal to the answer, with its status."""

    def __init__(self, status: int, refusal: OperationError) -> None:
        self.status, self.refusal = status, refusal


def routes(web: WebContext) -> list[Route]:
    """The API's addresses."""

    async def post(request: Request) -> Response:
        who = (await entered(request, web)).person
        arguments = await _arguments(request, web, who)
        return await _done(request, web, who, arguments)

    async def get(request: Request) -> Response:
        who = (await entered(request, web)).person
        name = request.path_params["operation"]
        known = web.service.operations().get(name)
        if known is None:
            raise _ApiError(404, NotFoundError(NO_OPERATION.fill(name=name)))
        if known.role != VIEWER or known.changes:
            raise _ApiError(405, InvalidArgumentError(ONLY_POST.fill(name=name)))
        return await _done(request, web, who, _asked(request, known))

    written = cache(lambda: document(web.service.operations()))

    async def described(request: Request) -> Response:
        await entered(request, web)
        return json_response(await asyncio.to_thread(written))

    async def begun(request: Request) -> Response:
        return RedirectResponse("/api/openapi.json", 303)

    return [
        *(Route(path, begun, methods=["GET"]) for path in ("/api", "/api/")),
        Route("/api/openapi.json", _answering(described), methods=["GET"]),
        Route("/api/{operation}", _answering(get), methods=["GET"]),
        Route("/api/{operation}", _answering(post, web), methods=["POST"]),
    ]


async def _done(
    request: Request, web: WebContext, who: Person, arguments: Mapping[str, Any]
) -> Response:
    name = request.path_params["operation"]
    answer = await handle_request(web.service, who, name, arguments, web.news)
    return json_response(answer, STATUS.get(answer.get("error", ""), 200))


def json_response(answer: Any, status: int = 200) -> Response:
    """An answer as JSON."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    # What a server said may hold half a letter, which no UTF-8 has.
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def _answering(handle: Handler, web: WebContext | None = None) -> Handler:
    async def answering(request: Request) -> Response:
        try:
            if web is not None:  # nobody's body is read before it is known who sends it
                await entered(request, web)
            return await handle(request)
        except _ApiError as error:
            return json_response(refusal_as_json(error.refusal), error.status)
        except BodyTooLongError as error:
            return json_response(refusal_as_json(error), 413)
        except UnauthenticatedError as error:
            answer = json_response(refusal_as_json(error), 401)
            answer.headers["www-authenticate"] = "Bearer"
            return answer
        except OperationError as refusal:
            return json_response(refusal_as_json(refusal), STATUS[refusal.kind])
        except StoreError as error:
            return json_response(
                refusal_as_json(OperationFailedError(STORE_TROUBLE.fill(why=error.words))), 503
            )

    return answering


async def _arguments(request: Request, web: WebContext, who: Person) -> Mapping[str, Any]:
    """Return what the body says. A large one is read by another process as it comes: of
    somebody who may ask for the operation, or nothing of it is kept."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = Body(request, longest(who))
    if await body.is_short():
        return _read(await body.whole(), kind)
    name = request.path_params["operation"]
    known = web.service.operations().get(name)
    if kind != JSON or known is None or known.role not in who.roles:
        await body.read_to_end()
        return _read(b"{}", kind)
    try:
        return await web.service.judges.read_arguments(who, name, body.parts())
    except UnreadableRequestError:
        raise _ApiError(400, InvalidArgumentError(NO_JSON)) from None
    except OperationError:
        await body.read_to_end()
        raise


def _read(body: bytes, kind: str) -> Mapping[str, Any]:
    if kind != JSON:
        raise _ApiError(415, InvalidArgumentError(NO_JSON_TYPE))
    try:
        arguments = json.loads(body, parse_constant=_no_number)
        json.dumps(arguments, ensure_ascii=False).encode()  # half a letter can be kept nowhere
    except (ValueError, RecursionError):
        raise _ApiError(400, InvalidArgumentError(NO_JSON)) from None
    if not isinstance(arguments, dict):
        raise _ApiError(400, InvalidArgumentError(NO_JSON))
    return arguments


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _asked(request: Request, known: Operation) -> Mapping[str, Any]:
    """The arguments of a GET: a list for what takes several."""
    query = request.query_params
    return {
        name: query.getlist(name) if _is_list(known.takes.get(name)) else query[name]
        for name in query
    }


def _is_list(wanted: Any) -> bool:
    return get_origin(wanted) in (tuple, list)
