"""Following one log through its rotations: which files are it now, and where to read on.

Of the files that bear a rotated log's name, one that is not known again was written and rotated
between two looks, and is read whole.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from noroshi.checks.logs.bookmarks import Mark, Trail, head_of, mark_packed, moved
from noroshi.checks.logs.encodings import Codec, Encoding, codec_of, mark_length
from noroshi.checks.logs.families import age, is_rotated
from noroshi.checks.logs.file_access import DAMAGED, FileReplacedError, Member, opened
from noroshi.checks.logs.file_identity import Recognition
from noroshi.checks.logs.line_matcher import Found, Matcher
from noroshi.checks.logs.line_reader import Place, last_line, read_on
from noroshi.ports import FileFact, Files

WILD = "*?["


@dataclass(slots=True)
class Followed:
    """The result of one look at one log. `trouble`: why the log itself cannot be read."""

    trail: Trail
    found: Found = field(default_factory=Found)
    read: int = 0
    behind: int = 0
    trouble: OSError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """The way in which logs are followed. `rotated` are more patterns for the names of what
    was rotated; `most_marks` is how many files of a log are remembered; `enough` says when
    to stop."""

    files: Files
    encoding: Encoding
    matcher: Callable[[Codec], Matcher]
    rotated: tuple[str, ...] = ()
    most_marks: int = 64
    enough: Callable[[], bool] = lambda: False

    def begin(self, path: str, *, whole: bool) -> Followed:
        """Make the first look: from the log's end, or its beginning; what was rotated is
        passed."""
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
        marks, lost = Recognition(self.files, self.enough).marks_of(members, trail)
        followed = Followed(trail, trouble=trouble)
        for member in members:
            mark = marks.get(member.fact.identity)
            if mark is not None:
                self._read(member, mark, marks, followed, most - followed.read)
        followed.trail = self._trail(trail, members, [*marks.values(), *lost])
        return followed

    # which files

    def _members(self, path: str) -> tuple[Sequence[Member], OSError | None]:
        """Return all files of a log, oldest first; and why the log is not among them."""
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
                return mark_packed(replace(empty, done=True), head, fact)
            if whole and member.is_log:
                return empty
            codec = codec_of(self.encoding, head)
            at = last_line(file, fact.size, codec) if member.is_log else fact.size
            mark = moved(empty, file, Place(at), fact)
            return mark and replace(mark, codec=codec.name if at else "")

    # reading

    def _read(
        self, member: Member, mark: Mark, marks: dict[str, Mark], followed: Followed, most: int
    ) -> None:
        if mark.twin:
            return
        unchanged = mark.is_unchanged(member.fact)
        if unchanged and (mark.done or (not member.packed and mark.at >= mark.size)):
            return
        if most <= 0 or (followed.read and self.enough()):
            followed.behind += max(0, member.fact.size - mark.at)
            return
        try:
            # The writer may go on with a line in a file that was renamed; one more look tells.
            final = unchanged and mark.rotated and not member.is_log
            after = self._read_on(member, mark, followed, most, final=final)
        except FileReplacedError:
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
                on = replace(mark, at=place.at, cut=place.cut) if place.has_more else mark
                after: Mark | None = mark_packed(on, head, fact)
            else:
                after = moved(mark, file, place, fact)
            if after is None:
                return None
            followed.found.merge(found)
            followed.read += place.at - mark.at
            if place.has_more:
                followed.behind += max(0, fact.size - place.at)
            return replace(
                after,
                codec=codec.name if place.at else "",
                done=member.packed and not place.has_more,
                rotated=not member.is_log,
            )

    # what is remembered

    def _trail(self, before: Trail, members: Sequence[Member], marks: Iterable[Mark]) -> Trail:
        """Return no more marks than there may be: of what was read, the oldest is left out
        first."""
        log = next((m.fact.identity for m in members if m.is_log), "")
        newest = sorted(marks, key=lambda m: (m.lost, m.identity != log, m.is_read, -m.changed))
        recent, cut = newest[: self.most_marks], newest[self.most_marks :]
        floor = max((m.changed for m in cut if not m.lost), default=0)
        missed = 0 if log else before.missed + 1
        return Trail(tuple(recent), max(floor, before.floor), missed)


def _as_trouble(error: Exception) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))


def _literal(path: str) -> str:
    """Return a path in which no character stands for others."""
    return "".join(f"[{c}]" if c in WILD else c for c in path)
