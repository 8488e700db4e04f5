"""Write one event's line: readable letters only, its traceback folded in, of bounded length."""

from __future__ import annotations

import logging
import traceback
from dataclasses import dataclass
from datetime import UTC, datetime

from noroshi.core.printable import printable

HEAD, TAIL = 3000, 5000
"""Letters kept of a longer text, from its beginning and its end: a traceback says at its end
what happened. Together, in UTF-8, less than the 48 KiB at which the journal cuts a line
(journald.conf(5), LineMax=)."""
PRIORITIES = {logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6}
"""syslog's numbers (sd-daemon(3))."""
CRITICAL, DEBUG = 2, 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Hold one event. `timestamp` is in seconds since 1970, `place` is the place in the source
    that logged the event."""

    timestamp: float
    level: int
    name: str
    place: tuple[str, int]
    text: str

    @property
    def identity(self) -> tuple[object, ...]:
        """Return what is alike in two lines that say the same."""
        return self.level, self.name, self.place, self.text


def line_of(record: logging.LogRecord) -> Line:
    """Return the line of a record; a record that cannot be put into words is told as it is."""
    return Line(
        timestamp=record.created,
        level=record.levelno,
        name=record.name,
        place=(record.pathname, record.lineno),
        text=shortened_line(one_line(_message_of(record))),
    )


def one_line(text: str) -> str:
    r"""Return the same text on one line: a line break is \n, what cannot be seen is written as
    \x1b.

    Marks that turn the direction of writing are among these: a log is read in a terminal.
    """
    if text.isprintable():
        return text
    return "".join(
        letter if visible != "?" else letter.encode("unicode_escape").decode("ascii")
        for letter, visible in zip(text, printable(text), strict=True)
    )


def shortened_line(text: str) -> str:
    """Return the text without its middle, if it is too long."""
    left_out = len(text) - HEAD - TAIL
    if left_out <= 0:
        return text
    return f"{text[:HEAD]} [… {left_out} letters …] {text[-TAIL:]}"


def dated_line(line: Line) -> str:
    """Return the line for a file: time with offset, level, logger and text."""
    timestamp = (
        datetime.fromtimestamp(line.timestamp, UTC)
        .astimezone()
        .isoformat(timespec="milliseconds")
    )
    return f"{timestamp} {logging.getLevelName(line.level)} {line.name}: {line.text}"


def prioritised_line(line: Line) -> str:
    """Return the line for the journal, which knows the time and takes the level from the
    front."""
    if line.level >= logging.CRITICAL:
        number = CRITICAL
    else:
        number = next((n for level, n in PRIORITIES.items() if line.level >= level), DEBUG)
    return f"<{number}>{line.name}: {line.text}"


def _message_of(record: logging.LogRecord) -> str:
    try:
        text = record.getMessage()
    except Exception:  # arguments that do not fit, or whose own code fails: the event counts
        text = f"{record.msg!s} [its arguments cannot be shown]"
    if record.exc_info and record.exc_info[0] is not None:
        text += "\n" + "".join(traceback.format_exception(*record.exc_info)).rstrip()
    if record.stack_info:
        text += "\n" + record.stack_info
    return text
