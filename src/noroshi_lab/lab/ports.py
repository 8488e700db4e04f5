"""The lab's ports: each may be open, shut, silent or out of order, by itself."""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
import sys
from collections.abc import Awaitable, Callable
from typing import Literal, get_args

from aiohttp import web

from noroshi_lab.lab.web_faults import bare

State = Literal["up", "refuses", "silent", "busy"]
STATES: tuple[State, ...] = get_args(State)
_TRIES = 20
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """One port on both loopback addresses; port 0 takes a free one. Raises OSError if it is taken.

    While it is shut the port stays bound, so that it is ours again afterwards, and nobody
    listens on it: the system refuses each connection.
    """

    def __init__(self, port: int = 0) -> None:
        self._sockets = bind(port)
        self.port: int = self._sockets[0].getsockname()[1]
        self.state: State = "up"
        self._factory: Callable[[], asyncio.BaseProtocol] | None = None
        self._tls: ssl.SSLContext | None = None
        self._cut: Callable[[], None] = lambda: None
        self._servers: list[asyncio.Server] = []
        self._opening: asyncio.Task[None] | None = None

    async def start(
        self,
        factory: Callable[[], asyncio.BaseProtocol],
        *,
        tls: ssl.SSLContext | None = None,
        cut: Callable[[], None] = lambda: None,
    ) -> None:
        """Listen; `cut` ends the open connections."""
        self._factory, self._tls, self._cut = factory, tls, cut
        await self._listen()

    def put(self, state: State) -> None:
        """Set the state of the door from now on. A silent connection stays silent until it is
        closed."""
        before, self.state = self.state, state
        if state == "refuses" and before != "refuses":
            self._shut()
        elif state != "refuses" and before == "refuses":
            for each in self._sockets:
                each.listen(128)
            self._opening = asyncio.ensure_future(self._listen())

    async def stop(self) -> None:
        """Release the port."""
        self._close()
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
            self._close()

    async def _listen(self) -> None:
        assert self._factory is not None
        loop = asyncio.get_running_loop()
        for each in self._sockets:
            server = await loop.create_server(self._factory, sock=each, ssl=self._tls)
            self._servers.append(server)

    def _shut(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
        self._close()
        self._cut()
        self._sockets = bind(self.port)

    def _close(self) -> None:
        for server in self._servers:
            server.close()
        self._servers.clear()
        for each in self._sockets:
            each.close()


class WebDoor(Door):
    """Hold a port for HTTPS."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self._runner: web.AppRunner | None = None

    @property
    def base(self) -> str:
        """Return the address of what is behind it, without a slash at the end."""
        return f"https://localhost:{self.port}"

    @web.middleware
    async def guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Do not answer, or answer 503, while the door is set to that."""
        if self.state == "silent":
            await asyncio.Event().wait()  # until the other side gives up, which cancels this
        if self.state == "busy":
            return bare(503)
        return await handler(request)

    async def open(self, app: web.Application, tls: ssl.SSLContext) -> None:
        """Serve an application."""
        # No access log: codes and states stand in the addresses.
        self._runner = web.AppRunner(
            app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True
        )
        await self._runner.setup()
        assert self._runner.server is not None
        await self.start(self._runner.server, tls=tls, cut=self._end_connections)

    async def stop(self) -> None:
        await super().stop()
        if self._runner is not None:
            await self._runner.cleanup()

    def _end_connections(self) -> None:
        if self._runner is None or self._runner.server is None:
            return
        for each in list(self._runner.server.connections):
            if each.transport is not None:
                each.transport.abort()


def bind(port: int) -> list[socket.socket]:
    """Bind sockets on one port of 127.0.0.1 and, where there is IPv6, of ::1.

    A client that dials "localhost" may try either first, and must not meet a stranger there.
    """
    for _ in range(_TRIES):
        first = _bind(socket.AF_INET, "127.0.0.1", port)
        try:
            return [first, _bind(socket.AF_INET6, "::1", first.getsockname()[1])]
        except OSError as refused:
            if refused.errno not in (errno.EADDRINUSE, errno.EACCES):
                return [first]  # no IPv6 here
            first.close()
            if port:
                raise
    raise OSError("no port is free on both 127.0.0.1 and ::1")


def _bind(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    # Said to be TCP's: of no other does asyncio switch Nagle off (base_events._set_nodelay).
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # on Windows this would let two programs share a port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound
