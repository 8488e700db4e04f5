"""A person at a terminal: waits for a prompt, then types a line."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from tests.e2e.world import PATIENCE
from tests.warm import warm


class Terminal:
    """A command of ours at a terminal of its own; what it showed is in `seen`."""

    def __init__(self, home, *argv, language="en"):
        self.ours, theirs = pty.openpty()
        # Wider than any prompt: where one does not fit, readline draws only a part of it.
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 300, 0, 0))
        command = (*warm(), "--home", str(home.folder))
        self.process = subprocess.Popen(
            [*command, "--lang", language, *argv],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=home.folder.parent,
            env={**os.environ, "PYTHONUTF8": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8"},
            start_new_session=True,
        )
        os.close(theirs)
        self.seen, self._at, self._rest = "", 0, b""

    def until(self, prompt):
        """Read on until this is shown, after what was waited for last."""
        end = time.monotonic() + PATIENCE
        while (found := self.seen.find(prompt, self._at)) < 0:
            assert time.monotonic() < end, f"waited in vain for {prompt}:\n{self.seen}"
            self._read()
        self._at = found + len(prompt)

    def type(self, prompt, text):
        """Once the prompt is shown type a line; what was shown up to there."""
        self.until(prompt)
        os.write(self.ours, f"{text}\n".encode())

    def interrupt(self):
        """Press Ctrl-C until it is over; its exit code.

        Pressed once it may be lost: a signal that comes after readline has drawn its prompt,
        and before CPython's select() waits for a key, is seen at the next key only.
        """
        self.process.send_signal(signal.SIGINT)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                self._read(patience=20)
            except TimeoutError:
                self.process.send_signal(signal.SIGINT)
            except AssertionError:
                break
        return self.process.wait(PATIENCE)

    def ended(self):
        """Its exit code, once it is over."""
        try:
            while True:
                self._read()
        except AssertionError:  # It ended.
            return self.process.wait(PATIENCE)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        os.close(self.ours)

    def _read(self, patience=PATIENCE):
        if not select.select([self.ours], [], [], patience)[0]:
            raise TimeoutError(f"nothing more came:\n{self.seen}")
        try:
            data = os.read(self.ours, 65536)
        except OSError:  # how Linux tells that the other side is gone
            data = b""
        assert data, f"it ended:\n{self.seen}"
        self._rest += data
        self.seen = self._rest.decode(errors="replace").replace("\r\n", "\n")
