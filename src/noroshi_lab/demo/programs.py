"""Run the programs that take part in the demo: start them, wait for them, and end them whatever
interrupts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from noroshi.cli.errors import RefusedError
from noroshi.core.message_error import MessageError
from noroshi.core.translation import Message
from noroshi_lab.demo.story_texts import ENDED, IN_VAIN

PATIENCE = 60.0  # seconds for each step; only what is broken takes so long
LOOK = 0.1
LEAVE = 10.0  # seconds that a program has to end when asked to; the node needs five at most
# A terminal that is closed sends SIGHUP; Windows has none.
INTERRUPTS = [signal.SIGINT, signal.SIGTERM]
if sys.platform != "win32":
    INTERRUPTS.append(signal.SIGHUP)


class DemoError(MessageError):
    """Report why it cannot go on, in words for whoever looks on."""


class Programs:
    """Keep the running programs by name, each with a log in the demo's folder."""

    def __init__(self, folder: Path, leave: float = LEAVE) -> None:
        self.folder, self.leave = folder, leave
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *argv: str) -> None:
        log = (self.folder / f"{name}.log").open("ab")
        with log, undisturbed():  # a program that is started is known, or it would be left
            # A group of its own: Ctrl-C is ours to hand on, in the right order.
            self.running[name] = subprocess.Popen(
                [sys.executable, *argv],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={**os.environ, "PYTHONUTF8": "1"},
            )

    def until(self, check: Callable[[], Any], what: str) -> Any:
        """Return what comes, as soon as it does; DemoError if a program ends or nothing
        comes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                if (found := check()) is not None:
                    return found
            except RefusedError as refused:
                if refused.kind != "no node":
                    raise
            self.see_who_ended()  # that is why, if nobody answered
            time.sleep(LOOK)
        raise DemoError(IN_VAIN.fill(what=what, seconds=PATIENCE))

    def see_who_ended(self) -> None:
        """Raise DemoError if the lab or the node ended; neither should."""
        for name in ("lab", "node"):
            if name in self.running and self.running[name].poll() is not None:
                raise DemoError(self.ended(name))

    def end(self) -> None:
        """End what was started, the node first, as it may be sending."""
        for name in ("init", "node", "lab", "shop"):
            program = self.running.get(name)
            if program is not None and program.poll() is None:
                program.terminate()
                try:
                    program.wait(self.leave)
                except subprocess.TimeoutExpired:
                    program.kill()
                    program.wait()

    def ended(self, name: str) -> Message:
        """Report that the program ended, with the last line of the log."""
        log = self.folder / f"{name}.log"
        tail = log.read_text("utf-8", "replace").strip().splitlines()[-1:] or [""]
        return ENDED.fill(what=name, log=f"{log.name}: {tail[0]}")


def on_interrupts(handler: Any) -> None:
    for number in INTERRUPTS:
        signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Delay interrupts to the end of the block."""
    came, before = list[int](), [signal.getsignal(number) for number in INTERRUPTS]
    on_interrupts(lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for number, handler in zip(INTERRUPTS, before, strict=True):
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt
