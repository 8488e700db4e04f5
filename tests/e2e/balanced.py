"""The guide's nodes behind a load balancer, each on a computer of its own (machines.py), with the settings
of nodes and of HAProxy as they stand in the guide; and who comes to it by its name: agents, browsers."""

import os
import re
import subprocess
from contextlib import ExitStack, suppress
from ipaddress import ip_interface
from pathlib import Path
from shutil import copy

from noroshi.cli.errors import RefusedError
from tests.e2e.fields import ROUTE, WATCH, FieldAgent, OnMachine, clock_of
from tests.e2e.hubs import Hub
from tests.e2e.machines import SWITCH, Holder, Machine, run
from tests.e2e.world import Mailbox, until

GUIDE = Path(__file__).parents[2] / "docs/use/cluster.md"
PROGRAM = "/usr/sbin/haproxy"
HOST = "noroshi.example.com"
NODES = {"alpha": "10.0.0.1", "beta": "10.0.0.2"}
BALANCER, POST, DESK, AGENT = "10.0.0.3", "10.0.0.4", "10.0.0.5", "10.0.0.6"
CERTIFICATE = (
    *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
    *("-nodes", "-days", "2", "-subj", f"/CN={HOST}"),
    *("-addext", f"subjectAltName=DNS:{HOST}"),
)


def guide_block(language, beginning):
    """Return the one block of the guide in that language that begins so."""
    text = GUIDE.read_text(encoding="utf-8")
    (block,) = re.findall(rf"(?ms)^```{language}\n({beginning}.*?)^```", text)
    return block


class BalancedNode(OnMachine, Hub):
    """A node with the settings of the guide. `store` is the address of its database."""

    def __init__(self, machine, store, files):
        self.machine = machine
        super().__init__(machine.outside / "node", 7664)
        text = guide_block("toml", 'name = "alpha"').replace("alpha", machine.name)
        text = text.replace(NODES["alpha"], machine.address)
        text = re.sub(r"(?m)^store\.url = .*$", f'store.url = "{store}"', text)
        (self.folder / "noroshi.toml").write_text(text, encoding="utf-8")
        (self.folder / "db-password").write_text("")
        (self.folder / "db-password").chmod(0o600)
        for file in files:
            copy(file, self.folder)


