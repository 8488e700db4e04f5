"""Write to a terminal what it would not obey: much of it others have said (a mail server, a
program that measures, whoever noted something on a version)."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from noroshi.core.printable import OBEYED, is_short, obeyed_pattern, readable as fit


def escaped(json: str) -> str:
    """Return the same JSON with each character that a terminal obeys written as \\u and a
    number: such characters stand in strings alone, which mean the same either way."""
    if is_short(json):
        return json.translate({code: f"\\u{code:04x}" for code in OBEYED})
    return obeyed_pattern().sub(lambda match: f"\\u{ord(match[0]):04x}", json)


def obey(text: str) -> None:
    """Have the terminal do something: ours alone comes through."""
    stream: Any = sys.stdout
    (stream.obey if isinstance(stream, Readable) else stream.write)(text)


def flush_output() -> None:
    """Write out what was printed. Raises BrokenPipeError if nobody reads it any more."""
    with _broken_pipes():
        sys.stdout.flush()


@contextmanager
def _broken_pipes() -> Iterator[None]:
    """Raise BrokenPipeError where nobody reads the output any more: Windows calls that an invalid
    argument."""
    try:
        yield
    except OSError as error:
        if sys.platform == "win32" and error.errno == errno.EINVAL:
            raise BrokenPipeError(error.errno, error.strerror) from error
        raise


class Readable:
    """A standard output or error; each character that would be obeyed is a ? in it."""

    def __init__(self, stream: TextIO) -> None:
        self._output = stream

    def write(self, text: str) -> int:
        with _broken_pipes():
            self._output.write(fit(text))
        return len(text)

    def obey(self, text: str) -> None:
        self._output.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._output, name)


@contextmanager
def readable() -> Iterator[None]:
    """Make all that is printed readable until the block ends."""
    previous_streams: tuple[Any, Any] = sys.stdout, sys.stderr
    streams: tuple[Any, Any] = Readable(sys.stdout), Readable(sys.stderr)
    sys.stdout, sys.stderr = streams
    try:
        yield
    finally:
        sys.stdout, sys.stderr = previous_streams
