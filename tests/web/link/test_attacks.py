"""Forged, foreign, replayed and far too large requests are refused, bounded and counted."""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import replace

import pytest
from yarl import URL

from noroshi.core.agents import Life
from noroshi.link.agent_key import PrivateKey
from noroshi.link.link_messages import HELLO, MOST_BYTES_TAKEN, PREFIX, WAIT, WaitRequest
from noroshi.link.message_body import CODING, Body, body_of
from noroshi.web.http.connection_limits import ConnectionLimits, Connections
from tests.service.clients import open_manager
from tests.web.link.agent_client import AgentClient, invite

GIGABYTE = 1 << 30


def refusals(harness):
    return dict(harness.service.agents_hub.refusals)


async def test_a_request_that_nobody_signed_is_refused_with_a_stamp(harness, newcomer):
    stranger = newcomer()
    refused = await stranger.post(HELLO, Body(b"{}"), {})
    assert (refused.status, refused.fault) == (401, "bad-signature")
    assert "Noroshi-Stamp" in refused.headers
    assert refusals(harness) == {"bad-signature": 1}


async def test_a_request_of_another_key_is_refused(harness, agent):
    forged = await agent.hello()
    assert forged.status == 200
    refused = await agent.send(WAIT, WaitRequest(hold=0), key=PrivateKey.create())
    assert (refused.status, refused.fault) == (401, "bad-signature")
    assert refusals(harness) == {"bad-signature": 1}
    row = (await harness.store.audit_log())[0]
    assert (row.op, row.who, row.address) == ("agent_request", "", "127.0.0.1")
    assert row.refused.en == "the request is not signed by an agent of this hub"


async def test_a_body_that_is_another_than_was_signed_is_refused(agent):
    sent = body_of(WaitRequest(hold=0, backlog=9))
    refused = await agent.send(WAIT, WaitRequest(hold=0), sent=sent)
    assert refused.fault == "bad-signature"


@pytest.mark.parametrize("signed", [{"hub": "other"}, {"path": PREFIX + "fetch"}])
async def test_a_request_for_another_hub_or_path_is_refused_and_counted(harness, agent, signed):
    refused = await agent.send(WAIT, WaitRequest(hold=0), **signed)
    assert refused.fault == "bad-signature"
    assert refusals(harness) == {"bad-signature": 1}


async def test_an_agent_cannot_speak_for_another(harness, agent, newcomer):
    other = newcomer()
    await other.join(await invite(harness), name="db01")
    thief = replace(other, id=agent.id)
    assert (await thief.hello()).fault == "bad-signature"


async def test_a_request_of_ten_minutes_ago_is_refused_and_the_next_one_counts(harness, agent):
    await agent.greet()
    body = body_of(WaitRequest(hold=0))
    header = {"authorization": agent.authorization(WAIT, body.content)}
    assert (await agent.post(WAIT, body, header)).status == 200
    harness.time.pass_by(minutes=10, seconds=1)
    replayed = await agent.post(WAIT, body, header)
    assert (replayed.status, replayed.fault) == (401, "stale")
    assert refusals(harness) == {"stale": 1}
    assert (await agent.hello()).status == 200


async def test_a_stamp_of_another_hub_is_none(agent):
    refused = await agent.send(HELLO, stamp="e1.1775023200000.0123456789abcdef")
    assert refused.fault == "stale"


@pytest.mark.parametrize(
    "life",
    [Life(-1, "aa"), Life(1 << 60, "aa"), Life(1, "a" * 65), Life(1, "\ud800")],
    ids=ascii,
)
async def test_a_life_that_is_none_is_refused(agent, life):
    assert (await agent.send(HELLO, life=life)).fault == "bad-signature"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b"\xff",
        b'{"version": 1}',
        b"[" * 100_000,
        b'{"unknown":' + b"[" * 100_000,
    ],
    ids=range(7),
)
async def test_a_body_that_is_no_message_is_refused(agent, content):
    body = Body(content)
    header = {"authorization": agent.authorization(HELLO, content)}
    refused = await agent.post(HELLO, body, header)
    assert (refused.status, refused.fault) == (400, "malformed")


