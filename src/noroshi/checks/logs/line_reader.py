"""Read on in an open file, in whole lines: an unfinished line waits for its line end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

from noroshi.checks.logs.encodings import Codec

LONGEST = 1 << 20
"""The most bytes of a line; a longer line counts once, by its beginning."""
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
    """Hand on the lines from a place on, and return the place where they end.

    At least some lines are read, about `max_bytes` bytes in all, and no more once `enough`
    returns True. `final`: nobody writes to the file any more, so that the end of the file also
    ends the last line.
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
    """Return the offset of the unfinished last line of a file; the size of the file if the last
    line is finished."""
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
    """Fill the view as far as the file reaches, and return the number of bytes: 0 at the
    end."""
    filled = 0
    while filled < len(view):
        count = file.readinto(view[filled:])  # type: ignore[attr-defined]  # what we open has it
        if not count:
            break
        filled += count
    return filled
