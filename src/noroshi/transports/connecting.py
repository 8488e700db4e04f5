"""From nothing to a connection that is ready for mails: reached, encrypted, signed in."""

from __future__ import annotations

import asyncio
import ssl

from noroshi.core.model import Fault
from noroshi.transports import troubles
from noroshi.transports.dialogue import Broken, Connection, Server, Wire
from noroshi.transports.signing import Credentials, sign_in
from noroshi.transports.troubles import ServerTrouble

SHOWS_NO_SECRET = ("cram-md5",)


async def connect(
    server: Server, tls: ssl.SSLContext | None, credentials: Credentials | None
) -> Connection:
    """A connection ready for mails. Raises ServerTrouble, which says whose fault it is."""
    if credentials is not None and tls is None and credentials.ways != SHOWS_NO_SECRET:
        raise ServerTrouble(troubles.IN_THE_CLEAR, fault=Fault.SETUP)
    connection = Connection(server, await _reach(server, tls))
    try:
        async with asyncio.timeout(server.patience.sign_in):
            await _make_ready(connection, tls, credentials)
    except TimeoutError:
        connection.abort()
        words = troubles.SILENT.fill(
            where=server.where, seconds=server.patience.sign_in, stage=connection.stage
        )
        raise ServerTrouble(words) from None
    except Broken:
        connection.abort()
        words = troubles.LOST.fill(where=server.where, stage=connection.stage)
        raise ServerTrouble(words) from None
    except BaseException:  # also when cancelled: nobody else knows this connection
        connection.abort()
        raise
    return connection


async def _make_ready(
    connection: Connection, tls: ssl.SSLContext | None, credentials: Credentials | None
) -> None:
    await connection.be_greeted()
    await connection.introduce()
    if tls is not None and not connection.server.tls_first:
        await connection.encrypt(tls)
        await connection.introduce()
    if credentials is not None:
        await sign_in(connection, credentials)


async def _reach(server: Server, tls: ssl.SSLContext | None) -> Wire:
    first = tls if server.tls_first else None
    try:
        async with asyncio.timeout(server.patience.connect):
            return await _open(server, first)
    except TimeoutError:
        words = troubles.NO_TLS_YET if first else troubles.NO_CONNECTION
        seconds = server.patience.connect
        raise ServerTrouble(words.fill(where=server.where, seconds=seconds)) from None
    except ssl.SSLError as error:
        raise troubles.of_tls(server.where, error) from None
    except OSError as error:
        raise troubles.of_error(server.where, error) from None
    except ValueError as error:  # UnicodeError is one: no name that DNS could be asked for
        raise troubles.of_name(server.where, error) from None


async def _open(server: Server, tls: ssl.SSLContext | None) -> Wire:
    _, protocol = await asyncio.get_running_loop().create_connection(
        Wire, server.host, server.port, ssl=tls, happy_eyeballs_delay=0.25
    )
    return protocol