async def test_a_zip_bomb_is_not_inflated(agent):
    deflation = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    bomb = deflation.compress(b'{"version": "' + b"0" * (64 << 20)) + deflation.flush()
    assert len(bomb) < MOST_BYTES_TAKEN
    header = {"authorization": agent.authorization(HELLO, bomb)}
    refused = await agent.post(HELLO, Body(bomb, CODING), header)
    assert (refused.status, refused.fault) == (413, "too-large")


async def test_a_body_that_is_too_large_is_refused_in_words(agent):
    body = Body(b"x" * (MOST_BYTES_TAKEN + 1))
    header = {"authorization": agent.authorization(HELLO, body.content)}
    refused = await agent.post(HELLO, body, header)
    assert (refused.status, refused.fault) == (413, "too-large")
    assert refused.headers["connection"] == "close"


async def test_a_body_of_a_gigabyte_is_cut_off(agent, url):
    """The hub hears a little of it, and closes; so does it for a body of unknown length."""
    header = agent.authorization(HELLO, b"")
    for length in (f"content-length: {GIGABYTE}", "transfer-encoding: chunked"):
        _, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
        head = f"POST {PREFIX}hello HTTP/1.1\r\nhost: hub\r\nauthorization: {header}\r\n"
        writer.write(f"{head}{length}\r\n\r\n40000000\r\n".encode())
        assert await pour(writer, GIGABYTE) < 64 << 20
        writer.close()


