"""Programs on Windows: which may run, what they are given, and that nothing of them is left."""

from __future__ import annotations

import asyncio
import sys
import uuid
from pathlib import Path

import pytest

from noroshi.checks.script import Options, run as run_check
from noroshi.hosts.job_runner import DRAINED, ProgramRunner, decoded
from noroshi.hosts.local import LocalHost, SharedParts
from noroshi.hosts.processes import running_processes
from noroshi.hosts.programs import ClearedProgram, ProgramRules
from noroshi.ports import Program, Unmeasurable
from noroshi.system.owners import make_private_folder
from noroshi.system.system_folder import system_folder
from noroshi.system.windows_security import account_name, set_dacl
from noroshi.testing import ManualClocks

FOREVER = 600.0
EVERYBODY = "S-1-1-0"
OURS = "(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)"
PRINTS = "import sys\nprint(sys.argv[1:])\n"
SLEEPS = "import time\ntime.sleep(86400)\n"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "programs"
    make_private_folder(folder)
    return folder


@pytest.fixture
async def host(folder):
    runner = ProgramRunner()
    parts = SharedParts(program_runner=runner)
    yield LocalHost(ProgramRules((folder,)), ManualClocks().clocks, shared_parts=parts)
    await runner.close()


def written(folder: Path, text: str, name: str = "script.py") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def said(folder: Path, path: str, **further: object) -> list[str]:
    program = Program(argv=(path,), **further)
    return [words.en for words in ProgramRules((folder,)).problems(program)]


def test_only_a_powershell_script_has_bits(folder):
    (problem,) = said(folder, written(folder, "exit"), bits=32)
    assert "`bits` is for .ps1 files" in problem
    assert said(folder, written(folder, "exit", "x.ps1"), bits=32) == []


# ---------------------------------------------------------------------------- which may run


def test_noroshis_own_scripts_may_run_without_a_folder_that_is_listed(folder):
    """Who may change them depends on where Noroshi is installed: here, in a checkout."""
    problems = said(folder, "noroshi:hyper-v-replica.ps1")
    assert [one for one in problems if "can change" not in one] == []


def test_an_own_script_that_is_not_there_is_told(folder):
    (problem,) = said(folder, "noroshi:other.ps1")
    assert problem.startswith("Noroshi has no script “noroshi:other.ps1”; its scripts are ")


def test_a_program_that_only_administrators_may_change_may_run(folder):
    assert said(folder, written(folder, PRINTS)) == []


def test_a_program_that_others_may_change_may_not(folder):
    path = written(folder, PRINTS)
    set_dacl(Path(path), f"D:P{OURS}(A;;FRFW;;;WD)")
    (problem,) = said(folder, path)
    assert problem.startswith(f"{account_name(EVERYBODY)} can change {path};")


def test_a_folder_that_users_may_write_to_is_told_with_what_takes_that_away(folder):
    """So it is with a folder that is made on a drive itself."""
    path = written(folder, PRINTS)
    set_dacl(folder, f"D:P{OURS}(A;OICI;0x1301BF;;;WD)")
    problem = said(folder, path)[-1]
    assert problem.endswith(
        f'To remove it: icacls "{folder}" /inheritance:r /grant:r "*S-1-5-18:(OI)(CI)F" '
        '"*S-1-5-32-544:(OI)(CI)F" "*S-1-5-32-545:(OI)(CI)RX"'
    )


def test_nor_one_beside_which_others_may_lay_a_library(folder):
    path = written(folder, PRINTS)
    set_dacl(folder, f"D:P{OURS}(A;;FRFW;;;WD)")
    set_dacl(Path(path), f"D:P{OURS}")
    (problem,) = said(folder, path)
    assert problem.startswith(f"{account_name(EVERYBODY)} can change {folder};")


def test_nor_one_that_can_be_swapped_with_its_folder(folder):
    below = folder / "below"
    make_private_folder(below)
    path = written(below, PRINTS)
    set_dacl(folder, f"D:P{OURS}(A;;FA;;;WD)")
    set_dacl(below, f"D:P{OURS}")
    set_dacl(Path(path), f"D:P{OURS}")
    (problem,) = said(folder, path)
    assert problem.startswith(f"{account_name(EVERYBODY)} can change {folder};")


@pytest.mark.parametrize(
    "path",
    [
        "script.py",
        r"\script.py",
        r"\\server\share\script.py",
        r"\\?\C:\script.py",
        "C:script.py",
    ],
)
def test_a_path_is_whole_and_on_a_drive(folder, path):
    (problem,) = said(folder, path)
    assert "must be a full path on a local drive" in problem


