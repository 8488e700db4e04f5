"""HTTP over requests, for a library that brings no connections of its own: the same network.

It is for a worker thread, as requests blocks.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Iterable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from noroshi.core.mail import DIRECT, Network
from noroshi.network.connection_errors import is_of_issuer, of_certificate
from noroshi.network.connector import Egress, NetworkEgress, reach
from noroshi.network.dialer import shown_issuer
from noroshi.network.proxy import authority
from noroshi.network.trust import client_context

PATIENCE = 15.0
"""Seconds for a connection, where a request says nothing of it."""


def requests_session(
    network: Network = DIRECT, password: str = "", ca_files: Iterable[str] = ()
) -> requests.Session:
    """Return a session for https alone, which goes by a network; `password` is its proxy's,
    `ca_files` are trusted beside the system's store and the network's file. Raises ConnectError
    for a file that cannot be used; so does each request for whatever stops its connection, in
    words.

    The environment (REQUESTS_CA_BUNDLE, HTTPS_PROXY) has no say, nor has `verify`.
    """
    session = requests.Session()
    session.trust_env = False
    context = client_context((*ca_files, network.ca_file))
    session.mount("https://", _Adapter(NetworkEgress(network, _giving(password)), context))
    del session.adapters["http://"]  # nothing may leave in the clear
    return session


def _giving(password: str) -> Any:
    async def secret(entry: str) -> str:
        return password

    return secret


class _Connection(HTTPSConnection):
    """Connected as every other way out is; `_new_conn` and `connect` are urllib3's hooks."""

    def __init__(self, *positional: Any, egress: Egress, **named: Any) -> None:
        super().__init__(*positional, **named)
        self._way = egress

    def _new_conn(self) -> socket.socket:
        sock = asyncio.run(reach(self._dns_host, self._port, self._way, self._patience))
        sock.settimeout(self._patience)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def connect(self) -> None:
        try:
            super().connect()
        except ssl.SSLCertVerificationError as error:
            where = authority(self.host, self._port)
            raise of_certificate(self._way.network, where, error, self._issuer(error)) from None

    def _issuer(self, error: ssl.SSLCertVerificationError) -> str:
        if not is_of_issuer(error):
            return ""
        return asyncio.run(shown_issuer(self._dns_host, self._port, self._way, self._patience))

    @property
    def _port(self) -> int:
        return self.port or 443

    @property
    def _patience(self) -> float:
        return self.timeout if isinstance(self.timeout, int | float) else PATIENCE


class _Pool(HTTPSConnectionPool):
    ConnectionCls = _Connection


class _Adapter(HTTPAdapter):
    """requests' own, with our connections and our trust."""

    def __init__(self, egress: Egress, context: ssl.SSLContext) -> None:
        self._way, self._context = egress, context
        super().__init__()

    def init_poolmanager(
        self, connections: int, maxsize: int, block: bool = False, **named: Any
    ) -> None:
        super().init_poolmanager(connections, maxsize, block, **named)
        self.poolmanager.pool_classes_by_scheme = {"https": self._pool}

    def _pool(self, host: str, port: int, **named: Any) -> HTTPSConnectionPool:
        return _Pool(host, port, ssl_context=self._context, egress=self._way, **named)

    def build_connection_pool_key_attributes(
        self, request: Any, verify: Any, cert: Any = None
    ) -> Any:
        return super().build_connection_pool_key_attributes(request, True, None)

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave the trust to the context, which has it already; requests would add its own
        bundle to it."""
        conn.cert_reqs, conn.ca_certs, conn.ca_cert_dir = "CERT_REQUIRED", None, None
