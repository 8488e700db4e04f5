"""Knowing the files of a log again, whatever they are called since the last look.

A file is known by its identity as long as its content agrees, for a number is given again to
another file; else by its content: a copy, a compressed one, an atomic replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from noroshi.checks.logs.bookmarks import (
    Mark,
    Trail,
    begins_as,
    fingerprint,
    head_of,
    is_of,
    mark_packed,
    moved,
    tail_at,
)
from noroshi.checks.logs.file_access import (
    DAMAGED,
    FileReplacedError,
    Member,
    UnfinishedFileError,
    opened,
    unpacked_size,
)
from noroshi.checks.logs.line_reader import Place
from noroshi.ports import FileFact, Files


@dataclass(frozen=True, slots=True)
class Recognition:
    """Finds which mark belongs to which file. `enough` says when to stop reading for it."""

    files: Files
    enough: Callable[[], bool]

    def marks_of(
        self, members: Sequence[Member], trail: Trail
    ) -> tuple[dict[str, Mark], list[Mark]]:
        """Return the marks by identity as the files are now, and those of no file that is
        there."""
        lost = [mark for mark in trail.marks if not mark.twin]
        twins = {mark.identity: mark for mark in trail.marks if mark.twin}
        marks, fresh = dict[str, Mark](), list[Member]()
        for member in members:
            mark = next((m for m in lost if self._is_same(m, member)), None)
            if mark is None:
                fresh.append(member)
            else:
                lost.remove(mark)
                marks[member.fact.identity] = mark
        for member in sorted(fresh, key=lambda m: (m.is_log, m.packed)):
            twin = twins.get(member.fact.identity)
            if member.is_log or twin or member.fact.changed > trail.floor:
                originals = [
                    (m, marks.get(m.fact.identity))
                    for m in reversed(members)  # most copies are made of the log
                    if m is not member and _is_read_itself(m, marks)
                ]
                mark = self._recognised(member, lost, originals, twin)
                if mark is not None:
                    marks[member.fact.identity] = mark
        copied = {mark.twin for mark in marks.values()}
        return marks, [
            replace(mark, lost=True)
            for mark in lost
            if mark.head_length or mark.identity in copied
        ]

    def _is_same(self, mark: Mark, member: Member) -> bool:
        if mark.identity != member.fact.identity:
            return False
        if mark.is_unchanged(member.fact):
            return True
        if member.packed or not mark.head_length:
            return False  # of an empty file nothing tells that this is still the same
        try:
            with opened(self.files, member) as (file, _):
                return is_of(mark, file)
        except FileReplacedError:
            return False
        except OSError:
            return True  # it cannot be told now; reading it tells why

    def _recognised(
        self,
        member: Member,
        lost: list[Mark],
        originals: Sequence[tuple[Member, Mark | None]],
        known: Mark | None,
    ) -> Mark | None:
        """Return the mark of a file that its identity does not tell; None: let it be for
        now."""
        new = Mark(identity=member.fact.identity)
        try:
            with opened(self.files, member, self.enough) as (file, fact):
                head = head_of(file)
                if member.is_log:
                    return self._continued(member, file, fact, lost, "") or new
                if not head:
                    return None  # it is just being made
                # The number of a copy that is gone is given to the next one.
                twin = known.twin if known is not None and begins_as(known, head) else ""
                if twin and all(twin != o.fact.identity for o, _ in originals):
                    lost_twin = [mark for mark in lost if mark.identity == twin]
                    if not lost_twin:  # that was forgotten long after it had been read
                        return self._all_read(new, member, file, fact)
                if mark := self._continued(member, file, fact, lost, twin):
                    return mark
                for other, original in originals:
                    if self._is_copy(file, head, member, other, original):
                        return replace(
                            new,
                            twin=other.fact.identity,
                            head_length=len(head),
                            head=fingerprint(head),
                        )
                return new
        except FileReplacedError:
            return known
        except DAMAGED:
            return new if member.is_log else None

    def _continued(
        self, member: Member, file: BinaryIO, fact: FileFact, lost: list[Mark], twin: str
    ) -> Mark | None:
        """Return the mark of one that is lost and whose content is here now."""
        head = head_of(file)
        for mark in sorted(lost, key=lambda mark: -mark.at):  # the surest first
            is_twin = bool(twin) and mark.identity == twin
            if not mark.head_length or not (is_twin or begins_as(mark, head)):
                continue  # what was never read is nothing to go on with
            here = replace(mark, identity=fact.identity, size=-1, lost=False)
            size = unpacked_size(self.files, member) if member.packed else None
            if size is not None and mark.at and size == mark.at % 2**32:
                lost.remove(mark)
                return mark_packed(replace(here, done=True), head, fact)
            try:
                same = is_of(mark, file)
            except (
                UnfinishedFileError
            ):  # no look will ever get there, so the watch goes on without it
                lost.remove(mark)
                return mark_packed(replace(here, done=True), head, fact)
            if same:
                lost.remove(mark)
                if mark.done and member.packed:
                    return mark_packed(here, head, fact)
                return here
            if is_twin and (member.packed or fact.size < mark.at):
                # It was made before the last lines were written, which we have read.
                return self._all_read(Mark(identity=fact.identity), member, file, fact)
        return None

    def _all_read(
        self, new: Mark, member: Member, file: BinaryIO, fact: FileFact
    ) -> Mark | None:
        if member.packed:
            return mark_packed(replace(new, done=True), head_of(file), fact)
        return moved(new, file, Place(fact.size), fact)

    def _is_copy(
        self, file: BinaryIO, head: bytes, member: Member, known: Member, mark: Mark | None
    ) -> bool:
        """Return whether it is being made of another file that is still there. Raise
        FileReplacedError if that went since it was looked up: what is a copy of it now may be
        all that is left of it."""
        try:
            with opened(self.files, known) as (other, fact):
                other_head = head_of(other)
                both = min(len(head), len(other_head))
                at = min(member.fact.size, fact.size)
                alike = both and head[:both] == other_head[:both]
                if alike and (member.packed or tail_at(file, at) == tail_at(other, at)):
                    return True
                if mark is not None and not is_of(mark, other):
                    raise FileReplacedError(known.fact.path)
                return False
        except FileNotFoundError as error:
            raise FileReplacedError(known.fact.path) from error
        except FileReplacedError:
            raise
        except OSError:
            return False


def _is_read_itself(member: Member, marks: Mapping[str, Mark]) -> bool:
    """Return whether a file can be the original of a copy: the log, or one that is known as its
    own."""
    mark = marks.get(member.fact.identity)
    return not member.packed and (member.is_log or (mark is not None and not mark.twin))
