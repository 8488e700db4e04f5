"""Turn the bytes of a log into text: where a line ends, and which encoding it is in.

In UTF-8, CP932 and EUC-JP the byte 0x0A is a line's end and nothing else; in UTF-16 only where
it stands in a unit of its own. A line's end is never looked for in any other way.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["auto", "utf-8", "cp932", "euc-jp", "utf-16", "utf-16-le", "utf-16-be"]
NARROW = {
    "utf-8": ("utf-8",),
    "cp932": ("cp932",),
    "euc-jp": ("euc_jp",),
    # In this order: CP932 takes nearly all EUC-JP for half-width katakana, EUC-JP takes hardly
    # any CP932, and UTF-8 takes neither.
    "auto": ("utf-8", "euc_jp", "cp932"),
}
WIDE = {"utf-16-le": b"\n\0", "utf-16-be": b"\0\n"}
SAMPLE_SIZE = 1024
NEC_ROW = 0xAD
"""The row of NEC's letters in EUC-JP: ①, Ⅱ, ㈱, №. Programs write them, though Python's euc_jp
knows none; Python's euc_jis_2004 has them at the same place."""
CHARACTERS = {
    "cp932": re.compile(rb"[\x81-\x9f\xe0-\xfc][\x40-\x7e\x80-\xfc]"),
    "euc_jp": re.compile(rb"\x8f[\xa1-\xfe]{2}|[\x8e\xa1-\xfe][\xa1-\xfe]"),
}
"""The byte sequences that have the form of a multi-byte character, whether or not such a
character exists."""
STRICT, REPLACE = {"euc_jp": "noroshi-nec"}, dict.fromkeys(CHARACTERS, "noroshi-whole")
BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_LE, "utf-16-le"), (codecs.BOM_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Codec:
    """Hold one file's encoding: `name` is a key of NARROW or of WIDE."""

    name: str

    @property
    def wide(self) -> bool:
        return self.name in WIDE

    @property
    def codecs(self) -> tuple[str, ...]:
        """Return the codecs that a line may be in, as Python calls it."""
        return NARROW.get(self.name, (self.name,))

    def whole_units(self, count: int) -> int:
        """Return so many bytes, less half a unit."""
        return count - count % 2 if self.wide else count

    def last_end(self, block: bytearray, end: int) -> int:
        """Return the place just behind the last end of a line; 0 if there is none."""
        if not self.wide:
            return block.rfind(b"\n", 0, end) + 1
        newline = WIDE[self.name]
        offset = block.rfind(newline, 0, end)
        while offset > 0 and offset % 2:
            offset = block.rfind(newline, 0, offset + 1)
        return offset + 2 if offset >= 0 else 0

    def first_end(self, block: bytearray, end: int) -> int:
        """Return the place just behind the first end of a line; 0 if there is none."""
        if not self.wide:
            return block.find(b"\n", 0, end) + 1
        newline = WIDE[self.name]
        offset = block.find(newline, 0, end)
        while offset > 0 and offset % 2:
            offset = block.find(newline, offset + 1, end)
        return offset + 2 if offset >= 0 else 0

    def utf8(self, block: bytes) -> bytes:
        """Return the lines in UTF-8; what cannot be read becomes U+FFFD, and ends no line."""
        if self.wide:
            return block.decode(self.name, "replace").encode()
        if len(self.codecs) == 1:
            return _decoded_with_replacement(block, self.codecs[0])
        if (text := _decoded_strictly(block, "utf-8")) is not None:
            return text
        return b"\n".join(map(self._line, block.split(b"\n")))

    def _line(self, line: bytes) -> bytes:
        """Decode a line by itself: a file may be written by programs that do not agree on an
        encoding."""
        for name in self.codecs:
            if (text := _decoded_strictly(line, name)) is not None:
                return text
        return line.decode("utf-8", "replace").encode()


def encoded_word(word: str, name: str) -> bytes | None:
    """Return a word in an encoding, as Python calls it; None if it has no bytes for it."""
    try:
        return word.encode(name, STRICT.get(name, "strict"))
    except UnicodeEncodeError:
        return None


def codec_of(encoding: Encoding, head: bytes) -> Codec:
    """Return the encoding of a file that begins so. Without a byte order mark UTF-16 is known
    by the zero bytes that every blank, digit and line's end brings, all on one side."""
    marked_encoding = next((name for bom, name in BOMS if head.startswith(bom)), "")
    if encoding in ("auto", "utf-16") and marked_encoding in WIDE:
        return Codec(marked_encoding)
    if encoding == "utf-16":
        return Codec(_utf16_by_zeros(head[:SAMPLE_SIZE]) or "utf-16-le")
    if encoding == "auto" and (side := _utf16_by_zeros(head[:SAMPLE_SIZE])):
        return Codec(side)
    return Codec(encoding)


def mark_length(codec: Codec, head: bytes) -> int:
    """Return how many bytes of a byte order mark stand before the first line."""
    for bom, name in BOMS:
        if head.startswith(bom) and (name == codec.name or not (name in WIDE or codec.wide)):
            return len(bom)
    return 0


def _utf16_by_zeros(head: bytes) -> str:
    """Return where the zero bytes are: "" if there are few, or they are on both sides."""
    even_zeros, odd_zeros = head[::2].count(0), head[1::2].count(0)
    zeros = max(even_zeros, odd_zeros)
    if not zeros or zeros * 64 < len(head) or min(even_zeros, odd_zeros) * 16 > zeros:
        return ""
    return "utf-16-le" if odd_zeros > even_zeros else "utf-16-be"


def _decoded_strictly(line: bytes, name: str) -> bytes | None:
    try:
        text = line.decode(name, STRICT.get(name, "strict"))
    except UnicodeDecodeError:
        return None
    return line if name == "utf-8" else text.encode()


def _decoded_with_replacement(block: bytes, name: str) -> bytes:
    return (
        _decoded_strictly(block, name)
        or block.decode(name, REPLACE.get(name, "replace")).encode()
    )


def _decode_nec(error: UnicodeError) -> tuple[str | bytes, int]:
    """Decode the characters of NEC_ROW, and no others, for Python's codec."""
    if isinstance(error, UnicodeEncodeError):
        encoded = error.object[error.start].encode("euc_jis_2004")
        if encoded[0] == NEC_ROW:
            return encoded, error.start + 1
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == NEC_ROW:
        end = error.start + 2
        return error.object[error.start : end].decode("euc_jis_2004"), end
    raise error


def _replace_character(error: UnicodeError) -> tuple[str | bytes, int]:
    """Replace the whole of an unknown character by U+FFFD. Python's codecs leave the second
    byte, and then take it and the first byte of the next character for one character."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.encoding in STRICT:
        try:
            return _decode_nec(error)
        except UnicodeError:
            pass  # it is none of these either
    match = CHARACTERS[error.encoding].match(error.object, error.start)
    return "\ufffd", match.end() if match else error.start + 1


codecs.register_error("noroshi-nec", _decode_nec)
codecs.register_error("noroshi-whole", _replace_character)
