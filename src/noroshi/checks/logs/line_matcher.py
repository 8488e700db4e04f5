"""Find the lines of a block that fulfil an expression, without looking at every line.

A word is searched in the bytes as they are, and only the lines it is in are decoded: that is
what makes it as fast as grep. In CP932 the second byte of a character may look like the
beginning of another (0x5C, or any letter), so a hit counts only where characters begin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from noroshi.checks.logs.encodings import Codec, encoded_word
from noroshi.checks.logs.filters import Expression, Group, Leaf
from noroshi.checks.logs.patterns import Searcher, Settings, escaped_pattern, line_searcher
from noroshi.core.model import LONGEST_LINE, MOST_LINES

WINDOW = 64 * 1024
"""Bytes that a pattern is searched in at a time: meanwhile the engine of patterns holds all
else up."""
BELOW_ALL_LEADS = 0x40
"""No byte below it is part of a character of several bytes, in any encoding we know."""
LEADS = frozenset([*range(0x81, 0xA0), *range(0xE0, 0xFD)])
"""The first bytes of two-byte characters in CP932."""
NEEDS_OWN_PATTERN = re.compile(r"\\[AzZQ]|\(\?[a-zA-Z]*-")
"""Parts of a pattern that would mean another thing in the midst of other lines."""
ZERO_BYTES = re.compile(rb"^\0+", re.MULTILINE)
"""Zero bytes before a line, which are no part of it: they remain when a log is truncated under
a program that does not append, and after a power failure."""
UTF8 = Codec("utf-8")
VISIBLE_CONTROLS = {code: 0x2400 + code for code in range(32) if code != 9} | {127: 0x2421}
VISIBLE_CONTROLS |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


HitTest = Callable[[bytearray, int, int], bool]
"""Decides whether a hit proves by itself that its line matches, given the block, the beginning
of the hit and the beginning of the line."""


class MatchedLines:
    """The number of lines that were found, and the first of them as text that any screen can
    show."""

    def __init__(self) -> None:
        self.count = 0
        self.lines = list[str]()

    def add(self, line: bytes) -> None:
        """Add one more line, in UTF-8; control characters are replaced, so that the line is
        safe on a terminal."""
        self.count += 1
        if len(self.lines) < MOST_LINES:
            self.lines.append(shown_line(line))

    def merge(self, other: MatchedLines) -> None:
        self.count += other.count
        self.lines += other.lines[: MOST_LINES - len(self.lines)]


class Matcher:
    """Looks for an expression in blocks of whole lines of one encoding."""

    def __init__(self, expression: Expression, codec: Codec) -> None:
        self._expression, self._codec = expression, codec
        self._narrow = UTF8 if codec.wide else codec
        words = _required_words(expression)
        self._is_sure: HitTest = _is_never_sure
        self._words: Searcher | None = None
        self._pattern: Searcher | None = None
        if words:
            self._words = _searcher_of_words(words, self._narrow.codecs)
        if self._words is not None:
            if _is_words_alone(expression):
                self._is_sure = _hit_test(self._narrow, all(word.isascii() for word in words))
        elif (pattern := _required_pattern(expression)) is not None:
            self._pattern = line_searcher(b"(?m:" + pattern + b")")

    def scan(self, block: bytearray, start: int, end: int, matched: MatchedLines) -> None:
        """Add all lines between two offsets (which are not the same) that fulfil it."""
        if self._codec.wide:
            block = bytearray(self._codec.utf8(bytes(block[start:end])))
            start, end = 0, len(block)
        if self._words is not None:
            self._scan_words(self._words, block, start, end, matched)
            return
        text = self._narrow.utf8(bytes(block[start:end])).replace(b"\r\n", b"\n")
        if b"\0" in text:
            text = ZERO_BYTES.sub(b"", text)
        if self._pattern is not None:
            self._scan_pattern(self._pattern, text, matched)
        else:
            self._scan_all(text, matched)

    def _scan_words(
        self, words: Searcher, block: bytearray, start: int, end: int, matched: MatchedLines
    ) -> None:
        # The loop that all the speed hangs on: nothing is copied unless it must be seen.
        is_sure, is_full = self._is_sure, len(matched.lines) == MOST_LINES
        for begin, stop in words.spans(block, start, end):
            if is_full and is_sure(block, begin, start):
                matched.count += 1
                continue
            line = self._line(block, block.rfind(b"\n", start, begin) + 1 or start, stop)
            if self._expression.matches(line):
                matched.add(line)
                is_full = len(matched.lines) == MOST_LINES

    def _line(self, block: bytearray, start: int, stop: int) -> bytes:
        line = self._narrow.utf8(bytes(block[start:stop]))
        return line.lstrip(b"\0").removesuffix(b"\r")

    def _scan_pattern(self, pattern: Searcher, text: bytes, matched: MatchedLines) -> None:
        for start, end in _windows(text):
            line_end = start - 1
            for begin, stop in pattern.spans(text, start, end):
                if begin <= line_end or begin >= end:
                    continue  # nothing, at a line's end; or more of a line that was read
                line_end = text.find(b"\n", stop, end)  # a match ends at what is no UTF-8
                line_end = end if line_end < 0 else line_end
                line = text[text.rfind(b"\n", 0, begin) + 1 : line_end].removesuffix(b"\r")
                if self._expression.matches(line):
                    matched.add(line)

    def _scan_all(self, text: bytes, matched: MatchedLines) -> None:
        matches = self._expression.matches
        for line in text.removesuffix(b"\n").split(b"\n"):
            if matches(line):
                matched.add(line)


@lru_cache(256)
def matcher(expression: Expression, codec: Codec) -> Matcher:
    """Return the matcher for an expression and an encoding; it is made once."""
    return Matcher(expression, codec)


def shown_line(line: bytes) -> str:
    """Return a line as it may stand in a mail or on a terminal, control characters made
    visible."""
    text = line[: 4 * LONGEST_LINE].decode("utf-8", "replace")
    return text[:LONGEST_LINE].translate(VISIBLE_CONTROLS)


def _hit_test(codec: Codec, is_ascii: bool) -> HitTest:
    """Return what tells, in an encoding, whether a hit of a word is one without decoding."""
    match codec.name:
        case "utf-8":
            return _is_always_sure  # no character's bytes are found within another's
        case "cp932":
            return _begins_character
        case "auto":
            return _is_at_border if is_ascii else _is_never_sure
    return _is_at_border


def _is_never_sure(_block: bytearray, _begin: int, _first: int) -> bool:
    return False


def _is_always_sure(_block: bytearray, _begin: int, _first: int) -> bool:
    return True


def _is_at_border(block: bytearray, begin: int, start: int) -> bool:
    return begin == start or block[begin - 1] < BELOW_ALL_LEADS


def _begins_character(block: bytearray, begin: int, start: int) -> bool:
    """Return whether a character of CP932 begins there: what is no lead byte ends one, and of
    the lead bytes between it and here each second one is the other half of the one before."""
    offset = begin - 1
    if offset < start or block[offset] not in LEADS:
        return True
    while offset >= start and block[offset] in LEADS:
        offset -= 1
    return (begin - offset) % 2 == 1


def _windows(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield parts of whole lines; a line longer than a window is a part of its own."""
    start = 0
    while start < len(text):
        end = text.rfind(b"\n", start, start + WINDOW) + 1
        if not end:
            end = text.find(b"\n", start) + 1 or len(text)
        yield start, end
        start = end


