"""The load balancer of the guide, as it stands there, leads to the nodes that are answered for."""

import asyncio
import re
import signal
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.manager import GOOD
from tests.e2e.test_any_node import LinkedCluster, Way
from tests.e2e.test_strangers import log_in
from tests.e2e.world import until
from tests.ports import free_port

GUIDE = Path(__file__).parents[2] / "docs/use/cluster.md"
NODES = {"alpha": "10.0.0.1", "beta": "10.0.0.2"}
PROGRAM = "/usr/sbin/haproxy"


@pytest.fixture
def cluster(tmp_path, postgres):
    cluster = LinkedCluster(tmp_path, NODES, postgres)
    yield cluster
    cluster.close()


def configuration(cluster, port):
    """Return the guide's, with the ports of these nodes, which have no TLS of their own."""
    (text,) = re.findall(r"(?ms)^```haproxy\n(.*?)^```", GUIDE.read_text(encoding="utf-8"))
    for name, address in NODES.items():
        text = text.replace(f"{address}:7663", f"127.0.0.1:{cluster.ways[name].port}")
        text = text.replace(f"{address}:7664", f"127.0.0.1:{cluster.agent_ports[name]}")
    text = text.replace("0.0.0.0:7663", f"127.0.0.1:{port}")
    text = text.replace("0.0.0.0:7664", f"127.0.0.1:{free_port()}")
    return text.replace(" check-ssl verify none", "").replace(
        "noroshi.example.com", "localhost"
    )


@contextmanager
def balancer(path, text):
    path.write_text(text)
    process = subprocess.Popen([PROGRAM, "-db", "-f", str(path)])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _status(way, path="/readyz", cookie=""):
    try:
        return asyncio.run(way.status(path, cookie))
    except (OSError, IndexError):
        return 0


def test_people_are_answered_through_it_and_stay_logged_in_when_the_sender_is_killed(
    cluster, tmp_path
):
    for name in NODES:
        cluster.serve(name)
    first = cluster.sender()
    (other,) = NODES.keys() - {first}
    cluster.call(first, "user_add", name="boss", role="administrator", password=GOOD)
    way = Way(free_port())
    with balancer(tmp_path / "haproxy.cfg", configuration(cluster, way.port)):
        until(lambda: _status(way) == 200, "an answer through the load balancer")
        status, cookie = asyncio.run(log_in(way, "boss", GOOD, "127.0.0.1"))
        assert status == 303
        cluster.end(first, signal.SIGKILL)
        until(lambda: cluster.sender() == other, "the other node to send")
        until(lambda: _status(way, "/", cookie) == 200, "the page, without a new log-in")
