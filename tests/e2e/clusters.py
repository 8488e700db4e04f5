"""Several nodes on one database, and shops that they watch, all real, on loopback."""

import asyncio
import shutil
import signal
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress

import asyncpg

from tests.e2e.shop import smtp_route
from tests.e2e.world import PATIENCE, Home
from tests.ports import free_port
from tests.postgres import PASSWORD

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
    """Several nodes on one database. `ways` are ports that lead some of them to it, by name;
    `is_linked`: they have a link to each other, too."""

    def __init__(self, folder, names, server, ways=None, *, is_linked=False):
        self.url = server.tcp_url(server.make_database())
        self._port, self._ways, self._is_linked = server.port, ways or {}, is_linked
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
        port = self._ways.get(name, self._port)
        url = self.url.replace(f":{self._port}/", f":{port}/")
        text += f'store.url = "{url}"\nstore.password_file = "db-password"\n'
        if self._is_linked:
            text += f'cluster.listen = "127.0.0.1:{free_port()}"\n'
        settings.write_text(text, encoding="utf-8")
        (
            home.folder / "noroshi.db"
        ).unlink()  # that `init` made before the settings were changed
        password = home.folder / "db-password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        return home

    def define(self, mailbox, shops, **others):
        """Watch each shop each second, over the network."""
        next(iter(self.homes.values())).define(
            contacts__ops='addresses = ["ops@example.com"]\none_by_one = 0',
            rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
            routes__smtp1=smtp_route(mailbox.port),
            **instances_of(shops),
            **others,
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

    @contextmanager
    def locked(self, table):
        """Keep the nodes from a table, as an administrator may; the others are as before."""
        loop = asyncio.new_event_loop()
        connection = loop.run_until_complete(asyncpg.connect(self.url, password=PASSWORD))
        sql = f"begin; lock table {table} in access exclusive mode"
        try:
            loop.run_until_complete(connection.execute(sql))
            yield
        finally:
            loop.run_until_complete(connection.close())
            loop.close()

    def _ask(self, sql):
        async def ask():
            connection = await asyncpg.connect(self.url, password=PASSWORD)
            try:
                return await connection.fetch(sql)
            finally:
                await connection.close()

        return asyncio.run(ask())

    def close(self):
        for home in self.homes.values():
            home.end()


def instances_of(shops):
    """An instance of each shop."""
    return {f"instances__shop{place}": _instance(one) for place, one in enumerate(shops)}


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
