"""Read the process table of this computer.

On Linux it is read from proc(5) itself: psutil opens five files for each process and looks the
user up each time, which makes a table five times as dear, and a node reads one each second.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence

import psutil

from noroshi.ports import Process

if sys.platform == "win32":

    def user_name(uid: int) -> str:
        """Return the number: /proc, where it stands, is Linux's."""
        return str(uid)
else:
    from noroshi.system.owners import user_name

ENDED = frozenset({psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD})
ATTRIBUTES = ["pid", "name", "cmdline", "username", "status"]
PROC = "/proc"
DEAD = b"ZXx"
"""The states of a process that has ended and waits for its parent to notice
(proc_pid_status(5))."""
NAME, STATE, UID = b"Name:\t", b"\nState:\t", b"\nUid:\t"
ESCAPED = re.compile(rb"\\(n|\\)")
CUT = 15
"""Characters of a name that the kernel keeps; a longer one is taken from the command line."""
PIECE = 1 << 14
"""Bytes that are read at once: all of nearly every file."""


def running_processes() -> Sequence[Process]:
    """Return all processes but those that have ended and only wait for their parent to notice.
    Raise OSError."""
    return list(_of_proc() if sys.platform == "linux" else _of_psutil())


def _of_psutil() -> Iterator[Process]:
    for process in psutil.process_iter():
        try:
            attributes = process.as_dict(ATTRIBUTES)
        except (psutil.Error, OSError):  # it has ended since
            continue
        if attributes["status"] not in ENDED:
            command, user = tuple(attributes["cmdline"] or ()), attributes["username"] or ""
            yield Process(attributes["pid"], attributes["name"] or "", command, user)


def _of_proc() -> Iterator[Process]:
    users = dict[int, str]()
    for entry in os.listdir(PROC):  # noqa: PTH208  paths of numbers alone are wanted
        if not entry.isdecimal():
            continue
        try:
            status = _read(f"{PROC}/{entry}/status")
            if status[_offset_after(status, STATE)] in DEAD:
                continue
            command = _command(_read(f"{PROC}/{entry}/cmdline"))
        except OSError:  # it has ended since, or is not ours to see
            continue
        uid = int(status[_offset_after(status, UID) :].split(None, 1)[0])
        if uid not in users:
            users[uid] = user_name(uid)
        yield Process(int(entry), _whole_name(_name_in(status), command), command, users[uid])


def _read(path: str) -> bytes:
    """Read a file without Python's layers around it, which cost more than the kernel's work."""
    file = os.open(path, os.O_RDONLY)
    try:
        content = piece = os.read(file, PIECE)
        while len(piece) == PIECE:
            piece = os.read(file, PIECE)
            content += piece
        return content
    finally:
        os.close(file)


def _offset_after(status: bytes, key: bytes) -> int:
    return status.index(key) + len(key)


def _name_in(status: bytes) -> str:
    """Return the first line; a backslash and the end of a line in it stand as in C."""
    name = status[len(NAME) : status.index(b"\n")]
    return os.fsdecode(ESCAPED.sub(lambda match: b"\n" if match[1] == b"n" else b"\\", name))


def _command(text: bytes) -> tuple[str, ...]:
    """Split the arguments, each of which ends with a NUL. A program that wrote a title over
    them (setproctitle) may have left but blanks, or one NUL at the end."""
    line = os.fsdecode(text)
    separator = "\0" if line.endswith("\0") else " "
    arguments = line.removesuffix(separator).split(separator) if line else []
    return tuple(
        arguments[0].split(" ") if separator == "\0" and len(arguments) == 1 else arguments
    )


def _whole_name(name: str, command: tuple[str, ...]) -> str:
    """Return the whole of a name that the kernel has cut."""
    if len(name) < CUT or not command:
        return name
    program = command[0].rpartition("/")[2]
    return program if program.startswith(name) else name
