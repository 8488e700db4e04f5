"""Answer the connections of browsers and programs that other nodes pass on to this one."""

from __future__ import annotations

from dataclasses import replace

from noroshi.cluster.node_requests import Entry, Opening
from noroshi.cluster.node_stream import NodeStream
from noroshi.web.asgi import application
from noroshi.web.context import WebContext
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import Server

LIMITS = ConnectionLimits(one_of=12)
"""For all nodes that pass on: each connection takes three files, so a quarter of them in all, beside the
manager's own half."""
MOST_ENTRIES = 32
"""Listeners that differ in hosts, port or TLS: a few for each node, and those of before a change."""


class RelayedManager:
    """Hold a server for each listener of other nodes, with the cookies and allowed hosts of the node
    that people called."""

    def __init__(self, web: WebContext) -> None:
        self._web, self._connections = web, Connections(LIMITS)
        self._servers: dict[Entry, Server] = {}

    async def take(self, opening: Opening, stream: NodeStream) -> None:
        """Answer a connection until it ends."""
        server = await self._server_of(opening.entry)
        await server.serve_relayed(opening.client, stream)

    async def close(self) -> None:
        """End all connections."""
        self._web.closing.set()
        for server in self._servers.values():
            await server.stop()

    async def _server_of(self, entry: Entry) -> Server:
        """Return the server of a listener; a new one pushes out the one that was asked longest ago."""
        server = self._servers.pop(entry, None) or self._start(entry)
        self._servers[entry] = server  # the last one from now on
        if len(self._servers) > MOST_ENTRIES:
            oldest_server = self._servers.pop(next(iter(self._servers)))
            await oldest_server.stop()
        return server

    def _start(self, entry: Entry) -> Server:
        web = replace(
            self._web, secure=entry.secure, port=entry.port, hosts=frozenset(entry.hosts)
        )
        server = Server(application(web), None, LIMITS, self._connections)
        server.start(None)
        return server
