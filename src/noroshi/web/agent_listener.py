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
from ipaddress import ip_address
from pathlib import Path

from noroshi.cluster.node_requests import Opening
from noroshi.cluster.node_stream import NodeStream
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
    """Hold the files of a certificate and its key, the pin of the key, and the SHA-256 of the
    certificate."""

    files: tuple[Path, Path]
    pin: bytes
    certificate: bytes

    def context(self) -> ssl.SSLContext:
        """Return a context that shows it. Raises OSError."""
        return context_of(*self.files)


@dataclass(slots=True)
class _OpenServer:
    """Hold an open server, its address, what it shows, and the event that ends the requests it holds
    for agents."""

    server: Server
    context: ssl.SSLContext
    setting: ListenerSetting
    closing: asyncio.Event

    async def close(self) -> None:
        """Stop listening, and end the requests that are held for agents."""
        self.closing.set()
        await self.server.stop()


class AgentListener:
    """Hold the socket for agents, and the former one for agents that do not know the new one."""

    def __init__(self, web: WebContext, home: Path, limits: ConnectionLimits = LIMITS) -> None:
        self._web, self._home, self._limits = web, home, limits
        self._current: _OpenServer | None = None
        self._former_server: _OpenServer | None = None
        self._own_server: _OpenServer | None = None

    @property
    def setting(self) -> ListenerSetting | None:
        """Return the address, if it is open."""
        return None if self._current is None else self._current.setting

    @property
    def former_setting(self) -> ListenerSetting | None:
        """Return the former address, if it is still open."""
        return None if self._former_server is None else self._former_server.setting

    async def open(self, setting: ListenerSetting) -> ListenerSetting:
        """Listen at an address, and return it with the port in use. The former one stays open, unless
        the two are the same. Raises OSError; then it listens at the former address."""
        current = self._current
        if current is not None and setting == current.setting:
            return setting
        tls = await _own_tls(self._web, self._home)
        if current is not None and setting.socket == current.setting.socket:
            current.setting = setting
            return self._announce(current, tls)
        former_server = self._former_server
        if former_server is not None and setting.socket == former_server.setting.socket:
            former_server.setting, self._former_server = setting, current
            return self._announce(former_server, tls)
        try:
            open_server = self._start(setting, tls)
        except OSError:
            if current is None:
                raise
            return self._announce(await self._replace(current, setting, tls), tls)
        if current is not None:
            await self._keep_former(current)
        return self._announce(open_server, tls)

    async def open_former(self, setting: ListenerSetting) -> None:
        """Listen at the former address, too. Raises OSError."""
        await self._keep_former(self._start(setting, await _own_tls(self._web, self._home)))

    async def open_own(self, setting: ListenerSetting) -> None:
        """Listen at the address of this node alone, too, which is announced apart. Raises OSError."""
        if self._own_server is None and not self._is_open_at(setting):
            self._own_server = self._start(setting, await _own_tls(self._web, self._home))

    def _is_open_at(self, setting: ListenerSetting) -> bool:
        current = None if self._current is None else self._current.setting
        if current is None or current.port != setting.port:
            return False
        return current.socket == setting.socket or ip_address(current.address).is_unspecified

    async def renew_key(self) -> None:
        """Show the current key of the node to whoever connects from now on. No socket is closed: it
        might not be opened again. Raises OSError."""
        tls = await _own_tls(self._web, self._home)
        open_servers = (self._current, self._former_server, self._own_server)
        for open_server in filter(None, open_servers):
            open_server.context.load_cert_chain(*tls.files)
        if self._current is not None:
            self._announce(self._current, tls)

    async def close_former(self) -> None:
        """Stop listening at the former address."""
        former_server, self._former_server = self._former_server, None
        if former_server is not None:
            await former_server.close()

    async def close(self) -> None:
        """Stop listening at both addresses, and end the requests that are held for agents."""
        self._web.service.context.endpoints.listener = None
        current, self._current = self._current, None
        if current is not None:
            await current.close()
        own_server, self._own_server = self._own_server, None
        if own_server is not None:
            await own_server.close()
        await self.close_former()

    async def take(self, opening: Opening, stream: NodeStream) -> None:
        """Answer a connection that another node passes on, until it ends."""
        if self._current is None:
            return
        await self._current.server.serve_relayed(opening.client, stream)

    async def _replace(
        self, current: _OpenServer, setting: ListenerSetting, tls: _Tls
    ) -> _OpenServer:
        """Close a socket that is in the way of the new one, and return the new one. Raises OSError."""
        await current.close()
        try:
            return self._start(setting, tls)
        except OSError:
            self._announce(self._start(current.setting, tls), tls)
            raise

    async def _keep_former(self, server: _OpenServer) -> None:
        await self.close_former()
        self._former_server = server

    def _announce(self, open_server: _OpenServer, tls: _Tls) -> ListenerSetting:
        """Make this address the one that agents are told, and return it."""
        self._current, setting = open_server, open_server.setting
        self._web.service.context.endpoints.listener = _endpoint(setting, tls)
        return setting

    def _start(self, setting: ListenerSetting, tls: _Tls) -> _OpenServer:
        connections = Connections(self._limits)
        listener = listen(setting.address, setting.port, connections)
        closing, port, context = asyncio.Event(), _port_of(listener), tls.context()
        web = replace(self._web, closing=closing, port=port, secure=True)
        server = Server(agents_application(web), context, self._limits, connections)
        server.start(listener)
        return _OpenServer(server, context, replace(setting, port=port), closing)


async def own_endpoint(web: WebContext, home: Path, setting: ListenerSetting) -> Endpoint:
    """Return the endpoint of a listener with the certificate that each node has. Raises OSError and
    VaultError."""
    return _endpoint(setting, await _own_tls(web, home))


def _endpoint(setting: ListenerSetting, tls: _Tls) -> Endpoint:
    return Endpoint(
        host=setting.host, port=setting.port, pin=tls.pin, certificate=tls.certificate
    )


async def _own_tls(web: WebContext, home: Path) -> _Tls:
    """Return the node's own certificate, for TLS."""
    await keep_tls_key(web.service.context.vault, home)
    now = web.service.now()
    return await asyncio.to_thread(lambda: _own_certificate(web, home, now))


def _own_certificate(web: WebContext, home: Path, now: datetime) -> _Tls:
    certificate, key = own_certificate(home, web.hosts, now)
    return _Tls((certificate, key), pin_of(certificate), hash_of(certificate))


def _port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port
