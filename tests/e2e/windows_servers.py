"""A server with Windows as Wine has it: Windows' own Python, and a home folder of its own on C:."""

import json
import signal
import subprocess
import uuid
from pathlib import PureWindowsPath

from noroshi.cli.exits import DONE
from tests.e2e.world import until
from tools import wine

LET_GO_WITHIN = 60
"""Seconds for a process that was killed."""


class WindowsServer:
    """Commands and a node there. `folder` is its own, as this computer knows it."""

    def __init__(self):
        name = f"server-{uuid.uuid4().hex[:12]}"
        self.folder = wine.DRIVE / "t" / name
        self.folder.mkdir(parents=True)
        self.own_folder = PureWindowsPath("C:/t", name)
        self.running = []

    def run(self, *arguments):
        """One command; its output as text."""
        done = self._finished(*arguments)
        told = done.stdout.decode("utf-8") + done.stderr.decode("utf-8")
        assert done.returncode == DONE, f"{arguments} gave {done.returncode}: {told}"
        return done.stdout.decode("utf-8")

    def serve(self):
        """A running node."""
        with (self.folder / "node.log").open("ab") as log:
            node = subprocess.Popen(
                self._command("serve"), **self._circumstances(), stdout=log, stderr=log
            )
        self.running.append(node)
        return node

    def link(self):
        """What the node says of its link to the hub, as soon as a busy machine lets it answer."""
        tried = []
        until(
            lambda: tried.append(self._finished("hub", "--json")) or not tried[-1].returncode,
            "the node to answer",
        )
        return json.loads(tried[-1].stdout.decode("utf-8"))

    def define(self, kind, name, text):
        """Write a definition of its own, and apply it."""
        path = self.folder / "definitions" / kind / f"{name}.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self.run("apply", str(self.own_folder / "definitions"))

    def end(self):
        for node in self.running:
            if node.poll() is None:
                node.send_signal(signal.SIGTERM)
            node.wait(LET_GO_WITHIN)

    def _finished(self, *arguments):
        return subprocess.run(
            self._command(*arguments), **self._circumstances(), capture_output=True
        )

    def _command(self, *arguments):
        home = str(self.own_folder / "home")
        return [
            "wine",
            wine.PYTHON,
            "-m",
            "noroshi.cli",
            "--lang",
            "en",
            "--home",
            home,
            *arguments,
        ]

    def _circumstances(self):
        environment = {**wine.environment(), "PYTHONIOENCODING": "utf-8"}
        return {"cwd": wine.DRIVE, "env": environment}
