"""Remember a log between two looks: a few short marks for each of its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, BinaryIO

from noroshi.checks.logs.line_reader import Place
from noroshi.ports import FileFact

VERSION = 1
HEAD, TAIL = 1024, 64
SHORTER = "?"
"""The tail of a file that does not reach so far: that of no mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Bookmark one file: how far it was read, and the content that identifies it.

    `head` is the fingerprint of the first bytes, `tail` that of the last ones before `offset`.
    `size` and `modified_ns` are the last known values: while they stay, the content need not be
    read. `is_complete`: the file is compressed and was read to the end. `is_rotated`: the file
    had another name than the log. `is_missing`: the file was not found; its mark is kept so
    that the content is not read again if it reappears. `twin` is the identity of the original
    that the file copies, perhaps not completely yet; the copy is not read while the original
    exists.
    """

    identity: str
    offset: int = 0
    is_cut: bool = False
    head_length: int = 0
    head: str = ""
    tail: str = ""
    size: int = -1
    modified_ns: int = 0
    codec: str = ""
    is_complete: bool = False
    is_rotated: bool = False
    is_missing: bool = False
    twin: str = ""

    @property
    def place(self) -> Place:
        return Place(self.offset, self.is_cut)

    @property
    def is_read(self) -> bool:
        """Return whether nothing was left in it when it was last seen."""
        return self.is_complete or bool(self.twin) or 0 <= self.size <= self.offset

    def is_unchanged(self, fact: FileFact) -> bool:
        return (self.size, self.modified_ns) == (fact.size, fact.modified_ns)


@dataclass(frozen=True, slots=True)
class Trail:
    """Follow one log through all its rotations. `floor`: files that changed no later than that
    were left out because there are too many. `missed` counts consecutive looks without a file
    of that name. `is_barred`: the log could not be read yet, so that the first look is still to
    come."""

    marks: tuple[Mark, ...] = ()
    floor: int = 0
    missed: int = 0
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class Memory:
    """Hold all logs of a monitor by path. `has_begun`: this is not the first look. `left_out`
    counts the logs that are not followed, as there are too many."""

    trails: Mapping[str, Trail] = field(default_factory=dict)
    has_begun: bool = False
    left_out: int = 0


def fingerprint(data: bytes) -> str:
    return blake2b(data, digest_size=8).hexdigest()


def head_of(file: BinaryIO, length: int = HEAD) -> bytes:
    """Return the first bytes of a file, as many as there are."""
    file.seek(0)
    return _read(file, length)


def is_of(mark: Mark, file: BinaryIO) -> bool:
    """Return whether a file holds what was read under a mark, and perhaps more."""
    return has_same_head(mark, head_of(file)) and tail_at(file, mark.offset) == mark.tail


def has_same_head(mark: Mark, head: bytes) -> bool:
    if not mark.head_length:
        return True
    start = head[: mark.head_length]
    return len(start) == mark.head_length and fingerprint(start) == mark.head


def tail_at(file: BinaryIO, offset: int) -> str:
    """Return the fingerprint of what stands just before an offset; "" before anything was
    read."""
    if not offset:
        return ""
    length = min(TAIL, offset)
    file.seek(offset - length)
    tail = _read(file, length)
    return fingerprint(tail) if len(tail) == length else SHORTER


def advanced_mark(mark: Mark, file: BinaryIO, place: Place, fact: FileFact) -> Mark | None:
    """Return the mark after reading on to a place; None if the file was truncated meanwhile, so
    that what was read may be of two files."""
    head, tail = head_of(file), tail_at(file, place.offset)
    if (
        tail == SHORTER
        or not has_same_head(mark, head)
        or tail_at(file, mark.offset) != mark.tail
    ):
        return None
    return replace(
        mark,
        offset=place.offset,
        is_cut=place.is_cut,
        head_length=len(head),
        head=fingerprint(head),
        tail=tail,
        size=fact.size,
        modified_ns=fact.modified_ns,
        is_missing=False,
    )


def mark_packed(mark: Mark, head: bytes, fact: FileFact) -> Mark:
    """Return the mark of a compressed file as it is now; the size of the file says nothing
    about the content."""
    return replace(
        mark,
        head_length=len(head),
        head=fingerprint(head),
        size=fact.size,
        modified_ns=fact.modified_ns,
        is_missing=False,
    )


def memory_as_json(memory: Memory) -> Mapping[str, Any]:
    """Return marks as JSON; lists, for a monitor may follow hundreds of files."""
    return {
        "version": VERSION,
        "left_out": memory.left_out,
        "trails": {
            path: [
                trail.floor,
                trail.missed,
                trail.is_barred,
                [_row(mark) for mark in trail.marks],
            ]
            for path, trail in memory.trails.items()
        },
    }


def memory_from_json(memory: Mapping[str, Any]) -> Memory:
    """Read what `memory_as_json` made; a memory that is none of ours is a first look."""
    if memory.get("version") != VERSION:
        return Memory()
    trails = {
        path: Trail(tuple(_mark(row) for row in rows), floor, missed, barred)
        for path, (floor, missed, barred, rows) in memory["trails"].items()
    }
    return Memory(trails, has_begun=True, left_out=memory["left_out"])


def _row(mark: Mark) -> Sequence[Any]:
    return [getattr(mark, name) for name in FIELDS]


def _mark(row: Sequence[Any]) -> Mark:
    return Mark(**dict(zip(FIELDS, row, strict=True)))


FIELDS = tuple(Mark.__dataclass_fields__)


def _read(file: BinaryIO, length: int) -> bytes:
    content = b""
    while len(content) < length and (piece := file.read(length - len(content))):
        content += piece
    return content
