"""Fetch one page on fresh connections: follow redirects hop by hop, and return the last
response or the step that failed.

Each hop connects as every other outgoing connection does, so `policy_check` judges the address
of each. h11 is slow to import: import this module late.
"""

from __future__ import annotations

import asyncio
import errno
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from noroshi.core.http_expectations import origin_of, redirect_target
from noroshi.core.translation import Message, _
from noroshi.network import connection_errors
from noroshi.network.byte_stream import ByteStream
from noroshi.network.connection_errors import (
    ConnectError,
    NoAddressAnsweredError,
    SourceAddressError,
)
from noroshi.network.connector import Egress
from noroshi.network.dialer import start_tls
from noroshi.network.happy_eyeballs import connect_first
from noroshi.network.http1 import (
    BrokenOffError,
    HttpConnection,
    HttpError,
    HttpHead,
    HttpRequest,
    HungUpError,
    Target,
    target_of,
)
from noroshi.network.reach_steps import FirstHop, connect_first_hop, open_tunnel, resolve
from noroshi.network.trust import TrustCache

LONG = 3600.0
"""Seconds for which a step may take: whoever asks has a limit for all of them together."""

HUNG_UP = _(
    "{where} accepted the connection but closed it without a response. The server, or a "
    "device in front of it, has failed; see its log."
)
NO_HTTP = _(
    "the response from {where} is not HTTP. Another service is listening on that port, or it "
    "requires HTTPS."
)
BROKEN_OFF = _(
    "the response from {where} was cut off. The server, or a device in front of it, has "
    "failed; see its log."
)
NO_HEADERS = _(
    "{where} accepted the connection but did not answer within {seconds:g} s. The server "
    "hangs or is overloaded."
)
NO_END = _(
    "{where} began to answer but did not finish within {seconds:g} s. The server or the "
    "connection is too slow, or the response never ends."
)
OWN_LIMIT = _(
    "Noroshi itself has too many files and sockets open (ulimit -n); {where} may be fine"
)
NAME, CONNECTION, PROXY, TLS, ANSWER, BODY = range(6)
TIMEOUT_TEXTS = {
    NAME: connection_errors.NO_NAME_SERVER,
    CONNECTION: connection_errors.NO_CONNECTION,
    PROXY: connection_errors.PROXY_SILENT,
    TLS: connection_errors.NO_TLS,
    ANSWER: NO_HEADERS,
    BODY: NO_END,
}
"""The words for a time that is up, by how far a visit had come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Describe a request. `headers` go to the URL's own origin alone, and `secret_headers` to
    no host any more once a redirect has led elsewhere; at most so many `redirects` are
    followed, and so many bytes of an answer read."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    redirects: int = 0
    most: int = 65_536
    ca_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResponse:
    """Hold the answer of one hop; `headers` by name in small letters. `is_complete`: the whole
    body was read. `next_target` is the address that the hop redirects to, or the reason why no
    redirect is followed."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)
    is_complete: bool = False
    next_target: str | Message | None = None


@dataclass(slots=True)
class PageVisit:
    """Note how far a request has come. `taken`: somebody there took the last connection, or refused
    it. `ends` is when the first of the certificates that were shown does; `proxy` is who stands in
    between."""

    stage: int = NAME
    peer: str = ""
    proxy: str = ""
    peer_responded: bool = False
    ends: datetime | None = None
    hops: list[PageResponse] = field(default_factory=list)

    def timeout_error(self, seconds: float) -> ConnectError:
        """Return the error to report when the time is up."""
        words, peer = TIMEOUT_TEXTS[self.stage], self.peer
        if self.proxy and self.stage <= CONNECTION:
            words = connection_errors.PROXY_AWAY if self.stage == CONNECTION else words
            peer = self.proxy
        return connection_errors.not_reached(
            words, where=peer, seconds=seconds, proxy=self.proxy
        )


TRUST = TrustCache()


