"""Hold the lock by which one store has one life at a time, on a file beside the store.

The operating system lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from types import TracebackType

from noroshi.core.translation import Message, _
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import StoreError
from noroshi.system.raw_files import BINARY

CANNOT_LOCK = _("cannot lock {path}: {why}")
IN_USE = _(
    "another Noroshi process ({who}) is using this store: {path} is locked; stop that "
    "process, or run the command through it"
)
STARTING = _(
    "the node (process {who}) is starting and cannot answer yet ({path} is locked); try "
    "again in a moment"
)
STOPPING = _(
    "the node (process {who}) is stopping and still uses the store ({path} is locked); try "
    "again in a moment"
)
COMMAND = _(
    "another noroshi command (process {who}) is using this store: {path} is locked; wait "
    "until it ends, or stop it"
)
log = logging.getLogger(__name__)
WIDTH = 20
"""Characters for the process number and the holder: always the same length, as a file that is
truncated gives back its block, and a full volume may have none for it."""
STEP = 0.05
NODE_WAITS, COMMAND_WAITS = 20.0, 5.0
"""Seconds to wait for a process that has the store and will soon be done. A node has more patience
than a command: nobody may be there to start it again."""


class Holder(Enum):
    """Name the role of the process with the lock, as it stands in the file."""

    COMMAND = "command"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"

    @property
    def soon_done(self) -> bool:
        """Return True if it is worth a wait."""
        return self is not Holder.RUNNING


MESSAGES = {
    Holder.COMMAND: COMMAND,
    Holder.STARTING: STARTING,
    Holder.RUNNING: IN_USE,
    Holder.STOPPING: STOPPING,
}


@dataclass(frozen=True, slots=True)
class Holding:
    """Hold what is known of the process that has a lock. A Noroshi that only wrote the process
    number may be a node."""

    process: str
    holder: Holder

    def message(self, path: Path) -> Message:
        """Return the reason why others cannot open the store, and what to do."""
        return MESSAGES[self.holder].fill(who=self.process or "?", path=path)


if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30  # a locked byte cannot be read there, and the process's number shall be

    def _take(file: int, *, is_shared: bool = False) -> None:
        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(file: int, *, is_shared: bool = False) -> None:
        fcntl.flock(file, (fcntl.LOCK_SH if is_shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def lock_of(store: Path) -> Path:
    """Return the lock file beside a store."""
    return store.with_suffix(".lock")


def life_of(store: Path, holder: Holder) -> LifeLock:
    """Return the lock on a store for a process of that kind, to be taken."""
    patience = COMMAND_WAITS if holder is Holder.COMMAND else NODE_WAITS
    return LifeLock(lock_of(store), holder, patience)


def holding(path: Path) -> Holding | None:
    """Return the holder of the lock; None if nobody has it, or if that cannot be seen from
    here."""
    try:
        file = os.open(path, os.O_RDONLY | BINARY)
    except OSError:
        return None
    try:
        _take(file, is_shared=True)
    except OSError:
        return _holding_in(file)
    else:
        return None
    finally:
        os.close(file)


def _holding_in(file: int) -> Holding:
    os.lseek(file, 0, os.SEEK_SET)
    process, _, holder = os.read(file, WIDTH).decode("ascii", "replace").strip().partition(" ")
    holders = {one.value: one for one in Holder}
    return Holding(process, holders.get(holder, Holder.RUNNING))


class LifeLock:
    """`with LifeLock(path):` StoreError, naming who has it, if another process does.

    `holder` is what this process is; for `patience` seconds it waits for one that will soon be
    done: a command, a node that starts or stops.
    """

    def __init__(
        self, path: Path, holder: Holder = Holder.RUNNING, patience: float = 0.0
    ) -> None:
        self.path = path
        self._holder, self._patience = holder, patience
        self._file = -1

    def __enter__(self) -> LifeLock:
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | BINARY, 0o600)
        except OSError as error:
            raise StoreError(CANNOT_LOCK.fill(path=self.path, why=cause_text(error))) from error
        try:
            self._wait()
        except BaseException:  # Ctrl-C too
            os.close(self._file)
            raise
        self.mark(self._holder)
        return self

    def mark(self, holder: Holder) -> None:
        """Write what this process is now, for those who want the lock."""
        with suppress(OSError):  # a full volume: the lock holds, though nobody reads whose
            os.lseek(self._file, 0, os.SEEK_SET)
            os.write(self._file, f"{f'{os.getpid()} {holder.value}':<{WIDTH}}\n".encode())

    def _wait(self) -> None:
        """Take the lock. Who has just taken it may not have written so yet: what stands there is
        believed when it is read twice."""
        end, previous = time.monotonic() + self._patience, None
        while True:
            try:
                return _take(self._file)
            except OSError as error:
                holding = _holding_in(self._file)
                is_unchanged = holding == previous and not holding.holder.soon_done
                if is_unchanged or time.monotonic() >= end:
                    raise StoreError(holding.message(self.path)) from error
            if previous is None:
                log.info("%s; waiting for it", holding.message(self.path).en)
            previous = holding
            time.sleep(STEP)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go, and leave the file: to delete it would let two processes lock two files of
        one name."""
        os.close(self._file)
