"""Whoever sends tells that another node is gone, and that it is back; of one that was stopped it tells only if
it stays away."""

import signal

import pytest

from tests.e2e.clusters import Cluster
from tests.e2e.world import until

TELLS = 'rules = ["ops"]\nevery = "2s"\n'


@pytest.fixture
def cluster(tmp_path, postgres):
    cluster = Cluster(tmp_path, ("one", "two"), postgres)
    yield cluster
    cluster.close()


def test_the_node_that_is_left_tells_that_the_other_died_and_that_it_is_back(cluster, mailbox):
    cluster.define(mailbox, [], instances__noroshi=TELLS)
    for name in ("one", "two"):
        cluster.serve(name)
    home = cluster.homes["two"]
    until(lambda: len(cluster.shares()) == 2 or cluster.sender() == "one", "two nodes")
    until(lambda: all(n["is_alive"] for n in home.status()["nodes"]), "two leases")

    cluster.end("one", signal.SIGKILL)  # it is the one that sent
    until(lambda: mailbox.mails, "the alarm")
    alarm = mailbox.mails[0].get_body(("plain",)).get_content()
    assert "Node one last renewed its lease at" in alarm
    assert "sending node)" in alarm.replace("\r\n", " "), "who has its share, and sends"
    gone = {n["name"]: n for n in home.status()["nodes"]}["one"]
    assert (gone["is_alive"], gone["has_left"]) == (False, False)

    cluster.serve("one")
    until(lambda: len(mailbox.mails) == 2, "the recovery")
    assert "RECOVERED" in mailbox.mails[1]["Subject"]

    refusal = home.run("node", "forget", "one", check=False)
    assert refusal.returncode and "is running" in refusal.stderr
    cluster.end("one", signal.SIGTERM)
    assert "－ stopped" in home.run("status").stdout
    home.run("node", "forget", "one")
    assert [one["name"] for one in home.status()["nodes"]] == ["two"]
    assert len(mailbox.mails) == 2, "nobody is told of a node that was stopped"
