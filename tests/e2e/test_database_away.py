"""Nodes with a link to each other lose the database: one of them alone, or all. What is measured is counted
where it is measured, and what is sent where it arrives."""

import signal
import time
from collections import Counter
from contextlib import ExitStack

import pytest

from tests.e2e.clusters import Cluster, Shop
from tests.e2e.gates import Gate
from tests.e2e.world import until

NAMES, SHOPS = ("one", "two"), 8
MARK = "[sent directly]"
WATCHED = 15
"""Looks at a shop, from which it is seen whether one node looks each second, or two."""
STOP_TIMEOUT = 30
"""Seconds: TimeoutStopSec of the unit."""
HANDED_ON = 4
"""Looks that may be made up for as a monitor is handed on."""


@pytest.fixture
def stack():
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def gates(stack, postgres):
    gates = {name: Gate(postgres.port) for name in NAMES}
    for one in gates.values():
        stack.callback(one.close)
    return gates


@pytest.fixture
def shops(stack):
    shops = [Shop() for _ in range(SHOPS)]
    for one in shops:
        stack.callback(one.close)
    return shops


@pytest.fixture
def cluster(stack, tmp_path, postgres, gates, mailbox, shops):
    ways = {name: gate.port for name, gate in gates.items()}
    cluster = Cluster(tmp_path, NAMES, postgres, ways, is_linked=True)
    stack.callback(cluster.close)
    cluster.define(mailbox, shops)
    for name in NAMES:
        cluster.serve(name)
    until(lambda: len(cluster.shares()) == len(NAMES), "shares of both nodes")
    return cluster


def watched_once(shops):
    """Wait until each shop was looked at often, and say by how much too often each was."""
    began, before = time.monotonic(), {one: len(one.looks) for one in shops}
    for one in shops:
        until(lambda one=one: len(one.looks) >= before[one] + WATCHED, "looks at each shop")
    seconds = time.monotonic() - began
    return all(len(one.looks) - before[one] <= seconds + HANDED_ON for one in shops)


def subjects(mailbox):
    return [mail["Subject"] for mail in mailbox.mails]


@pytest.mark.parametrize("how", ["shut", "swallow"])
def test_a_node_that_alone_is_cut_off_leaves_all_to_the_other_until_it_has_the_database_again(
    cluster, gates, mailbox, shops, how
):
    everything = sum(cluster.shares().values())
    getattr(gates["two"], how)()
    until(lambda: cluster.shares()["one"] == everything, "everything with the other node")
    until(lambda: watched_once(shops), "one node alone, once the lease of the other is over")
    for one in shops[:4]:
        one.close()
    until(lambda: len(mailbox.raw) == 4, "an alarm of each of the four")
    assert watched_once(shops[4:]), "two nodes watch a shop"
    assert watched_once(shops[4:]), (
        "two nodes watch a shop"
    )  # longer than it keeps quiet by itself

    gates["two"].open()
    until(lambda: len(cluster.shares()) == 2, "a share for the node that is back")
    assert sum(cluster.shares().values()) == everything
    for one in shops[4:]:
        one.close()
    until(lambda: len(mailbox.raw) == SHOPS, "an alarm of each shop")
    ids = Counter(mail["Message-ID"] for mail in mailbox.mails)
    assert len(ids) == SHOPS, "none twice"
    assert not [one for one in subjects(mailbox) if MARK in one], "none past the queue"


def test_the_node_that_sends_ends_once_it_is_back_and_finds_that_another_sends(
    cluster, gates, mailbox, shops
):
    everything = sum(cluster.shares().values())
    gates["one"].shut()
    until(lambda: cluster.sender() == "two", "another node that sends")
    until(lambda: cluster.shares()["two"] == everything, "everything with the other node")
    shops[0].close()
    until(lambda: mailbox.raw, "the alarm")
    gates["one"].open()
    cluster.nodes["one"].wait()
    assert len(mailbox.raw) == 1 and MARK not in subjects(mailbox)[0]


def test_if_no_node_has_the_database_each_goes_on_and_notifies_once_and_again_by_the_queue(
    cluster, gates, mailbox, shops
):
    everything = sum(cluster.shares().values())
    for gate in gates.values():
        gate.shut()
    assert watched_once(shops), "each shop is watched on, by one node"
    for one in shops:
        one.close()
    until(lambda: len(mailbox.raw) >= SHOPS, "a notification of each shop past the queue")
    assert all(MARK in one for one in subjects(mailbox))
    for gate in gates.values():
        gate.open()
    until(lambda: len(mailbox.raw) == 2 * SHOPS, "the alarm of each shop")
    until(lambda: sum(cluster.shares().values()) == everything, "everything, as before")
    by_queue = [mail for mail in mailbox.mails if MARK not in mail["Subject"]]
    assert len({mail["Message-ID"] for mail in by_queue}) == len(by_queue) == SHOPS
    assert all(mail["In-Reply-To"] for mail in by_queue), "each answers what was sent directly"


def test_while_a_lock_keeps_all_nodes_from_renewing_their_leases_each_goes_on(
    cluster, mailbox, shops
):
    with cluster.locked("monitor"):
        assert watched_once(shops), "each shop is watched on, by one node"
        for one in shops[:4]:
            one.close()
        until(lambda: len(mailbox.raw) >= 4, "notifications past the queue")
        assert all(MARK in one for one in subjects(mailbox))
    until(lambda: len(mailbox.raw) == 8, "the alarms")


def test_a_node_that_is_stopped_ends_by_itself_though_the_database_does_not_answer(
    cluster, gates
):
    gates["two"].swallow()
    cluster.nodes["two"].send_signal(signal.SIGTERM)
    assert cluster.nodes["two"].wait(STOP_TIMEOUT) == 0
