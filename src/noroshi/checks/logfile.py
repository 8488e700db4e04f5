"""Log file: how many new lines have what is looked for, followed through every rotation."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath, PurePosixPath, PureWindowsPath
from posixpath import normpath
from threading import Event
from typing import Any, Literal

from noroshi.checks.logs.bookmarks import Memory, Trail, memory_as_json, memory_from_json
from noroshi.checks.logs.encodings import NARROW, Encoding, encoded_word
from noroshi.checks.logs.families import is_archived, is_packed, is_rotated, logs_of
from noroshi.checks.logs.filter_preview import UNREADABLE, preview
from noroshi.checks.logs.filters import (
    Expression,
    Term,
    check_match,
    check_terms,
    expression,
    leaves,
)
from noroshi.checks.logs.line_matcher import matcher
from noroshi.checks.logs.rotation import WILDCARDS, Follower, LogLook
from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.marked_names import with_settings
from noroshi.core.model import Limits, Reading
from noroshi.core.translation import Message, _, pgettext, plain
from noroshi.knowledge.os_errors import cause_text
from noroshi.ports import Check, Files, Host, Outcome, Unmeasurable, options

MIB = 1 << 20
MOST_FILES = 100
MOST_MARKS = 64
ALL_MARKS = 1000
"""The most marks of all files of a monitor: what is remembered of them must stay below 256
KiB."""
ENOUGH = 3.0  # seconds; a look that ran into the monitor's time-out would have been in vain
SHOWN = 200  # characters of the first line, beside the number
MISSES = 2
"""Looks in a row without the file before that is a fault: a rotation takes a moment."""
OF_THE_KERNEL = ("/proc/", "/sys/")
"""Refused as early as it shows; what a path leads to is judged once it is open."""

NO_PATH = _("must be an absolute path, such as /var/log/app.log")
NOT_FOLLOWED = _(
    "the kernel generates this content at each read, so it cannot be followed as a log"
)
NOT_WRITTEN = _("{word} cannot be written in {encoding}")
PORTION = with_settings(_("{portion} must be between 1 and 4096"), "portion")
MISSING = _("{path} does not exist")
NO_MATCH = _("no file matches {path}")
DENIED = _("the user that Noroshi runs as has no permission to read {path}")
NO_FILE = _("{path} is not a regular file (a folder, a pipe or a device)")
TOO_MANY = _("too many files match {path}: only the {most} newest are followed")
NONE = _("no matching line")
FIRST_LOOK = _("first measurement: only lines written from now on are counted")
FIRST = _("first match: {line}")


@options
class Options:
    path: str
    """Path of the log; the wildcards * ? [ ] are allowed, such as /var/log/app-*.log."""
    terms: tuple[Term, ...]
    """Terms to look for: contains (word), does not contain (not_word), matches the pattern
    (pattern), does not match the pattern (not_pattern); a group is written { all = [{ word =
    "…" }, …] } or { any = […] }."""
    match: Literal["", "all", "any"] = ""
    """Required matches: all terms, or any one of them."""
    ignore_case: bool = False
    """ERROR, Error and error count as the same word."""
    encoding: Encoding = "auto"
    """Encoding of the log. `auto`: UTF-16 if the file has its byte order mark or zero bytes;
    otherwise UTF-8, EUC-JP or CP932, determined line by line."""
    from_start: bool = False
    """Start the first measurement at the beginning of the file, instead of its end."""
    rotated: tuple[str, ...] = ()
    """Other paths of rotated files, such as /var/log/old/app.log*; those next to the log are
    recognised by their names."""
    may_be_missing: bool = False
    """Do not treat a missing file as a failure."""
    portion: int = 256
    """Maximum amount to read in one measurement, in MiB; the next measurement continues from
    there."""

    def __post_init__(self) -> None:
        check_terms(self.terms)
        for path in (self.path, *self.rotated):
            if not (PurePosixPath(path).is_absolute() or PureWindowsPath(path).is_absolute()):
                raise InvalidValueError(NO_PATH)
            if _normalized_path(path).startswith(OF_THE_KERNEL):
                raise InvalidValueError(NOT_FOLLOWED)
        check_match(self.terms, self.match)
        if not 1 <= self.portion <= 4096:
            raise InvalidValueError(PORTION)
        _check_encodable(self.expression, self.encoding)

    @property
    def expression(self) -> Expression:
        return expression(self.terms, self.match, self.ignore_case)

    @property
    def is_pattern(self) -> bool:
        return any(c in WILDCARDS for c in self.path)

    def follower(self, files: Files, logs: int) -> Follower:
        return Follower(
            files=files,
            encoding=self.encoding,
            matcher=partial(matcher, self.expression),
            rotated=self.rotated,
            most_marks=min(MOST_MARKS, max(ALL_MARKS // max(logs, 1), 4)),
        )


@dataclass(frozen=True, slots=True)
class Look:
    """The result of one look at each log, and what is to be remembered."""

    logs: Mapping[str, LogLook]
    memory: Memory
    fault: Message | None = None


async def run(options: Options, host: Host, memory: Mapping[str, Any]) -> Outcome:
    """Read the logs in a separate thread, for three seconds at most: the rest is read at the
    next look. A missing log is a fault at the second look, or at once if it was never there."""
    enough_event = Event()
    after_a_while = asyncio.get_running_loop().call_later(ENOUGH, enough_event.set)
    marks = memory_from_json(memory)
    try:
        look = await host.with_files(
            lambda files: look_at(files, options, marks, enough_event.is_set)
        )
    finally:
        after_a_while.cancel()
        enough_event.set()  # nobody waits any more for what a hanging mount holds up
    hits = sum(log.matched.count for log in look.logs.values())
    if look.fault is not None and not hits:
        raise Unmeasurable(look.fault, memory_as_json(look.memory))
    no_hit_note = NONE if marks.has_begun or options.from_start else FIRST_LOOK
    readings = [
        reading
        for path, log in look.logs.items()
        for reading in _readings(options, path, log, no_hit_note)
    ]
    if left_out := look.memory.left_out:
        note = TOO_MANY.fill(path=options.path, most=MOST_FILES)
        readings.append(Reading("left_out", left_out, note=note))
    return Outcome(tuple(readings), memory_as_json(look.memory))


def look_at(
    files: Files,
    options: Options,
    memory: Memory,
    is_enough: Callable[[], bool] = lambda: False,
) -> Look:
    """Read on in all logs that the path stands for; it blocks, and raises nothing."""
    try:
        paths, left_out = _paths(files, options, memory)
    except OSError as error:
        return Look({}, memory, _error_text(options.path, error))
    follower = replace(options.follower(files, len(paths)), enough=is_enough)
    logs, trails, remaining = dict[str, LogLook](), dict[str, Trail](), options.portion * MIB
    for path in paths:
        trail = memory.trails.get(path)
        # Of one that was left out until now nobody knows what in it is new.
        is_new = trail is None and memory.has_begun and not memory.left_out
        log = _follow(follower, path, trail, remaining, from_start=options.from_start or is_new)
        remaining -= log.bytes_read
        trails[path] = log.trail
        if not (options.is_pattern and _is_over(log)):
            logs[path] = log
        else:
            trails.pop(path, None)
    new_memory = Memory(trails, has_begun=True, left_out=left_out)
    return Look(logs, new_memory, _fault(options, logs, memory))


def _follow(
    follower: Follower, path: str, trail: Trail | None, max_bytes: int, *, from_start: bool
) -> LogLook:
    """Read on in one log; one that is new among those of a pattern is new as a whole."""
    if trail is not None and not trail.is_barred:
        return follower.look(path, trail, max_bytes)
    first_look = follower.begin(path, from_start=from_start)
    if first_look.error is not None and not _is_missing(first_look.error):
        first_look.trail = Trail(is_barred=True)
    if first_look.error is not None or not from_start:
        return first_look
    return follower.look(path, first_look.trail, max_bytes)


def _paths(files: Files, options: Options, memory: Memory) -> tuple[Sequence[str], int]:
    """Return the logs that a path stands for, and those it stood for, whose rest may lie
    rotated. Return too how many are left out, as there are too many."""
    if not options.is_pattern:
        return (options.path,), 0
    facts = [f for f in files.find(options.path) if f.regular and not _is_archived_log(f.path)]
    facts.sort(key=lambda fact: fact.modified_ns, reverse=True)
    names = {fact.path for fact in facts} | memory.trails.keys()
    paths = [fact.path for fact in facts if not _is_rotated_from(fact.path, names)]
    remembered_paths = (
        path for path in memory.trails if path not in paths and not is_archived(path)
    )
    candidates = [*paths[:MOST_FILES], *remembered_paths]
    return sorted(candidates[: 2 * MOST_FILES]), max(0, len(paths) - MOST_FILES)


def _is_archived_log(path: str) -> bool:
    """Return True for what a pattern does not mean, though it matches."""
    return is_packed(path) or is_archived(path)


def _is_rotated_from(path: str, names: set[str]) -> bool:
    """Return True if a file such as app.log.1 is a rotated file of app.log, and no separate
    log."""
    name = PurePath(path).name
    folder = path.removesuffix(name)
    return any(folder + log in names and is_rotated(log, name) for log in logs_of(name))


def _is_over(log: LogLook) -> bool:
    """Return whether nothing is left of a log that a pattern once stood for."""
    return log.trail.missed > MISSES and not log.bytes_read


def _is_missing(error: OSError | None) -> bool:
    return error is not None and error.errno in (errno.ENOENT, errno.ENOTDIR)


def _fault(options: Options, logs: Mapping[str, LogLook], memory: Memory) -> Message | None:
    """Return why none of the logs could be read; None if one could, or if that is no fault
    yet."""
    if not logs:
        return None if options.may_be_missing else NO_MATCH.fill(path=options.path)
    for path, log in logs.items():
        if log.error is None:
            return None
        if _is_missing(log.error):
            trail = memory.trails.get(path)
            was_there = trail is not None and (trail.marks or trail.missed == 0)
            if options.may_be_missing or (was_there and log.trail.missed < MISSES):
                return None
    path, log = next(iter(logs.items()))
    return _error_text(path, log.error)


def _error_text(path: str, error: OSError | None) -> Message:
    match error:
        case FileNotFoundError() | NotADirectoryError():
            return MISSING.fill(path=path)
        case PermissionError():
            return DENIED.fill(path=path)
        case OSError(errno=errno.EINVAL) | IsADirectoryError():
            return NO_FILE.fill(path=path)
    return UNREADABLE.fill(path=path, why="" if error is None else cause_text(error))


def _readings(
    options: Options, path: str, log: LogLook, no_hit_note: Message
) -> Iterator[Reading]:
    item, lines_found = path if options.is_pattern else "", log.matched
    if options.is_pattern and log.error is not None and not _is_missing(log.error):
        yield Reading("unreadable", 1, "", item, _error_text(path, log.error))
    note = (
        FIRST.fill(line=plain(lines_found.lines[0][:SHOWN]))
        if lines_found.lines
        else no_hit_note
    )
    yield Reading("hits", lines_found.count, "", item, note, tuple(lines_found.lines))
    yield Reading("read", log.bytes_read, "B", item)
    yield Reading("behind", log.backlog, "B", item)


def _normalized_path(path: str) -> str:
    """Return the path without //, /./ and /../, which lead to the same file but for links."""
    return "/" + normpath(path).lstrip("/") if path.startswith("/") else path


