"""Processes: how many run that match a name, a command line and an owner."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import COMMA, Message, _, joined, plain
from noroshi.ports import Check, Host, Outcome, Process, options

PATTERN = re.compile(r"[*?[]")
"""The wildcards of fnmatch. Most names have none, and comparing them costs a tenth of matching,
for each process of the computer."""
MOST_PIDS = 5  # process numbers in the note
NONE = _("not running")
PIDS = _("running (PID {pids})")
MORE = _("running (PID {pids} and {more} more)")


@options
class Options:
    name: str = ""
    """Name of the program, such as sshd; * stands for any text."""
    command: str = ""
    """Text that the command line contains; * stands for any text."""
    user: str = ""
    """Owner of the process. Default: any user."""
    label: str = ""
    """Name in alarms. Default: the first of `name`, `command` and `user` that is set."""

    def __post_init__(self) -> None:
        # All empty would match every process, and so never be critical.
        if not (self.name or self.command or self.user):
            raise InvalidValueError(
                with_settings(
                    _("at least one of {name}, {command} and {user} must be set"),
                    "name",
                    "command",
                    "user",
                )
            )

    @property
    def item(self) -> str:
        return self.label or self.name or self.command or self.user

    def includes(self, process: Process) -> bool:
        return (
            (not self.user or process.user == self.user)
            and (not self.name or _is_name(process.name, self.name))
            and (not self.command or _contains(" ".join(process.command), self.command))
        )


def _is_name(name: str, expected_name: str) -> bool:
    return (
        fnmatchcase(name, expected_name)
        if PATTERN.search(expected_name)
        else name == expected_name
    )


def _contains(line: str, text: str) -> bool:
    return fnmatchcase(line, f"*{text}*") if PATTERN.search(text) else text in line


def _note(pids: Sequence[int]) -> Message:
    if not pids:
        return NONE
    shown_pids = joined((plain(str(pid)) for pid in pids[:MOST_PIDS]), COMMA)
    left_out = len(pids) - MOST_PIDS
    return (
        MORE.fill(pids=shown_pids, more=left_out)
        if left_out > 0
        else PIDS.fill(pids=shown_pids)
    )


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Count the processes. None is a number too, and critical unless the limits say
    otherwise."""
    pids = [process.pid for process in await host.processes() if options.includes(process)]
    return Outcome((Reading("count", len(pids), item=options.item, note=_note(pids)),))


CHECK = Check(
    kind="process",
    title=_("Process"),
    help=_(
        "Counts the processes that match all settings. If there are none, the level is CRITICAL. "
        "To detect too many instead, set limits for `count` with `rising = true`; a missing "
        "process is then no longer detected."
    ),
    options=Options,
    limits={"count": Limits(critical=0, rising=False)},
    names={"count": _("Processes")},
    run=run,
    asks_computer=True,
)
