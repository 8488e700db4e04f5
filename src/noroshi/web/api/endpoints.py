"""Offer every operation as POST /api/<operation>, those of a viewer as GET too, and the OpenAPI
document. Answers and refusals are those of the local door, with an HTTP status."""

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
    refusal_as_json,
    run_as_json,
)
from noroshi.service.errors import UnreadableRequestError
from noroshi.service.large_requests import LONGEST as LONGEST, longest_request
from noroshi.service.operation import NO_OPERATION, STORE_TROUBLE, VIEWER, Person
from noroshi.web.api.openapi import document
from noroshi.web.context import WebContext
from noroshi.web.errors import WebError
from noroshi.web.http.authentication import UnauthenticatedError, authenticate
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
ONLY_POST = _("{name} is not a viewer operation. Call it with POST.")

Handler = Callable[[Request], Awaitable[Response]]


class _ApiError(WebError):
    """Carry a refusal to the answer, with the HTTP status."""

    def __init__(self, status: int, refusal: OperationError) -> None:
        self.status, self.refusal = status, refusal


def routes(web: WebContext) -> list[Route]:
    """Return the routes of the API."""

    async def post(request: Request) -> Response:
        person = (await authenticate(request, web)).person
        arguments = await _arguments(request, web, person)
        return await _run_operation(request, web, person, arguments)

    async def get(request: Request) -> Response:
        person = (await authenticate(request, web)).person
        name = request.path_params["operation"]
        operation = web.service.operations().get(name)
        if operation is None:
            raise _ApiError(404, NotFoundError(NO_OPERATION.fill(name=name)))
        if operation.role != VIEWER or operation.changes:
            raise _ApiError(405, InvalidArgumentError(ONLY_POST.fill(name=name)))
        return await _run_operation(request, web, person, _query_arguments(request, operation))

    openapi_document = cache(lambda: document(web.service.operations()))

    async def openapi(request: Request) -> Response:
        await authenticate(request, web)
        return json_response(await asyncio.to_thread(openapi_document))

    async def to_openapi(request: Request) -> Response:
        return RedirectResponse("/api/openapi.json", 303)

    return [
        *(Route(path, to_openapi, methods=["GET"]) for path in ("/api", "/api/")),
        Route("/api/openapi.json", _with_error_answers(openapi), methods=["GET"]),
        Route("/api/{operation}", _with_error_answers(get), methods=["GET"]),
        Route("/api/{operation}", _with_error_answers(post, web), methods=["POST"]),
    ]


async def _run_operation(
    request: Request, web: WebContext, person: Person, arguments: Mapping[str, Any]
) -> Response:
    name = request.path_params["operation"]
    answer = await run_as_json(web.service, person, name, arguments, web.news)
    return json_response(answer, STATUS.get(answer.get("error", ""), 200))


def json_response(answer: Any, status: int = 200) -> Response:
    """Return an answer as JSON."""
    text = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    # What a server said may hold half a letter, which no UTF-8 has.
    return Response(text.encode("utf-8", "replace"), status, media_type="application/json")


def _with_error_answers(handle: Handler, web: WebContext | None = None) -> Handler:
    async def respond(request: Request) -> Response:
        try:
            if web is not None:  # nobody's body is read before it is known who sends it
                await authenticate(request, web)
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

    return respond


async def _arguments(request: Request, web: WebContext, person: Person) -> Mapping[str, Any]:
    """Return the arguments in the body. A large body is parsed by another process while it
    arrives, if the person may ask for the operation; of others nothing is kept."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = Body(request, longest_request(person))
    if await body.is_short():
        return _parse_arguments(await body.read_whole(), content_type)
    name = request.path_params["operation"]
    operation = web.service.operations().get(name)
    if content_type != JSON or operation is None or operation.role not in person.roles:
        await body.read_to_end()
        return _parse_arguments(b"{}", content_type)
    try:
        return await web.service.judges.read_arguments(person, name, body.parts())
    except UnreadableRequestError:
        raise _ApiError(400, InvalidArgumentError(NO_JSON)) from None
    except OperationError:
        await body.read_to_end()
        raise


def _parse_arguments(body: bytes, content_type: str) -> Mapping[str, Any]:
    if content_type != JSON:
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


def _query_arguments(request: Request, operation: Operation) -> Mapping[str, Any]:
    """Return the arguments of a GET: a list where the operation takes several values."""
    query = request.query_params
    return {
        name: query.getlist(name) if _is_list(operation.arguments.get(name)) else query[name]
        for name in query
    }


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) in (tuple, list)
