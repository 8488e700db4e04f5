"""Send messages of WS-Management to one server: HTTP on a kept connection that has logged in.

The way to the server is the node's own (`network`), so no definition leads where it may not go, and
nothing of the environment or of a file counts. Nothing leaves before the certificate was checked.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping

from noroshi import __version__
from noroshi.core.translation import NOTHING, Message, _
from noroshi.core.winrm_login import LoginMethod, WinrmLogin
from noroshi.hosts.threads import run_in_thread
from noroshi.hosts.winrm import tls
from noroshi.hosts.winrm.authentication import BY_CERTIFICATE, Authentication
from noroshi.hosts.winrm.winrm_problem import ROW_BY_STATUS, WinrmProblem
from noroshi.network import ConnectError, Egress, client_context, reach
from noroshi.network.byte_stream import ByteStream
from noroshi.network.connection_errors import (
    NO_TLS,
    distrust_text,
    not_reached,
    of_error,
    of_tls,
)
from noroshi.network.http1 import (
    HttpConnection,
    HttpError,
    HttpHead,
    HttpRequest,
    HungUpError,
    Target,
)
from noroshi.network.trust import unverified_context
from noroshi.ports import RouteError, Unmeasurable

PATIENCE = 15.0
"""Seconds for a connection, and as many for TLS."""
PATH = "/wsman"
SOAP = "application/soap+xml;charset=UTF-8"
ENCRYPTED = "multipart/encrypted"
MOST_ANSWER = 2 << 20
"""Bytes of one answer. Windows sends envelopes of 500 KiB; administrators may raise that."""
MOST_LEGS = 6
"""Requests of one login."""
UNAUTHORIZED, OK, SERVER_ERROR = 401, 200, 500
FORBIDDEN_MARKUP = b"<!DOCTYPE"
"""Begins what no message of SOAP has (SOAP 1.2, 5), and what makes XML grow while it is read."""

TOO_MUCH = _("the output from {where} is longer than {most} bytes")
BROKEN = _("the connection to {where} was closed: {why}")
CLOSED = _("connection closed")


class SoapFaultError(Exception):
    """Report an answer with the status 500; `text` is a fault, if the server is one of WinRM."""

    def __init__(self, text: str) -> None:
        super().__init__("a fault of SOAP")
        self.text = text


class WinrmChannel:
    """Hold the connection of one login, for one message at a time. Each method raises Unmeasurable
    with whose it is."""

    def __init__(self, login: WinrmLogin, egress: Egress) -> None:
        self._login, self._egress = login, egress
        self._connection: HttpConnection | None = None
        self._authentication: Authentication | None = None
        self._is_new = self._is_ended = False

    async def post(self, message: bytes) -> bytes:
        """Return the answer to a message. Raises SoapFaultError."""
        is_reused = self._connection is not None and self._connection.is_idle
        try:
            return await self._post(message)
        except HungUpError as error:
            if not is_reused:
                raise self._broken() from error
        except (HttpError, OSError) as error:
            raise self._broken() from error
        try:  # the server closed the kept connection at the same moment, and read nothing
            return await self._post(message)
        except (HttpError, OSError) as error:
            raise self._broken() from error

    async def log_in(self) -> None:
        """Connect and log in, if there is no connection that is."""
        if self._connection is not None and self._connection.is_idle:
            return
        self.close()
        if self._is_ended:
            raise self._broken()
        try:
            secret = await self._secret()
            stream, certificate = await self._connected(secret)
            self._connection, self._is_new = HttpConnection(stream), True
            if self._login.method is not LoginMethod.CERTIFICATE:
                await self._authenticate(secret, certificate)
        except (HttpError, OSError) as error:
            raise self._broken() from error
        except BaseException:  # also when cancelled: half a login is of no use
            self.close()
            raise

    async def show_certificate(self) -> bytes:
        """Return the certificate (DER) that the server shows, trusted or not; nobody logs in."""
        stream = await self._start_tls(unverified_context())
        stream.abort()
        return _certificate_of(stream)

    async def distrust(self) -> Message:
        """Return why no CA vouches for the server's certificate; NOTHING if one does."""
        try:
            context = await run_in_thread(lambda: client_context((self._login.ca_file,)))
            stream = await self._start_tls(context)
        except ConnectError as error:
            raise Unmeasurable(error.words) from None
        except ssl.SSLCertVerificationError as error:
            return distrust_text(error)
        stream.abort()
        return NOTHING

    async def check_certificate(self) -> bytes:
        """Return the certificate of the server, which is checked; nobody logs in."""
        secret = await self._secret() if self._login.certificate else ""
        stream, certificate = await self._connected(secret)
        stream.abort()
        return certificate

    def close(self) -> None:
        """Drop the connection, without a goodbye that nobody may answer."""
        connection, self._connection = self._connection, None
        self._authentication = None
        if connection is not None:
            connection.abort()

    def end(self) -> None:
        """Drop the connection for good: whoever still waits for an answer gets an error."""
        self._is_ended = True
        self.close()

    async def _post(self, message: bytes) -> bytes:
        await self.log_in()
        content_type, body = SOAP, message
        is_encrypted = self._authentication is not None and not self._login.is_https
        if is_encrypted and self._authentication is not None:
            content_type, body = self._authentication.wrap(message)
        headers = {"Content-Type": content_type}
        if self._login.method is LoginMethod.CERTIFICATE:
            headers["Authorization"] = BY_CERTIFICATE
        head, answer = await self._ask(headers, body)
        if head.headers.get("content-type", "").startswith(ENCRYPTED):
            answer = self._unwrapped(answer)
        elif is_encrypted and head.status in (OK, SERVER_ERROR):
            raise WinrmProblem("not_encrypted", self._login)
        return self._checked(head, answer)

    def _unwrapped(self, answer: bytes) -> bytes:
        if self._authentication is None:
            raise WinrmProblem("not_winrm", self._login)
        return self._authentication.unwrap(answer)

    def _checked(self, head: HttpHead, answer: bytes) -> bytes:
        """Return the answer, if it is one. Raises SoapFaultError."""
        if head.status == UNAUTHORIZED:
            self.close()
            raise self._refusal(head.headers)
        if FORBIDDEN_MARKUP in answer:
            raise WinrmProblem("not_winrm", self._login)
        if head.status == SERVER_ERROR:
            raise SoapFaultError(answer.decode("utf-8", "replace"))
        if head.status != OK:
            row = ROW_BY_STATUS.get(head.status, "http_error")
            raise WinrmProblem(row, self._login, status=str(head.status))
        return answer

    async def _ask(self, headers: Mapping[str, str], body: bytes) -> tuple[HttpHead, bytes]:
        assert self._connection is not None
        login = self._login
        target = Target(login.address, login.port, login.is_https, login.host_and_port, PATH)
        all_headers = {
            "User-Agent": f"Noroshi/{__version__}",
            "Accept-Encoding": "identity",
            "Connection": "Keep-Alive",
            **headers,
        }
        request = HttpRequest(target, "POST", all_headers, body, is_bare=True)
        if not (self._is_new or self._connection.is_idle):
            raise HungUpError
        self._is_new = False
        head = await self._connection.ask(request)
        answer, is_whole = await self._connection.read(MOST_ANSWER)
        if not is_whole:
            self.close()
            raise Unmeasurable(TOO_MUCH.fill(where=login.host_and_port, most=MOST_ANSWER))
        return head, answer

    async def _authenticate(self, password: str, certificate: bytes) -> None:
        """Exchange tokens until both sides are content. Windows then remembers the connection."""
        binding = tls.channel_binding(certificate) if certificate else b""
        login = self._login
        authentication = await run_in_thread(lambda: Authentication(login, password, binding))
        head, _body = await self._ask({}, b"")
        if head.status != UNAUTHORIZED:
            row = ROW_BY_STATUS.get(head.status, "not_winrm")
            raise WinrmProblem(row, login, status=str(head.status))
        if not authentication.choose_scheme(head.headers):
            offered = head.headers.get("www-authenticate", "")
            raise WinrmProblem("not_offered", login, offered, method=login.method.value)
        headers: Mapping[str, str] = {}
        for _leg in range(MOST_LEGS):
            token = await _next_token(authentication, headers)
            if not token:
                break
            head, _body = await self._ask({"Authorization": token}, b"")
            headers = head.headers
            if head.status != UNAUTHORIZED and authentication.is_complete:
                break
            if head.status == UNAUTHORIZED and authentication.is_complete:
                raise self._refusal(headers)
        if head.status == UNAUTHORIZED:
            raise self._refusal(headers)
        if head.status in ROW_BY_STATUS:
            raise WinrmProblem(ROW_BY_STATUS[head.status], login, status=str(head.status))
        self._authentication = authentication

    def _refusal(self, headers: Mapping[str, str]) -> WinrmProblem:
        if self._login.method is LoginMethod.CERTIFICATE:
            return WinrmProblem("certificate_refused", self._login)
        return WinrmProblem("refused", self._login)

    async def _secret(self) -> str:
        try:
            return await self._egress.secret(self._login.entry)
        except RouteError as error:
            raise Unmeasurable(error.words) from None

    async def _connected(self, secret: str) -> tuple[ByteStream, bytes]:
        """Return a stream to the server, and its certificate, which is checked."""
        if not self._login.is_https:
            sock = await self._reach()
            loop = asyncio.get_running_loop()
            _transport, stream = await loop.create_connection(ByteStream, sock=sock)
            return stream, b""
        login = self._login
        try:
            context = await run_in_thread(lambda: tls.context_of(login, secret))
        except ConnectError as error:
            raise Unmeasurable(error.words) from None
        try:
            stream = await self._start_tls(context)
        except ssl.SSLCertVerificationError as error:
            raise Unmeasurable(await self._distrusted(error)) from None
        certificate = _certificate_of(stream)
        if problem := tls.pin_problem(login, certificate):
            stream.abort()
            raise Unmeasurable(problem)
        return stream, certificate

    async def _distrusted(self, error: ssl.SSLCertVerificationError) -> Message:
        certificate = await self.show_certificate()
        problem = tls.distrust_problem(self._login, certificate, error)
        assert problem is not None
        return problem

    async def _start_tls(self, context: ssl.SSLContext) -> ByteStream:
        """Connect by TLS. Raises ssl.SSLCertVerificationError for a server that is not trusted."""
        sock = await self._reach()
        peer = self._login.host_and_port
        try:
            async with asyncio.timeout(PATIENCE):
                _transport, stream = await asyncio.get_running_loop().create_connection(
                    ByteStream,
                    sock=sock,
                    ssl=context,
                    server_hostname=self._login.address.rstrip("."),
                    ssl_handshake_timeout=2 * PATIENCE,
                )
                return stream
        except TimeoutError:
            trouble = not_reached(NO_TLS, where=peer, seconds=PATIENCE)
        except ssl.SSLCertVerificationError:
            raise
        except ssl.SSLError as error:
            trouble = of_tls(peer, error)
        except OSError as error:
            trouble = of_error(peer, error)
        raise Unmeasurable(trouble.words)

    async def _reach(self) -> socket.socket:
        try:
            return await reach(self._login.address, self._login.port, self._egress, PATIENCE)
        except RouteError as error:
            raise Unmeasurable(error.words) from None

    def _broken(self) -> Unmeasurable:
        self.close()
        return Unmeasurable(BROKEN.fill(where=self._login.host_and_port, why=CLOSED))


async def _next_token(authentication: Authentication, headers: Mapping[str, str]) -> str:
    return await run_in_thread(lambda: authentication.next_token(headers))


def _certificate_of(stream: ByteStream) -> bytes:
    ssl_object = stream.transport.get_extra_info("ssl_object")
    return (ssl_object.getpeercert(binary_form=True) if ssl_object is not None else None) or b""
