"""Put the whole manager together as one ASGI application."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from noroshi.core.translation import Message, _
from noroshi.link.install_line import INSTALL
from noroshi.people import random_keys
from noroshi.service import (
    InvalidArgumentError,
    NotFoundError,
    OperationError,
    OperationFailedError,
    refusal_as_json,
)
from noroshi.web import health, pages
from noroshi.web.api import endpoints
from noroshi.web.context import WebContext
from noroshi.web.errors import NO_SUCH_PAGE
from noroshi.web.http import static_files
from noroshi.web.http.security_headers import Guard
from noroshi.web.link import install_downloads, link_endpoints
from noroshi.web.view.page_context import Visit

log = logging.getLogger(__name__)
OUR_BUG = _("Internal error in Noroshi. The node's log has the details. Monitoring continues.")
REASONS: Mapping[int, Message] = {
    404: NO_SUCH_PAGE,
    405: _("This page does not support this request."),
}
"""The reason why a request is not answered, by HTTP status; any other status is a bug of
ours."""


def application(web: WebContext) -> ASGIApp:
    """Make the application that answers every request."""

    async def on_http_error(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        return _error_response(web, request, status)

    async def on_unexpected_error(request: Request, error: Exception) -> Response:
        _log_bug(request, error)
        return _error_response(web, request, 500)

    starlette = Starlette(
        routes=[
            *health.routes(web),
            *endpoints.routes(web),
            *link_endpoints.routes(web),
            *install_downloads.routes(web),
            *static_files.routes(),
            *pages.routes(web),
        ],
        exception_handlers={HTTPException: on_http_error, Exception: on_unexpected_error},
    )
    starlette.router.redirect_slashes = False
    return Guard(starlette, web)


def agents_application(web: WebContext) -> ASGIApp:
    """Make the application of the listener for agents: their link, and nothing else."""

    async def on_unexpected_error(request: Request, error: Exception) -> Response:
        _log_bug(request, error)
        return Response(status_code=500)

    starlette = Starlette(
        routes=[*link_endpoints.routes(web), *install_downloads.routes(web)],
        exception_handlers={Exception: on_unexpected_error},
    )
    starlette.router.redirect_slashes = False
    return Guard(starlette, web)


def _log_bug(request: Request, error: Exception) -> None:
    # No message: it may quote what was given to us, and that may be a secret. Nor the path of an
    # invitation, which is one.
    trace = "".join(traceback.format_tb(error.__traceback__))
    path = "/…" if request.url.path.startswith(INSTALL) else request.url.path
    log.error("request failed: %s %s\n%s", path, type(error).__name__, trace)


def _error_response(web: WebContext, request: Request, status: int) -> Response:
    reason = REASONS.get(status, OUR_BUG)
    if request.url.path.startswith("/api/"):
        return endpoints.json_response(refusal_as_json(_refusal(status, reason)), status)
    return Visit(web, request, random_keys.key(), None).failed(status, reason)


def _refusal(status: int, words: Message) -> OperationError:
    kinds: dict[int, type[OperationError]] = {404: NotFoundError, 405: InvalidArgumentError}
    return kinds.get(status, OperationFailedError)(words)
