"""A program of the administrator's own, or a Nagios plug-in, and what it prints."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import PurePath
from typing import Any, Literal

from noroshi.checks import script_output
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import Message, _, plain
from noroshi.ports import Check, Host, Outcome, Program, ProgramResult, Unmeasurable, options

LEVELS = ("OK", "WARNING", "CRITICAL", "UNKNOWN")  # by exit code
NAGIOS_FOLDERS = frozenset({"nagios", "monitoring-plugins", "icinga"})
FAILED = _("the program exited with code {code}: {said}")
KILLED = _("the program was terminated by signal {signal}: {said}")
TOO_LONG = _("the program printed more than 64 KiB, so its result cannot be read")


@options
class Options:
    argv: tuple[str, ...]
    """Full path of the program, then its arguments; no shell is used."""
    reads: Literal["auto", "number", "json", "nagios"] = "auto"
    """Output format. `auto`: Nagios if the program is in a Nagios plug-in folder; otherwise
    determined by the first character of the output."""
    env: Mapping[str, str] = field(default_factory=dict)
    """Environment variables in addition to PATH and LANG."""
    runs_as: str = ""
    """User to run as. Default: “nobody” if Noroshi runs as root, otherwise the user that
    Noroshi runs as."""
    bits: int = 64
    """PowerShell that runs a `.ps1` file on Windows: 64-bit (64) or 32-bit (32), for modules
    that exist for only one of the two. This setting is not yet verified on a real Windows
    system."""
    timeout: float = 15.0
    """Seconds after which the program and all its child processes are terminated."""
    name: str = "value"
    """Name of the reading, if the program prints one number."""
    unit: str = ""
    """Unit shown after the number, such as ms or GiB."""

    def __post_init__(self) -> None:
        if not self.argv:
            raise InvalidValueError(with_settings(_("{argv} must contain a program"), "argv"))
        if self.bits not in (32, 64):
            raise InvalidValueError(with_settings(_("{bits} must be 32 or 64"), "bits"))
        if not 0 < self.timeout <= 3600:
            raise InvalidValueError(
                with_settings(_("{timeout} must be more than 0 and at most 3600"), "timeout")
            )

    @property
    def program(self) -> Program:
        return Program(
            argv=self.argv,
            env=self.env,
            runs_as=self.runs_as,
            bits=self.bits,
            timeout=self.timeout,
        )


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    result = await host.run(options.program)
    if _is_nagios(options):
        return Outcome(_nagios(result))
    if result.code != 0:
        raise Unmeasurable(_failure_text(result))
    if result.is_truncated:
        raise Unmeasurable(TOO_LONG)
    is_json = options.reads == "json" or (
        options.reads == "auto" and result.output.lstrip().startswith("{")
    )
    if is_json:
        return Outcome(script_output.json_readings(result.output))
    return Outcome((script_output.number(result.output, options.name, options.unit),))


async def try_out(options: Options, host: Host) -> Sequence[Message]:
    return await host.objections(options.program)


def _is_nagios(options: Options) -> bool:
    if options.reads != "auto":
        return options.reads == "nagios"
    return not NAGIOS_FOLDERS.isdisjoint(PurePath(options.argv[0]).parent.parts)


def _nagios(result: ProgramResult) -> tuple[Reading, ...]:
    """Read an exit code: 0, 1, 2 are levels; 3 says that it could not measure, and any other
    code is a fault."""
    report = script_output.nagios(result.output)
    text = _without_level(report.text, result.code)
    if result.code not in (0, 1, 2):
        raise Unmeasurable(plain(text) if result.code == 3 and text else _failure_text(result))
    status = Reading(
        "status", result.code, note=plain(text or script_output.first_line(result.errors))
    )
    # Of an output that was cut, the last number may be half a number.
    return (status,) if result.is_truncated else (status, *report.readings)


def _without_level(text: str, code: int) -> str:
    """Drop the level that the text repeats: "CRITICAL: too long" with code 2 says it twice;
    "DISK CRITICAL - " stays."""
    if code not in range(len(LEVELS)):
        return text
    return re.sub(rf"^{LEVELS[code]}\s*(?::|-(?=\s))\s*(?=\S)", "", text)


def _failure_text(result: ProgramResult) -> Message:
    line = script_output.first_line(result.errors) or script_output.first_line(result.output)
    shown_text = plain(line) if line else script_output.NOTHING
    if result.code < 0:
        return KILLED.fill(signal=-result.code, said=shown_text)
    return FAILED.fill(code=result.code, said=shown_text)


CHECK = Check(
    kind="script",
    runs=True,
    title=_("Script"),
    help=_(
        "Runs a program and reads a number, JSON, or the output of a Nagios plug-in. The program "
        "must be in a folder listed under `programs` in noroshi.toml."
    ),
    options=Options,
    limits={"status": Limits(warning=1, critical=2)},
    names={"status": _("Status"), "value": _("Value")},
    run=run,
    asks_computer=True,
    blocks=True,
    try_out=try_out,
)
