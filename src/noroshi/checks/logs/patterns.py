"""Patterns of a linear-time engine (google-re2), and what it does not know, in words.

Syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import re2

from noroshi.core.definitions.problems import InvalidValueError
from noroshi.core.words import Words, plain

MOST_MEMORY = 8 << 20
"""Bytes for one pattern's machine; it slows down, and stays linear, when that is used up."""
LONGEST = 1000
UNKNOWN = Words(
    en="the pattern cannot be used: {why} (patterns are those of RE2)",
    ja="このパターンは使えません: {why} (パターンは RE2 の構文です)",
)
TOO_LONG = Words(en="is longer than {most} characters", ja="{most} 文字を超えています")
LOOKAROUND = Words(
    en="it looks ahead or behind ({part}), which would not be linear in time; use a term of "
    "its own with not_word or not_pattern",
    ja="先読み・後読み ({part}) は処理時間を保証できないため使えません。"
    "not_word か not_pattern の条件に分けてください",
)
NO_BACK_REFERENCE = Words(
    en="{part} is no escape that is known (a back reference would not be linear in time)",
    ja="{part} というエスケープはありません (後方参照は処理時間を保証できないため使えません)",
)
REASONS = (
    (re.compile(r"invalid perl operator: (\(\?<?[=!].*)", re.DOTALL), LOOKAROUND),
    (re.compile(r"invalid escape sequence: (.*)", re.DOTALL), NO_BACK_REFERENCE),
    (
        re.compile(r"invalid perl operator: (.*)", re.DOTALL),
        Words(en="{part} is not known", ja="{part} という書き方はありません"),
    ),
    (
        re.compile(r"missing \](?:: (.*))?", re.DOTALL),
        Words(en="a ] is missing after {part}", ja="{part} に対応する ] がありません"),
    ),
    (
        re.compile(r"missing \)(?:: (.*))?", re.DOTALL),
        Words(en="a ) is missing", ja=") が足りません"),
    ),
    (
        re.compile(r"unexpected \)(?:: (.*))?", re.DOTALL),
        Words(en="there is a ) too many", ja="余分な ) があります"),
    ),
    (
        re.compile(r"no argument for repetition operator: (.*)", re.DOTALL),
        Words(
            en="{part} has nothing before it to repeat",
            ja="{part} の前に繰り返す対象がありません",
        ),
    ),
    (
        re.compile(r"bad repetition operator: (.*)", re.DOTALL),
        Words(en="{part} repeats a repetition", ja="{part} は繰り返しを重ねています"),
    ),
    (
        re.compile(r"invalid repetition size: (.*)", re.DOTALL),
        Words(
            en="{part} makes more than 1,000 repetitions",
            ja="{part} で繰り返しが 1,000 回を超えます",
        ),
    ),
    (
        re.compile(r"invalid character class range: (.*)", re.DOTALL),
        Words(en="{part} is no range of characters", ja="{part} は文字の範囲として読めません"),
    ),
    (
        re.compile(r"trailing \\.*", re.DOTALL),
        Words(en="it ends with a single \\", ja="末尾に \\ が1つ余っています"),
    ),
    (
        re.compile(r"pattern too large.*", re.DOTALL),
        Words(en="it is too large", ja="大きすぎます"),
    ),
)


class Settings(NamedTuple):
    """`latin1`: bytes are compared as they are, whatever they encode."""

    ignore_case: bool = False
    latin1: bool = False
    literal: bool = False


class Searcher:
    """A pattern to be found in bytes, never across the end of a line."""

    def __init__(self, pattern: bytes, settings: Settings) -> None:
        compiled = re2.compile(pattern, _options(settings))
        # The wrapper's own search makes four objects for each hit, which is most of the time
        # that a search for a plain word takes.
        self._match, self._anywhere = compiled._regexp.Match, re2._Anchor.UNANCHORED

    def span(self, block: bytes | bytearray, at: int, end: int) -> tuple[int, int]:
        """Begin and end of the first match; (-1, -1) if there is none."""
        found: tuple[int, int] = self._match(self._anywhere, block, at, end)[0]
        return found


@lru_cache(1024)
def searcher(pattern: bytes, settings: Settings = Settings()) -> Searcher:
    """Raises re2.error for what the engine does not know."""
    return Searcher(pattern, settings)


def for_all(pattern: bytes, settings: Settings = Settings()) -> Searcher | None:
    """Return one searcher of several patterns, each of which is known; None if they are too
    large together."""
    try:
        return searcher(pattern, settings)
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


def quoted(text: bytes) -> bytes:
    """Return a pattern that finds just that."""
    found: bytes = re2.escape(text)
    return found


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


def _reason(error: re2.error) -> Words:
    given = error.args[0] if error.args else b""
    said = given.decode("utf-8", "replace") if isinstance(given, bytes) else str(given)
    for form, words in REASONS:
        if found := form.match(said):
            part = (found[1] if form.groups else "") or ""
            return words.fill(part=part[:50])
    return plain(said[:100])
