"""Write lines to where they go: the journal, the standard error, a rotated file of the home
folder, and beside it Windows' event log."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from noroshi.logs.line_format import Line, dated_line, prioritised_line
from noroshi.system.raw_files import BINARY
from noroshi.system.service_process import service_process

FILE = "noroshi.log"
LARGEST, FILES = 5 << 20, 5
LEAVING = ".0"
"""The ending of the file that is about to become the first of the old ones."""
MIN_FREE_BYTES = 2 << 20
"""Bytes that the log leaves free on its volume: what little there is belongs to the alarms."""
STDERR = 2
MAY_STAY: tuple[type[OSError], ...] = (FileNotFoundError,)
"""Errors that may keep a file from being renamed, and do no harm."""
if sys.platform == "win32":
    from shutil import disk_usage

    from noroshi.system.windows_event_source import EventSource

    MAY_STAY += (PermissionError,)  # somebody reads it: it grows until they are done
NO_ROOM = "no room left on its volume"


class Sink(Protocol):
    """Takes lines, several at once. Raises OSError if it cannot take them."""

    def write(self, *lines: Line) -> None: ...

    def close(self) -> None: ...


def sink_of(log: str, home: Path, environment: Mapping[str, str]) -> Sink:
    """Return the sink that `log` in noroshi.toml names; "auto" is the journal where it listens, the
    file in a service of Windows, which has nothing else, else stderr."""
    is_service = service_process() is not None
    if log == "file" or (log == "auto" and is_service):
        file = RotatedFile(home / FILE)
        return _beside_event_log(file) if is_service else file
    return Stderr(journal=log == "auto" and journal_listens(environment, STDERR))


def journal_listens(environment: Mapping[str, str], file: int) -> bool:
    """Return True if an open file is the journal: device and inode are as systemd said
    (systemd.exec(5), $JOURNAL_STREAM). A variable that was inherited alone says nothing."""
    try:
        file_status = os.fstat(file)
    except OSError:
        return False
    return environment.get("JOURNAL_STREAM") == f"{file_status.st_dev}:{file_status.st_ino}"


class Stderr:
    """The standard error, without buffers; for the journal with the level at the front."""

    def __init__(self, *, journal: bool = False, file: int = STDERR) -> None:
        self._form = prioritised_line if journal else dated_line
        self._file = file

    def write(self, *lines: Line) -> None:
        _write(self._file, _content(lines, self._form))

    def close(self) -> None:
        """Do nothing: it is not ours to close."""


class RotatedFile:
    """Write `noroshi.log`, and `.1` to `.4` before it, with mode 0600. Lines that the file
    cannot take go to stderr.

    The handler of `logging.handlers` would not do: it keeps half a line in a buffer when the
    volume is full.
    """

    def __init__(
        self,
        path: Path,
        largest: int = LARGEST,
        files: int = FILES,
        min_free_bytes: int = MIN_FREE_BYTES,
    ) -> None:
        """`largest` and `min_free_bytes` are bytes; the file is opened with the first line."""
        self._path, self._largest, self._files, self._min_free_bytes = (
            path,
            largest,
            files,
            min_free_bytes,
        )
        self._file, self._torn = -1, False
        self._fallback = Stderr()

    def write(self, *lines: Line) -> None:
        """Raises OSError, having told them on the standard error."""
        try:
            self._write(_content(lines, dated_line))
        except OSError:
            self.close()
            self._fallback.write(*lines)
            raise

    def _write(self, content: bytes) -> None:
        size = self._size()
        if size and size + len(content) > self._largest:
            self._rotate()
        if self._torn:
            content = b"\n" + content
        if self._free_bytes() < self._min_free_bytes + len(content):
            raise OSError(NO_ROOM)
        self._torn = True  # until all of it is there
        _write(self._file, content)
        self._torn = False

    def _size(self) -> int:
        """Return the file's size; open it if need be, anew where somebody took it away."""
        if self._file >= 0 and os.fstat(self._file).st_nlink == 0:
            self.close()
        if self._file < 0:
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            flags |= BINARY
            self._file = os.open(self._path, flags, stat.S_IRUSR | stat.S_IWUSR)
        return os.fstat(self._file).st_size

    if sys.platform == "win32":

        def _free_bytes(self) -> int:
            return disk_usage(self._path.parent).free
    else:

        def _free_bytes(self) -> int:
            volume = os.fstatvfs(self._file)
            return volume.f_bavail * volume.f_frsize

    def _rotate(self) -> None:
        """Rename each file to the next number: the oldest is overwritten by the one before it. The
        newest leaves first: where it cannot, as somebody reads it, the others stay as well."""
        self.close()
        leaving_file = Path(f"{self._path}{LEAVING}")
        if not leaving_file.exists():  # else this process was ended between the two steps
            with suppress(*MAY_STAY):
                self._path.replace(leaving_file)
        if leaving_file.exists():
            names = [leaving_file, *(Path(f"{self._path}.{n}") for n in range(1, self._files))]
            for target, source in zip(reversed(names), reversed(names[:-1]), strict=False):
                with suppress(*MAY_STAY):
                    source.replace(target)
        self._size()

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
        self._file = -1


EVENT_IDS = {logging.WARNING: 100, logging.ERROR: 200, logging.CRITICAL: 300}
"""The ID of an event by its level. People filter by it: an ID never changes its meaning."""


class Events(Protocol):
    """Takes events, one by one. Raises OSError if it cannot take one."""

    def report(self, number: int, text: str, *, is_error: bool) -> None: ...

    def close(self) -> None: ...


class WithEvents:
    """Write lines to a sink, and warnings and worse to Windows' event log as well. If that takes
    none, they are in the other sink all the same."""

    def __init__(self, sink: Sink, events: Events) -> None:
        self._sink, self._events = sink, events

    def write(self, *lines: Line) -> None:
        """Raises OSError if the sink cannot take the lines; the event log has got its own."""
        try:
            self._sink.write(*lines)
        finally:
            for line in lines:
                self._report(line)

    def _report(self, line: Line) -> None:
        level = max((level for level in EVENT_IDS if line.level >= level), default=None)
        if level is not None:
            with suppress(OSError):
                text = f"{line.name}: {line.text}"
                self._events.report(EVENT_IDS[level], text, is_error=level >= logging.ERROR)

    def close(self) -> None:
        self._sink.close()
        self._events.close()


if sys.platform == "win32":

    def _beside_event_log(sink: Sink) -> Sink:
        return WithEvents(sink, EventSource())
else:

    def _beside_event_log(sink: Sink) -> Sink:
        return sink


def _content(lines: Iterable[Line], form: Callable[[Line], str]) -> bytes:
    return "".join(f"{form(line)}\n" for line in lines).encode()


def _write(file: int, content: bytes) -> None:
    """Write all of it, though a nearly full volume may take it in pieces."""
    while content:
        content = content[os.write(file, content) :]
