"""Nodes share a database: they share the monitors, one of them sends, and where one ends the others go
on, however it ends."""

import shutil
import signal
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise

import pytest

from noroshi.cli.exits import RESTART
from tests import postgres as postgres_server
from tests.e2e.clusters import Cluster, Shop, instances_of
from tests.e2e.labs import LabProgram, define, secret_file, signed_in
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


class Database:
    """A PostgreSQL that a test stops and starts."""

    def __init__(self):
        self.folder = postgres_server.make_folder()
        self.server = postgres_server.start(self.folder, free_port(), {})

    def stop(self):
        postgres_server.stop(self.server.pid)

    def start(self):
        self.server = postgres_server.start(self.folder, self.server.port, {})

    def close(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture
def database():
    with closing(Database()) as found:
        yield found


@pytest.fixture
def pair(tmp_path, database):
    """Two nodes on a database of their own, not started yet."""
    with closing(Cluster(tmp_path, ("one", "two"), database.server)) as cluster:
        yield cluster


@pytest.fixture
def lab(tmp_path):
    lab = LabProgram(tmp_path / "lab").start()
    yield lab
    lab.end()


@contextmanager
def without(database, cluster):
    """Stop the database of two nodes that share everything, and start it again."""
    until(lambda: len(cluster.shares()) == 2, "shares of two nodes")
    everything = sum(cluster.shares().values())
    database.stop()
    yield
    database.start()
    until(lambda: sum(cluster.shares().values()) == everything, "everything, as before")
    assert len(cluster.shares()) == 2


def test_while_the_database_is_away_each_node_tells_of_its_share_past_the_queue(
    pair, database, mailbox, shops
):
    pair.define(mailbox, shops)
    for name in ("one", "two"):
        pair.serve(name)
    with without(database, pair):
        for one in shops:
            one.close()
        until(lambda: len(mailbox.raw) == SHOPS, "an alarm of each instance")


def test_while_the_database_is_away_a_node_signs_in_with_what_it_read_before(
    pair, database, lab, shops
):
    """So does the one that has never sent: the sign-in is in the database, sealed."""
    home = pair.homes["one"]
    rule = 'action = "mail"\ncontacts = ["ops"]\nroutes = ["m365"]'
    pair.serve("one")
    define(home, lab, rules__ops=rule, **instances_of(shops))
    signed_in(home, lab, *secret_file(home, lab))
    pair.serve("two")
    assert pair.sender() == "one"
    with without(database, pair):
        for one in shops:
            one.close()
        until(lambda: len(alarms(lab)) == SHOPS, "an alarm of each instance")


def alarms(lab):
    return [mail for mail in lab.mails if "shop" in mail.subject]