def _required_words(expression: Expression) -> tuple[str, ...]:
    """Return plain words of which every line that fulfils the expression has one; () if none
    are."""
    if isinstance(expression, Leaf):
        is_plain = not (
            expression.is_pattern or expression.is_negated or expression.ignore_case
        )
        return (expression.text,) if is_plain else ()
    words_of_parts = [_required_words(part) for part in expression.parts]
    if expression.needs_all:
        # The longest is likely the rarest.
        return max(words_of_parts, key=lambda words: min(map(len, words), default=0))
    return sum(words_of_parts, ()) if all(words_of_parts) else ()


def _required_pattern(expression: Expression) -> bytes | None:
    """Return a pattern that matches in every line that fulfils the expression; None if none
    does."""
    if isinstance(expression, Leaf):
        return None if expression.is_negated else _leaf_pattern(expression)
    patterns = [_required_pattern(part) for part in expression.parts]
    usable_patterns = [pattern for pattern in patterns if pattern is not None]
    if expression.needs_all:
        return usable_patterns[0] if usable_patterns else None
    return b"|".join(usable_patterns) if len(usable_patterns) == len(patterns) else None


def _leaf_pattern(leaf: Leaf) -> bytes | None:
    text = leaf.text.encode()
    if not leaf.is_pattern:
        text = escaped_pattern(text)
    elif NEEDS_OWN_PATTERN.search(leaf.text):
        return None
    return b"(?i:" + text + b")" if leaf.ignore_case else b"(?:" + text + b")"


def _searcher_of_words(words: tuple[str, ...], codecs: tuple[str, ...]) -> Searcher | None:
    """Return a searcher for the words. A word that an encoding cannot write is not in a line of
    that encoding."""
    encoded_words = {
        encoded for word in words for name in codecs if (encoded := encoded_word(word, name))
    }
    if not encoded_words:
        encoded_words = {word.encode() for word in words}
    pattern = b"|".join(map(escaped_pattern, sorted(encoded_words)))
    return line_searcher(pattern, Settings(latin1=True))


def _is_words_alone(expression: Expression) -> bool:
    """Return whether having one of the words is all that is asked."""
    if isinstance(expression, Group):
        return not expression.needs_all and all(map(_is_words_alone, expression.parts))
    return True
