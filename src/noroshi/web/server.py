"""Open and close the manager's socket in the node's own loop."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import uvicorn

from noroshi.config.web import Web
from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.web.asgi import application
from noroshi.web.context import OWN_NAMES, WebContext
from noroshi.web.http.connection_limits import (
    ConnectionLimits,
    Connections,
    LimitedListener,
    protocol_of,
)
from noroshi.web.http.self_signed import context_of, own_certificate

BACKLOG = 128
STOP_WITHIN = 2
"""Seconds until answers are cut off at the end."""
STEP = 0.01

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


class _Server(uvicorn.Server):
    """Wait for an event to stop, where uvicorn looks ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.stop = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the node handles the stop."""
        yield

    async def main_loop(self) -> None:
        """Renew once a second the date that answers carry."""
        while not self.stop.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stop.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers under way end, and cut off connections that say nothing."""
        for server in self.servers:
            server.close()
        state = self.server_state
        for connection in list(state.connections):
            connection.shutdown()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN):
                while state.connections or state.tasks:  # noqa: ASYNC110  uvicorn tells nobody
                    await asyncio.sleep(STEP)
        for task in state.tasks:
            task.cancel()


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
        listener = _listen(settings, connections := Connections(bounds))
    except OSError as error:
        _report_failure(settings, error, say)
        yield
        return
    web = _with_hosts(settings, web, listener.getsockname()[1])
    try:
        context = await asyncio.to_thread(_context, settings, home, web)
    except OSError as error:  # ssl.SSLError is one
        listener.close()
        _report_failure(settings, error, say)
        yield
        return
    server = _Server(_config(web, context, bounds, connections))
    server_task = asyncio.create_task(server.serve(sockets=[listener]))
    url = url_of(settings, listener)
    say(OPEN.fill(url=url))
    if not await web.people.has_administrator():
        say(FIRST.fill(url=url, code=web.people.first_code()))
    try:
        yield
    finally:
        web.closing.set()
        server.stop.set()
        await asyncio.wait((server_task,), timeout=STOP_WITHIN + 1)
        server_task.cancel()
        listener.close()


def url_of(settings: Web, listener: socket.socket) -> str:
    """Return the address to type into a browser."""
    port = listener.getsockname()[1]
    scheme = "https" if settings.secure else "http"
    name = settings.hosts[0] if settings.hosts else settings.address
    return f"{scheme}://{f'[{name}]' if ':' in name and name[0] != '[' else name}:{port}/"


def _with_hosts(settings: Web, web: WebContext, port: int) -> WebContext:
    hosts = OWN_NAMES.union(settings.hosts)
    return replace(web, secure=settings.secure, port=port, hosts=hosts)


def _listen(settings: Web, connections: Connections) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.address else socket.AF_INET
    # Said to be TCP's: of no other does asyncio switch Nagle off (base_events._set_nodelay).
    listener = LimitedListener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.open_connections = connections
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.address, settings.port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _context(settings: Web, home: Path, web: WebContext) -> ssl.SSLContext | None:
    if not settings.secure:
        return None
    if settings.certificate is not None and settings.key is not None:
        return context_of(settings.certificate, settings.key)
    now = web.service.now()
    return context_of(*own_certificate(home, web.hosts, now))


def _config(
    web: WebContext,
    context: ssl.SSLContext | None,
    bounds: ConnectionLimits,
    connections: Connections,
) -> uvicorn.Config:
    config = uvicorn.Config(
        application(web),
        log_config=None,
        access_log=False,
        log_level="warning",
        lifespan="off",
        ws="none",
        http=protocol_of(bounds, connections),
        loop="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=bounds.idle,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    config.load()
    config.ssl = context
    return config


def _report_failure(settings: Web, error: OSError, say: Callable[[Message], None]) -> None:
    words = CANNOT_OPEN.fill(
        address=settings.address,
        port=settings.port,
        why=cause_text(error),
        other=settings.port + 1,
    )
    say(words)
