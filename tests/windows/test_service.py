"""A service of Windows from its installation to its removal, what watches over its process, and
`noroshi selftest`, which looks at the one service of the computer: so it is tried beside no other."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace

import pytest

from noroshi.checks import KINDS
from noroshi.cli import exits
from noroshi.cli.errors import RefusedError
from noroshi.cli.handlers.windows_selftest import KINDS_TRIED, Trial, Verdict, find_out
from noroshi.cli.handlers.windows_service import program_warnings
from noroshi.cli.paths import ACCOUNT, NAME
from noroshi.cli.run import run
from noroshi.cli.service_steps import (
    start_and_wait,
    stop_and_wait,
    store_copy,
    update_service,
    wait_until,
)
from noroshi.core.translation import plain
from noroshi.system.owners import make_private_folder
from noroshi.system.service_control import (
    ServiceSettings,
    ServiceState,
    install_service,
    remove_service,
    service_status,
)
from noroshi.system.service_process import Watchdog
from noroshi.system.windows_security import set_dacl

SECONDS = 300
"""Far more than it takes, for a computer that has much else to do."""
FAILS_UNDER_WINE = {
    "limits of Noroshi's own child processes",
    "PowerShell script",
    "32-bit PowerShell script",
    "System updates (updates)",
    "Scheduled task (task)",
    "Event log (Windows) (eventlog)",
    "Performance counter (Windows) (counter)",
}
NOT_INSTALLED = {"service", "node", "event log source"}


class Installed:
    """A computer with one folder for the data of programs, where commands are typed."""

    def __init__(self, data):
        self.home, self.store = data / NAME, data / NAME / "noroshi.db"
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
        stop_and_wait()
        remove_service(NAME)
        assert wait_until(lambda: service_status(NAME) is None, SECONDS)


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


def settings(command_line):
    """Those of the service as it would be with another program."""
    return ServiceSettings(
        name=NAME,
        display_name="Noroshi",
        description="",
        command_line=command_line,
        account=ACCOUNT,
    )


@pytest.mark.timeout(SECONDS)
def test_the_service_of_another_version_is_updated_and_the_store_copied(computer):
    computer.run("service", "install", "--start", "--no-manager")
    program = service_status(NAME).command_line
    stop_and_wait()
    install_service(settings(program.replace(" -I ", " -I -B ")))
    start_and_wait()
    process = service_status(NAME).process

    code, told = computer.run("service", "install", "--start")
    assert (code, "The service was updated and is running." in told) == (0, True), told
    service = service_status(NAME)
    assert (service.state, service.command_line) == (ServiceState.RUNNING, program)
    assert service.process != process
    assert store_copy(computer.store).exists()


@pytest.mark.timeout(SECONDS)
def test_an_update_keeps_the_account_that_an_administrator_gave_the_service(computer):
    install_service(replace(settings(sys.executable), account="LocalSystem"))
    given = service_status(NAME).account
    assert given != ACCOUNT

    code, told = computer.run("service", "install", "--no-manager")
    service = service_status(NAME)
    assert (code, service.account) == (0, given), told
    assert service.command_line != sys.executable


BREAKS_THE_STORE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("insert into migration values (9999, 'of a version to come')")
db.commit()
"""


@pytest.mark.timeout(SECONDS)
def test_a_version_that_does_not_start_is_replaced_by_the_previous_one_with_its_store(computer):
    computer.run("service", "install", "--start", "--no-manager")
    program = service_status(NAME).command_line
    broken = [sys.executable, "-c", BREAKS_THE_STORE, str(computer.store)]

    with pytest.raises(RefusedError) as refused:
        update_service(settings(subprocess.list2cmdline(broken)), computer.store)
    assert "the previous version is running again" in refused.value.words.en
    service = service_status(NAME)
    assert (service.state, service.command_line) == (ServiceState.RUNNING, program)
    with closing(sqlite3.connect(computer.store)) as db:
        ((newest,),) = db.execute("select max(number) from migration")
    assert newest < 9999
    assert computer.run("queue", "list")[0] == 0


@pytest.mark.timeout(SECONDS)
def test_a_service_whose_store_cannot_be_copied_runs_on(computer):
    computer.run("service", "install", "--start", "--no-manager")
    program = service_status(NAME).command_line
    (store_copy(computer.store) / "in the way").mkdir(parents=True)

    with pytest.raises(RefusedError) as refused:
        update_service(settings(program.replace(" -I ", " -I -B ")), computer.store)
    assert "previous version is running again" in refused.value.words.en
    service = service_status(NAME)
    assert (service.state, service.command_line) == (ServiceState.RUNNING, program)


@pytest.mark.timeout(SECONDS)
def test_the_previous_version_starts_though_the_copy_cannot_be_put_back(computer):
    computer.run("service", "install", "--start", "--no-manager")
    program = service_status(NAME).command_line
    spoils = "import sys; open(sys.argv[1] + '.before-update', 'w').write('no store' * 999)"
    broken = [sys.executable, "-c", spoils, str(computer.store)]

    with pytest.raises(RefusedError) as refused:
        update_service(settings(subprocess.list2cmdline(broken)), computer.store)
    assert "the previous version is running again" in refused.value.words.en
    service = service_status(NAME)
    assert (service.state, service.command_line) == (ServiceState.RUNNING, program)


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


def titles(report, verdict):
    """The trials that ended so."""
    lines = [line for line in report.splitlines() if line.startswith(verdict)]
    return {line.removeprefix(verdict).strip().partition("  ")[0] for line in lines}


def test_each_trial_is_reported_and_what_wine_lacks_or_others_may_read_has_failed(
    tmp_path, capsys
):
    report, home = tmp_path / "report.txt", tmp_path / "home"
    make_private_folder(home)
    set_dacl(home, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FR;;;WD)")
    code = run(["--home", str(home), "--lang", "en", "selftest", str(report)])
    shown, written = capsys.readouterr().out, report.read_text(encoding="utf-8")
    assert code == exits.TROUBLE
    assert titles(written, "failed") == FAILS_UNDER_WINE | {"home folder"}, written
    assert titles(written, "not tried") == NOT_INSTALLED
    passed = {"named pipe", "protected folder", "exclusive port", "group policy and antivirus"}
    assert passed <= titles(written, "passed")
    assert str(report) in shown


def test_it_tries_what_there_is():
    assert set(KINDS_TRIED) <= set(KINDS)


def test_an_installation_warns_of_who_may_change_the_program(tmp_path):
    folder = tmp_path / "python"
    make_private_folder(folder)
    program = folder / "python.exe"
    program.write_bytes(b"")
    assert [one for one in program_warnings([program]) if str(folder) in one.en] == []
    set_dacl(folder, "D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;0x1301BF;;;WD)")
    warnings = [one.en for one in program_warnings([program])]
    assert any(f" can change {folder}, " in one for one in warnings)


def test_a_trial_that_hangs_has_failed_and_holds_up_no_other():
    hang = threading.Event()
    finding = find_out(Trial(plain("log"), lambda: str(hang.wait()), seconds=0.1))
    hang.set()
    assert (finding.verdict, finding.detail) == (
        Verdict.FAILED,
        "NotAsExpectedError: not done after 0.1 s",
    )


def test_a_trial_that_gives_up_says_so_itself():
    def give_up() -> str:
        raise TimeoutError("no answer")

    finding = find_out(Trial(plain("log"), give_up))
    assert finding.detail == "TimeoutError: no answer"
