"""Nodes on computers of their own, started again by what stands for their service, and the witness."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.cluster.databases import DATABASE, Pair
from tests.cluster.valve import Valves
from tests.cluster.witness import FIRST_PORT, MAIL_PORT
from tests.e2e.machines import Field
from tests.e2e.shop import smtp_route
from tests.e2e.world import Home
from tests.postgres import PASSWORD

REST = 1.0
"""Seconds until a service starts a node anew."""
A_GROUP = 10
MONITOR = """
            [[group.monitor]]
            name = "port-{port}"
            id = "{id}"
            kind = "port"
            [group.monitor.options]
            port = {at}
"""
HOLDERS = """
select distinct lease.node from monitor join lease using (fence)
where lease.until > noroshi_now()"""
DOOR_OF = {"east": 7001, "west": 7002}


class Node(Home):
    """A node on its computer, which its service starts again whenever it ends."""

    def __init__(self, machine, url: str) -> None:
        self.machine, self.name, self.address = machine, machine.name, machine.address
        super().__init__(machine.outside)
        self.process: subprocess.Popen | None = None
        self.starts, self.not_before = 0, 0.0
        settings = self.folder / "noroshi.toml"
        text = settings.read_text(encoding="utf-8").replace('"node"', f'"{self.name}"', 1)
        text += f'store.url = "{url}"\nstore.password_file = "db-password"\n'
        settings.write_text(text, encoding="utf-8")
        (self.folder / "noroshi.db").unlink()
        password = self.folder / "db-password"
        password.write_text(PASSWORD)
        password.chmod(0o600)

    @property
    def log(self) -> Path:
        return self.machine.folder.with_suffix(".log")

    def begin(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *self.machine.prefix,
                    sys.executable,
                    "-m",
                    "noroshi.cli",
                    *self._home(),
                    "serve",
                ],
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=self._env(),
            )
        self.starts += 1

    def look(self) -> None:
        """Start it, if it has ended and may begin."""
        if self.process is not None and self.process.poll() is not None:
            self.process = None
            self.not_before = max(self.not_before, time.monotonic() + REST)
        if self.process is None and time.monotonic() >= self.not_before:
            self.begin()

    def send(self, how: signal.Signals) -> None:
        with suppress(AttributeError, ProcessLookupError):  # it is just ending by itself
            self.process.send_signal(how)

    def stop(self) -> None:
        self.not_before = float("inf")
        process = self.process
        if process is not None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            process.wait()


class Service:
    """Starts each node again, once it has ended."""

    def __init__(self, nodes: list[Node]) -> None:
        self._nodes, self._is_over = nodes, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._is_over.wait(0.1):
            for node in self._nodes:
                node.look()

    def end(self) -> None:
        self._is_over.set()
        self._thread.join()
        for node in self._nodes:
            node.stop()


class Witness:
    """The program that listens, closes ports and takes mails (witness.py)."""

    def __init__(self, machine, folder: Path, count: int, seed: int, every: float) -> None:
        module = (sys.executable, "-m", "tests.cluster.witness", str(folder), machine.address)
        with machine.network():
            self._process = subprocess.Popen(
                [*module, str(count), str(seed), str(every)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=Path(__file__).parents[2],
                env={**os.environ, "PYTHONPATH": "src:."},
            )
        assert self._process.stdout.readline() == "ready\n"

    def say(self, word: str) -> None:
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def write_record(self) -> None:
        """Let it write down what it saw, once all that it did was told of."""
        self.say("rest")
        assert self._process.stdout.readline() == "written\n"
        self._process.wait()

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


class Cluster:
    """Three nodes, the database on two servers, the valves between, and the witness."""

    def __init__(self, folder: Path, count: int, every: int, seed: int, closing: float) -> None:
        self.count, self.every = count, every
        with ExitStack() as stack:
            self.field = Field(folder)
            stack.callback(self.field.end)
            self.centre = self.field.machine("centre")
            self.pair = Pair(stack, network=self.centre.network)
            address, ports = (
                self.centre.address,
                {one.name: one.port for one in self.pair.places},
            )
            doors = {DOOR_OF[name]: port for name, port in ports.items()}
            self.valves = Valves(self.centre.network(), address, doors)
            stack.callback(self.valves.end)
            hosts = ",".join(f"{address}:{port}" for port in doors)
            url = f"postgresql://noroshi@{hosts}/{DATABASE}?sslmode=disable"
            self.nodes = [Node(self.field.machine(n), url) for n in ("one", "two", "three")]
            self.witness = Witness(self.centre, folder, count, seed, closing)
            stack.callback(self.witness.end)
            self._define()
            self.service = Service(self.nodes)
            stack.callback(self.service.end)
            self._stack = stack.pop_all()

    def _define(self) -> None:
        first, *others = self.nodes
        for node in others:  # as the guide says
            shutil.copy(first.folder / "key", node.folder / "key")
        ports = range(self.count)
        groups = [ports[start : start + A_GROUP] for start in ports[::A_GROUP]]
        first.define(
            contacts__ops='addresses = ["ops@example.com"]\none_by_one = 0',
            rules__ops='action = "mail"\ncontacts = ["ops"]\nroutes = ["smtp1"]',
            routes__smtp1=smtp_route(MAIL_PORT).replace("127.0.0.1", self.centre.address),
            **{f"instances__shop{n}": self._instance(group) for n, group in enumerate(groups)},
        )

    def _instance(self, ports: range) -> str:
        head = f"""
            every = "{self.every}s"
            source = "network"
            address = "{self.centre.address}"
            rules = ["ops"]
            [[group]]
            name = "net"
        """
        return head + "".join(
            MONITOR.format(id=id_of(port), port=port, at=FIRST_PORT + port) for port in ports
        )

    def holders(self) -> set[str]:
        """Return the nodes that hold monitors now."""
        return set(self.pair.primary.ask(HOLDERS, DATABASE).split())

    def end(self) -> None:
        self._stack.close()


def id_of(port: int) -> str:
    """Return the id of a port's monitor, which says when its turns are."""
    return f"01K{port:0>23}"