def _check_encodable(expression: Expression, encoding: Encoding) -> None:
    """Raise InvalidValueError for a word that the encoding has no bytes for: it would never be
    found."""
    for leaf in leaves(expression):
        codecs = NARROW.get(encoding, ())
        if leaf.is_pattern or len(codecs) != 1:
            continue
        if encoded_word(leaf.text, codecs[0]) is None:
            raise InvalidValueError(NOT_WRITTEN.fill(word=leaf.text, encoding=encoding))


CHECK = Check(
    kind="logfile",
    title=pgettext("logfile", "Log file"),
    help=_(
        "Counts new log lines that match the search terms. Follows rotation by rename, copy and "
        "compression, and reads UTF-8, CP932, EUC-JP and UTF-16."
    ),
    options=Options,
    limits={name: Limits(warning=1) for name in ("hits", "unreadable", "left_out")},
    units={"read": "B", "behind": "B"},
    yes_no=frozenset({"unreadable"}),
    names={
        "hits": _("Lines found"),
        "read": _("Data read"),
        "behind": _("Data not read yet"),
        "unreadable": _("Log file unreadable"),
        "left_out": _("Files skipped"),
    },
    run=run,
    asks_computer=True,
    blocks=True,
    may_vanish=True,
    occurrences=frozenset({"hits"}),
    preview=lambda options, host: preview(
        options.path, options.encoding, options.expression, host
    ),
)