class Browser:
    """curl at a computer, with cookies, that trusts the manager's certificate alone."""

    def __init__(self, machine, certificate, cookies):
        jar = str(machine.folder / cookies)
        self._command = [
            *machine.prefix,
            "curl",
            "-sS",
            "--max-time",
            "20",
            "-b",
            jar,
            "-c",
            jar,
        ]
        self._command += ["--cacert", str(certificate), "-w", "\n%{http_code}"]

    def open(self, path, *options):
        """Return the status of the answer and its body; status 0: there was none."""
        command = [*self._command, *options, f"https://{HOST}:7663{path}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body

    def status(self, path):
        return self.open(path)[0]

    def log_in(self, name, password):
        _, page = self.open("/login")
        mark = re.search(r'name="csrf" value="([0-9a-f]+)"', page)[1]
        fields = {"csrf": mark, "name": name, "password": password}
        parts = [p for f in fields.items() for p in ("--data-urlencode", "=".join(f))]
        return self.open("/login", *parts)[0]


class Balanced:
    """Two nodes on a database, HAProxy, a mail server, and a computer with a browser."""

    def __init__(self, folder, postgres):
        self._folder, self._postgres = folder, postgres
        self._database, self._browsers = postgres.make_database(), 0
        with ExitStack() as stack:
            self._switch = Holder(SWITCH)
            self._stack = stack
            stack.callback(self._switch.end)
            self._hosts = folder / "hosts"
            self._hosts.write_text(f"127.0.0.1 localhost\n{BALANCER} {HOST}\n")
            self._begin()
            self._stack = stack.pop_all()

    def _begin(self):
        key, certificate = self._folder / "manager.key", self._folder / "manager.crt"
        run(*CERTIFICATE, "-keyout", key, "-out", certificate)
        store = self._postgres.url(self._database)
        self.nodes = {
            name: BalancedNode(self._machine(name, address), store, (key, certificate))
            for name, address in NODES.items()
        }
        copy(self.nodes["alpha"].folder / "key", self.nodes["beta"].folder / "key")
        self.post = self._machine("post", POST, size=1)
        self.mailbox = Mailbox(self.post.address)
        with self.post.network():
            self.mailbox.open()
        self._stack.callback(self.mailbox.close)
        self._balance(self._machine("balancer", BALANCER, size=1))
        self._desk, self._certificate = self._machine("desk", DESK, size=1), certificate
        for node in self.nodes.values():
            self._stack.callback(node.end)
            self.serve(node)

    def _machine(self, name, address, **given):
        machine = Machine(
            self._switch, self._folder / name, ip_interface(f"{address}/24"), **given
        )
        self._stack.callback(machine.end)
        run(*machine.prefix, "mount", "--bind", self._hosts, "/etc/hosts")
        return machine

    def _balance(self, machine):
        file = self._folder / "haproxy.cfg"
        file.write_text(guide_block("haproxy", "defaults"), encoding="utf-8")
        process = subprocess.Popen([*machine.prefix, PROGRAM, "-db", "-f", str(file)])
        self._stack.callback(process.wait)
        self._stack.callback(process.terminate)

    def agent(self):
        """Return a server that joined by the load balancer, and reaches no node past it. Any node invites
        it."""
        agent = FieldAgent(self._machine("fs01", AGENT))
        for end in (agent.shop.close, agent.clock.close, agent.end):
            self._stack.callback(end)
        nodes = ", ".join(NODES.values())
        agent.machine.filters(f"ip saddr {{ {nodes} }} drop", f"ip daddr {{ {nodes} }} drop")
        join, where, code = self.other.line()
        assert where == f"{HOST}:7664"
        agent.run(join, where, code, "--name", agent.name)
        agent.serve_warm()
        agent.until_linked()
        return agent

    def watch(self, agent):
        """Let the agent watch its shop, which is closed, and the sender mail what becomes of it."""
        self.other.define(
            contacts__people='addresses = ["ops@example.com"]\none_by_one = 0',
            rules__ops='action = "mail"\ncontacts = ["people"]\nroutes = ["smtp1"]',
            routes__smtp1=ROUTE.format(host=self.post.address, port=self.mailbox.port),
            instances__fs01=WATCH.format(name=agent.name, clock=clock_of(agent.name)),
        )
        agent.sees("critical")
        self.until_told(1)

    def until_told(self, count):
        """Wait until so many mails of the shop came."""
        until(lambda: len(self.alarms()) >= count, f"{count} mails")

    def alarms(self):
        """Return the IDs of the mails of the shop."""
        return [m["Message-ID"] for m in self.mailbox.mails if "shop" in m["Subject"]]

    @property
    def sender(self):
        """The node that sends; None: nobody does now."""
        names = [one["name"] for one in self._leases() if one["sends"] and one["is_alive"]]
        return self.nodes[names[0]] if names else None

    def _leases(self):
        """Return what a node tells of all; nothing while none takes commands, as one begins to send."""
        for node in self.nodes.values():
            with suppress(RefusedError):
                return node.status()["nodes"]
        return []

    @property
    def other(self):
        """The node that does not send."""
        (other,) = (one for one in self.nodes.values() if one is not self.sender)
        return other

    def serve(self, node):
        """Start a node, and return once it answers commands and shares the monitors."""
        node.serve_warm()
        node.until_its_door_is_open()

    def end_sender(self, how):
        """End the node that sends, and return it once the other one sends."""
        sender, other = self.sender, self.other
        os.kill(sender.process, how)
        sender.running[-1].wait()
        until(lambda: self.sender is other, "the other node to send")
        return sender

    def browser(self):
        """Return a browser with cookies of its own."""
        self._browsers += 1
        return Browser(self._desk, self._certificate, f"cookies{self._browsers}")

    def until_answered(self):
        """Wait until the load balancer leads to a node that answers."""
        browser = self.browser()
        until(lambda: browser.status("/readyz") == 200, "an answer by the load balancer")

    def close(self):
        """End all of it."""
        self._stack.close()
