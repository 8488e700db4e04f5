"""Make an installation for the drill alone: a lab, a node with two routes, and both signed
in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from noroshi.cli.clients.socket import SocketClient
from noroshi.cli.errors import RefusedError
from noroshi.core.message_error import MessageError
from noroshi.definitions.folder import read_folder
from noroshi_lab.drill.drill_texts import ENDED, IN_VAIN
from noroshi_lab.lab.remote import Remote

PATIENCE = 60.0  # seconds for each program to be there; only what is broken takes so long
LEAVE = 10.0  # seconds that a program has to end when asked to
LOOK = 0.1
FIRST, SECOND = "first", "second"
SILENT = {"instances/noroshi.toml": "rules = []\n"}
"""Of itself the node tells nobody until it is signed in."""
DEFINITIONS: Mapping[str, str] = {
    "contacts/ops.toml": """\
addresses = ["{reader}"]
language = "{language}"
""",
    "rules/ops.toml": """\
action = "mail"
contacts = ["ops"]
routes = ["first", "second"]
""",
    "routes/first.toml": """\
kind = "smtp"
connections = 3

[options]
account = "lab"
""",
    "routes/second.toml": """\
kind = "smtp"
connections = 3

[options]
account = "elsewhere"
""",
    # Usually it looks at itself each 20 s, and tells of an outage that lasts for 5 min.
    "instances/noroshi.toml": """\
every = "2s"

[limits.noroshi-route.down]
warning = 0.1
critical = 30
""",
}


class ProgramEndedError(MessageError):
    """Report that the lab or the node ended, or never started; the words say which."""


class Fresh:
    """Hold the two programs in a folder, which belongs to the caller."""

    def __init__(self, folder: Path, language: str) -> None:
        self._folder, self._language = folder, language
        self.lab_folder, self.home = folder / "lab", folder / "home"
        self._programs: dict[str, subprocess.Popen[bytes]] = {}

    @property
    def door(self) -> Path:
        """Return the node's door."""
        return self.home / "door.sock"

    def begin(self) -> None:
        """Start all programs, and return once both routes are signed in. Raises
        ProgramEndedError, and as the calls do."""
        self._start("lab", "-m", "noroshi_lab.lab", "--folder", str(self.lab_folder))
        self._until("lab", (self.lab_folder / "lab.json").exists)
        self._start("init", "-m", "noroshi.cli", "--home", str(self.home), "init")
        if self._programs.pop("init").wait():
            raise ProgramEndedError(ENDED.fill(what="init", tail=self._tail("init")))
        self._start("node", "-m", "noroshi.cli", "--home", str(self.home), "serve")
        self._until("node", self._door_opens)
        self._define(SILENT)
        self._sign_in()
        self._define({})

    def end(self) -> None:
        """End the started programs, the node first, as it may be sending."""
        for program in reversed(self._programs.values()):
            if program.poll() is None:
                program.terminate()
                try:
                    program.wait(LEAVE)
                except subprocess.TimeoutExpired:
                    program.kill()
                    program.wait()

    def _define(self, instead: Mapping[str, str]) -> None:
        """Write the lab's own clouds and accounts, and the drill's definitions."""
        card = json.loads((self.lab_folder / "lab.json").read_bytes())
        folder = self.lab_folder / "definitions"
        for name, text in {**DEFINITIONS, **instead}.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text.format(reader=card["reader"], language=self._language))
        found = [{"key": each.key, "body": each.body} for each in read_folder(folder)]
        SocketClient(self.door).call("apply", documents=found)

    def _sign_in(self) -> None:
        """Enter the secrets, and sign the lab's users in at the lab's pages."""
        lab, node = Remote(self.lab_folder), SocketClient(self.door)
        secrets = {FIRST: lab.card, SECOND: lab.card["elsewhere"]}
        for route, at in secrets.items():
            begun = node.call("authorize_begin", route=route)
            node.call("set_secret", name=begun["secret"], value=at["client_secret"])
            url = node.call("authorize_begin", route=route)["url"]
            node.call("authorize_finish", route=route, pasted=lab.sign_in(url))

    def _door_opens(self) -> bool:
        try:
            SocketClient(self.door).call("status")
        except RefusedError:
            return False
        return True

    def _until(self, name: str, there: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not there():
            if self._programs[name].poll() is not None:
                raise ProgramEndedError(ENDED.fill(what=name, tail=self._tail(name)))
            if time.monotonic() > end:
                raise ProgramEndedError(IN_VAIN.fill(what=name, span=f"{PATIENCE:.0f} s"))
            time.sleep(LOOK)

    def _tail(self, name: str) -> str:
        log = (self._folder / f"{name}.log").read_text("utf-8", "replace")
        return (log.strip().splitlines() or [""])[-1]

    def _start(self, name: str, *argv: str) -> None:
        with (self._folder / f"{name}.log").open("ab") as log:
            # A group of its own: Ctrl-C is ours to hand on, in the right order.
            self._programs[name] = subprocess.Popen(
                [sys.executable, *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONUTF8": "1"},
            )
