"""Every text of a mail and of a notice is in the catalogue."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.pseudo_locale import plain_words, program, words

ROOT = Path(__file__).parents[2]
NAMES = words("Backup Disk Noroshi laptop sato server space tokyo volumes")
"""Of what is watched, of people, and our own."""
TYPED = words("more room setup")
"""Notes that a person gave to a version."""
COMMANDS = words("doctor edit leave ledger list noroshi queue release show")
"""Of commands to be typed."""
EVENTS = words("started stopped unwatched")
"""As definitions name them."""
QUOTED = words(
    """
    Connection Input Recipient after available back boom checksum code could data differs disk
    exited found from full request retried rolled such table timed timeout truncated undefined user
    valid with
    """
)
"""Answers of servers, lines of a log, what a program printed."""


def test_every_word_of_the_mails_is_in_the_catalogue(tmp_path):
    path = os.pathsep.join([str(program(tmp_path / "src")), str(ROOT)])
    done = subprocess.run(
        [sys.executable, "-m", "tests.actions.pseudo_mails"],
        env={**os.environ, "PYTHONPATH": path},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    mails = json.loads(done.stdout)
    assert len(mails) > 80
    left = {
        word for ways in mails.values() for text in ways.values() for word in plain_words(text)
    }
    assert left == NAMES | TYPED | COMMANDS | EVENTS | QUOTED
