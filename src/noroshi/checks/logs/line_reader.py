"""Reading on in an open file, in whole lines: what is not a whole line yet waits for its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from noroshi.checks.logs.encodings import Codec

LONGEST = 1 << 20
"""Bytes of a line; what is longer counts as a line once, by its beginning."""
LinesHandler = Callable[[bytearray, int, int], None]


@dataclass(frozen=True, slots=True)
class Place:
    """The place in a file where the next line begins; `is_cut`: in the midst of a line that was
    too long, whose rest is passed over. `has_more`: there is more to read."""

    offset: int
    is_cut: bool = False
    has_more: bool = False


def read_on(
    file: BinaryIO,
    place: Place,
    codec: Codec,
    max_bytes: int,
    handle_lines: LinesHandler,
    *,
    final: bool = False,
    enough: Callable[[], bool] = lambda: False,
) -> Place:
    """Hand on the lines from a place on; where it ended.

    About `max_bytes` bytes of them, and no more once it is `enough`; at least some. `final`: nobody
    writes to it any more, so that its end ends the last line too.
    """
    buffer, filled = bytearray(LONGEST), 0
    view = memoryview(buffer)
    file.seek(place.offset)
    place, limit = replace(place, has_more=False), place.offset + max_bytes
    while count := _fill(file, view[filled:]):
        filled += count
        consumed, place = _hand_on(buffer, filled, place, codec, handle_lines)
        buffer[: filled - consumed] = buffer[consumed:filled]
        filled -= consumed
        if place.offset >= limit or enough():
            return replace(place, has_more=True)
    if final and filled:
        if not place.is_cut:
            handle_lines(buffer, 0, filled)
        place = Place(place.offset + filled)
    return place


def last_line(file: BinaryIO, size: int, codec: Codec) -> int:
    """Return where the last line of a file begins that has not ended yet; its size if there is
    none."""
    start = max(0, size - LONGEST)
    start -= start % 2
    file.seek(start)
    block = bytearray(LONGEST + 1)
    filled = min(_fill(file, memoryview(block)), size - start)
    end = codec.last_end(block, filled)
    return start + end if end or start == 0 else size


def _hand_on(
    buffer: bytearray, filled: int, place: Place, codec: Codec, handle_lines: LinesHandler
) -> tuple[int, Place]:
    """Return how many bytes of the buffer were used, and the place behind them."""
    end = codec.last_end(buffer, filled)
    if end:
        start = codec.first_end(buffer, end) if place.is_cut else 0
        if start < end:
            handle_lines(buffer, start, end)
        return end, Place(place.offset + end)
    if filled < len(buffer):
        return 0, place
    end = codec.whole_units(filled)
    if not place.is_cut and buffer.count(0) == filled:
        return end, Place(place.offset + end)  # a hole, and no part of the line behind it
    if not place.is_cut:
        handle_lines(buffer, 0, end)
    return end, Place(place.offset + end, is_cut=True)


def _fill(file: BinaryIO, view: memoryview) -> int:
    """Fill it as far as the file reaches: 0 at its end."""
    filled = 0
    while filled < len(view):
        count = file.readinto(view[filled:])  # type: ignore[attr-defined]  # what we open has it
        if not count:
            break
        filled += count
    return filled
