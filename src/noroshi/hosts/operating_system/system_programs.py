"""Run programs that belong to the operating system itself, as the user that this process is.

No definition names them, so no rule of noroshi.toml is asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from noroshi.core.translation import _, plain
from noroshi.ports import Program, ProgramResult, Unmeasurable

if TYPE_CHECKING:
    from noroshi.hosts.program_runner import ProgramRunner

PATIENCE = 20.0
"""Seconds for a program that only reads what the system has at hand."""
FOLDERS = ("/usr/bin", "/bin", "/usr/sbin", "/sbin")
NOT_INSTALLED = _("{program} is not installed")
FAILED = _("{program} exited with code {code}: {output}")
UNREADABLE = _("the output of {program} cannot be read: {output}")
TOO_LONG = _("{program} printed more than 64 KiB; distribute the items over several monitors")
NO_OUTPUT = _("no output")
MOST_SHOWN = 300
POWERSHELL = "powershell.exe"
SCRIPT_OPTIONS = (
    "-NoLogo",
    "-NoProfile",
    "-NonInteractive",
    "-ExecutionPolicy",
    "Bypass",
    "-File",
)
"""Noroshi's own scripts have no signature. A group policy goes before this option."""

RunProgram = Callable[[Sequence[str], float], Awaitable[ProgramResult]]
"""Run a program of the system, named without its folder, for so many seconds at most. Raises
Unmeasurable."""
RunScript = Callable[[str, float], Awaitable[Any]]
"""Run one of Noroshi's PowerShell scripts, and return what it printed as JSON. Raises
Unmeasurable."""


def program_output(
    result: ProgramResult, program: str, *, may_be_truncated: bool = False
) -> str:
    """Return what a program printed. Raises Unmeasurable if it failed."""
    if result.code != 0:
        raise Unmeasurable(
            FAILED.fill(program=program, code=result.code, output=_first_line(result))
        )
    if result.is_truncated and not may_be_truncated:
        raise Unmeasurable(TOO_LONG.fill(program=program))
    return result.output


def json_output(result: ProgramResult, program: str) -> Any:
    """Return what a program printed as JSON. Raises Unmeasurable."""
    output = program_output(result, program)
    try:
        return json.loads(output.lstrip("\ufeff"))
    except ValueError:
        words = UNREADABLE.fill(program=program, output=_first_line(result))
        raise Unmeasurable(words) from None


def _first_line(result: ProgramResult) -> object:
    lines = [line for text in (result.errors, result.output) for line in text.splitlines()]
    line = next((line.strip() for line in lines if line.strip()), "")
    return plain(line[:MOST_SHOWN]) if line else NO_OUTPUT


if sys.platform == "win32":
    from noroshi.hosts.job_runner import DRAINED
    from noroshi.hosts.programs import ClearedProgram
    from noroshi.hosts.windows_command import POWERSHELL as POWERSHELL_PATH
    from noroshi.system.system_folder import system_folder

    def script_runner(runner: ProgramRunner) -> RunScript:
        """Return what runs Noroshi's PowerShell scripts."""

        async def run(name: str, seconds: float) -> Any:
            shell = Path(system_folder(), POWERSHELL_PATH)
            with as_file(files("noroshi.hosts.operating_system").joinpath(name)) as script:
                argv = (str(shell), *SCRIPT_OPTIONS, str(script))
                program = Program(argv=argv, timeout=seconds)
                result = await runner.run(program, ClearedProgram(shell, None), DRAINED)
            return json_output(result, name)

        return run
elif sys.platform == "linux":
    from noroshi.hosts.programs import ClearedProgram

    def system_program_runner(runner: ProgramRunner) -> RunProgram:
        """Return what runs programs of this system."""

        async def run(argv: Sequence[str], seconds: float) -> ProgramResult:
            path = _path_of(argv[0])
            program = Program(argv=(str(path), *argv[1:]), env={"TZ": "UTC"}, timeout=seconds)
            return await runner.run(program, ClearedProgram(path, None))

        return run

    def _path_of(name: str) -> Path:
        """Return the full path of a program. Raises Unmeasurable."""
        for folder in FOLDERS:
            path = Path(folder, name)
            if path.exists():
                return path
        raise Unmeasurable(NOT_INSTALLED.fill(program=name))
