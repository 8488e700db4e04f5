"""Demos as people run them: programs of their own, each with a temporary folder of its own."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil

from tests.e2e.world import PATIENCE, until


class Demo:
    """One running `noroshi demo`."""

    def __init__(self, folder, *argv):
        folder.mkdir(parents=True)
        self.out, self.err = folder / "out.txt", folder / "err.txt"
        # Not below `folder`: a socket's path may have 107 bytes (unix(7)).
        self.temporary = Path(tempfile.mkdtemp(prefix="demo-"))
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-u", "-m", "noroshi.cli", "demo", *argv],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env={**os.environ, "TMPDIR": str(self.temporary), "PYTHONUTF8": "1"},
            )
        self.children = {}

    @property
    def said(self):
        """As far as it is written: the last letter may be so in part."""
        return self.out.read_text("utf-8", "replace")

    @property
    def complained(self):
        return self.err.read_text("utf-8")

    def until_it_says(self, text):
        """Wait for it; who takes part at that moment is remembered."""
        until(lambda: text in self.said or self.process.poll() is not None, text)
        assert text in self.said, self.complained
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):  # one that had little to do
                self.children[child] = " ".join(child.cmdline())

    def child(self, words):
        """The one whose command line holds these words."""
        return next(child for child, line in self.children.items() if words in line)

    def wait(self):
        return self.process.wait(PATIENCE)

    @property
    def left(self):
        """Programs that outlived it; a moment is theirs to be cleared away by init."""
        end = time.monotonic() + PATIENCE
        while living := [line for child, line in self.children.items() if child.is_running()]:
            if time.monotonic() > end:
                return living
            time.sleep(0.05)
        return []

    def end(self):
        """Leave nothing, not even after a test that failed."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(PATIENCE)
        shutil.rmtree(self.temporary)


def printed_mails(said):
    """The mails as `demo --once` printed them: as received, and as read."""
    parts = re.split(r"^━━ .*\n\n", said, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))
