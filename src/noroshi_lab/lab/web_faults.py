"""Script faults of a web endpoint: replace the usual answer."""

from __future__ import annotations

import asyncio

from aiohttp import web

from noroshi_lab.lab.faults import OAUTH_ERRORS, Faults, seconds
from noroshi_lab.lab.refusals import Refusal
from noroshi_lab.lab.responses import RETRY_AFTER, page

_PROXY = "<!doctype html><title>Proxy</title><h1>{what}</h1>"
_HALF = b'{"token_type":"Bearer","scope":"'


async def struck(faults: Faults, at: str, request: web.Request) -> web.StreamResponse | None:
    """Return what the next fault of this place does; None: the usual answer, after a while
    perhaps.

    An AADSTS number or an error of OAuth is raised as a Refusal.
    """
    does = faults.next(at)
    if does in OAUTH_ERRORS:
        raise Refusal(70000, error=does)
    number = does.removeprefix("AADSTS")
    if number.isdecimal() and len(number) > 3:
        raise Refusal(int(number))
    return await strike(does, request, faults.retry_after)


async def strike(
    does: str, request: web.Request, retry_after: str
) -> web.StreamResponse | None:
    """Do what a scripted fault says; return the answer that replaces the usual one, or None."""
    wait = seconds(does)
    if wait is not None:
        await asyncio.sleep(wait)
    if not does or wait is not None:
        return None
    return bare(int(does), retry_after) if does.isdecimal() else await _broken(does, request)


def bare(status: int, retry_after: str = RETRY_AFTER) -> web.Response:
    """Return an answer of which only the status is of use."""
    if status in (429, 503):
        headers = {"Retry-After": retry_after}
        return web.Response(status=status, text="", headers=headers)
    return web.Response(status=status, text="")


async def _broken(does: str, request: web.Request) -> web.StreamResponse:
    if does == "html":
        return page(_PROXY.format(what="Bad Gateway"), 502)
    if does == "html-200":  # a captive portal, or a proxy that wants a password
        return page(_PROXY.format(what="Please sign in to the network"))
    if does == "truncated":
        return await _truncated(request)
    if does == "silent":
        await asyncio.Event().wait()  # until the other side gives up, which cancels this
    cut(request)
    return web.Response()


async def _truncated(request: web.Request) -> web.StreamResponse:
    """State the full length, and end before that."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    answer.content_length = len(_HALF) * 10
    await answer.prepare(request)
    await answer.write(_HALF)
    cut(request)
    return answer


def cut(request: web.Request) -> None:
    """End the request's connection at once."""
    if request.transport is not None:
        request.transport.abort()
