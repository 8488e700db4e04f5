"""Open the files of a log, compressed ones too, so that all of them read alike."""

from __future__ import annotations

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, cast

from noroshi.checks.logs.families import is_packed
from noroshi.ports import FileFact, Files

STEP = 16 << 20
"""Bytes that are unpacked without asking whether it takes too long."""
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)
"""The errors of reading a compressed file that is not whole, or is none."""


@dataclass(frozen=True, slots=True)
class Member:
    """Hold one of the files in which a log lives; `is_log`: it bears the log's own name."""

    fact: FileFact
    is_log: bool = False

    @property
    def packed(self) -> bool:
        return not self.is_log and is_packed(self.fact.path)


class FileReplacedError(OSError):
    """Another file bears the name since it was looked up: the next look sorts it out."""


class UnfinishedFileError(OSError):
    """Raised when it takes too long to unpack a file up to a place."""


@dataclass(frozen=True, slots=True)
class UnpackedFile:
    """The content of a compressed file. There is no way to a place in it but through all that
    stands before, so it asks on the way whether that is `enough`."""

    inner: BinaryIO
    enough: Callable[[], bool]

    def read(self, size: int) -> bytes:
        return self.inner.read(size)

    def readinto(self, view: memoryview) -> int:
        return self.inner.readinto(view)  # type: ignore[attr-defined, no-any-return]  # all have

    def seek(self, offset: int) -> int:
        position = self.inner.seek(min(offset, self.inner.tell() + STEP))
        while position < offset:
            if self.enough():
                raise UnfinishedFileError
            last_position, position = position, self.inner.seek(min(offset, position + STEP))
            if position == last_position:
                break  # the end of the file
        return position


def is_never_enough() -> bool:
    return False


@contextmanager
def opened_member(
    files: Files, member: Member, enough: Callable[[], bool] = is_never_enough
) -> Iterator[tuple[BinaryIO, FileFact]]:
    """Open a file and yield its content and its current facts. Raises OSError if the file
    cannot be read, FileReplacedError if it was renamed."""
    file, fact = files.open(member.fact.path)
    with file:
        if fact.identity != member.fact.identity:
            raise FileReplacedError(fact.path)
        if not member.packed:
            yield file, fact
            return
        with _unpacking(fact.path, file) as inner:
            yield cast("BinaryIO", UnpackedFile(inner, enough)), fact


def unpacked_size(files: Files, member: Member) -> int | None:
    """Return the content's size modulo 2^32 by which a gzip file ends (RFC 1952, 2.3.1); else
    None."""
    if not member.fact.path.endswith(".gz") or member.fact.size < 4:
        return None
    file, fact = files.open(member.fact.path)
    with file:
        file.seek(fact.size - 4)
        return int.from_bytes(file.read(4), "little")


def _unpacking(path: str, file: BinaryIO) -> BinaryIO:
    if path.endswith(".gz"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=file))
    return cast("BinaryIO", bz2.BZ2File(file) if path.endswith(".bz2") else lzma.LZMAFile(file))
