"""Nodes that have the same key ask each other, and pass connections on; a stranger is told nothing."""

import asyncio
import os
import socket
import ssl
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest

from noroshi.cluster.node_caller import NodeCaller
from noroshi.cluster.node_listener import LinkLimits, NodeAnswers, NodeListener, keep_alive
from noroshi.cluster.node_requests import (
    LONGEST_LINE,
    Entry,
    NodeLinkError,
    Opening,
    Purpose,
    Question,
)
from noroshi.cluster.node_tls import node_tls
from noroshi.config.node_places import Place
from noroshi.vault import Box, Secret

ANYWHERE = Place("127.0.0.1", 0)
KEY = Box(Secret("5a" * 32)).derived_key("nodes")
OTHER_KEY = Box(Secret("5b" * 32)).derived_key("nodes")
OPENING = Opening(purpose=Purpose.MANAGER, client=("192.0.2.7", 4711), entry=Entry(port=7663))


@asynccontextmanager
async def node(answers, name="two", key=KEY, limits=LinkLimits()):
    """Run a node that answers others, and yield its place."""
    listener = NodeListener(node_tls(key, name).server, answers, limits)
    try:
        yield listener.open(ANYWHERE)
    finally:
        await listener.close()


def caller(place, name="two", key=KEY):
    return NodeCaller(node_tls(key, "one").client, lambda: {name: place})


@pytest.mark.parametrize("answer", [True, False])
async def test_a_node_answers_what_another_one_asks(answer):
    answers = NodeAnswers({Question.HAS_DATABASE: lambda: answer})
    async with node(answers) as place:
        assert await caller(place).ask("two", Question.HAS_DATABASE) is answer


async def test_a_node_of_another_release_refuses_what_it_does_not_know():
    async with node(NodeAnswers()) as place:
        with pytest.raises(NodeLinkError, match="unknown"):
            await caller(place).ask("two", Question.HAS_DATABASE)


async def test_a_node_whose_address_no_host_can_have_does_not_answer():
    with pytest.raises(NodeLinkError):
        await caller(Place(f"{'a' * 64}.example", 7665)).ask("two", Question.HAS_DATABASE)


def test_a_connection_that_takes_no_option_is_let_in_all_the_same():
    one, other = socket.socketpair()
    with one, other:
        keep_alive(one)


async def test_a_node_without_the_key_is_told_nothing():
    asked = []
    answers = NodeAnswers({Question.HAS_DATABASE: lambda: asked.append(1) or True})
    async with node(answers) as place:
        with pytest.raises(NodeLinkError):
            await caller(place, key=OTHER_KEY).ask("two", Question.HAS_DATABASE)
    async with node(answers, key=OTHER_KEY) as place:
        with pytest.raises(NodeLinkError):
            await caller(place).ask("two", Question.HAS_DATABASE)
    assert asked == []


async def test_who_shows_no_certificate_gets_no_answer_to_a_well_formed_request():
    asked = []
    answers = NodeAnswers({Question.HAS_DATABASE: lambda: asked.append(1) or True})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with node(answers) as place:
        reader, writer = await asyncio.open_connection(place.host, place.port, ssl=context)
        writer.write(b'{"question":"has the database"}\n')
        with suppress(OSError):  # the alert of TLS: a certificate is required
            assert await reader.read() == b""
        writer.close()
        assert asked == []
        assert await caller(place).ask("two", Question.HAS_DATABASE)


async def test_who_speaks_no_tls_gets_no_byte():
    async with node(NodeAnswers()) as place:
        for words in (b"GET / HTTP/1.1\r\n\r\n", b'{"question":"has the database"}\n'):
            reader, writer = await asyncio.open_connection(place.host, place.port)
            writer.write(words)
            assert b"HTTP" not in (answer := await reader.read()) and len(answer) <= 7
            writer.close()


async def test_another_node_at_the_address_is_not_taken_for_the_one_that_is_called():
    answers = NodeAnswers({Question.HAS_DATABASE: lambda: True})
    async with node(answers, name="three") as place:
        with pytest.raises(NodeLinkError, match="three"):
            await caller(place).ask("two", Question.HAS_DATABASE)


