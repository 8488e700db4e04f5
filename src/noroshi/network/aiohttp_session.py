"""HTTP over aiohttp, on connections that are made as every other way out makes them."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from aiohttp.client_proto import ResponseHandler

from noroshi import __version__
from noroshi.network.connection_errors import ConnectError, NoAnswerError
from noroshi.network.dialer import dial
from noroshi.network.http import LARGEST, Patience, Reply
from noroshi.network.trust import client_context
from noroshi.ports import TransportContext

HEADERS = {"User-Agent": f"Noroshi/{__version__}", "Accept-Encoding": "identity"}

CUT = (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


class EgressConnector(aiohttp.BaseConnector):
    """aiohttp's pool of connections; each is made by our own network.

    aiohttp has a proxy and a source address of its own, but says in one breath that the proxy
    is silent and that the server did not answer: then nobody knows whether a mail left.
    """

    def __init__(
        self, outside: TransportContext, ca_files: tuple[str, ...], patience: Patience
    ) -> None:
        super().__init__(keepalive_timeout=patience.idle)
        self._outside, self._patience = outside, patience
        self._ca_files = (*ca_files, outside.network.ca_file)
        self._context: ssl.SSLContext | None = None

    async def _create_connection(
        self, req: aiohttp.ClientRequest, traces: object, timeout: object
    ) -> ResponseHandler:
        """Connect as aiohttp asks each of its connectors to. Raises ConnectError."""
        host, port = req.url.raw_host, req.url.port
        assert host is not None
        assert port is not None
        try:
            context = await self._tls() if req.is_ssl() else None
            patience = self._patience.connect
            made = await dial(self._factory, host, port, context, self._outside, patience)
        except ConnectError:
            self._context = None  # a CA's file may have been mended since it was read
            raise
        assert isinstance(made, ResponseHandler)
        return made

    async def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            self._context = await asyncio.to_thread(client_context, self._ca_files)
        return self._context


@dataclass(frozen=True, slots=True)
class Request:
    """Say what is asked, and how many bytes of the answer are wanted."""

    method: str
    url: str
    headers: Mapping[str, str]
    content: bytes | None = None
    most: int = LARGEST


@dataclass(slots=True)
class RequestTrace:
    """Note how a request went: by a connection that was kept from an earlier one, and whether the
    other side then hung up without a word."""

    reused: bool = False
    cut: bool = False


class AiohttpClient:
    """See `http.Http`."""

    def __init__(
        self, outside: TransportContext, ca_files: tuple[str, ...], patience: Patience
    ) -> None:
        self._outside, self._ca_files, self._patience = outside, ca_files, patience
        self._session: aiohttp.ClientSession | None = None

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Reply:
        return await self._request_again(Request("POST", url, headers, content))

    async def get(self, url: str, headers: Mapping[str, str], most: int = LARGEST) -> Reply:
        return await self._request_again(Request("GET", url, headers, most=most))

    async def close(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _request_again(self, request: Request) -> Reply:
        """Request once more on a new connection if the server had closed the reused one
        meanwhile."""
        trace = RequestTrace()
        try:
            return await self._request_once(request, trace)
        except NoAnswerError:
            # A server that is silent may be at work on it: only one that hung up had done so
            # before it was asked.
            if not (trace.reused and trace.cut):
                raise
        return await self._request_once(request, trace)

    async def _request_once(self, request: Request, trace: RequestTrace) -> Reply:
        session, content = self._open_session(), request.content
        try:
            async with session.request(
                request.method,
                request.url,
                # In pieces: the loop must not be held up.
                data=None if content is None else BytesIO(content),
                headers=request.headers,
                allow_redirects=False,
                trace_request_ctx=trace,
            ) as answer:
                return await _reply(answer, request)
        except (aiohttp.ClientError, TimeoutError) as error:
            trace.cut = isinstance(error, CUT)
            raise NoAnswerError(type(error).__name__) from None  # its text may hold the URL

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._new_session()
        return self._session

    def _new_session(self) -> aiohttp.ClientSession:
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_reuseconn.append(_mark_reused)
        return aiohttp.ClientSession(
            connector=EgressConnector(self._outside, self._ca_files, self._patience),
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_read=self._patience.answer),
            trace_configs=[tracing],
            trust_env=False,
            auto_decompress=False,
        )


async def _mark_reused(session: object, context: object, parameters: object) -> None:
    trace = getattr(context, "trace_request_ctx", None)
    assert isinstance(trace, RequestTrace)
    trace.reused = True


async def _reply(answer: aiohttp.ClientResponse, request: Request) -> Reply:
    """Read the answer with as much of its body as is wanted; the rest is not waited for.

    What was given has its answer in the status, even if the body breaks off.
    """
    body, has_content = bytearray(), request.content is not None
    try:
        while (more := request.most - len(body)) > 0 and (
            piece := await answer.content.read(more)
        ):
            body += piece
    except (aiohttp.ClientError, TimeoutError):
        if not has_content:
            raise
    headers = {name.lower(): _as_text(value) for name, value in answer.headers.items()}
    return Reply(answer.status, headers, bytes(body))


def _as_text(header: str) -> str:
    """Decode a header; what is no UTF-8 comes as half characters, which nobody can write down."""
    return header.encode("utf-8", "replace").decode()
