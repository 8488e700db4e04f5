"""A home folder, a mail server and programs of ours, all real, on loopback."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from textwrap import dedent

from aiosmtpd.controller import Controller

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.cli.exits import DONE, KEPT
from noroshi.stores.sqlite.process_lock import holding
from tests.ports import free_port
from tests.warm import warm

FAR = f"{datetime.now(UTC) + timedelta(days=400):%Y-%m-%d}"
"""A day that is over at no time and that nobody is warned of yet: nodes go by the real clock."""
PATIENCE = 150  # seconds; only a broken program takes so long


class MailServer(Controller):
    """Closes its connections as it stops: aiosmtpd leaves them to the garbage collection, which
    complains in whatever test runs then."""

    def __init__(self, *given, **named):
        self._sessions = []
        super().__init__(*given, **named)

    def factory(self):
        self._sessions.append(super().factory())
        return self._sessions[-1]

    def stop(self, no_assert=False):
        asyncio.run_coroutine_threadsafe(self._let_go(), self.loop).result(PATIENCE)
        super().stop(no_assert)

    async def _let_go(self):
        self.server.close()
        await self._some_turns()  # in which who was just let in has a connection
        for session in self._sessions:
            if session.transport is not None:
                session.transport.abort()
        await self._some_turns()  # in which they do close

    async def _some_turns(self):
        for _ in range(10):
            await asyncio.sleep(0)


class Mailbox:
    """Takes mail on a free port, and can go away and come back on the same one."""

    def __init__(self, host="127.0.0.1"):
        self.raw = []
        self.host, self.port = host, free_port()
        self._controller = None

    def open(self):
        self._controller = MailServer(self, hostname=self.host, port=self.port)
        self._controller.start()
        return self

    def close(self):
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802 - aiosmtpd's name
        self.raw.append(envelope.content)
        return "250 2.0.0 OK"

    @property
    def mails(self):
        return [message_from_bytes(raw, policy=policy.default) for raw in self.raw]


class Home:
    """A home folder of a node, its definitions, and the commands that work on it."""

    machine = None
    """Where its processes run (tests/e2e/machines.py); None: here."""

    def __init__(self, folder: Path):
        self.folder = folder / "home"
        self.definitions = folder / "definitions"
        self.running = []
        self.run("init", "--name", "node")
        with (self.folder / "noroshi.toml").open("a", encoding="utf-8") as settings:
            settings.write("\nweb = false\n")  # its port is one for all nodes of a computer

    def define(self, **documents: str):
        """Write definitions, each named type__name, and apply them. Of itself the node tells
        nobody unless a test says so: that is another story than the test's own."""
        documents.setdefault("instances__noroshi", "rules = []\n")
        for name, text in documents.items():
            kind, _, rest = name.partition("__")
            path = self.definitions / kind / f"{rest}.toml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(dedent(text), encoding="utf-8")
        return self.run("apply", str(self.definitions))

    def run(self, *args: str, check=True, **given):
        """One command of ours; its output as text. A mail that waits was sent all the same."""
        command = [*warm(), *self._home(), *args]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=PATIENCE, env=self._env(), **given
        )
        if check and done.returncode not in (DONE, *(KEPT if "send" in args else ())):
            raise AssertionError(f"{args} gave {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def serve(self):
        """A running node, started as anywhere, once it has said what it watches."""
        self._until_ended()
        return self._said(self.start("-m", "noroshi.cli", *self._home(), "serve"))

    def serve_warm(self):
        """The same, forked from a program that has imported all: for stories of what a node does.
        What stands for it passes on SIGTERM and Ctrl-C and no other signal, and is not its process."""
        self._until_ended()
        command = [*warm(), *self._home(), "serve"]
        return self._said(self._open(command, env=self._env() | {"PYTHONUNBUFFERED": "1"}))

    def _until_ended(self):
        """A warm node that was killed outlives what stood for it by a moment."""
        if all(node.poll() is not None for node in self.running):
            until(lambda: holding(self.folder / "noroshi.lock") is None, "the end of the last")

    def _said(self, node):
        if not node.stdout.readline():
            raise AssertionError(f"the node did not start: {self.log.read_text()}")
        return node

    def status(self):
        """What `status --json` tells, without a process for each look at a node that runs."""
        try:
            told = SocketClient(self.folder / "door.sock").call("status")
        except RefusedError:
            return json.loads(self.run("status", "--json").stdout)
        return {**told, "running": True}

    def until_its_door_is_open(self):
        """A socket's file is there a moment before anybody listens."""
        until(lambda: opened(self.folder / "door.sock"), "the door")

    def queue(self):
        """How many envelopes wait, are out, or are set aside."""
        counts = self.status()["queue"]
        return counts["waiting"] + counts["out"] + counts["set_aside"]

    def start(self, *argv: str, **given):
        inside = self.machine.prefix if self.machine else ()
        return self._open([*inside, sys.executable, "-u", *argv], env=self._env(), **given)

    @property
    def log(self):
        """Where a running node writes its log."""
        return self.folder.parent / "node.log"

    def _home(self):
        """The folder as whoever runs on its machine knows it."""
        folder = self.machine.own_path(self.folder) if self.machine else self.folder
        return "--home", str(folder)

    def _env(self):
        return _env() | (self.machine.environment if self.machine else {})

    def _open(self, command, **given):
        with self.log.open("ab") as log:
            node = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, **given
            )
        self.running.append(node)
        return node

    def end(self):
        for node in self.running:
            if node.poll() is None:
                node.send_signal(signal.SIGTERM)
        for node in self.running:
            try:
                node.wait(PATIENCE)
            finally:
                node.stdout.close()


def _env():
    return {
        **os.environ,
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def opened(door):
    """Whether somebody listens there."""
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(door)) == 0


def status_of(home):
    """What the node says of everything but itself."""
    found = home.status()
    others = [one for one in found["monitors"] if not one["path"].startswith("noroshi/")]
    return {**found, "monitors": others}


def until(seen, what, patience=PATIENCE):
    """Wait for something that must come; the patience only ends a broken run. The longer it takes,
    the more seldom is it looked for: a look asks the node, and takes a processor from it."""
    end, pause = time.monotonic() + patience, 0.02
    while not seen():
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(pause)
        pause = min(1.2 * pause, 0.25)
