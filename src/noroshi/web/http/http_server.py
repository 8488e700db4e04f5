"""Serve HTTP on a socket in the node's own loop, with limited connections."""

from __future__ import annotations

import asyncio
import socket
import ssl
from asyncio import sslproto
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from noroshi.cluster.node_stream import NodeStream
from noroshi.system.port_claim import claim
from noroshi.web.http.connection_limits import (
    ConnectionLimits,
    Connections,
    LimitedListener,
    RelayedSocket,
    TimedH11Protocol,
    protocol_of,
)
from noroshi.web.http.relay_pump import join

BACKLOG = 128
STOP_WITHIN = 2
"""Seconds until answers are cut off at the end."""
STEP = 0.01
TLS_BUFFER = 16 * 1024
"""Bytes that a TLS connection receives at a time: the largest record of TLS (RFC 8446, 5.1). asyncio
takes 256 KiB, and allocates it for each connection: a thousand agents would take 600 MB."""


class Server(uvicorn.Server):
    """Wait for an event to stop, where uvicorn looks ten times a second."""

    def __init__(
        self,
        app: ASGIApp,
        context: ssl.SSLContext | None,
        bounds: ConnectionLimits,
        connections: Connections,
    ) -> None:
        limit_tls_buffers()
        self._protocol = protocol_of(bounds, connections)
        super().__init__(_config(app, context, bounds, self._protocol))
        self._connections = connections
        self._stopping = asyncio.Event()
        self._listener: socket.socket | None = None
        self._serving: asyncio.Task[None] | None = None

    def start(self, listener: socket.socket | None) -> None:
        """Answer the connections of a socket from now on; None: only those that are relayed."""
        self._listener = listener
        sockets = [] if listener is None else [listener]
        self._serving = asyncio.create_task(self.serve(sockets=sockets))

    async def serve_relayed(self, client: tuple[str, int], stream: NodeStream) -> None:
        """Answer a connection that another node passes on, until it ends."""
        own_end, other_end = socket.socketpair()
        relayed = RelayedSocket.from_accepted(own_end, client, self._connections)
        reader, writer = await asyncio.open_connection(sock=other_end)
        joining = asyncio.create_task(join(stream, reader, writer))
        try:
            await self._adopt(relayed)
            await joining
        except OSError:  # no TLS, or broken off in it
            relayed.close()
        finally:
            joining.cancel()
            await asyncio.wait((joining,))

    async def _adopt(self, connection: socket.socket) -> None:
        loop, config = asyncio.get_running_loop(), self.config

        def protocol() -> asyncio.Protocol:
            http_protocol: asyncio.Protocol = self._protocol(
                config=config, server_state=self.server_state, app_state={}
            )
            return http_protocol

        connection.setblocking(False)
        await loop.connect_accepted_socket(protocol, connection, ssl=config.ssl)

    async def stop(self) -> None:
        """Let answers under way end for a short time, and close the socket."""
        if self._serving is None:
            return
        self._stopping.set()
        await asyncio.wait((self._serving,), timeout=STOP_WITHIN + 1)
        self._serving.cancel()
        if self._listener is not None:
            self._listener.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone: the node handles the stop."""
        yield

    async def main_loop(self) -> None:
        """Renew once a second the date that answers carry."""
        while not self._stopping.is_set():
            await self.on_tick(0)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let answers under way end, and cut off connections that say nothing: also those that were
        taken just now, or are still in the handshake of TLS."""
        for server in self.servers:
            server.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN):
                await self._end_connections()
        for task in self.server_state.tasks:
            task.cancel()
        for open_socket in self._connections.open:
            open_socket.hang_up()
        await asyncio.sleep(STEP)  # the loop closes them

    async def _end_connections(self) -> None:
        state, ending = self.server_state, set[Any]()
        while True:
            for connection in state.connections - ending:
                connection.shutdown()
                ending.add(connection)
            await asyncio.sleep(STEP)  # uvicorn tells nobody
            if not state.connections and not state.tasks:
                return


def limit_tls_buffers() -> None:
    """Take no more memory for a connection by TLS than one record of it."""
    sslproto.SSLProtocol.max_size = TLS_BUFFER


def listen(address: str, port: int, connections: Connections) -> LimitedListener:
    """Return a socket that listens at an address of this computer (port 0: any free one). Raises
    OSError."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    # Said to be TCP's: of no other does asyncio switch Nagle off (base_events._set_nodelay).
    listener = LimitedListener(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.open_connections = connections
    try:
        claim(listener)
        listener.bind((address, port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def _config(
    app: ASGIApp,
    context: ssl.SSLContext | None,
    bounds: ConnectionLimits,
    protocol: type[TimedH11Protocol],
) -> uvicorn.Config:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        log_level="warning",
        lifespan="off",
        ws="none",
        http=protocol,
        loop="none",
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=bounds.idle,
        timeout_graceful_shutdown=STOP_WITHIN,
    )
    config.load()
    config.ssl = context
    return config
