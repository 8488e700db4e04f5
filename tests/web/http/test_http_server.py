"""A server that stops leaves no connection open."""

import asyncio
import socket
import ssl
from contextlib import suppress

import pytest

from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import Server, listen


async def _app(scope, receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"done"})


def _started(tls):
    limits = ConnectionLimits()
    connections = Connections(limits)
    server, listener = (
        Server(_app, tls, limits, connections),
        listen("127.0.0.1", 0, connections),
    )
    server.start(listener)
    return server, connections, listener.getsockname()


@pytest.fixture(params=["plain", "in the handshake of TLS"])
def tls(request):
    return None if request.param == "plain" else ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)


async def test_who_connected_and_said_nothing_is_hung_up_on(tls):
    server, connections, place = _started(tls)
    await asyncio.sleep(0.1)
    reader, writer = await asyncio.open_connection(*place)
    while not connections.open:  # noqa: ASYNC110  there is no event for it
        await asyncio.sleep(0.01)
    await _expect_end(server, connections, reader)
    writer.close()


async def test_who_connected_as_the_server_stopped_is_hung_up_on(tls):
    server, connections, place = _started(tls)
    await asyncio.sleep(0.1)
    with socket.create_connection(place) as client:  # the loop has not seen it yet
        await server.stop()
        client.settimeout(30)
        with suppress(ConnectionResetError):
            assert await asyncio.to_thread(client.recv, 1) == b""
    assert connections.open == []


async def _expect_end(server, connections, reader):
    await server.stop()
    async with asyncio.timeout(30):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    assert connections.open == []
