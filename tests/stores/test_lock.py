"""One store has one life at a time, and a life that was killed leaves no lock behind."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from noroshi.ports import StoreError
from noroshi.stores.lock import LifeLock

HOLD = """
import sys, pathlib
from noroshi.stores.lock import LifeLock
with LifeLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noroshi.lock"


def test_a_second_life_is_refused_and_told_who_has_it(path):
    message = f"another Noroshi \\(process {os.getpid()}\\) uses this store: .*noroshi.lock"
    with LifeLock(path), pytest.raises(StoreError, match=message):
        LifeLock(path).__enter__()


def test_a_lock_is_free_after_its_life(path):
    for _ in range(2):
        with LifeLock(path):
            pass


def test_a_lock_is_free_when_its_holder_was_killed(path):
    argv = [sys.executable, "-c", HOLD, str(path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(argv, text=True, **pipes) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StoreError, match=f"process {other.pid}"):
            LifeLock(path).__enter__()
        other.kill()
        other.wait()
        with LifeLock(path):
            pass


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"cannot lock .*nowhere"):
        LifeLock(tmp_path / "nowhere" / "lock").__enter__()
