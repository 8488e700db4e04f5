"""Listen for agents alone, at an address of their own: no page, no API, always TLS.

The certificate is the node's own, also where noroshi.toml names one: agents look at its key alone,
and that key stays.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from noroshi.service.agents.hub_endpoints import Endpoint, ListenerSetting
from noroshi.web.asgi import agents_application
from noroshi.web.context import WebContext
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import Server, listen
from noroshi.web.http.self_signed import context_of, hash_of, own_certificate, pin_of
from noroshi.web.http.tls_key import keep_tls_key

LIMITS = ConnectionLimits(most=500, one_of=8)
"""For those whose signature is not verified yet. The manager has half of the open files already."""


@dataclass(frozen=True, slots=True)
class _Tls:
    """Hold a context, the pin of its key, and the SHA-256 of its certificate."""

    context: ssl.SSLContext
    pin: bytes
    certificate: bytes


class AgentListener:
    """Hold the socket for agents; one at a time is open."""

    def __init__(self, web: WebContext, home: Path, limits: ConnectionLimits = LIMITS) -> None:
        self._web, self._home, self._limits = web, home, limits
        self._server: Server | None = None
        self._setting: ListenerSetting | None = None
        self._closing = asyncio.Event()

    async def open(self, setting: ListenerSetting) -> ListenerSetting:
        """Listen there, in place of where it listened before; return it with the port in use.
        Raises OSError; then it listens where it did before."""
        if setting == self._setting:
            return setting
        tls = await self._tls()
        earlier_setting = self._setting
        await self.close()
        try:
            return self._start(setting, tls)
        except OSError:
            if earlier_setting is not None:
                self._start(earlier_setting, tls)
            raise

    async def close(self) -> None:
        """Listen no more; what is held for agents ends."""
        self._web.service.context.endpoints.listener = None
        server, self._server, self._setting = self._server, None, None
        self._closing.set()
        if server is not None:
            await server.stop()

    def _start(self, setting: ListenerSetting, tls: _Tls) -> ListenerSetting:
        connections = Connections(self._limits)
        listener = listen(setting.address, setting.port, connections)
        self._closing = asyncio.Event()
        web = replace(self._web, closing=self._closing, port=_port_of(listener), secure=True)
        self._server = Server(agents_application(web), tls.context, self._limits, connections)
        self._server.start(listener)
        self._setting = replace(setting, port=web.port)
        self._web.service.context.endpoints.listener = Endpoint(
            host=setting.host, port=web.port, pin=tls.pin, certificate=tls.certificate
        )
        return self._setting

    async def _tls(self) -> _Tls:
        """Return the node's own certificate, for TLS."""
        await keep_tls_key(self._web.service.context.vault, self._home)
        now = self._web.service.now()
        return await asyncio.to_thread(lambda: self._own_certificate(now))

    def _own_certificate(self, now: datetime) -> _Tls:
        certificate, key = own_certificate(self._home, self._web.hosts, now)
        return _Tls(context_of(certificate, key), pin_of(certificate), hash_of(certificate))


def _port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port
