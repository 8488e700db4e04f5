"""A hub and a server that is its agent, each a node with a home of its own."""

import shlex

from noroshi.cli.clients.socket import SocketClient
from tests.e2e.world import PATIENCE, Home, until

FILES = """
source = "{source}"
[[group]]
name = "disks"
every = "1s"
[[group.monitor]]
name = "volumes"
kind = "disk"
"""


class Hub(Home):
    """A node that takes in agents at a port of its own."""

    def __init__(self, folder, port):
        folder.mkdir()
        super().__init__(folder)
        self.port = port

    def call(self, op, **args):
        """The computer may be busy: then nobody is to be told so, as a person at it would be."""
        door = SocketClient(self.folder / "door.sock", patience=lambda _: PATIENCE)
        return door.call(op, **args)

    def begin(self):
        """It runs, and takes in agents."""
        node = self.serve_warm()
        self.call("agents_listen", host="127.0.0.1", address="127.0.0.1", port=self.port)
        return node

    def line(self):
        """The words of the line to paste."""
        return shlex.split(self.call("agent_invite")["line"])[1:]

    def agent(self):
        (row,) = self.call("agent_list")
        return row

    def measured(self):
        """The paths of what the agent measures, once there is a reading."""
        monitors = self.status()["monitors"]
        return {m["path"] for m in monitors if m["known"] and m["path"].startswith("files/")}


class Server(Hub):
    """A computer that has Noroshi, and no home folder yet."""

    def __init__(self, folder):
        folder.mkdir()
        self.folder, self.definitions = folder / "home", folder / "definitions"
        self.running = []

    def link(self):
        return self.call("hub_status")

    def until_linked(self):
        until(lambda: self.link()["phase"] == "linked", "the link")
