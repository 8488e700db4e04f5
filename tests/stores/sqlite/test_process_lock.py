"""One store has one life at a time, and a life that was killed leaves no lock behind."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from threading import Event, Thread

import pytest

from noroshi.ports import StoreError
from noroshi.stores.sqlite.process_lock import Holder, Holding, LifeLock, holding, log

HOLD = """
import sys, pathlib
from noroshi.stores.sqlite.process_lock import LifeLock
with LifeLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path):
    return tmp_path / "noroshi.lock"


@pytest.fixture
def waits():
    """An event that is set as somebody says that it waits."""

    class Ear(logging.Handler):
        def emit(self, record):
            if "waiting for it" in record.getMessage():
                said.set()

    said, ear = Event(), Ear()
    log.addHandler(ear)
    level = log.level
    log.setLevel(logging.INFO)
    yield said
    log.setLevel(level)
    log.removeHandler(ear)


def test_a_second_life_is_refused_and_told_who_has_it(path):
    message = f"another Noroshi process \\({os.getpid()}\\) is using this store: .*noroshi.lock"
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
        with pytest.raises(StoreError, match=rf"process \({other.pid}\)"):
            LifeLock(path).__enter__()
        other.kill()
        other.wait()
        with LifeLock(path):
            pass


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(StoreError, match=r"cannot lock .*nowhere"):
        LifeLock(tmp_path / "nowhere" / "lock").__enter__()


def test_whoever_looks_sees_who_has_it_and_what_that_is(path):
    assert holding(path) is None
    with LifeLock(path, Holder.STARTING) as life:
        assert holding(path) == Holding(str(os.getpid()), Holder.STARTING)
        life.mark(Holder.RUNNING)
        assert holding(path) == Holding(str(os.getpid()), Holder.RUNNING)
    assert holding(path) is None


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (Holder.COMMAND, "another noroshi command"),
        (Holder.STARTING, "is starting"),
        (Holder.STOPPING, "is stopping"),
    ],
)
def test_what_has_it_is_said(path, holder, words):
    with LifeLock(path, holder), pytest.raises(StoreError, match=words):
        LifeLock(path).__enter__()


@pytest.mark.parametrize("holder", [Holder.COMMAND, Holder.STARTING, Holder.STOPPING])
def test_one_that_is_soon_done_is_waited_for(path, holder, waits):
    first, taken = LifeLock(path, holder).__enter__(), []

    def take():
        with LifeLock(path, Holder.STARTING, patience=150):
            taken.append(True)

    second = Thread(target=take)
    second.start()
    assert waits.wait(60) and not taken
    first.__exit__(None, None, None)
    second.join()
    assert taken


def test_a_node_that_runs_is_not_waited_for(path):
    with LifeLock(path), pytest.raises(StoreError, match="another Noroshi"):
        LifeLock(path, Holder.STARTING, patience=1e9).__enter__()
