"""Find the lines of a block that fulfil an expression, without looking at every line.

A word is searched in the bytes as they are, and only the lines it is in are decoded: that is
what makes it as fast as grep. In CP932 the second byte of a character may look like the
beginning of another (0x5C, or any letter), so a hit counts only where characters begin.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from noroshi.checks.logs.encodings import Codec, spelled
from noroshi.checks.logs.filters import Expression, Group, Leaf
from noroshi.checks.logs.patterns import Searcher, Settings, for_all, quoted
from noroshi.core.model import LONGEST_LINE, MOST_LINES

WINDOW = 64 * 1024
"""Bytes that a pattern is searched in at a time: the engine holds all else up meanwhile."""
BELOW_ALL_LEADS = 0x40
"""No byte below it is part of a character of several bytes, in any encoding we know."""
LEADS = frozenset([*range(0x81, 0xA0), *range(0xE0, 0xFD)])
"""Of CP932: the first bytes of characters of two."""
NEEDS_OWN_PATTERN = re.compile(r"\\[AzZQ]|\(\?[a-zA-Z]*-")
"""Parts of a pattern that would mean another thing in the midst of other lines."""
HOLES = re.compile(rb"^\0+", re.MULTILINE)
"""Zero bytes before a line: what a program that does not append leaves when its log is truncated
under it, and what a power failure leaves. They are no part of the line."""
UTF8 = Codec("utf-8")
SHOWN = {code: 0x2400 + code for code in range(32) if code != 9} | {127: 0x2421}
SHOWN |= dict.fromkeys(range(0x80, 0xA0), 0xFFFD)


Sure = Callable[[bytearray, int, int], bool]
"""Tells of a block, a hit and where its lines begin whether the line holds by this hit alone."""


class Found:
    """The number of lines that were found, and the first of them as text that any screen can
    show."""

    def __init__(self) -> None:
        self.count = 0
        self.lines = list[str]()

    def add(self, line: bytes) -> None:
        """Add one more line, in UTF-8; None of its bytes can do harm on a terminal."""
        self.count += 1
        if len(self.lines) < MOST_LINES:
            self.lines.append(shown(line))

    def merge(self, other: Found) -> None:
        self.count += other.count
        self.lines += other.lines[: MOST_LINES - len(self.lines)]


class Matcher:
    """Looks for an expression in blocks of whole lines of one encoding."""

    def __init__(self, expression: Expression, codec: Codec) -> None:
        self._expression, self._codec = expression, codec
        self._narrow = UTF8 if codec.wide else codec
        words = _words(expression)
        self._is_sure: Sure = _never
        self._words: Searcher | None = None
        self._pattern: Searcher | None = None
        if words:
            self._words = _for_words(words, self._narrow.codecs)
        if self._words is not None:
            if _is_words_alone(expression):
                self._is_sure = _sure_in(self._narrow, all(word.isascii() for word in words))
        elif (pattern := _pattern(expression)) is not None:
            self._pattern = for_all(b"(?m:" + pattern + b")")

    def scan(self, block: bytearray, start: int, end: int, found: Found) -> None:
        """Add all lines between two offsets (which are not the same) that fulfil it."""
        if self._codec.wide:
            block = bytearray(self._codec.utf8(bytes(block[start:end])))
            start, end = 0, len(block)
        if self._words is not None:
            self._scan_words(self._words, block, start, end, found)
            return
        text = self._narrow.utf8(bytes(block[start:end])).replace(b"\r\n", b"\n")
        if b"\0" in text:
            text = HOLES.sub(b"", text)
        if self._pattern is not None:
            self._scan_pattern(self._pattern, text, found)
        else:
            self._scan_all(text, found)

    def _scan_words(
        self, words: Searcher, block: bytearray, first: int, end: int, found: Found
    ) -> None:
        # The loop that all the speed hangs on: nothing is copied unless it must be seen.
        is_sure, is_full = self._is_sure, len(found.lines) == MOST_LINES
        for begin, stop in words.spans(block, first, end):
            if is_full and is_sure(block, begin, first):
                found.count += 1
                continue
            line = self._line(block, block.rfind(b"\n", first, begin) + 1 or first, stop)
            if self._expression.holds(line):
                found.add(line)
                is_full = len(found.lines) == MOST_LINES

    def _line(self, block: bytearray, start: int, stop: int) -> bytes:
        line = self._narrow.utf8(bytes(block[start:stop]))
        return line.lstrip(b"\0").removesuffix(b"\r")

    def _scan_pattern(self, pattern: Searcher, text: bytes, found: Found) -> None:
        for start, end in _windows(text):
            behind = start - 1
            for begin, stop in pattern.spans(text, start, end):
                if begin <= behind or begin >= end:
                    continue  # nothing, at a line's end; or more of a line that was read
                behind = text.find(b"\n", stop, end)  # a match ends at what is no UTF-8
                behind = end if behind < 0 else behind
                line = text[text.rfind(b"\n", 0, begin) + 1 : behind].removesuffix(b"\r")
                if self._expression.holds(line):
                    found.add(line)

    def _scan_all(self, text: bytes, found: Found) -> None:
        holds = self._expression.holds
        for line in text.removesuffix(b"\n").split(b"\n"):
            if holds(line):
                found.add(line)


@lru_cache(256)
def matcher(expression: Expression, codec: Codec) -> Matcher:
    """Return one matcher for each expression and encoding."""
    return Matcher(expression, codec)


def shown(line: bytes) -> str:
    """Return a line as it may stand in a mail or on a terminal, control characters made
    visible."""
    text = line[: 4 * LONGEST_LINE].decode("utf-8", "replace")
    return text[:LONGEST_LINE].translate(SHOWN)


def _sure_in(codec: Codec, is_ascii: bool) -> Sure:
    """Return what tells, in an encoding, whether a hit of a word is one without decoding."""
    match codec.name:
        case "utf-8":
            return _always  # no character's bytes are found within another's
        case "cp932":
            return _begins_character
        case "auto":
            return _is_at_border if is_ascii else _never
    return _is_at_border


def _never(_block: bytearray, _begin: int, _first: int) -> bool:
    return False


def _always(_block: bytearray, _begin: int, _first: int) -> bool:
    return True


def _is_at_border(block: bytearray, begin: int, first: int) -> bool:
    return begin == first or block[begin - 1] < BELOW_ALL_LEADS


def _begins_character(block: bytearray, begin: int, first: int) -> bool:
    """Return whether a character of CP932 begins there: what is no lead byte ends one, and of
    the lead bytes between it and here each second one is the other half of the one before."""
    at = begin - 1
    if at < first or block[at] not in LEADS:
        return True
    while at >= first and block[at] in LEADS:
        at -= 1
    return (begin - at) % 2 == 1


def _windows(text: bytes) -> Iterator[tuple[int, int]]:
    """Yield parts of whole lines; a line longer than a window is a part of its own."""
    at = 0
    while at < len(text):
        end = text.rfind(b"\n", at, at + WINDOW) + 1
        if not end:
            end = text.find(b"\n", at) + 1 or len(text)
        yield at, end
        at = end


def _words(expression: Expression) -> tuple[str, ...]:
    """Return plain words of which every line that fulfils the expression has one; () if none
    are."""
    if isinstance(expression, Leaf):
        plain = not (expression.is_pattern or expression.negated or expression.ignore_case)
        return (expression.text,) if plain else ()
    found = [_words(part) for part in expression.parts]
    if expression.every:
        # The longest is likely the rarest.
        return max(found, key=lambda words: min(map(len, words), default=0))
    return sum(found, ()) if all(found) else ()


def _pattern(expression: Expression) -> bytes | None:
    """Return a pattern that matches in every line that fulfils the expression; None if none
    does."""
    if isinstance(expression, Leaf):
        return None if expression.negated else _leaf_pattern(expression)
    found = [_pattern(part) for part in expression.parts]
    known = [pattern for pattern in found if pattern is not None]
    if expression.every:
        return known[0] if known else None
    return b"|".join(known) if len(known) == len(found) else None


def _leaf_pattern(leaf: Leaf) -> bytes | None:
    text = leaf.text.encode()
    if not leaf.is_pattern:
        text = quoted(text)
    elif NEEDS_OWN_PATTERN.search(leaf.text):
        return None
    return b"(?i:" + text + b")" if leaf.ignore_case else b"(?:" + text + b")"


def _for_words(words: tuple[str, ...], codecs: tuple[str, ...]) -> Searcher | None:
    """Return a searcher for the words. A word that an encoding cannot write is not in a line of
    that encoding."""
    found = {encoded for word in words for name in codecs if (encoded := spelled(word, name))}
    if not found:
        found = {word.encode() for word in words}
    pattern = b"|".join(map(quoted, sorted(found)))
    return for_all(pattern, Settings(latin1=True))


def _is_words_alone(expression: Expression) -> bool:
    """Return whether having one of the words is all that is asked."""
    if isinstance(expression, Group):
        return not expression.every and all(map(_is_words_alone, expression.parts))
    return True
