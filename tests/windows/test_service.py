"""A service of Windows from its installation to its removal, and what watches over its process."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from noroshi.cli.paths import ACCOUNT, NAME
from noroshi.system.service_control import (
    ServiceState,
    remove_service,
    service_status,
    stop_service,
)
from noroshi.system.service_process import Watchdog

SECONDS = 300
"""Far more than it takes, for a computer that has much else to do."""


class Installed:
    """A computer with one folder for the data of programs, where commands are typed."""

    def __init__(self, data):
        self.home = data / NAME
        self._environment = os.environ | {"ProgramData": str(data)}

    def run(self, *arguments):
        """Return the exit code of a command, and what it printed."""
        done = subprocess.run(
            [sys.executable, "-I", "-m", "noroshi.cli", "--lang", "en", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )
        return done.returncode, done.stdout + done.stderr


@pytest.fixture
def computer(tmp_path):
    assert service_status(NAME) is None, "a service of that name is not ours to remove"
    yield Installed(tmp_path)
    if service_status(NAME) is not None:
        stop_service(NAME)
        remove_service(NAME)


@pytest.mark.timeout(SECONDS)
def test_a_service_is_installed_started_asked_stopped_and_removed(computer):
    code, told = computer.run("service", "install", "--start", "--no-manager")
    assert (code, "The service is running." in told) == (0, True), told

    service = service_status(NAME)
    assert service.state is ServiceState.RUNNING
    assert service.account == ACCOUNT
    assert service.starts_at_boot

    code, told = computer.run("queue", "list")  # by the pipe: the store is the node's
    assert (code, told) == (0, "No messages are waiting.\n")
    code, told = computer.run("service", "status")
    assert code == 0 and str(service.process) in told, told

    code, told = computer.run("service", "uninstall")
    assert code == 0, told
    assert service_status(NAME) is None
    log = (computer.home / "noroshi.log").read_text(encoding="utf-8")
    assert log.endswith("node stopped code=0\n")


def test_a_process_that_stands_still_is_ended():
    bites = []
    dog = Watchdog(3.0, lambda: bites.append(1))
    dog.step()
    dog.step()
    dog.feed()
    dog.step()
    dog.step()
    assert bites == []
    dog.step()
    assert bites == [1]