def test_a_stream_of_a_file_is_no_program(folder):
    written(folder, PRINTS)
    (problem,) = said(folder, rf"{folder}\script.py:hidden.exe")
    assert "must be a full path on a local drive" in problem


def test_a_program_elsewhere_may_not_run(folder):
    problems = said(folder, rf"{system_folder()}\cmd.exe")
    assert "is not in a folder whose programs may run" in problems[0]


def test_the_name_of_a_folder_is_written_in_any_case(folder):
    path = written(folder, PRINTS)
    assert said(folder, path.upper()) == []


def test_no_program_may_run_where_no_folder_is_named(folder):
    program = Program(argv=(written(folder, PRINTS),))
    (problem,) = ProgramRules().problems(program)
    assert "lists no folder" in problem.en


def test_a_file_of_another_kind_is_no_program(folder):
    (problem,) = said(folder, written(folder, "x", "notes.txt"))
    assert "must end in one of .exe" in problem


def test_no_program_runs_as_another_user(folder):
    (problem,) = said(folder, written(folder, PRINTS), runs_as="Guest")
    assert "remove `runs_as`" in problem


# ---------------------------------------------------------------------------- what they are given


async def test_what_it_prints_and_its_code_come_back(folder, host):
    text = "import sys\nprint('out')\nprint('err', file=sys.stderr)\nsys.exit(7)\n"
    ran = await host.run(Program(argv=(written(folder, text),)))
    assert (ran.code, ran.output, ran.errors, ran.is_truncated) == (7, "out\n", "err\n", False)


ARGUMENTS = ("a b", "", '"', "\\", 'a\\"b', "C:\\a b\\", "%PATH%", "& echo x", "^", "火 煙")


async def test_no_shell_reads_the_arguments(folder, host):
    ran = await host.run(Program(argv=(written(folder, PRINTS), *ARGUMENTS)))
    assert ran.output == f"{list(ARGUMENTS)}\n"


async def test_an_exe_runs_by_itself(folder, host):
    python = Path(sys.executable)
    runner = LocalHost(ProgramRules((python.parent,)), ManualClocks().clocks)
    assert [words.en for words in await runner.objections(Program(argv=(str(python),)))] == []
    ran = await runner.run(Program(argv=(str(python), "-X", "utf8", "-c", PRINTS, *ARGUMENTS)))
    assert ran.output == f"{list(ARGUMENTS)}\n"


async def test_a_batch_file_gets_its_arguments_and_no_more(folder, host):
    path = written(folder, "@echo off\r\necho [%~1] [%~2] [%3]\r\nexit /b 3\r\n", "a b.cmd")
    ran = await host.run(Program(argv=(path, "a, b; c=d", "(x86)\\", "plain")))
    assert (ran.output, ran.code) == ("[a, b; c=d] [(x86)\\] [plain]\n", 3)


@pytest.mark.parametrize("argument", ['" & echo x', "x & y", "%PATH%", "a\nb"])
async def test_what_a_batch_file_would_read_as_a_command_is_refused(folder, host, argument):
    path = written(folder, "@echo off\r\n", "batch.bat")
    with pytest.raises(Unmeasurable, match="a batch file cannot take the argument"):
        await host.run(Program(argv=(path, argument)))


async def test_its_environment_is_the_computers_and_what_is_named(folder, host, monkeypatch):
    monkeypatch.setenv("NOROSHI_TOKEN", "secret")
    monkeypatch.setenv("PATH", r"C:\elsewhere")
    rules = ProgramRules((folder,), env=("WARN",))
    host = LocalHost(rules, ManualClocks().clocks)
    text = "import os\nfor one in os.environ.items(): print(*one, sep='=')\n"
    ran = await host.run(Program(argv=(written(folder, text),), env={"WARN": "80"}))
    given = dict(line.split("=", 1) for line in ran.output.splitlines())
    names = {name.upper() for name in given}
    assert {"SYSTEMROOT", "COMSPEC", "PATHEXT", "TEMP", "PATH", "WARN"} <= names
    assert "NOROSHI_TOKEN" not in names
    assert "elsewhere" not in given["PATH"]


async def test_it_reads_from_nowhere_and_begins_in_the_systems_folder(folder, host):
    text = "import os, sys\nprint(sys.stdin.read() + os.getcwd())\n"
    ran = await host.run(Program(argv=(written(folder, text),)))
    assert ran.output.strip().lower() == system_folder().lower()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_text_may_be_in_utf_8(encoding):
    assert decoded("火\r\n".encode(encoding)) == "火\n"
    assert decoded("火煙".encode()[:-1]) == "火"


def test_a_text_may_be_in_the_consoles_code_page():
    assert decoded(b"ok \xff") == "ok " + b"\xff".decode("oem")


