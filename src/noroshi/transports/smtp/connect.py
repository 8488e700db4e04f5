"""Make a connection that is ready for mails: reached, encrypted, signed in."""

from __future__ import annotations

import asyncio
import ssl

from noroshi.core.mail import Fault
from noroshi.network import ConnectError, Egress, TlsError, dial
from noroshi.network.connection_errors import is_of_issuer, of_certificate
from noroshi.network.trust import issuer_of, unverified_context
from noroshi.ports import RouteError
from noroshi.transports.smtp import errors
from noroshi.transports.smtp.auth import Credentials, sign_in
from noroshi.transports.smtp.connection import Connection, Server
from noroshi.transports.smtp.errors import ConnectionLostError, SmtpServerError
from noroshi.transports.smtp.protocol import SmtpProtocol

SHOWS_NO_SECRET = ("cram-md5",)


async def connect(
    server: Server, tls: ssl.SSLContext | None, credentials: Credentials | None, egress: Egress
) -> Connection:
    """Return a connection ready for mails. Raises RouteError, which says whose fault it is."""
    if credentials is not None and tls is None and credentials.mechanisms != SHOWS_NO_SECRET:
        raise SmtpServerError(errors.IN_THE_CLEAR, fault=Fault.SETUP)
    connection = Connection(server, await _reach(server, tls, egress))
    try:
        async with asyncio.timeout(server.patience.sign_in):
            await _make_ready(connection, tls, credentials)
    except TimeoutError:
        connection.abort()
        message = errors.SILENT.fill(
            where=server.address, seconds=server.patience.sign_in, stage=connection.stage
        )
        raise SmtpServerError(message, template=errors.SILENT) from None
    except ConnectionLostError:
        connection.abort()
        message = errors.CONNECTION_CLOSED.fill(where=server.address, stage=connection.stage)
        raise SmtpServerError(message, template=errors.CONNECTION_CLOSED) from None
    except ssl.SSLCertVerificationError as error:
        connection.abort()
        raise await untrusted(server, egress, error) from None
    except BaseException:  # also when cancelled: nobody else knows this connection
        connection.abort()
        raise
    return connection


async def _make_ready(
    connection: Connection, tls: ssl.SSLContext | None, credentials: Credentials | None
) -> None:
    await connection.read_greeting()
    await connection.ehlo()
    if tls is not None and not connection.server.tls_first:
        await connection.starttls(tls)
        await connection.ehlo()
    if credentials is not None:
        await sign_in(connection, credentials)


async def _reach(server: Server, tls: ssl.SSLContext | None, egress: Egress) -> SmtpProtocol:
    first, seconds = tls if server.tls_first else None, server.patience.connect
    try:
        return await dial(SmtpProtocol, server.host, server.port, first, egress, seconds)
    except TlsError as trouble:
        raise errors.of_no_tls(server.address, seconds, trouble) from None


async def untrusted(
    server: Server, egress: Egress, error: ssl.SSLCertVerificationError
) -> ConnectError:
    """Say why the certificate that was shown after STARTTLS is not trusted."""
    issuer = await _shown_issuer(server, egress) if is_of_issuer(error) else ""
    return of_certificate(egress.network, server.address, error, issuer)


async def _shown_issuer(server: Server, egress: Egress) -> str:
    """Connect a second time to look at the certificate, and return who issued it."""
    probe_connection: Connection | None = None
    try:
        async with asyncio.timeout(server.patience.sign_in):
            probe_connection = Connection(server, await _reach(server, None, egress))
            await probe_connection.read_greeting()
            await probe_connection.ehlo()
            await probe_connection.starttls(unverified_context())
        return issuer_of(probe_connection.certificate)
    except (TimeoutError, ConnectionLostError, RouteError, ssl.SSLError):
        return ""
    finally:
        if probe_connection is not None:
            probe_connection.abort()
