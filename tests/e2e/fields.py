"""A hub and its agents as computers of their own (machines.py), and a server for mail beside them."""

import os
import signal
import socket
import struct
import threading
import time
from collections import Counter

from tests.e2e.hubs import Hub, Server
from tests.e2e.machines import Field
from tests.e2e.world import Mailbox, until

PORT = 7664
WATCH = """
source = "{name}"
every = "1s"
rules = ["ops"]
[[group]]
name = "net"
[[group.monitor]]
name = "shop"
kind = "port"
[group.monitor.options]
port = {port}
[[group.monitor]]
name = "disks"
kind = "disk"
every = "5s"
rules = []
"""
ROUTE = """
kind = "smtp"
[options]
host = "{host}"
port = {port}
protection = "none"
sender = "noroshi@example.com"
"""


class OnMachine:
    """A node on a computer of its own, whose log outlives it."""

    machine = None

    @property
    def log(self):
        return self.machine.folder.with_suffix(".log")

    @property
    def process(self):
        """The process of the node itself, by whoever listens at its door."""
        with socket.socket(socket.AF_UNIX) as caller:
            caller.connect(str(self.folder / "door.sock"))
            credentials = caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
        return struct.unpack("3i", credentials)[0]

    def kill(self):
        """It is gone at once, and whoever started it knows."""
        os.kill(self.process, signal.SIGKILL)
        self.running[-1].wait()

    def stop(self):
        """It stands still until it is told to `go_on`; returns its process."""
        process = self.process
        os.kill(process, signal.SIGSTOP)
        return process

    def events(self, name):
        """The events of an agent's shop, oldest first."""
        found = self.call("log", monitor=f"{name}/net/shop", last=1000)["events"]
        return [(one["id"], one["at"], one["after"]) for one in reversed(found)]

    def level(self, name):
        """The level of an agent's shop, "" while it is not known."""
        found = [one for one in self.status()["monitors"] if one["path"] == f"{name}/net/shop"]
        return found[0]["level"] if found and found[0]["known"] else ""

    def disks(self, name):
        """The volumes of an agent."""
        (found,) = [m for m in self.status()["monitors"] if m["path"] == f"{name}/net/disks"]
        return {one["item"] for one in found["items"]}


class FieldHub(OnMachine, Hub):
    def __init__(self, machine):
        self.machine = machine
        super().__init__(machine.outside / "node", PORT)

    def begin(self):
        node = self.serve_warm()
        address = self.machine.address
        self.call("agents_listen", host=address, address=address, port=PORT)
        return node


class FieldAgent(OnMachine, Server):
    """An agent that watches a shop of its own computer. `seen` are the levels that it
    saw, one for each event."""

    def __init__(self, machine):
        self.machine, self.name = machine, machine.name
        super().__init__(machine.outside / "node")
        self.shop, self.seen = Shop(machine), []

    def sees(self, level):
        until(lambda: self.level(self.name) == level, f"{level} at {self.name}")
        self.seen.append(level)

    def flip(self):
        """The shop opens, or closes, and the agent has it in its log."""
        if self.shop.is_open:
            self.shop.close()
            self.sees("critical")
        else:
            self.shop.open()
            self.sees("ok")


class Shop:
    """A port of a computer that answers, or does not. `visits` are the times of the steady clock at
    which somebody came."""

    port = 8000

    def __init__(self, machine):
        self.visits, self._machine, self._listener = [], machine, None

    @property
    def is_open(self):
        return self._listener is not None

    def open(self):
        with self._machine.network():
            self._listener = socket.create_server(("127.0.0.1", self.port))
        self._keeper = threading.Thread(target=self._keep, args=(self._listener,))
        self._keeper.start()

    def close(self):
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)  # ends the accept
            self._keeper.join()
            self._listener.close()
            self._listener = None

    def _keep(self, listener):
        while True:
            try:
                visitor, _ = listener.accept()
            except OSError:
                return
            self.visits.append(time.monotonic())
            visitor.close()


class Fleet:
    """A hub, agents fs01 to fsNN, and a server for mail, each on a computer of its own."""

    def __init__(self, folder, agents):
        self.field, self.agents, self.mailbox, self.hub = Field(folder), [], None, None
        try:
            self._begin(agents)
        except BaseException:
            self.end()
            raise

    def _begin(self, agents):
        self.post = self.field.machine("post", size=1)
        self.mailbox = Mailbox(self.post.address)
        self.open_mailbox()
        self.hub = FieldHub(self.field.machine("hub"))
        self.hub.begin()
        for number in range(1, agents + 1):
            self.join(self.field.machine(f"fs{number:02}"))
        self.hub.define(
            contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
            rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
            routes__smtp1=ROUTE.format(host=self.post.address, port=self.mailbox.port),
            **{
                f"instances__{agent.name}": WATCH.format(name=agent.name, port=Shop.port)
                for agent in self.agents
            },
        )
        for agent in self.agents:
            agent.sees("critical")

    def join(self, machine):
        agent = FieldAgent(machine)
        self.agents.append(agent)
        agent.run(*self.hub.line(), "--name", agent.name)
        agent.serve_warm()
        agent.until_linked()

    def open_mailbox(self):
        with self.post.network():
            self.mailbox.open()

    def mails(self, agent):
        """The mails about an agent's shop: subject and Message-ID of each."""
        return [
            (mail["Subject"], mail["Message-ID"])
            for mail in self.mailbox.mails
            if agent.name in mail["Subject"]
        ]

    def all_is_told(self):
        """The hub has each event of each agent once and in order; each alarm came as one mail."""
        for agent in self.agents:
            self.has_the_log_of(agent)
            self.told_once(agent)

    def has_the_log_of(self, agent):
        until(lambda: agent.link()["backlog"] == 0, f"the hub to have the log of {agent.name}")
        at_agent, at_hub = agent.events(agent.name), self.hub.events(agent.name)
        assert at_hub == at_agent
        assert len({id for id, _, _ in at_hub}) == len(at_hub)
        assert [after for _, _, after in at_hub] == agent.seen

    def told_once(self, agent):
        count = len(agent.seen)
        until(
            lambda: len(self.mails(agent)) >= count and not self.hub.queue(),
            f"{count} mails of {agent.name}",
        )
        ids = Counter(id for _, id in self.mails(agent))
        assert len(ids) == count and set(ids.values()) == {1}, self.mails(agent)

    def end(self):
        for agent in self.agents:
            agent.shop.close()
        for node in (*self.agents, *([self.hub] if self.hub else ())):
            node.end()
        if self.mailbox:
            self.mailbox.close()
        self.field.end()