# ---------------------------------------------------------------------------- what is left of them


class Sleeper:
    """A process that can be told from all others by its last argument."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex

    @property
    def command(self) -> str:
        """Python that starts it, and goes on."""
        argv = [sys.executable, "-c", SLEEPS, self.mark]
        return f"import subprocess, sys\nsubprocess.Popen({argv!r}, **how)\n"

    def pids(self) -> list[int]:
        return [one.pid for one in running_processes() if self.mark in one.command[-1:]]

    async def runs(self) -> None:
        while not self.pids():  # noqa: ASYNC110  the system tells nobody
            await asyncio.sleep(0.01)

    async def is_gone(self) -> None:
        while self.pids():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


HOW = {
    "with our outputs": "how = {}\n",
    "without outputs": "how = {'stdout': -3, 'stderr': -3}\n",
    "detached": "how = {'stdout': -3, 'stderr': -3, 'creationflags': 0x208}\n",
}


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
async def test_a_time_out_ends_all_that_it_started(folder, host, how):
    sleeper = Sleeper()
    path = written(folder, how + sleeper.command + SLEEPS)
    running = asyncio.create_task(host.run(Program(argv=(path,), timeout=5.0)))
    await sleeper.runs()
    with pytest.raises(Unmeasurable, match="no answer within 5 s; the program and its child"):
        await running
    await sleeper.is_gone()


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
async def test_what_it_left_ends_with_it(folder, host, how):
    sleeper = Sleeper()
    path = written(folder, how + sleeper.command + "print('done')\n")
    assert (await host.run(Program(argv=(path,), timeout=FOREVER))).output == "done\n"
    await sleeper.is_gone()


async def test_a_run_that_is_cancelled_ends_all_that_it_started(folder, host):
    sleeper = Sleeper()
    path = written(folder, "how = {}\n" + sleeper.command + SLEEPS)
    running = asyncio.create_task(host.run(Program(argv=(path,), timeout=FOREVER)))
    await sleeper.runs()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await sleeper.is_gone()


async def test_the_end_of_the_runner_ends_what_runs(folder, host):
    sleeper = Sleeper()
    runner = ProgramRunner()
    parts = SharedParts(program_runner=runner)
    here = LocalHost(ProgramRules((folder,)), ManualClocks().clocks, shared_parts=parts)
    path = written(folder, "how = {}\n" + sleeper.command + SLEEPS)
    running = asyncio.create_task(here.run(Program(argv=(path,), timeout=FOREVER)))
    await sleeper.runs()
    await runner.close()
    await sleeper.is_gone()
    assert (await running).code == 1


async def test_output_is_cut_and_the_code_is_kept(folder, host):
    path = written(folder, "import sys\nprint('x' * 100000)\nsys.exit(2)\n")
    ran = await host.run(Program(argv=(path,)))
    assert (len(ran.output), ran.code, ran.is_truncated) == (64 * 1024, 2, True)


async def test_of_noroshis_own_scripts_more_is_kept(folder):
    """A thousand scheduled tasks are more than the 64 KiB of other programs."""
    path = written(folder, "print('x' * 300_000)\n")
    runner, python = ProgramRunner(), Path(sys.executable)
    program = Program(argv=(str(python), path))
    ran = await runner.run(program, ClearedProgram(python, None), DRAINED)
    await runner.close()
    assert (len(ran.output.strip()), ran.is_truncated) == (300_000, False)


async def test_output_without_an_end_is_ended(folder, host):
    path = written(folder, "while True: print('x' * 1000)\n")
    with pytest.raises(Unmeasurable, match="more than 1024 KiB"):
        await host.run(Program(argv=(path,), timeout=FOREVER))


async def test_a_program_that_cannot_start_says_why(folder, host):
    path = written(folder, "no program of Windows", "broken.exe")
    with pytest.raises(Unmeasurable, match="cannot start"):
        await host.run(Program(argv=(path,)))


async def test_a_nul_is_in_no_argument(folder, host):
    with pytest.raises(Unmeasurable, match="cannot start"):
        await host.run(Program(argv=(written(folder, PRINTS), "\0")))


async def test_many_run_at_once(folder, host):
    path = written(folder, PRINTS)
    runs = [host.run(Program(argv=(path, str(number)), timeout=FOREVER)) for number in range(8)]
    assert [ran.output for ran in await asyncio.gather(*runs)] == [
        f"['{number}']\n" for number in range(8)
    ]


async def test_a_script_is_a_monitor(folder, host):
    path = written(folder, "print(41.5)\n")
    outcome = await run_check(Options(argv=(path,), unit="C"), host, {})
    (reading,) = outcome.readings
    assert (reading.value, reading.unit) == (41.5, "C")