async def test_a_connection_is_passed_on_with_the_address_of_who_made_it():
    seen = []

    async def echo(opening, stream):
        seen.append(opening)
        while data := await stream.read():
            await stream.write(data)
        await stream.write_end()
        stream.close()

    sent = os.urandom(1_000_000)
    async with node(NodeAnswers(takers={Purpose.MANAGER: echo})) as place:
        stream = await caller(place).open_stream("two", OPENING)
        writing = asyncio.create_task(_write(stream, sent))
        received = await _read_all(stream)
        await writing
        stream.close()
    assert received == sent, "what came after this side had ended came too"
    assert seen == [OPENING]


async def _read_all(stream):
    pieces = []
    while piece := await stream.read():
        pieces.append(piece)
    return b"".join(pieces)


async def _write(stream, data):
    await stream.write(data)
    await stream.write_end()


async def test_what_a_node_wrote_before_it_ended_comes_however_late_it_is_read():
    piece, pieces, has_ended = os.urandom(10_000), [], asyncio.Event()

    async def write_until_nothing_goes_out(_opening, stream):
        has_gone_out = True
        while has_gone_out:
            pieces.append(piece)
            has_gone_out = await _written_at_once(stream.write(piece))
        await _written_at_once(stream.write_end())
        stream.close()
        has_ended.set()

    takers = {Purpose.MANAGER: write_until_nothing_goes_out}
    async with node(NodeAnswers(takers=takers)) as place:
        stream = await caller(place).open_stream("two", OPENING)
        await has_ended.wait()
        assert await _read_all(stream) == b"".join(pieces)
        stream.close()


async def _written_at_once(writing):
    """Return whether nothing had to be waited for; what was to be written is on its way in any case."""
    task = asyncio.create_task(writing)
    await asyncio.sleep(0)
    is_done = task.done()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return is_done


async def test_a_link_that_breaks_does_not_look_like_an_end():
    async def break_off(_opening, stream):
        await stream.read()
        await stream.write(b"half")
        stream.abort()

    async with node(NodeAnswers(takers={Purpose.MANAGER: break_off})) as place:
        stream = await caller(place).open_stream("two", OPENING)
        await stream.write(b"go")
        with pytest.raises(NodeLinkError):
            await _read_all(stream)


async def test_who_writes_waits_while_the_other_side_reads_nothing():
    goes_on = asyncio.Event()

    async def dawdle(_opening, stream):
        await goes_on.wait()
        await _read_all(stream)
        await stream.write_end()
        stream.close()

    async with node(NodeAnswers(takers={Purpose.MANAGER: dawdle})) as place:
        stream = await caller(place).open_stream("two", OPENING)
        writing = asyncio.create_task(_write(stream, bytes(20_000_000)))
        other = await caller(place).open_stream("two", OPENING)  # it serves others meanwhile
        other.abort()
        assert not writing.done()
        goes_on.set()
        await writing
        assert await stream.read() == b""
        stream.close()


async def test_a_node_that_does_not_send_refuses_connections():
    async with node(NodeAnswers()) as place:
        with pytest.raises(NodeLinkError, match="not the sender"):
            await caller(place).open_stream("two", OPENING)


async def test_strangers_that_hold_connections_open_keep_no_node_out():
    answers = NodeAnswers({Question.HAS_DATABASE: lambda: True})
    limits = LinkLimits(most_unproven=4, seconds=3600)
    async with node(answers, limits=limits) as place, AsyncExitStack() as stack:
        for _ in range(20):
            stranger = socket.create_connection((place.host, place.port))
            stack.callback(stranger.close)
        assert await caller(place).ask("two", Question.HAS_DATABASE)


async def test_a_line_without_end_is_cut_off():
    limits = LinkLimits(seconds=3600)
    async with node(NodeAnswers(), limits=limits) as place:
        context = node_tls(KEY, "one").client
        reader, writer = await asyncio.open_connection(place.host, place.port, ssl=context)
        writer.write(b"x" * (4 * LONGEST_LINE))
        with suppress(OSError):
            assert await reader.read() == b""
        writer.close()


async def test_a_node_that_has_no_address_is_told_apart_at_once():
    with pytest.raises(NodeLinkError, match="no address"):
        await caller(ANYWHERE).ask("three", Question.HAS_DATABASE)


async def test_a_node_that_stands_still_is_not_waited_for_without_end():
    silent = socket.create_server(("127.0.0.1", 0))
    place = Place("127.0.0.1", silent.getsockname()[1])
    one = NodeCaller(node_tls(KEY, "one").client, lambda: {"two": place}, timeout=0.05)
    with pytest.raises(NodeLinkError, match="no answer"):
        await one.ask("two", Question.HAS_DATABASE)
    silent.close()
