"""Patterns of a linear-time engine (google-re2), and what it does not know, in words.

Syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import re2

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.translation import Message, _, pgettext, plain

MOST_MEMORY = 8 << 20
"""Bytes for one pattern's machine; it slows down, and stays linear, when that is used up."""
LONGEST = 1000
REST_OF_LINE = rb"[^\n]*"
"""Makes one match a line: each match costs the engine's wrapper several objects, which is most
of the time that a search for a plain word takes."""
UNKNOWN = _("the pattern cannot be used: {why} (patterns use RE2 syntax)")
TOO_LONG = pgettext("too_long", "is longer than {most} characters")
LOOKAROUND = _(
    "look-ahead and look-behind ({part}) are not supported, as they do not run in linear "
    "time; use a separate term with not_word or not_pattern"
)
NO_BACK_REFERENCE = _(
    "“{part}” is not a known escape (back references are not supported, as they do not run "
    "in linear time)"
)
REASONS = (
    (re.compile(r"invalid perl operator: (\(\?<?[=!].*)", re.DOTALL), LOOKAROUND),
    (re.compile(r"invalid escape sequence: (.*)", re.DOTALL), NO_BACK_REFERENCE),
    (re.compile(r"invalid perl operator: (.*)", re.DOTALL), _("“{part}” is not supported")),
    (re.compile(r"missing \](?:: (.*))?", re.DOTALL), _("a ] is missing after {part}")),
    (re.compile(r"missing \)(?:: (.*))?", re.DOTALL), _("a ) is missing")),
    (re.compile(r"unexpected \)(?:: (.*))?", re.DOTALL), _("there is one ) too many")),
    (
        re.compile(r"no argument for repetition operator: (.*)", re.DOTALL),
        _("“{part}” has nothing before it to repeat"),
    ),
    (
        re.compile(r"bad repetition operator: (.*)", re.DOTALL),
        _("“{part}” repeats an expression that is already repeated"),
    ),
    (
        re.compile(r"invalid repetition size: (.*)", re.DOTALL),
        _("“{part}” results in more than 1,000 repetitions"),
    ),
    (
        re.compile(r"invalid character class range: (.*)", re.DOTALL),
        _("“{part}” is not a valid range of characters"),
    ),
    (re.compile(r"trailing \\.*", re.DOTALL), _("it ends with a single \\")),
    (re.compile(r"pattern too large.*", re.DOTALL), _("it is too large")),
)


class Settings(NamedTuple):
    """`latin1`: bytes are compared as they are, whatever they encode."""

    ignore_case: bool = False
    latin1: bool = False
    literal: bool = False


class Searcher:
    """A pattern to be found in bytes, never across the end of a line."""

    def __init__(self, pattern: bytes, settings: Settings) -> None:
        self._compiled = re2.compile(pattern, _options(settings))

    def is_in(self, line: bytes) -> bool:
        """Return True if the line has a match."""
        return self._compiled.search(line) is not None

    def spans(
        self, block: bytes | bytearray, start: int, end: int
    ) -> Iterator[tuple[int, int]]:
        """Yield begin and end of each match between two offsets."""
        for match in self._compiled.finditer(block, start, end):
            yield match.span()


@lru_cache(1024)
def searcher(pattern: bytes, settings: Settings = Settings()) -> Searcher:
    """Compile a pattern. Raises re2.error for what the engine does not know."""
    return Searcher(pattern, settings)


def line_searcher(pattern: bytes, settings: Settings = Settings()) -> Searcher | None:
    """Return one searcher for several valid patterns, whose matches extend to the end of the
    line; None if the patterns are too large together."""
    try:
        return searcher(b"(?:" + pattern + b")" + REST_OF_LINE, settings)
    except re2.error:
        return None


def check_pattern(pattern: str) -> None:
    """Raise InvalidValueError, with the reason in words, for a pattern that cannot be used."""
    if len(pattern) > LONGEST:
        raise InvalidValueError(TOO_LONG.fill(most=LONGEST))
    try:
        searcher(pattern.encode("utf-8", "replace"))
    except re2.error as error:
        raise InvalidValueError(UNKNOWN.fill(why=_reason(error))) from None


def escaped_pattern(text: bytes) -> bytes:
    """Return a pattern that finds just that."""
    pattern: bytes = re2.escape(text)
    return pattern


def _options(settings: Settings) -> Any:
    options = re2.Options()
    options.max_mem = MOST_MEMORY
    options.log_errors = False
    options.never_nl = True  # [^a] and \s end with the line
    options.case_sensitive = not settings.ignore_case
    options.literal = settings.literal
    if settings.latin1:
        options.encoding = re2.Options.Encoding.LATIN1
    return options


def _reason(error: re2.error) -> Message:
    argument = error.args[0] if error.args else b""
    text = argument.decode("utf-8", "replace") if isinstance(argument, bytes) else str(argument)
    for expression, words in REASONS:
        if match := expression.match(text):
            part = (match[1] if expression.groups else "") or ""
            return words.fill(part=part[:50])
    return plain(text[:100])
