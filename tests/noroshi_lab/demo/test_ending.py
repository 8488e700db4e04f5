"""However a demo is ended, nothing of it is left."""

import os
import signal
import subprocess
import sys
import time

import pytest

from noroshi_lab.demo.programs import Programs, undisturbed
from tests.e2e.demos import Demo

SHOP = "the order service is running"


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path / "demo", "--lang", "en")
    yield demo
    demo.end()
    for child in demo.children:
        if child.is_running():
            child.kill()


def test_a_terminal_that_is_closed_leaves_nothing(demo):
    demo.until_it_says(SHOP)
    demo.process.send_signal(signal.SIGHUP)
    demo.wait()
    assert demo.left == [] and not list(demo.temporary.iterdir())


def test_ctrl_c_pressed_again_and_again_leaves_nothing(demo):
    demo.until_it_says(SHOP)
    while demo.process.poll() is None:
        demo.process.send_signal(signal.SIGINT)
        time.sleep(0.01)
    assert demo.left == [] and not list(demo.temporary.iterdir())


def test_a_program_that_will_not_end_is_ended(tmp_path):
    deaf = (
        "import signal, sys, time; signal.signal(15, signal.SIG_IGN); print(); time.sleep(600)"
    )
    found = Programs(tmp_path, leave=0.05)
    found.running["lab"] = subprocess.Popen(
        [sys.executable, "-uc", deaf], stdout=subprocess.PIPE
    )
    with found.running["lab"].stdout as said:
        said.readline()
    found.end()
    assert found.running["lab"].returncode == -signal.SIGKILL


def test_an_interrupt_while_a_program_starts_is_heeded_once_it_is_known():
    known = []

    def start():
        with undisturbed():
            os.kill(os.getpid(), signal.SIGINT)
            known.append(1)

    with pytest.raises(KeyboardInterrupt):
        start()
    assert known
