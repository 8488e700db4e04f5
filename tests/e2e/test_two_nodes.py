"""Nodes share a database: they share the monitors, one of them sends, and where one ends the others go
on, however it ends."""

import shutil
import signal
from collections import Counter
from contextlib import ExitStack
from itertools import pairwise

import pytest

from noroshi.cli.exits import RESTART
from tests import postgres as postgres_server
from tests.e2e.clusters import Cluster, Shop
from tests.e2e.world import PATIENCE, until
from tests.ports import free_port

SHOPS = 8
HANDED_ON = 6
"""A look is made up for where a monitor is handed on, and that is less than a handful of times here."""
UNWATCHED = 40
"""Seconds. It is twelve where the processor is free."""


@pytest.fixture
def shops():
    with ExitStack() as stack:
        shops = [Shop() for _ in range(SHOPS)]
        for one in shops:
            stack.callback(one.close)
        yield shops


@pytest.fixture
def cluster(tmp_path, postgres):
    cluster = Cluster(tmp_path, ("one", "two", "three"), postgres)
    yield cluster
    cluster.close()


def test_nodes_share_the_monitors_and_go_on_for_one_that_is_killed_stopped_or_leaves(
    cluster, mailbox, shops
):
    cluster.define(mailbox, shops)
    for name in ("one", "two", "three"):
        cluster.serve(name)
    until(lambda: len(cluster.shares()) == 3, "shares of three nodes")
    everything = sum(cluster.shares().values())
    assert cluster.sender() == "one"
    told = cluster.homes["three"].status()["nodes"]
    assert {one["name"]: one["sends"] for one in told if one["is_alive"]} == {
        "one": True,
        "two": False,
        "three": False,
    }

    cluster.end("one", signal.SIGKILL)  # it sends, and watches
    shops[0].close()
    until(lambda: mailbox.raw, "the alarm, by another node")
    until(lambda: cluster.all_with("two", "three") == everything, "everything with two nodes")

    cluster.serve("one")
    until(lambda: len(cluster.shares()) == 3, "a share for the node that is back")
    sender = cluster.sender()
    cluster.end(sender, signal.SIGTERM)  # a stopped node gives its share back at once
    assert cluster.shares()[sender] == 0
    until(lambda: sum(cluster.shares().values()) == everything, "everything with two nodes")
    until(lambda: cluster.sender() != sender, "another node that sends")
    sender, other = cluster.sender(), (cluster.nodes.keys() - {cluster.sender()}).pop()

    cluster.nodes[sender].send_signal(signal.SIGSTOP)
    until(lambda: cluster.shares()[other] == everything, "everything with one node")
    until(lambda: cluster.sender() == other, "another node that sends")
    shops[1].close()
    until(lambda: len(mailbox.raw) == 2, "the second alarm")
    cluster.nodes[sender].send_signal(signal.SIGCONT)
    assert cluster.nodes.pop(sender).wait(PATIENCE) == RESTART
    cluster.end(other, signal.SIGTERM)

    ids = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert set(ids.values()) == {1} and len(ids) == 2
    for one in shops[2:]:
        turns = one.looks[-1] - one.looks[0] + 1
        assert len(one.looks) <= turns + HANDED_ON, "two nodes watched it at once"
        assert _longest_gap(one.looks) < UNWATCHED


def _longest_gap(looks):
    return max(after - before for before, after in pairwise(looks))


def test_while_the_database_is_away_each_node_tells_of_its_share_past_the_queue(
    tmp_path, mailbox, shops
):
    with ExitStack() as stack:
        folder = postgres_server.make_folder()
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = postgres_server.start(folder, free_port(), {})
        stack.callback(lambda: postgres_server.stop(server.pid))
        cluster = Cluster(tmp_path, ("one", "two"), server)
        stack.callback(cluster.close)
        cluster.define(mailbox, shops)
        for name in ("one", "two"):
            cluster.serve(name)
        until(lambda: len(cluster.shares()) == 2, "shares of two nodes")
        everything = sum(cluster.shares().values())

        postgres_server.stop(server.pid)
        for one in shops:
            one.close()
        until(lambda: len(mailbox.raw) == SHOPS, "an alarm of each instance")
        server = postgres_server.start(folder, server.port, {})
        until(lambda: sum(cluster.shares().values()) == everything, "everything, as before")
        assert len(cluster.shares()) == 2
