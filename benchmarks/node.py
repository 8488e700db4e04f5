"""The node that is measured: the real program, its home folder, its life and its death."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.programs import end, noroshi, preparation
from benchmarks.usage import Usage, usage
from noroshi.cli.clients.socket import SocketClient

START = 60.0  # seconds that a start may take
SENDS = "sending through "


class Node:
    """A home folder, and the `noroshi serve` that may run on it."""

    def __init__(
        self,
        home: Path,
        env: Mapping[str, str] | None = None,
        first: Sequence[object] = ("init",),
    ) -> None:
        """`first` is the command that makes the home folder."""
        self.home, self.log = home, home.with_suffix(".log")
        self._env = {**os.environ, **(env or {})}
        self._process: subprocess.Popen[str] | None = None
        self.command(*first)

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def command(self, *words: object) -> str:
        """Run a command on this home; what it printed. CalledProcessError if it failed."""
        argv = preparation(*self._about(*words))
        return subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True).stdout

    def start(self) -> float:
        """Start it; the time at which it was asked to, seconds since 1970."""
        asked = time.time()
        self._said = len(self.log.read_text(encoding="utf-8")) if self.log.exists() else 0
        with self.log.open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                noroshi(*self._about("serve")), stdout=log, stderr=log, env=self._env, text=True
            )
        return asked

    def await_work(self) -> None:
        """Return when it has said what it watches and by which routes it sends."""
        until = time.monotonic() + START
        while time.monotonic() < until and self._alive():
            if SENDS in self.log.read_text(encoding="utf-8")[self._said :]:
                return
            time.sleep(0.05)
        raise RuntimeError(f"the node did not start: {self.log.read_text()[-2000:]}")

    def _about(self, *words: object) -> Sequence[object]:
        return ("--home", self.home, "--lang", "en", *words)

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> float:
        """End it as a power cut would; when."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        return time.time()

    def stop(self) -> None:
        """End it as an administrator would."""
        if self._process is not None and self._alive():
            self._process.terminate()
            end(self._process)

    def usage(self) -> Usage:
        return usage(self.pid)

    def status(self) -> Mapping[str, Any]:
        """Return what `status --json` tells of a node that runs, asked at its door: the start of a
        command would take a processor from what is measured."""
        found: Mapping[str, Any] = SocketClient(self.home / "door.sock").call("status")
        return found
