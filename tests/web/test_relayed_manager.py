"""The node that sends answers by the hosts of each node that passes connections on."""

from contextlib import asynccontextmanager

from noroshi.cluster.node_caller import NodeCaller
from noroshi.cluster.node_listener import NodeAnswers, NodeListener
from noroshi.cluster.node_requests import Entry, Opening, Purpose
from noroshi.cluster.node_tls import node_tls
from noroshi.config.node_places import Place
from noroshi.web.context import WebContext
from noroshi.web.relayed_manager import MOST_ENTRIES, RelayedManager
from tests.service.harness import Harness
from tests.web.browser import with_user

KEY = bytes(range(64))
MISDIRECTED = b"HTTP/1.1 421"


@asynccontextmanager
async def asking():
    """Run the node that sends, and yield a way to ask it by a listener with one host, for a host."""
    harness = await with_user(harness=Harness())
    manager = RelayedManager(WebContext(service=harness.service, people=harness.people))
    answers = NodeAnswers(takers={Purpose.MANAGER: manager.take})
    listener = NodeListener(node_tls(KEY, "one").server, answers)
    place = listener.open(Place("127.0.0.1", 0))
    caller = NodeCaller(node_tls(KEY, "two").client, lambda: {"one": place})

    async def ask(listener_host, host):
        opening = Opening(
            purpose=Purpose.MANAGER,
            client=("192.0.2.7", 4711),
            entry=Entry(port=7663, hosts=(listener_host,)),
        )
        stream = await caller.open_stream("one", opening)
        request = f"GET /login HTTP/1.1\r\nHost: {host}:7663\r\nConnection: close\r\n\r\n"
        await stream.write(request.encode())
        answer = await stream.read()
        stream.abort()
        return answer

    try:
        yield ask
    finally:
        await listener.close()
        await manager.close()


async def test_each_listener_is_answered_by_its_own_hosts_however_many_there_are():
    hosts = [f"node{number}.example.com" for number in range(MOST_ENTRIES + 2)]
    async with asking() as ask:
        for host in [*hosts, hosts[0]]:
            assert (await ask(host, host)).startswith(b"HTTP/1.1 200")
            assert (await ask(host, "other.example.com")).startswith(MISDIRECTED)
        assert (await ask(hosts[-1], hosts[0])).startswith(MISDIRECTED)
