"""Follow one log through its rotations: find the current files, and where to read on.

A file with the name of a rotated log that is not recognized was written and rotated between two
looks, and is read whole.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from noroshi.checks.logs.bookmarks import Mark, Trail, advanced_mark, head_of, mark_packed
from noroshi.checks.logs.encodings import Codec, Encoding, codec_of, mark_length
from noroshi.checks.logs.families import age, is_rotated
from noroshi.checks.logs.file_access import DAMAGED, FileReplacedError, Member, opened_member
from noroshi.checks.logs.file_identity import Recognition
from noroshi.checks.logs.line_matcher import MatchedLines, Matcher
from noroshi.checks.logs.line_reader import Place, last_line, read_on
from noroshi.ports import FileFact, Files

WILDCARDS = "*?["


@dataclass(slots=True)
class LogLook:
    """The result of one look at one log. `error`: why the log itself cannot be read."""

    trail: Trail
    matched: MatchedLines = field(default_factory=MatchedLines)
    bytes_read: int = 0
    backlog: int = 0
    error: OSError | None = None


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

    def begin(self, path: str, *, from_start: bool) -> LogLook:
        """Make the first look: from the end of the log, or from the beginning; rotated files
        are skipped."""
        members, trouble = self._members(path)
        marks, floor = list[Mark](), 0
        for member in members:
            try:
                marks += filter(None, [self._first_mark(member, from_start=from_start)])
            except DAMAGED as error:
                if member.is_log:
                    trouble = _as_os_error(error)
                else:  # passed as the others are, though nothing is known of it
                    floor = max(floor, member.fact.modified_ns)
        return LogLook(self._trail(Trail(floor=floor), members, marks), error=trouble)

    def look(self, path: str, trail: Trail, max_bytes: int) -> LogLook:
        """Read on in all files of a log, oldest first, about `max_bytes` bytes in all."""
        members, trouble = self._members(path)
        marks, lost_marks = Recognition(self.files, self.enough).marks_of(members, trail)
        log_look = LogLook(trail, error=trouble)
        for member in members:
            mark = marks.get(member.fact.identity)
            if mark is not None:
                self._read(member, mark, marks, log_look, max_bytes - log_look.bytes_read)
        log_look.trail = self._trail(trail, members, [*marks.values(), *lost_marks])
        return log_look

    # which files

    def _members(self, path: str) -> tuple[Sequence[Member], OSError | None]:
        """Return all files of a log, oldest first; and why the log is not among them."""
        log, trouble = None, None
        try:
            log = self.files.find(_escaped_path(path))[0]
            if not log.regular:
                log, trouble = None, OSError(errno.EINVAL, "not a regular file")
        except IndexError:
            trouble = FileNotFoundError(errno.ENOENT, "no such file")
        except OSError as error:
            trouble = error
        member_by_identity = {fact.identity: Member(fact) for fact in self._rotated_files(path)}
        members = sorted(
            member_by_identity.values(), key=lambda m: (m.fact.modified_ns, age(m.fact.path))
        )
        if log is None:
            return members, trouble
        rotated_members = [member for member in members if member.fact.identity != log.identity]
        return [*rotated_members, Member(log, is_log=True)], None

    def _rotated_files(self, path: str) -> Iterator[FileFact]:
        name = PurePath(path).name
        folder = path.removesuffix(name)
        for fact in self._facts(_escaped_path(folder + PurePath(path).stem) + "*"):
            if fact.regular and is_rotated(name, PurePath(fact.path).name):
                yield fact
        for pattern in self.rotated:
            yield from (f for f in self._facts(pattern) if f.regular and f.path != path)

    def _facts(self, pattern: str) -> Sequence[FileFact]:
        try:
            return self.files.find(pattern)
        except OSError:
            return ()  # the log's own trouble is told; its folder's is the same

    # what was read of them

    def _first_mark(self, member: Member, *, from_start: bool) -> Mark | None:
        empty_mark = Mark(identity=member.fact.identity)
        with opened_member(self.files, member) as (file, fact):
            head = head_of(file)
            if member.packed:
                return mark_packed(replace(empty_mark, is_complete=True), head, fact)
            if from_start and member.is_log:
                return empty_mark
            codec = codec_of(self.encoding, head)
            offset = last_line(file, fact.size, codec) if member.is_log else fact.size
            mark = advanced_mark(empty_mark, file, Place(offset), fact)
            return mark and replace(mark, codec=codec.name if offset else "")

    # reading

    def _read(
        self,
        member: Member,
        mark: Mark,
        marks: dict[str, Mark],
        log_look: LogLook,
        max_bytes: int,
    ) -> None:
        if mark.twin:
            return
        is_unchanged = mark.is_unchanged(member.fact)
        if is_unchanged and (
            mark.is_complete or (not member.packed and mark.offset >= mark.size)
        ):
            return
        if max_bytes <= 0 or (log_look.bytes_read and self.enough()):
            log_look.backlog += max(0, member.fact.size - mark.offset)
            return
        try:
            # The writer may go on with a line in a file that was renamed; one more look tells.
            is_final = is_unchanged and mark.is_rotated and not member.is_log
            new_mark = self._read_on(member, mark, log_look, max_bytes, is_final=is_final)
        except FileReplacedError:
            return
        except DAMAGED as error:
            if member.is_log:
                log_look.error = _as_os_error(error)
            return
        if new_mark is not None:
            marks[member.fact.identity] = new_mark

    def _read_on(
        self, member: Member, mark: Mark, log_look: LogLook, max_bytes: int, *, is_final: bool
    ) -> Mark | None:
        """Read on in one file; return None, and count nothing, if the file was truncated
        meanwhile."""
        with opened_member(self.files, member) as (file, fact):
            head = head_of(file)
            codec = Codec(mark.codec) if mark.codec else codec_of(self.encoding, head)
            place = mark.place if mark.offset else Place(mark_length(codec, head))
            matched, matcher = MatchedLines(), self.matcher(codec)
            place = read_on(
                file,
                place,
                codec,
                max_bytes,
                lambda block, start, end: matcher.scan(block, start, end, matched),
                final=is_final or member.packed,
                enough=self.enough,
            )
            if member.packed:
                # Once it is done its place stays where its tail is known.
                packed_mark = (
                    replace(mark, offset=place.offset, is_cut=place.is_cut)
                    if place.has_more
                    else mark
                )
                new_mark: Mark | None = mark_packed(packed_mark, head, fact)
            else:
                new_mark = advanced_mark(mark, file, place, fact)
            if new_mark is None:
                return None
            log_look.matched.merge(matched)
            log_look.bytes_read += place.offset - mark.offset
            if place.has_more:
                log_look.backlog += max(0, fact.size - place.offset)
            return replace(
                new_mark,
                codec=codec.name if place.offset else "",
                is_complete=member.packed and not place.has_more,
                is_rotated=not member.is_log,
            )

    # what is remembered

    def _trail(
        self, old_trail: Trail, members: Sequence[Member], marks: Iterable[Mark]
    ) -> Trail:
        """Return no more marks than there may be: of what was read, the oldest is left out
        first."""
        log = next((m.fact.identity for m in members if m.is_log), "")
        sorted_marks = sorted(
            marks, key=lambda m: (m.is_missing, m.identity != log, m.is_read, -m.modified_ns)
        )
        remembered_marks, dropped_marks = (
            sorted_marks[: self.most_marks],
            sorted_marks[self.most_marks :],
        )
        floor = max((m.modified_ns for m in dropped_marks if not m.is_missing), default=0)
        missed_looks = 0 if log else old_trail.missed + 1
        return Trail(tuple(remembered_marks), max(floor, old_trail.floor), missed_looks)


def _as_os_error(error: Exception) -> OSError:
    return error if isinstance(error, OSError) else OSError(str(error))


def _escaped_path(path: str) -> str:
    """Return a path in which no character stands for others."""
    return "".join(f"[{c}]" if c in WILDCARDS else c for c in path)
