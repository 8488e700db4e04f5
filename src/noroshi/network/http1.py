"""Speak HTTP/1.1 (RFC 9112) on a connection of our own. h11 knows the protocol; it does no input and
no output, so each connection is made as every other one is (`dialer`)."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from noroshi import __version__
from noroshi.core.host_port import authority
from noroshi.network.byte_stream import ByteStream

LONGEST_HEAD, MOST_HEADERS = 65_536, 1000
PIECE = 65_536
"""Bytes of a body that are written at a time: the loop must not be held up."""
START = b"HTTP/"
CHALLENGES = "www-authenticate"
"""A server has one of these for each way to log in. They are a list (RFC 9110, 11.6.1)."""
PORTS = {"http": 80, "https": 443}
HEADERS = {
    "User-Agent": f"Noroshi/{__version__}",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
}
"""Headers of each request, unless the request has other values."""


class HttpError(Exception):
    """Report an incomplete answer. The text says nothing: it could quote the request."""


class HungUpError(HttpError):
    """Report that the other side closed the connection without a word."""


class BrokenOffError(HttpError):
    """Report that the other side closed the connection in the midst of its answer."""


class NotHttpError(HttpError):
    """Report an answer that is not HTTP."""


@dataclass(frozen=True, slots=True)
class Target:
    """Hold the target of a request: the parts of a URL, each as it was written."""

    host: str
    port: int
    is_tls: bool
    host_header: str
    path: str

    @property
    def peer(self) -> str:
        return authority(self.host, self.port)


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """Describe a request and the target of it. `headers` may hold secrets; a bare request has
    these, and otherwise only those that it needs."""

    target: Target
    method: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    is_bare: bool = False

    @property
    def all_headers(self) -> list[tuple[bytes, bytes]]:
        """Return the headers as they are sent; those of the request take the place of ours. Blanks
        around a value are no part of it (RFC 9110, 5.5), and h11 sends none."""
        default_headers = {"Host": self.target.host_header}
        if not self.is_bare:
            default_headers |= HEADERS
        if self.content is not None:
            default_headers["Content-Length"] = str(len(self.content))
        lower_names = {name.lower() for name in self.headers}
        remaining_defaults = {
            name: value
            for name, value in default_headers.items()
            if name.lower() not in lower_names
        }
        all_of_them = {**remaining_defaults, **self.headers}
        return [(n.encode("ascii"), v.strip(" \t").encode()) for n, v in all_of_them.items()]


@dataclass(frozen=True, slots=True)
class HttpHead:
    """Hold the beginning of an answer; `headers` by name in small letters."""

    status: int
    headers: Mapping[str, str]


def target_of(url: str) -> Target:
    """Take a URL apart. Raises ValueError for one that nobody can be asked for."""
    parts = urlsplit(url)
    if not parts.hostname or parts.scheme not in PORTS or not url.isascii():
        raise ValueError("no URL for HTTP")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        host=parts.hostname,
        port=PORTS[parts.scheme] if parts.port is None else parts.port,
        is_tls=parts.scheme == "https",
        host_header=parts.netloc,
        path=path,
    )


class HttpConnection:
    """One connection to a server, on which requests follow each other. `patience` is how many
    seconds each wait for the other side may take; None: whoever asks has a limit of his own."""

    def __init__(self, stream: ByteStream, patience: float | None = None) -> None:
        self._stream, self._patience = stream, patience
        self._protocol = h11.Connection(h11.CLIENT, max_incomplete_event_size=LONGEST_HEAD)
        self._start, self._is_over = b"", False

    @property
    def is_idle(self) -> bool:
        """Tell whether the next request may follow."""
        states = self._protocol.states
        is_done = states[h11.CLIENT] is h11.DONE and states[h11.SERVER] is h11.DONE
        return is_done and not (self._stream.has_news or self._protocol.trailing_data[0])

    async def ask(self, request: HttpRequest) -> HttpHead:
        """Send a request, and return the head of its answer. Raises HttpError, or TimeoutError."""
        if self._protocol.our_state is h11.DONE:
            self._protocol.start_next_cycle()
        self._start = b""
        await self._send(request)
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                return HttpHead(event.status_code, _headers_by_name(list(event.headers)))
            if not isinstance(event, h11.InformationalResponse):
                raise NotHttpError

    async def read(self, max_bytes: int) -> tuple[bytes, bool]:
        """Return the body, of which so many bytes at most, and whether that is all of it. Raises as
        `ask` does."""
        body = bytearray()
        await self.read_into(body, max_bytes)
        is_whole = len(body) <= max_bytes and self._has_ended()
        return bytes(body[:max_bytes]), is_whole

    async def read_into(self, body: bytearray, max_bytes: int) -> None:
        """Read the body until it has ended, or as many bytes as are wanted. Raises as `ask` does;
        what was read before stays, and so may some bytes too many."""
        while len(body) < max_bytes:
            event = await self._event()
            if not isinstance(event, h11.Data):
                return
            body += event.data

    def close(self) -> None:
        """Hang up."""
        self._stream.close()

    def abort(self) -> None:
        """Hang up without a farewell."""
        self._stream.abort()

    async def _send(self, request: HttpRequest) -> None:
        """Send until all is sent, or the server answers before. The head goes along with the first
        piece of the body: a short request is one packet."""
        protocol, content = self._protocol, memoryview(request.content or b"")
        path, headers = request.target.path, request.all_headers
        head = h11.Request(method=request.method, target=path, headers=headers)
        unsent = protocol.send(head) or b""
        for offset in range(0, len(content), PIECE):
            if offset and self._stream.has_news:
                return
            piece = h11.Data(data=bytes(content[offset : offset + PIECE]))
            await self._write(unsent + (protocol.send(piece) or b""))
            unsent = b""
        await self._write(unsent + (protocol.send(h11.EndOfMessage()) or b""))

    async def _write(self, data: bytes | None) -> None:
        if data:
            async with asyncio.timeout(self._patience):
                await self._stream.write(data)

    def _has_ended(self) -> bool:
        """Tell whether the answer is over, as far as it was read."""
        if self._protocol.their_state is not h11.SEND_BODY:
            return True
        try:
            return isinstance(self._protocol.next_event(), h11.EndOfMessage)
        except h11.RemoteProtocolError:
            return False

    async def _event(self) -> object:
        """Return the next event of an answer. Raises as `ask` does."""
        try:
            while (event := self._protocol.next_event()) is h11.NEED_DATA:
                self._protocol.receive_data(await self._read())
        except h11.RemoteProtocolError:
            raise (BrokenOffError if self._is_over else NotHttpError) from None
        return event

    async def _read(self) -> bytes:
        """Return more of the answer, b"" at the end. Raises NotHttpError unless the answer
        begins as HTTP does."""
        async with asyncio.timeout(self._patience):
            try:
                data = await self._stream.read()
            except OSError:
                raise (BrokenOffError if self._start else HungUpError) from None
        self._start += data[: len(START) - len(self._start)]
        self._is_over = not data
        if not START.startswith(self._start):
            raise NotHttpError
        if not self._start:
            raise HungUpError
        return data


def _headers_by_name(headers: Collection[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return headers by name in small letters. Raises NotHttpError for far too many: h11 bounds
    only incomplete ones."""
    length = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MOST_HEADERS or length > LONGEST_HEAD:
        raise NotHttpError
    by_name = dict[str, str]()
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("ascii").lower(), raw_value.decode("utf-8", "replace")
        is_more = name == CHALLENGES and name in by_name
        by_name[name] = f"{by_name[name]}, {value}" if is_more else value
    return by_name
