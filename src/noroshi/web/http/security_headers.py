"""Check the Host of every request against a list, and put strict headers on every answer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message as AsgiMessage, Receive, Scope, Send

from noroshi.core.translation import _
from noroshi.link.link_messages import PREFIX, STAMP_HEADER
from noroshi.service import ForbiddenError, refusal_as_json
from noroshi.web.context import WebContext

SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
POLICY = "; ".join(f"{name} {source}" for name, source in SOURCES.items())
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # Not no-referrer: with it browsers send `Origin: null` with our own forms.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HEADERS_OF_LINK = {"x-content-type-options": "nosniff"}
"""An agent shows its answers to nobody, and asks all day: headers for browsers would be half of them. An
answer that is no refusal has none at all: only who signed the request gets one."""
STRICT_TRANSPORT = "max-age=31536000"
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:@/\\\[\]\s]+)(?::[0-9]{0,5})?")
"""RFC 9110, 7.2: a name or an address, and perhaps a port. Addresses of ours are made of all of it."""
WRONG_HOST = _("This host name is not allowed. Add it to “hosts” under [web] in noroshi.toml.")


class Guard:
    """Check the host and add the headers, before everything else."""

    def __init__(self, app: ASGIApp, web: WebContext) -> None:
        self._app, self._web = app, web
        self._headers = dict(HEADERS)
        if web.secure:
            self._headers["strict-transport-security"] = STRICT_TRANSPORT

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, as ASGI has it."""

        async def send_with_headers(message: AsgiMessage) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if message["status"] == 200 and STAMP_HEADER in headers:
                    return await send(message)
                strict_headers = HEADERS_OF_LINK if _is_of_agent(scope) else self._headers
                for name, value in strict_headers.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        if scope["type"] == "http" and not self._is_allowed(scope):
            return await _refuse_host(send_with_headers)
        if scope["type"] == "http":
            try:
                return await self._app(scope, receive, send_with_headers)
            except Exception:  # it was answered and logged without what it quotes: enough
                return None
        return await self._app(scope, receive, send)

    def _is_allowed(self, scope: Scope) -> bool:
        """Return whether a request names this node as its users do. Else a page of elsewhere, whose
        name was pointed here, would read as we do. Agents sign each request, and may know the node
        by another name."""
        return _is_of_agent(scope) or host_of(scope["headers"]) in self._web.hosts


def _is_of_agent(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["type"] == "http" and path.startswith(PREFIX)


def host_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """Return the host name of the request, without the port; "" unless there is just one."""
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) != 1:
        return ""
    match = HOST.fullmatch(hosts[0].decode("latin-1").lower())
    return match[1] if match else ""


async def _refuse_host(send: Send) -> None:
    body = json.dumps(refusal_as_json(ForbiddenError(WRONG_HOST)), ensure_ascii=False).encode()
    kind = (b"content-type", b"application/json")
    await send({"type": "http.response.start", "status": 421, "headers": [kind]})
    await send({"type": "http.response.body", "body": body})
