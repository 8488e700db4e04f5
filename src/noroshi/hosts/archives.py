"""Archives, and files that are packed in a way that nothing here reads, by how they begin.

A log is text, or text that rotation has packed as .gz, .bz2 or .xz. In anything else a copy of the
store or of a key may lie, and lines of it would be shown.
"""

from __future__ import annotations

import re

BLOCK, SUM = 512, slice(148, 156)
"""The size of a file's header in a tar archive, and the place of the checksum in it (POSIX,
pax)."""
MARKS = re.compile(
    rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"  # zstd, and a frame to skip (RFC 8878)
    rb"|\x04\x22\x4d\x18|\x02\x21\x4c\x18"  # lz4
    rb"|\x1f[\x9d\xa0]|\x1f\x8b"  # compress; gzip, where unpacking has brought it to light
    rb"|BZh[1-9]1AY&SY|\xfd7zXZ\0|LZIP[\x00\x01]|\x89LZO\0|\xff\x06\0\0sNaPpY"
    rb"|PK(?:\x03\x04|\x05\x06|\x07\x08)|7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|!<arch>\n"
    rb"|0707(?:0[12][0-9A-Fa-f]{8}|07[0-7]{6})|(?:\xc7\x71|\x71\xc7)(?=.{0,24}\0)",  # cpio
    re.DOTALL,
)


def is_archive(head: bytes) -> bool:
    """Return True if a file that begins so is an archive, or packed."""
    return MARKS.match(head) is not None or _is_tar(head[:BLOCK])


def _is_tar(head: bytes) -> bool:
    """Return True if the checksum in the header is right, which all forms of tar have, of 1979
    too."""
    checksum = head[SUM].strip(b" \0")
    if len(head) < BLOCK or not re.fullmatch(rb"[0-7]{1,7}", checksum):
        return False
    blanked_head = head[: SUM.start] + b" " * (SUM.stop - SUM.start) + head[SUM.stop :]
    return int(checksum, 8) == sum(blanked_head)
