"""Write into a folder of another user: each file lands in that folder, whatever links the owner
makes.

A file is always a new one (O_EXCL), under a name that nobody can know before, and the folder is
held open from the resolution of the path to the end: links that the owner makes lead nowhere.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

NEW_FILE_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
NEW_FILE_FLAGS |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
MODE = 0o666  # less what the umask takes: a mail server of another user is to read it
MOST_LINKS = 40  # as the kernel has it
CHANCE = 8  # bytes


@dataclass(frozen=True, slots=True)
class Folder:
    """Hold a folder open; `handle` is the file descriptor, None where a system has no such
    thing."""

    path: Path
    handle: int | None

    def write(self, name: str, content: bytes) -> None:
        """Make a new file of that name, whole and on the disk. OSError, and no file, else."""
        handle = os.open(self._entry(name), NEW_FILE_FLAGS, MODE, dir_fd=self.handle)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            self.remove(name)
            raise

    def rename(self, old_name: str, new_name: str) -> None:
        """Rename a file; one that has the new name already is replaced."""
        entries = self._entry(old_name), self._entry(new_name)
        os.replace(*entries, src_dir_fd=self.handle, dst_dir_fd=self.handle)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            os.unlink(self._entry(name), dir_fd=self.handle)

    def sync(self) -> None:
        """Make the entries of the folder durable."""
        if self.handle is None:  # Windows cannot open a folder, and keeps its entries by itself
            return
        handle = os.open(".", os.O_RDONLY, dir_fd=self.handle)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def names(self) -> list[str]:
        """Return the names in it. OSError if it cannot be listed."""
        if self.handle is None:
            return [entry.name for entry in self.path.iterdir()]
        handle = os.open(".", os.O_RDONLY, dir_fd=self.handle)
        try:
            return os.listdir(handle)  # noqa: PTH208  no Path is held open
        finally:
            os.close(handle)

    def _entry(self, name: str) -> str:
        return name if self.handle is not None else str(self.path / name)


if sys.platform == "win32":

    @contextmanager
    def open_folder(folder: Path) -> Iterator[Folder]:
        """Hold nothing open: Windows cannot open a folder. Raises NotADirectoryError for a file,
        of which Windows itself says only that it does not find what is in it."""
        if folder.is_file():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        yield Folder(folder, None)
else:

    @contextmanager
    def open_folder(folder: Path) -> Iterator[Folder]:
        """Hold a folder open. OSError; ELOOP where a link on the way belongs to another user."""
        handle = _resolve(folder)
        try:
            yield Folder(folder, handle)
        finally:
            os.close(handle)

    def _resolve(folder: Path) -> int:
        """Open the folder step by step, each step checked when it is taken: a link counts if root
        or our own user owns it, as the owner decides where it leads."""
        current, remaining_parts, links = _root(), deque(folder.parts[1:]), 0
        try:
            while remaining_parts:
                step = os.open(
                    remaining_parts.popleft(),
                    os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC,
                    dir_fd=current,
                )
                if not stat.S_ISLNK(os.fstat(step).st_mode):
                    current = _replace_handle(current, step)
                    continue
                links += 1
                target = _target(step, links)
                remaining_parts.extendleft(
                    reversed([p for p in target.parts if p != target.anchor])
                )
                if target.is_absolute():
                    current = _replace_handle(current, _root())
            return _replace_handle(
                current, os.open(".", os.O_PATH | os.O_DIRECTORY, dir_fd=current)
            )
        except BaseException:  # whatever it was, no handle stays open
            os.close(current)
            raise

    def _target(link: int, links: int) -> Path:
        """Return the target of a link, and close the link."""
        try:
            if links > MOST_LINKS or os.fstat(link).st_uid not in (0, os.geteuid()):
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            return Path(os.readlink("", dir_fd=link))
        finally:
            os.close(link)

    def _root() -> int:
        return os.open("/", os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)

    def _replace_handle(old_handle: int, new_handle: int) -> int:
        os.close(old_handle)
        return new_handle


def write(folder: Path, name: str, content: bytes) -> None:
    """Write a file whole under the given name, or not at all; durable on return where the
    folder can be synced. Raises OSError.

    Until it is whole, the file has a name that does not end in .eml, by which a server knows
    what to take.
    """
    with open_folder(folder) as target:
        _sweep(target, name)
        part = f".{name}.{secrets.token_hex(CHANCE)}.part"
        target.write(part, content)
        try:
            target.rename(part, name)
        except OSError:
            target.remove(part)
            raise
        # From here on the server may have taken it: what cannot be made durable (a folder that
        # may not be read, a share that knows no such thing) is no reason to write it once more.
        with suppress(OSError):
            target.sync()


def try_to_write(folder: Path) -> None:
    """Make a file that no server takes, and remove it. OSError."""
    with open_folder(folder) as target:
        name = f".noroshi-doctor.{secrets.token_hex(CHANCE)}.part"
        target.write(name, b"Noroshi was here, and wrote no mail.\r\n")
        target.remove(name)


def _sweep(target: Folder, name: str) -> None:
    """Return temporary files of killed earlier attempts at this mail."""
    part = re.compile(rf"\.{re.escape(name)}\.[0-9a-f]{{{2 * CHANCE}}}\.part")
    with suppress(OSError):
        for leftover in filter(part.fullmatch, target.names()):
            target.remove(leftover)
