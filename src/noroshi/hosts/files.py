"""Read the files of this computer: the matches of a pattern, the facts about each, and the
bytes."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path
from typing import BinaryIO, TypeVar

from noroshi.core.translation import ngettext
from noroshi.hosts.protected_files import refuse_closed
from noroshi.hosts.threads import run_in_thread
from noroshi.ports import FileFact, Files, Unmeasurable
from noroshi.system.shared_files import open_to_read

T = TypeVar("T")
MOST_THREADS = 32
WILDCARD = re.compile(r"[*?\[]")
HANGING = ngettext(
    "{count} file read has not returned yet (a network drive that does not answer?)",
    "{count} file reads have not returned yet (a network drive that does not answer?)",
)
OwnPaths = Callable[[], Iterable[Path]]


class LocalFiles:
    """Ask the kernel for files. Nothing here waits for anything but the disk. Our `own_paths` and
    others that are closed are opened for nobody: whoever may write definitions is shown what was
    read."""

    def __init__(self, own_paths: OwnPaths = tuple) -> None:
        self._own_paths = own_paths

    def find(self, pattern: str) -> Sequence[FileFact]:
        """Return what matches; a path without wildcards that is not there is a FileNotFoundError."""
        if not WILDCARD.search(pattern):
            return (_fact(pattern, Path(pattern).stat()),)
        path = Path(pattern)
        facts = (
            _fact_or_none(matching_path)
            for matching_path in _expand(path.anchor, path.parts[1:])
        )
        return tuple(fact for fact in facts if fact is not None)

    def open(self, path: str) -> tuple[BinaryIO, FileFact]:
        handle = open_to_read(path)
        try:
            fact = _fact(path, os.fstat(handle))
            if not fact.regular:
                raise OSError(errno.EINVAL, "not a regular file", path)
            refuse_closed(handle, self._own_paths())
            return os.fdopen(handle, "rb", buffering=0), fact
        except BaseException:  # raised anew; the handle must not stay open
            os.close(handle)
            raise


class FileWork:
    """Do work on files, each piece in a separate thread: one dead mount holds up no other."""

    def __init__(self, files: Files | None = None, max_threads: int = MOST_THREADS) -> None:
        self._files, self._max_threads = files or LocalFiles(), max_threads
        self._under_way = set[asyncio.Future[object]]()

    async def do(self, work: Callable[[Files], T]) -> T:
        """Do the work in a thread. Raise Unmeasurable when too many have not come back; what is
        given up goes on unheard."""
        if len(self._under_way) >= self._max_threads:
            raise Unmeasurable(HANGING.fill(count=len(self._under_way)))
        future = run_in_thread(lambda: work(self._files))
        self._under_way.add(future)  # type: ignore[arg-type]  # only counted
        future.add_done_callback(self._on_done)
        return await asyncio.shield(future)

    def _on_done(self, future: asyncio.Future[T]) -> None:
        self._under_way.discard(future)
        if not future.cancelled():
            future.exception()  # seen, whether or not anybody still waits for it


def _expand(folder: str, parts: Sequence[str]) -> Iterator[str]:
    """Yield what matches below a folder; unlike glob's, a folder that may not be listed is an
    error and not an empty one."""
    if not parts:
        yield folder
        return
    segment, further_segments = parts[0], parts[1:]
    if not WILDCARD.search(segment):
        yield from _expand(str(Path(folder, segment)), further_segments)
        return
    try:
        names = sorted(path.name for path in Path(folder).iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        if fnmatch(name, segment) and (segment.startswith(".") or not name.startswith(".")):
            yield from _expand(str(Path(folder, name)), further_segments)


def _fact_or_none(path: str) -> FileFact | None:
    file = Path(path)
    try:
        return _fact(path, file.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None  # renamed since the folder was read, or a link to nothing
    except OSError:
        # A link that leads where we may not look: opening it tells, and hides no other file.
        return replace(_fact(path, file.lstat()), regular=True)


def _fact(path: str, status: os.stat_result) -> FileFact:
    """Return the fact of a file. On Windows st_dev and st_ino are the volume's serial number
    and the file's index."""
    return FileFact(
        path=path,
        identity=f"{status.st_dev:x}:{status.st_ino:x}",
        size=status.st_size,
        modified_ns=status.st_mtime_ns,
        regular=stat.S_ISREG(status.st_mode),
    )
