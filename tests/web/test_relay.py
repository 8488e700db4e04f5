"""A node that does not send passes on whoever comes to it, and says so where it cannot."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from ipaddress import ip_address

import pytest

from noroshi.cluster.node_caller import NodeCaller
from noroshi.cluster.node_listener import NodeAnswers, NodeListener
from noroshi.cluster.node_requests import NodeLinkError, Opening, Purpose
from noroshi.cluster.node_tls import node_tls
from noroshi.config.node_places import Place
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from noroshi.web.http.http_server import Server
from noroshi.web.http.relay_pump import join
from noroshi.web.relay_listener import RelayListener, RelaySetting
from tests.ports import free_port

KEY = bytes(range(64))


async def _app(scope, receive, send):
    """Answer with who asks, and with how much was sent."""
    size, more = 0, True
    while more:
        message = await receive()
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    body = f"{scope['client'][0]} {size}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def sender():
    """Run the node that sends, and yield what passes a connection on to it."""
    limits = ConnectionLimits()
    server = Server(_app, None, limits, Connections(limits))
    server.start(None)

    async def take(opening, stream):
        await server.serve_relayed(opening.client, stream)

    listener = NodeListener(
        node_tls(KEY, "one").server, NodeAnswers(takers={Purpose.MANAGER: take})
    )
    place = listener.open(Place("127.0.0.1", 0))
    caller = NodeCaller(node_tls(KEY, "two").client, lambda: {"one": place})
    try:
        yield lambda opening: caller.open_stream("one", opening)
    finally:
        await listener.close()
        await server.stop()


@asynccontextmanager
async def entry(pass_on, purpose=Purpose.MANAGER):
    """Run a node that passes on, and yield its relay and the port."""
    setting = RelaySetting(purpose=purpose, address="127.0.0.1", port=free_port())
    relay = RelayListener(setting, pass_on)
    await relay.open()
    try:
        yield relay, setting.port
    finally:
        await relay.close()


async def _nobody(_opening):
    raise NodeLinkError("no node sends")


async def _ask(port, request):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = await reader.read()
    writer.close()
    return answer


GET = b"GET / HTTP/1.1\r\nHost: noroshi\r\nConnection: close\r\n\r\n"


async def test_a_request_is_answered_by_the_node_that_sends_as_if_it_had_come_there():
    async with sender() as pass_on, entry(pass_on) as (_, port):
        answer = await _ask(port, GET)
        body = bytes(3_000_000)
        head = f"POST / HTTP/1.1\r\nHost: n\r\nContent-Length: {len(body)}\r\nConnection: close"
        large = await _ask(port, head.encode() + b"\r\n\r\n" + body)
    assert answer.startswith(b"HTTP/1.1 200") and b"127.0.0.1 0" in answer
    assert b"127.0.0.1 3000000" in large


async def test_who_is_slow_to_read_an_answer_gets_all_of_it():
    size, ends = 200_000, asyncio.Event()

    async def take(_opening, stream):
        await stream.write(bytes(size))
        await stream.write_end()
        with suppress(NodeLinkError):
            await stream.read()

    listener = NodeListener(
        node_tls(KEY, "one").server, NodeAnswers(takers={Purpose.MANAGER: take})
    )
    place = listener.open(Place("127.0.0.1", 0))
    caller = NodeCaller(node_tls(KEY, "two").client, lambda: {"one": place})

    async def relay(reader, writer):
        opening = Opening(purpose=Purpose.MANAGER, client=("192.0.2.7", 4711))
        await join(await caller.open_stream("one", opening), reader, writer, linger=0.0)
        ends.set()

    server = await asyncio.start_server(relay, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await ends.wait()
    assert len(await reader.read()) == size
    writer.close()
    server.close()
    await listener.close()


async def test_many_connections_and_many_requests_by_one_are_passed_on_beside_each_other():
    async with sender() as pass_on, entry(pass_on) as (_, port):
        answers = await asyncio.gather(*(_ask(port, GET) for _ in range(40)))
        kept = await _ask(port, GET.replace(b"Connection: close\r\n", b"") + GET)
    assert all(b"127.0.0.1 0" in one for one in answers)
    assert kept.count(b"127.0.0.1 0") == 2


async def test_where_no_node_sends_a_browser_and_a_program_are_told_so_in_both_languages():
    async with entry(_nobody) as (_, port):
        page = (await _ask(port, GET)).decode()
        answer = (await _ask(port, GET.replace(b" / ", b" /api/1/status "))).decode()
        health = (await _ask(port, GET.replace(b" / ", b" /healthz "))).decode()
    for one in (page, answer, health):
        assert one.startswith("HTTP/1.1 503 ") and "Retry-After" in one
        assert "No node is available" in one and "ノード" in one
    assert "text/html" in page and "application/json" in answer


async def test_who_sends_much_is_told_so_too_and_sees_no_reset():
    size = 8_000_000
    head = f"POST /api/1/status HTTP/1.1\r\nHost: noroshi\r\nContent-Length: {size}\r\n\r\n"
    async with entry(_nobody) as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head.encode())
        for _ in range(8):
            writer.write(bytes(size // 8))
            await writer.drain()
        answer = await reader.read()
        writer.close()
    assert answer.startswith(b"HTTP/1.1 503 ") and b"No node is available" in answer


async def test_where_no_node_sends_an_agent_is_hung_up_on():
    async with entry(_nobody, Purpose.AGENTS) as (_, port):
        assert await _ask(port, b"\x16\x03\x01") == b""


async def test_what_was_passed_on_ends_when_another_node_sends():
    async with sender() as pass_on, entry(pass_on) as (relay, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET.replace(b"Connection: close\r\n", b""))
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        relay.cut()
        rest = await _until_end(reader)
        writer.close()
        assert b"127.0.0.1 0" in rest or rest == b""
        assert b"127.0.0.1 0" in await _ask(port, GET), "the next one is passed on again"


async def _until_end(reader):
    try:
        return await reader.read()
    except ConnectionError:
        return b""


async def test_a_connection_that_says_nothing_costs_the_node_that_sends_nothing():
    passed_on = []

    async def note(opening):
        passed_on.append(opening)
        raise NodeLinkError("no node sends")

    async with entry(note) as (_, port), AsyncExitStack() as stack:
        for _ in range(3):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
        await _ask(port, GET)
    assert len(passed_on) == 1
    assert ip_address(passed_on[0].client[0]).is_loopback


async def test_if_the_node_that_sends_dies_in_an_answer_the_caller_sees_no_end_of_it():
    async def half(opening, stream):
        await stream.read()
        await stream.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
        stream.abort()

    listener = NodeListener(
        node_tls(KEY, "one").server, NodeAnswers(takers={Purpose.MANAGER: half})
    )
    place = listener.open(Place("127.0.0.1", 0))
    caller = NodeCaller(node_tls(KEY, "two").client, lambda: {"one": place})
    async with entry(lambda opening: caller.open_stream("one", opening)) as (_, port):
        with pytest.raises(ConnectionError):
            await _ask(port, GET)
    await listener.close()
