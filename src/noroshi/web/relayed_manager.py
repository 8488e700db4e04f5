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


class RelayedManager:
    """Hold a server for each listener of other nodes, with the cookies and allowed hosts of the node
    that people called."""

    def __init__(self, web: WebContext) -> None:
        self._web, self._connections = web, Connections(LIMITS)
        self._servers: dict[Entry, Server] = {}

    async def take(self, opening: Opening, stream: NodeStream) -> None:
        """Answer a connection until it ends."""
        await self._server_of(opening.entry).serve_relayed(opening.client, stream)

    async def close(self) -> None:
        """End all connections."""
        self._web.closing.set()
        for server in self._servers.values():
            await server.stop()

    def _server_of(self, entry: Entry) -> Server:
        if entry not in self._servers and len(self._servers) < MOST_ENTRIES:
            self._servers[entry] = self._start(entry)
        return self._servers.get(entry) or next(iter(self._servers.values()))

    def _start(self, entry: Entry) -> Server:
        web = replace(
            self._web, secure=entry.secure, port=entry.port, hosts=frozenset(entry.hosts)
        )
        server = Server(application(web), None, LIMITS, self._connections)
        server.start(None)
        return server
