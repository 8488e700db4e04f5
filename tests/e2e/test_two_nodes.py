"""Nodes share a database: they share the monitors, one of them sends, and where one ends the others go
on, however it ends."""

import asyncio
import shutil
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import ExitStack, suppress
from itertools import pairwise

import asyncpg
import pytest

from noroshi.cli.exits import RESTART
from tests import postgres as postgres_server
from tests.e2e.shop import smtp_route
from tests.e2e.world import PATIENCE, Home, until
from tests.ports import free_port
from tests.postgres import PASSWORD

SHOPS = 8
HANDED_ON = 6
"""A look is made up for where a monitor is handed on, and that is less than a handful of times here."""
UNWATCHED = 40
"""Seconds. It is twelve where the processor is free."""
HOLDERS = """
select monitor.id, lease.node from monitor join lease using (fence)
where lease.until > noroshi_now()"""
SENDER = "select split_part(holder, '/', 1) from turn where name = 'work'"


class Shop:
    """Listens on a port of its own, and notes when somebody looks whether it does."""

    def __init__(self):
        self.looks, self._listener = [], socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                caller, _ = self._listener.accept()
            except OSError:
                return
            self.looks.append(time.monotonic())
            caller.close()

    def close(self):
        with suppress(OSError):  # it is closed already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


class Cluster:
    """Several nodes on one database."""

    def __init__(self, folder, names, server):
        self._url = server.tcp_url(server.make_database())
        self.homes = {name: self._home(folder / name, name) for name in names}
        first, *others = self.homes.values()
        for home in others:  # as the guide says
            shutil.copy(first.folder / "key", home.folder / "key")
        self.nodes = {}

    def _home(self, folder, name):
        folder.mkdir()
        home = Home(folder)
        settings = home.folder / "noroshi.toml"
        text = settings.read_text(encoding="utf-8").replace('"node"', f'"{name}"', 1)
        text += f'store.url = "{self._url}"\nstore.password_file = "db-password"\n'
        settings.write_text(text, encoding="utf-8")
        (
            home.folder / "noroshi.db"
        ).unlink()  # that `init` made before the settings were changed
        password = home.folder / "db-password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        return home

    def define(self, mailbox, shops):
        """Watch each shop each second, over the network."""
        next(iter(self.homes.values())).define(
            contacts__ops='addresses = ["ops@example.com"]\none_by_one = 0',
            rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
            routes__smtp1=smtp_route(mailbox.port),
            **{f"instances__shop{place}": _instance(one) for place, one in enumerate(shops)},
        )

    def serve(self, name):
        self.nodes[name] = self.homes[name].serve()

    def end(self, name, how):
        self.nodes[name].send_signal(how)
        if how is not signal.SIGSTOP:
            self.nodes.pop(name).wait(PATIENCE)

    def shares(self):
        """How many monitors each node holds now."""
        return Counter(node for _, node in self._ask(HOLDERS))

    def all_with(self, *names):
        """How many monitors these nodes hold together."""
        return sum(self.shares()[name] for name in names)

    def sender(self):
        return self._ask(SENDER)[0][0]

    def _ask(self, sql):
        async def ask():
            connection = await asyncpg.connect(self._url, password=PASSWORD)
            try:
                return await connection.fetch(sql)
            finally:
                await connection.close()

        return asyncio.run(ask())

    def close(self):
        for home in self.homes.values():
            home.end()


def _instance(shop):
    return f"""
        every = "1s"
        source = "network"
        rules = ["ops"]
        [[group]]
        name = "net"
        [[group.monitor]]
        name = "shop"
        kind = "port"
        [group.monitor.options]
        port = {shop.port}
    """


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
    cluster.end(sender, signal.SIGTERM)  # who says farewell gives back at once
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
