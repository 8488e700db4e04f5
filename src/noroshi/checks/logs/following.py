"""Following one log through its rotations: which files are it now, and where to read on.

A file is known again by its identity as long as its content agrees, for a number is given
again to another file; else by its content: a copy, a compressed one, an atomic replacement.
Of the files that bear a rotated log's name, one that is not known was written and rotated
between two looks, and is read whole.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import BinaryIO

from noroshi.checks.logs.encodings import Codec, Encoding, codec_of, mark_length
from noroshi.checks.logs.families import age, is_rotated
from noroshi.checks.logs.matching import Found, Matcher
from noroshi.checks.logs.memory import (
    Mark,
    Trail,
    begins_as,
    fingerprint,
    head_of,
    is_of,
    moved,
    tail_at,
)
from noroshi.checks.logs.opening import (
    DAMAGED,
    Member,
    Replaced,
    Unfinished,
    opened,
    unpacked_size,
)
from noroshi.checks.logs.reading import Place, last_line, read_on
from noroshi.ports import FileFact, Files

WILD = "*?["


@dataclass(slots=True)
class Followed:
    """What one look at one log brought. `trouble`: why the log itself cannot be read."""

    trail: Trail
    found: Found = field(default_factory=Found)
    read: int = 0
    behind: int = 0
    trouble: OSError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """How logs are followed. `rotated` are more patterns for the names of what was rotated;
    `most_marks` is how many files of a log are remembered; `enough` says when to stop."""

    files: Files
    encoding: Encoding
    matcher: Callable[[Codec], Matcher]
    rotated: tuple[str, ...] = ()
    most_marks: int = 64
    enough: Callable[[], bool] = lambda: False

    def begin(self, path: str, *, whole: bool) -> Followed:
        """The first look: from the log's end, or its beginning; what was rotated is passed."""
        members, trouble = self._members(path)
        marks, floor = list[Mark](), 0
        for member in members:
            try:
                marks += filter(None, [self._begun(member, whole=whole)])
            except DAMAGED as error:
                if member.is_log:
                    trouble = _as_trouble(error)
                else:  # passed as the others are, though nothing is known of it
                    floor = max(floor, member.fact.changed)
        return Followed(self._trail(Trail(floor=floor), members, marks), trouble=trouble)

    def look(self, path: str, trail: Trail, most: int) -> Followed:
        """Read on in all files of a log, oldest first, about `most` bytes in all."""
        members, trouble = self._members(path)
        marks, lost = self._known_again(members, trail)
        followed = Followed(trail, trouble=trouble)
        for member in members:
            mark = marks.get(member.fact.identity)
            if mark is not None:
                self._read(member, mark, marks, followed, most - followed.read)
        followed.trail = self._trail(trail, members, [*marks.values(), *lost])
        return followed

    # which files

    def _members(self, path: str) -> tuple[Sequence[Member], OSError | None]:
        """All files of a log, oldest first; and why the log is not among them."""
        log, trouble = None, None
        try:
            log = self.files.found(_literal(path))[0]
            if not log.regular:
                log, trouble = None, OSError(errno.EINVAL, "not a regular file")
        except IndexError:
            trouble = FileNotFoundError(errno.ENOENT, "no such file")
        except OSError as error:
            trouble = error
        found = {fact.identity: Member(fact) for fact in self._rotated(path)}
        ordered = sorted(found.values(), key=lambda m: (m.fact.changed, age(m.fact.path)))
        if log is None:
            return ordered, trouble
        others = [member for member in ordered if member.fact.identity != log.identity]
        return [*others, Member(log, is_log=True)], None

    def _rotated(self, path: str) -> Iterator[FileFact]:
        name = PurePath(path).name
        folder = path.removesuffix(name)
        for fact in self._found(_literal(folder + PurePath(path).stem) + "*"):
            if fact.regular and is_rotated(name, PurePath(fact.path).name):
                yield fact
        for pattern in self.rotated:
            yield from (f for f in self._found(pattern) if f.regular and f.path != path)

    def _found(self, pattern: str) -> Sequence[FileFact]:
        try:
            return self.files.found(pattern)
        except OSError:
            return ()  # the log's own trouble is told; its folder's is the same

    # what was read of them

    def _begun(self, member: Member, *, whole: bool) -> Mark | None:
        empty = Mark(identity=member.fact.identity)
        with opened(self.files, member) as (file, fact):
            head = head_of(file)
            if member.packed:
                return _seen(replace(empty, done=True), head, fact)
            if whole and member.is_log:
                return empty
            codec = codec_of(self.encoding, head)
            at = last_line(file, fact.size, codec) if member.is_log else fact.size
            mark = moved(empty, file, Place(at), fact)
            return mark and replace(mark, codec=codec.name if at else "")

    def _known_again(
        self, members: Sequence[Member], trail: Trail
    ) -> tuple[dict[str, Mark], list[Mark]]:
        """The marks by identity as the files are now, and those of no file that is there."""
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
        if mark.is_as_seen(member.fact):
            return True
        if member.packed or not mark.head_length:
            return False  # of an empty file nothing tells that this is still the same
        try:
            with opened(self.files, member) as (file, _):
                return is_of(mark, file)
        except Replaced:
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
        """The mark of a file that its identity does not tell; None: let it be for now."""
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
                for other, its in originals:
                    if self._is_copy(file, head, member, other, its):
                        return replace(
                            new,
                            twin=other.fact.identity,
                            head_length=len(head),
                            head=fingerprint(head),
                        )
                return new
        except Replaced:
            return known
        except DAMAGED:
            return new if member.is_log else None

    def _continued(
        self, member: Member, file: BinaryIO, fact: FileFact, lost: list[Mark], twin: str
    ) -> Mark | None:
        """The mark of one that is lost and whose content is here now."""
        head = head_of(file)
        for mark in sorted(lost, key=lambda mark: -mark.at):  # the surest first
            is_twin = bool(twin) and mark.identity == twin
            if not mark.head_length or not (is_twin or begins_as(mark, head)):
                continue  # what was never read is nothing to go on with
            here = replace(mark, identity=fact.identity, size=-1, lost=False)
            size = unpacked_size(self.files, member) if member.packed else None
            if size is not None and mark.at and size == mark.at % 2**32:
                lost.remove(mark)
                return _seen(replace(here, done=True), head, fact)
            try:
                same = is_of(mark, file)
            except Unfinished:  # no look will ever get there, so the watch goes on without it
                lost.remove(mark)
                return _seen(replace(here, done=True), head, fact)
            if same:
                lost.remove(mark)
                if mark.done and member.packed:
                    return _seen(here, head, fact)
                return here
            if is_twin and (member.packed or fact.size < mark.at):
                # It was made before the last lines were written, which we have read.
                return self._all_read(Mark(identity=fact.identity), member, file, fact)
        return None

    def _all_read(
        self, new: Mark, member: Member, file: BinaryIO, fact: FileFact
    ) -> Mark | None:
        if member.packed:
            return _seen(replace(new, done=True), head_of(file), fact)
        return moved(new, file, Place(fact.size), fact)

    def _is_copy(
        self, file: BinaryIO, head: bytes, member: Member, known: Member, mark: Mark | None
    ) -> bool:
        """Whether it is being made of another file that is still there. Replaced if that went
        since it was looked up: what is a copy of it now may be all that is left of it."""
        try:
            with opened(self.files, known) as (other, fact):
                theirs = head_of(other)
                both = min(len(head), len(theirs))
                at = min(member.fact.size, fact.size)
                alike = both and head[:both] == theirs[:both]
                if alike and (member.packed or tail_at(file, at) == tail_at(other, at)):
                    return True
                if mark is not None and not is_of(mark, other):
                    raise Replaced(known.fact.path)
                return False
        except FileNotFoundError as error:
            raise Replaced(known.fact.path) from error
        except Replaced:
            raise
        except OSError:
            return False

    # reading

    def _read(
        self, member: Member, mark: Mark, marks: dict[str, Mark], followed: Followed, most: int
    ) -> None:
        if mark.twin:
            return
        seen = mark.is_as_seen(member.fact)
        if seen and (mark.done or (not member.packed and mark.at >= mark.size)):
            return
        if most <= 0 or (followed.read and self.enough()):
            followed.behind += max(0, member.fact.size - mark.at)
            return
        try:
            # The writer may go on with a line in a file that was renamed; one more look tells.
            final = seen and mark.rotated and not member.is_log
            after = self._read_on(member, mark, followed, most, final=final)
        except Replaced:
            return
        except DAMAGED as error:
            if member.is_log:
                followed.trouble = _as_trouble(error)
            return
        if after is not None:
            marks[member.fact.identity] = after

    def _read_on(
        self, member: Member, mark: Mark, followed: Followed, most: int, *, final: bool
    ) -> Mark | None:
        """Read one file on; None, and nothing counted, if it was truncated meanwhile."""
        with opened(self.files, member) as (file, fact):
            head = head_of(file)
            codec = Codec(mark.codec) if mark.codec else codec_of(self.encoding, head)
            place = mark.place if mark.at else Place(mark_length(codec, head))
            found, matcher = Found(), self.matcher(codec)
            place = read_on(
                file,
                place,
                codec,
                most,
                lambda block, start, end: matcher.scan(block, start, end, found),
                final=final or member.packed,
                enough=self.enough,
            )
            if member.packed:
                # Once it is done its place stays where its tail is known.
                on = replace(mark, at=place.at, cut=place.cut) if place.left else mark
                after: Mark | None = _seen(on, head, fact)
            else:
                after = moved(mark, file, place, fact)
            if after is None:
                return None
            followed.found.merge(found)
            followed.read += place.at - mark.at
            if place.left:
                followed.behind += max(0, fact.size - place.at)
            return replace(
                after,
                codec=codec.name if place.at else "",
                done=member.packed and not place.left,
                rotated=not member.is_log,
            )

    # what is remembered

    def _trail(self, before: Trail, members: Sequence[Member], marks: Iterable[Mark]) -> Trail:
        """No more marks than there may be: of what was read, the oldest is left out first."""
        log = next((m.fact.identity for m in members if m.is_log), "")
        newest = sorted(marks, key=lambda m: (m.lost, m.identity != log, m.is_read, -m.changed))
        kept, cut = newest[: self.most_marks], newest[self.most_marks :]
        floor = max((m.changed for m in cut if not m.lost), default=0)
        missed = 0 if log else before.missed + 1
        return Trail(tuple(kept), max(floor, before.floor), missed)


def _is_read_itself(member: Member, marks: Mapping[str, Mark]) -> bool:
    """Whether a file can be the original of a copy: the log, or one that is known as its own."""
    mark = marks.get(member.fact.identity)
    return not member.packed and (member.is_log or (mark is not None and not mark.twin))


def _seen(mark: Mark, head: bytes, fact: FileFact) -> Mark:
    """Of a compressed file, whose own size says nothing of what is in it."""
    return replace(
        mark,
        head_length=len(head),
        head=fingerprint(head),
        size=fact.size,
        changed=fact.changed,
        lost=False,
    )


def _as_trouble(error: Exception) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))


def _literal(path: str) -> str:
    """A path in which no character stands for others."""
    return "".join(f"[{c}]" if c in WILD else c for c in path)