async def test_a_stranger_gets_no_byte_of_a_gigabyte_read(url):
    reader, writer = await asyncio.open_connection("127.0.0.1", URL(url).port)
    head = f"POST {PREFIX}hello HTTP/1.1\r\nhost: hub\r\ncontent-length: {GIGABYTE}\r\n\r\n"
    writer.write(head.encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 401 ")
    writer.close()


async def pour(writer, size):
    """Send bytes until that many are out, or the other side has enough; return how many."""
    sent, part = 0, bytes(1 << 16)
    try:
        while sent < size:
            writer.write(part)
            await writer.drain()
            sent += len(part)
    except ConnectionError:
        pass
    return sent


async def test_an_agent_that_asks_too_often_is_put_off_and_comes_back(harness, agent):
    faults = [(await agent.try_wait()).status for _ in range(30)]
    assert faults == [200] * 30
    refused = await agent.try_wait()
    assert (refused.status, refused.fault) == (429, "busy")
    assert refused.headers["Retry-After"] == "2"
    harness.time.pass_by(seconds=2)
    assert (await agent.try_wait()).status == 200


async def test_a_removed_agent_cannot_keep_the_hub_busy(harness, agent):
    await harness.service.agents_hub.revoke(agent.id)
    faults = [(await agent.hello()).fault for _ in range(31)]
    assert faults == ["revoked"] * 30 + ["busy"]


async def test_who_sends_bad_signatures_waits_and_an_agent_from_there_does_not(
    harness, agent, newcomer
):
    await agent.greet()
    stranger = newcomer(id="nobody", hub=agent.hub)
    faults = {(await stranger.hello()).fault for _ in range(20)}
    assert faults == {"bad-signature"}
    assert (await stranger.hello()).status == 429
    assert (await agent.hello()).status == 200


async def test_an_authorization_that_is_no_signature_is_refused(newcomer):
    stranger = newcomer()
    for text in ("Noroshi", "Noroshi x", "Noroshi a.b.c", "Bearer x", "Noroshi " + "a" * 7000):
        refused = await stranger.post(HELLO, Body(b"{}"), {"authorization": text})
        assert refused.fault == "bad-signature"


async def test_agents_do_not_take_the_connections_of_people(harness, tmp_path, session):
    """Of three connections all are an agent's; a person still gets one."""
    bounds = ConnectionLimits(most=3, reserve=1, of_one=3)
    async with open_manager(harness, tmp_path, bounds=bounds) as url:
        agent = AgentClient(url, session)
        await agent.join(await invite(harness))
        answer = await agent.greet()
        held = [
            asyncio.create_task(
                replace(agent).try_wait(hold=40.0, configuration=answer.configuration)
            )
            for _ in range(3)
        ]
        await asyncio.wait(held, return_when=asyncio.FIRST_COMPLETED)
        for _ in range(4):
            async with session.get(f"{url}/healthz") as response:
                assert response.status == 200
        for task in held:
            task.cancel()


async def test_a_connection_of_an_agent_may_rest_longer_than_others(harness, tmp_path, session):
    """When one that rested as long has been closed, the agent's still answers."""
    async with open_manager(harness, tmp_path, bounds=ConnectionLimits(idle=1)) as url:
        agent = AgentClient(url, session)
        await agent.join(await invite(harness))
        own, other = [await asyncio.open_connection("127.0.0.1", URL(url).port) for _ in "ab"]
        assert await status_on(own, agent) == b"200"
        other[1].write(b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
        assert b"200" in await other[0].read()
        assert await status_on(own, agent) == b"200"
        for _, writer in (own, other):
            writer.close()


async def status_on(connection, agent):
    """Return the status of a request that an agent sends on an open connection."""
    reader, writer = connection
    body = body_of(WaitRequest(hold=0))
    header = agent.authorization(WAIT, body.content)
    head = f"POST {PREFIX}wait HTTP/1.1\r\nhost: hub\r\nauthorization: {header}\r\n"
    head += f"content-encoding: {body.coding}\r\ncontent-length: {len(body.content)}\r\n"
    writer.write(f"{head}\r\n".encode() + body.content)
    lines = (await reader.readuntil(b"\r\n\r\n")).lower().splitlines()
    lengths = [line for line in lines if line.startswith(b"content-length:")]
    await reader.readexactly(int(lengths[0].partition(b":")[2]))
    return lines[0].split()[1]


def test_a_fifth_connection_of_an_agent_closes_its_first():
    connections = Connections(ConnectionLimits())
    sockets = [StandIn(f"192.0.2.{number}") for number in range(5)]
    for one in sockets:
        connections.enter(one)
        assert connections.mark_agent(one, "a1")
        assert connections.mark_agent(one, "a1")
    assert [one.is_closed for one in sockets] == [True, False, False, False, False]


def test_beyond_the_most_of_all_agents_a_connection_counts_as_anybodys():
    connections = Connections(ConnectionLimits(agents=1))
    first, second = StandIn("192.0.2.1"), StandIn("192.0.2.2")
    for one in (first, second):
        connections.enter(one)
    assert connections.mark_agent(first, "a1")
    assert not connections.mark_agent(second, "a2")
    connections.leave(first)
    assert connections.mark_agent(second, "a2")


class StandIn:
    """A connection that only notes whether it was closed."""

    def __init__(self, network):
        self.network, self.peer, self.is_closed = network, (network, 1), False

    def hang_up(self):
        self.is_closed = True


async def test_the_hub_that_stops_lets_its_agents_come_again(harness, tmp_path, session):
    async with open_manager(harness, tmp_path) as url:
        agent = AgentClient(url, session)
        await agent.join(await invite(harness))
        answer = await agent.greet()
        held = asyncio.create_task(
            agent.try_wait(hold=40.0, configuration=answer.configuration)
        )
        while not harness.service.agents_hub.is_waiting(agent.id):  # noqa: ASYNC110
            await asyncio.sleep(0)
    refused = await held
    assert (refused.status, refused.fault) == (429, "busy")
    assert refused.headers["Retry-After"] == "5"
