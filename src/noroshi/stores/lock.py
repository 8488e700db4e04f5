"""The lock by which one store has one life at a time: held on a file beside the store.

The operating system lets go of it when the process ends, however it ends.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from noroshi.core.system import why
from noroshi.core.words import Words
from noroshi.ports import StoreError

CANNOT_LOCK = Words(en="cannot lock {path}: {why}", ja="{path} をロックできません: {why}")
IN_USE = Words(
    en="another Noroshi (process {who}) uses this store: {path} is locked; stop that one, or "
    "ask it",
    ja="別の Noroshi (プロセス {who}) がこの保存先を使っています。{path} がロックされています。"
    "そちらを止めるか、そちらのノードに尋ねてください",
)
WIDTH = 20
"""Characters for the process's number: always as many, as a file that is cut gives back its
block, and a full volume may have none for it."""

if sys.platform == "win32":
    import msvcrt

    FAR = 1 << 30  # a locked byte cannot be read there, and the process's number shall be

    def _take(file: int) -> None:
        os.lseek(file, FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)
else:
    import fcntl

    def _take(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class LifeLock:
    """`with LifeLock(path):` StoreError, naming who has it, if another process does."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = -1

    def __enter__(self) -> LifeLock:
        try:
            file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(CANNOT_LOCK.fill(path=self.path, why=why(error))) from error
        try:
            _take(file)
        except OSError as error:
            who = os.read(file, WIDTH).decode("ascii", "replace").strip()
            os.close(file)
            raise StoreError(IN_USE.fill(who=who or "?", path=self.path)) from error
        with suppress(
            OSError
        ):  # a full volume: the lock holds, though nobody reads whose it is
            os.write(file, f"{os.getpid():<{WIDTH}}\n".encode())
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The file stays: to delete it would let two processes lock two files of one name."""
        os.close(self._file)