class StepwiseDialer:
    """Make each connection anew by our own network, and note how far that came."""

    def __init__(self, egress: Egress, ca_file: str, visit: PageVisit) -> None:
        self._egress, self._visit = egress, visit
        visit.proxy = egress.network.proxy
        self._ca_files = tuple(filter(None, (ca_file, egress.network.ca_file)))

    async def dial(self, target: Target) -> ByteStream:
        """Connect to whom a URL names. Raises ConnectError."""
        visit, host, port = self._visit, target.host, target.port
        visit.stage, visit.peer, visit.peer_responded = NAME, target.peer, False
        context = await TRUST.context(self._ca_files) if target.is_tls else None
        sock = await self._connect(host, port)
        visit.stage = TLS if context is not None else ANSWER
        try:
            stream = await start_tls(ByteStream, sock, host, port, context, self._egress, LONG)
        except ConnectError:
            TRUST.note_refusal(self._ca_files)
            raise
        visit.stage = ANSWER
        self._note_certificate(stream.transport)
        return stream

    async def _connect(self, host: str, port: int) -> socket.socket:
        """Connect to one of the name's addresses that may be connected to, or by the proxy."""
        visit, network = self._visit, self._egress.network
        first_hop = await resolve(host, port, self._egress, LONG)
        visit.stage = CONNECTION
        if network.proxy:
            return await self._connect_through_proxy(first_hop, host, port)
        try:
            sock = await connect_first(first_hop.addresses, network.source)
        except SourceAddressError as error:
            raise connection_errors.of_source(network, visit.peer, error) from None
        except OSError as error:
            visit.peer_responded = _is_refusal(error)
            if error.errno in (errno.EMFILE, errno.ENFILE):
                raise connection_errors.not_reached(OWN_LIMIT, where=visit.peer) from None
            raise connection_errors.of_error(visit.peer, error) from None
        visit.peer_responded = True
        return sock

    async def _connect_through_proxy(
        self, first_hop: FirstHop, host: str, port: int
    ) -> socket.socket:
        """Connect through the proxy, who alone knows who is there: until it has connected us,
        nobody took anything."""
        sock = await connect_first_hop(first_hop, self._egress, LONG)
        self._visit.stage = PROXY
        try:
            await open_tunnel(sock, host, port, self._egress, LONG)
        except BaseException:  # also when cancelled: nobody else knows this socket
            sock.close()
            raise
        self._visit.peer_responded = True
        return sock

    def _note_certificate(self, transport: asyncio.BaseTransport) -> None:
        certificate = transport.get_extra_info("peercert")
        if certificate:
            ends = datetime.fromtimestamp(
                ssl.cert_time_to_seconds(certificate["notAfter"]), UTC
            )
            self._visit.ends = min(ends, self._visit.ends or ends)


class PageFetcher:
    """Go from hop to hop, and keep nothing but what the visit notes."""

    def __init__(self, request: PageRequest, egress: Egress, visit: PageVisit) -> None:
        self._request, self._visit, self._led_away = request, visit, False
        self._dialer = StepwiseDialer(egress, request.ca_file, visit)

    async def go(self) -> PageResponse:
        url = self._request.url
        while True:
            answered = await self._response_of(url)
            self._visit.hops.append(answered)
            if not isinstance(answered.next_target, str):
                return answered
            url = answered.next_target

    async def _response_of(self, url: str) -> PageResponse:
        """Ask once only, on a connection that is closed after it: a server that hangs up is what we
        look for."""
        target = target_of(url)
        connection = HttpConnection(await self._dialer.dial(target))
        try:
            headers = {"Connection": "close", **self._headers_for(url)}
            head = await connection.ask(HttpRequest(target, self._request.method, headers))
            self._visit.stage = BODY
            response = await self._read(connection, head, url)
        except HttpError as error:
            connection.abort()
            raise connection_errors.not_reached(
                self._broken_response_text(error), where=self._visit.peer
            ) from None
        except BaseException:  # also when cancelled
            connection.abort()
            raise
        (connection.close if response.is_complete else connection.abort)()
        return response

    def _headers_for(self, url: str) -> Mapping[str, str]:
        """Return the headers for a URL: whoever leads back to us must not choose what is asked for
        with our secrets."""
        request = self._request
        if origin_of(url) != origin_of(request.url):
            self._led_away = True
            return {}
        return {**request.headers, **({} if self._led_away else request.secret_headers)}

    async def _read(self, connection: HttpConnection, head: HttpHead, url: str) -> PageResponse:
        """Read an answer; of one that leads on, nothing."""
        headers, status = head.headers, head.status
        visited_urls = [response.url for response in self._visit.hops]
        location, max_redirects = headers.get("location", ""), self._request.redirects
        all_headers = (*(response.headers for response in self._visit.hops), headers)
        cookie = any("set-cookie" in header_names for header_names in all_headers)
        next_target = redirect_target(
            url, status, location, visited_urls, max_redirects, cookie=cookie
        )
        if next_target is not None:
            return PageResponse(
                url=url, status=status, headers=headers, next_target=next_target
            )
        body, is_complete = await connection.read(self._request.most)
        return PageResponse(
            url=url, status=status, headers=headers, body=body, is_complete=is_complete
        )

    def _broken_response_text(self, error: HttpError) -> Message:
        if self._visit.stage == BODY or isinstance(error, BrokenOffError):
            return BROKEN_OFF
        return HUNG_UP if isinstance(error, HungUpError) else NO_HTTP


async def fetch(request: PageRequest, egress: Egress, visit: PageVisit) -> PageResponse:
    """Return the last answer. Raises ConnectError for what was not answered, or not in HTTP;
    `visit` tells how far it came, whatever happens. How long that may take is the caller's
    business."""
    return await PageFetcher(request, egress, visit).go()


def _is_refusal(error: OSError) -> bool:
    """Return whether the host is up and every address of it refuses the connection: nothing
    listens on the port."""
    if isinstance(error, NoAddressAnsweredError):
        return all(_is_refusal(failure) for _, failure in error.failures)
    return isinstance(error, ConnectionRefusedError)
