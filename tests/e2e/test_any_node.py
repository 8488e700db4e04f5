"""Browsers, the API and agents come in at any node, and go on when the one that sends is killed."""

import asyncio
import signal
import time
from datetime import datetime

import pytest

from noroshi.cli.clients.socket import SocketClient
from noroshi.cluster.node_caller import NodeCaller
from noroshi.cluster.node_requests import NodeLinkError, Question
from noroshi.cluster.node_tls import node_tls
from noroshi.config.node_places import Place
from tests.e2e.hubs import FILES
from tests.e2e.manager import GOOD, Managed
from tests.e2e.test_strangers import log_in
from tests.e2e.test_two_nodes import Cluster
from tests.e2e.world import PATIENCE, until
from tests.ports import free_port


class Way(Managed):
    """Stand for the manager as it is reached at a node."""

    def __init__(self, port):
        self.port = port

    async def status(self, path="/", cookie="", source="127.0.0.1"):
        head = f"GET {path} HTTP/1.1" + (f"\r\ncookie: {cookie}" if cookie else "")
        return (await self.request(head, source=source))[0]


class LinkedCluster(Cluster):
    """Nodes that are linked, each with a manager and an address for agents of its own."""

    def __init__(self, folder, names, server):
        self.ways, self.agent_ports, self.link_ports = {}, {}, {}
        super().__init__(folder, names, server)

    def _home(self, folder, name):
        home = super()._home(folder, name)
        self.ways[name] = Way(free_port())
        self.agent_ports[name], self.link_ports[name] = free_port(), free_port()
        settings = home.folder / "noroshi.toml"
        text = settings.read_text(encoding="utf-8")
        text = text.replace("web = false", f"web = {{ port = {self.ways[name].port} }}")
        text += f'cluster.listen = "127.0.0.1:{self.link_ports[name]}"\n'
        text += f'cluster.agents = "127.0.0.1:{self.agent_ports[name]}"\n'
        settings.write_text(text, encoding="utf-8")
        return home

    def call(self, node, op, **args):
        door = SocketClient(self.homes[node].folder / "door.sock", patience=lambda _: PATIENCE)
        return door.call(op, **args)

    def answers(self, name, path="/readyz", cookie=""):
        """The HTTP status at a node; 0: it does not take connections now."""
        try:
            return asyncio.run(self.ways[name].status(path, cookie))
        except OSError:
            return 0


@pytest.fixture
def cluster(tmp_path, postgres):
    cluster = LinkedCluster(tmp_path, ("one", "two"), postgres)
    yield cluster
    cluster.close()


def test_who_is_logged_in_and_an_agent_go_on_whichever_node_is_killed(cluster, server):
    cluster.serve("one")
    cluster.serve("two")
    assert cluster.sender() == "one"
    cluster.call("one", "user_add", name="boss", role="administrator", password=GOOD)
    until(lambda: cluster.answers("two") == 200, "the manager at the node that does not send")
    status, cookie = asyncio.run(log_in(cluster.ways["two"], "boss", GOOD, "127.0.9.1"))
    assert status == 303
    assert cluster.answers("two", "/", cookie) == 200
    assert cluster.answers("two", "/", "") == 303, "a stranger is led to the log-in"
    logins = [
        entry for entry in cluster.call("one", "audit", last=20) if "log_in" in str(entry)
    ]
    assert "127.0.9.1" in str(logins), "the address of who logged in, not of the other node"

    port = free_port()
    cluster.call("one", "agents_listen", host="127.0.0.1", address="127.0.0.1", port=port)
    line = cluster.call("one", "agent_invite")["line"].split()[1:]
    line = [word.replace(f":{port}", f":{cluster.agent_ports['two']}") for word in line]
    until(lambda: _takes_connections(cluster.agent_ports["two"]), "the port for agents at two")
    server.run(*line, "--name", "fs01")
    server.serve_warm()
    server.until_linked()
    cluster.homes["one"].define(instances__files=FILES.format(source="fs01"))
    until(lambda: _readings(cluster, "two"), "a reading of the agent")

    cluster.end("one", signal.SIGKILL)
    assert cluster.answers("two", "/healthz") in (0, 200, 503)
    until(lambda: cluster.sender() == "two", "the other node to send")
    until(lambda: cluster.answers("two", "/", cookie) == 200, "the page, without a new log-in")
    before = time.time()
    until(lambda: _readings(cluster, "two", since=before), "a reading since then")

    cluster.serve("one")
    until(lambda: cluster.answers("one") == 200, "the manager at the node that is back")
    assert cluster.sender() == "two"
    with pytest.raises(NodeLinkError):
        asyncio.run(_ask_as_stranger(cluster.link_ports["two"]))

    cluster.end("two", signal.SIGKILL)  # at whose address the agent asked until now
    until(lambda: cluster.sender() == "one", "the first node to send again")
    before = time.time()
    until(lambda: _readings(cluster, "one", since=before), "a reading by the other address")


async def _ask_as_stranger(port):
    """Ask at the link's port, as a node that has another key."""
    places = {"two": Place("127.0.0.1", port)}
    await NodeCaller(node_tls(bytes(64), "one").client, lambda: places).ask(
        "two", Question.HAS_DATABASE
    )


def _takes_connections(port):
    async def connect():
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()

    try:
        asyncio.run(connect())
    except OSError:
        return False
    return True


def _readings(cluster, name, since=0.0):
    """Return whether the agent's disk was measured after that time."""
    monitors = cluster.homes[name].status()["monitors"]
    seen = [m for m in monitors if m["known"] and m["path"].startswith("files/")]
    times = [datetime.fromisoformat(m["measured"]).timestamp() for m in seen if m["measured"]]
    return any(at > since for at in times)
