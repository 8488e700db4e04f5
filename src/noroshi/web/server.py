"""Open and close the manager's socket in the node's own loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from noroshi.config.web import Web
from noroshi.core.host_port import authority
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.service.agents.hub_endpoints import Endpoint
from noroshi.service.agents.listener import PORT as AGENT_PORT
from noroshi.web.asgi import application
from noroshi.web.context import OWN_NAMES, WebContext
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import Server, listen
from noroshi.web.http.self_signed import (
    CERTIFICATE,
    context_of,
    hash_of,
    own_certificate,
    pin_of,
)
from noroshi.web.http.tls_key import keep_tls_key

CANNOT_OPEN = _(
    "cannot open the manager at {address} port {port}: {why}. Monitoring and delivery "
    "continue without it. To use another port, set it in noroshi.toml: web = {{ port = "
    "{other} }}"
)
OPEN = _("manager: {url}")
FIRST = _(
    "manager: there is no administrator yet. Open {url}start and enter this one-time code: "
    "{code}"
)


@asynccontextmanager
async def open_web(
    settings: Web,
    home: Path,
    web: WebContext,
    say: Callable[[Message], None],
    bounds: ConnectionLimits = ConnectionLimits(),
) -> AsyncIterator[None]:
    """Answer browsers until the block ends; without a socket or a certificate say why, and
    answer nobody."""
    try:
        connections = Connections(bounds)
        listener = listen(settings.address, settings.port, connections)
    except OSError as error:
        _report_failure(settings, error, say)
        yield
        return
    web = _with_hosts(settings, web, listener.getsockname()[1])
    try:
        context = await manager_context(settings, home, web)
    except OSError as error:  # ssl.SSLError is one
        listener.close()
        _report_failure(settings, error, say)
        yield
        return
    server = Server(application(web), context, bounds, connections)
    server.start(listener)
    await _announce(settings, home, web)
    url = url_of(settings, listener)
    say(OPEN.fill(url=url))
    if not await web.people.has_administrator():
        say(FIRST.fill(url=url, code=web.people.first_code()))
    try:
        yield
    finally:
        web.closing.set()
        web.service.context.endpoints.manager = None
        await server.stop()


async def _announce(settings: Web, home: Path, web: WebContext) -> None:
    """Let agents be invited to the manager, where other computers reach it."""
    if settings.loopback:
        return
    certificate = settings.certificate or home / CERTIFICATE
    web.service.context.endpoints.manager = Endpoint(
        host=settings.hosts[0],
        port=web.port,
        pin=await asyncio.to_thread(pin_of, certificate),
        certificate=await asyncio.to_thread(hash_of, certificate),
    )


def url_of(settings: Web, listener: socket.socket) -> str:
    """Return the address to type into a browser."""
    port = listener.getsockname()[1]
    scheme = "https" if settings.secure else "http"
    name = settings.hosts[0] if settings.hosts else settings.address
    return f"{scheme}://{authority(name, port)}/"


def _with_hosts(settings: Web, web: WebContext, port: int) -> WebContext:
    return replace(web, secure=settings.secure, port=port, hosts=hosts_of(settings))


def hosts_of(settings: Web) -> frozenset[str]:
    """Return the names by which a request may call this node."""
    return OWN_NAMES.union(settings.hosts)


async def manager_context(settings: Web, home: Path, web: WebContext) -> ssl.SSLContext | None:
    """Return the TLS of the manager; None: it has none. Raise OSError."""
    if not settings.secure:
        return None
    if settings.certificate is not None and settings.key is not None:
        return await asyncio.to_thread(context_of, settings.certificate, settings.key)
    await keep_tls_key(web.service.context.vault, home)
    now = web.service.now()
    return await asyncio.to_thread(lambda: context_of(*own_certificate(home, web.hosts, now)))


def _report_failure(settings: Web, error: OSError, say: Callable[[Message], None]) -> None:
    words = CANNOT_OPEN.fill(
        address=settings.address,
        port=settings.port,
        why=cause_text(error),
        other=_next_port(settings.port),
    )
    say(words)


def _next_port(port: int) -> int:
    """Return the port to propose instead; the port for agents is none for a manager."""
    return port + 2 if port + 1 == AGENT_PORT else port + 1
