"""Recognize the files of a log, whatever their names since the last look.

A file is recognized by its identity as long as its content agrees, as the number of a deleted
file is reused; else by its content: a copy, a compressed one, an atomic replacement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from noroshi.checks.logs.bookmarks import (
    Mark,
    Trail,
    advanced_mark,
    fingerprint,
    has_same_head,
    head_of,
    is_of,
    mark_packed,
    tail_at,
)
from noroshi.checks.logs.file_access import (
    DAMAGED,
    FileReplacedError,
    Member,
    UnfinishedFileError,
    opened_member,
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
        lost_marks = [mark for mark in trail.marks if not mark.twin]
        twins = {mark.identity: mark for mark in trail.marks if mark.twin}
        marks, unmarked_members = dict[str, Mark](), list[Member]()
        for member in members:
            mark = next((m for m in lost_marks if self._is_same(m, member)), None)
            if mark is None:
                unmarked_members.append(member)
            else:
                lost_marks.remove(mark)
                marks[member.fact.identity] = mark
        for member in sorted(unmarked_members, key=lambda m: (m.is_log, m.packed)):
            twin = twins.get(member.fact.identity)
            if member.is_log or twin or member.fact.modified_ns > trail.floor:
                originals = [
                    (m, marks.get(m.fact.identity))
                    for m in reversed(members)  # most copies are made of the log
                    if m is not member and _is_read_itself(m, marks)
                ]
                mark = self._mark_of_member(member, lost_marks, originals, twin)
                if mark is not None:
                    marks[member.fact.identity] = mark
        original_identities = {mark.twin for mark in marks.values()}
        return marks, [
            replace(mark, is_missing=True)
            for mark in lost_marks
            if mark.head_length or mark.identity in original_identities
        ]

    def _is_same(self, mark: Mark, member: Member) -> bool:
        if mark.identity != member.fact.identity:
            return False
        if mark.is_unchanged(member.fact):
            return True
        if member.packed or not mark.head_length:
            return False  # of an empty file nothing tells that this is still the same
        try:
            with opened_member(self.files, member) as (file, _):
                return is_of(mark, file)
        except FileReplacedError:
            return False
        except OSError:
            return True  # it cannot be told now; reading it tells why

    def _mark_of_member(
        self,
        member: Member,
        lost_marks: list[Mark],
        originals: Sequence[tuple[Member, Mark | None]],
        known_mark: Mark | None,
    ) -> Mark | None:
        """Return the mark of a file whose identity is not known, recognized by content; None:
        leave the file alone for now."""
        new_mark = Mark(identity=member.fact.identity)
        try:
            with opened_member(self.files, member, self.enough) as (file, fact):
                head = head_of(file)
                if member.is_log:
                    return self._continued_mark(member, file, fact, lost_marks, "") or new_mark
                if not head:
                    return None  # it is just being made
                # The number of a copy that is gone is given to the next one.
                twin = (
                    known_mark.twin
                    if known_mark is not None and has_same_head(known_mark, head)
                    else ""
                )
                if twin and all(twin != o.fact.identity for o, _ in originals):
                    lost_twin = [mark for mark in lost_marks if mark.identity == twin]
                    if not lost_twin:  # that was forgotten long after it had been read
                        return self._mark_at_end(new_mark, member, file, fact)
                if mark := self._continued_mark(member, file, fact, lost_marks, twin):
                    return mark
                for original_member, original_mark in originals:
                    if self._is_copy(file, head, member, original_member, original_mark):
                        return replace(
                            new_mark,
                            twin=original_member.fact.identity,
                            head_length=len(head),
                            head=fingerprint(head),
                        )
                return new_mark
        except FileReplacedError:
            return known_mark
        except DAMAGED:
            return new_mark if member.is_log else None

    def _continued_mark(
        self, member: Member, file: BinaryIO, fact: FileFact, lost_marks: list[Mark], twin: str
    ) -> Mark | None:
        """Return the mark of one that is lost and whose content is here now."""
        head = head_of(file)
        for mark in sorted(lost_marks, key=lambda mark: -mark.offset):  # the surest first
            is_twin = bool(twin) and mark.identity == twin
            if not mark.head_length or not (is_twin or has_same_head(mark, head)):
                continue  # what was never read is nothing to go on with
            continued_mark = replace(mark, identity=fact.identity, size=-1, is_missing=False)
            size = unpacked_size(self.files, member) if member.packed else None
            if size is not None and mark.offset and size == mark.offset % 2**32:
                lost_marks.remove(mark)
                return mark_packed(replace(continued_mark, is_complete=True), head, fact)
            try:
                is_same = is_of(mark, file)
            except (
                UnfinishedFileError
            ):  # no look will ever get there, so the watch goes on without it
                lost_marks.remove(mark)
                return mark_packed(replace(continued_mark, is_complete=True), head, fact)
            if is_same:
                lost_marks.remove(mark)
                if mark.is_complete and member.packed:
                    return mark_packed(continued_mark, head, fact)
                return continued_mark
            if is_twin and (member.packed or fact.size < mark.offset):
                # It was made before the last lines were written, which we have read.
                return self._mark_at_end(Mark(identity=fact.identity), member, file, fact)
        return None

    def _mark_at_end(
        self, new_mark: Mark, member: Member, file: BinaryIO, fact: FileFact
    ) -> Mark | None:
        if member.packed:
            return mark_packed(replace(new_mark, is_complete=True), head_of(file), fact)
        return advanced_mark(new_mark, file, Place(fact.size), fact)

    def _is_copy(
        self, file: BinaryIO, head: bytes, member: Member, original: Member, mark: Mark | None
    ) -> bool:
        """Return True if a file is being copied from another one that is still there. Raise
        FileReplacedError if the original went since it was looked up: the copy may then be all
        that is left of it."""
        try:
            with opened_member(self.files, original) as (original_file, fact):
                other_head = head_of(original_file)
                common_length = min(len(head), len(other_head))
                common_size = min(member.fact.size, fact.size)
                has_same_head = (
                    common_length and head[:common_length] == other_head[:common_length]
                )
                if has_same_head and (
                    member.packed
                    or tail_at(file, common_size) == tail_at(original_file, common_size)
                ):
                    return True
                if mark is not None and not is_of(mark, original_file):
                    raise FileReplacedError(original.fact.path)
                return False
        except FileNotFoundError as error:
            raise FileReplacedError(original.fact.path) from error
        except FileReplacedError:
            raise
        except OSError:
            return False


def _is_read_itself(member: Member, marks: Mapping[str, Mark]) -> bool:
    """Return True if a file can be the original of a copy: it is the log, or a known file that
    is no copy itself."""
    mark = marks.get(member.fact.identity)
    return not member.packed and (member.is_log or (mark is not None and not mark.twin))
