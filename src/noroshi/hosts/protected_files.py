"""Refuse files that no definition may read: Noroshi's own, and what the kernel makes up.

A file is judged once it is open, by what it is: a path can be spelled in many ways, lead through
links, and name another file a moment later.
"""

from __future__ import annotations

import ctypes
import lzma
import os
import platform
import sys
import zlib
from bz2 import BZ2Decompressor
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from noroshi.core.message_error import MessageError
from noroshi.core.translation import _
from noroshi.hosts.archives import BLOCK, is_archive
from noroshi.system.shared_files import read_at
from noroshi.vault.passphrase import HEAD as SEALED_KEY

HEADS = (
    b"SQLite format 3\0",
    b"\x37\x7f\x06\x82",  # a write-ahead log, which holds pages of the store, in either order
    b"\x37\x7f\x06\x83",
    b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7",  # a rollback journal
    SEALED_KEY,
)
"""The first bytes of a store, a backup of it, and what SQLite lays beside it
(https://sqlite.org/fileformat.html), and of a key that left the machine. Nobody needs to follow
the lines of another program's database either."""
LONGEST = max(BLOCK, *map(len, HEADS))
PACKED = 1 << 20  # bytes; bzip2 gives nothing before a whole block of up to 900,000 is there
PACKERS: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\x1f\x8b", lambda data: zlib.decompressobj(wbits=31).decompress(data, LONGEST)),
    (b"BZh", lambda data: BZ2Decompressor().decompress(data, LONGEST)),
    (b"\xfd7zXZ\0", lambda data: lzma.LZMADecompressor().decompress(data, LONGEST)),
    (b"]\0\0", lambda data: lzma.LZMADecompressor().decompress(data, LONGEST)),
)
LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
STATFS = getattr(LIBC, "fstatfs64", None) or getattr(LIBC, "fstatfs", None)
KERNEL_FOLDERS = ("/proc/", "/sys/")
KERNEL_FILE_SYSTEMS = frozenset(
    {
        0x9FA0,  # proc
        0x62656572,  # sysfs
        0x64626720,  # debugfs
        0x74726163,  # tracefs
        0x27E0EB,  # cgroup
        0x63677270,  # cgroup2
        0x62656570,  # configfs
        0x73636673,  # securityfs
        0xF97CFF8C,  # selinuxfs
        0x43415D53,  # smackfs
        0x5A3C69F0,  # apparmorfs
        0xCAFE4A11,  # bpf
        0x6165676C,  # pstore
        0xDE5E81E4,  # efivarfs
        0x42494E4D,  # binfmt_misc
        0x7655821,  # resctrl
        0x6E736673,  # nsfs
        0x19800202,  # mqueue
        0xABBA1974,  # xenfs
        0x5345434D,  # secretmem
    }
)
"""Numbers of virtual file systems (linux/magic.h, statfs(2))."""

OWN_FILE = _(
    "it is a Noroshi file that holds or protects secrets: definitions must not read it"
)
A_STORE = _(
    "it is an SQLite database, as Noroshi's store and backups are: definitions must not read it"
)
AN_ARCHIVE = _(
    "the file is an archive, or compressed in an unsupported format, and might contain a "
    "copy of Noroshi's store. A log must be text, or text rotated into .gz, .bz2 or .xz"
)
OF_THE_KERNEL = _(
    "the kernel generates its content: it is not a log, and definitions must not read it"
)


class ClosedFile(MessageError, OSError):
    """Refuse a file that no definition may read; `words` say why."""


def refuse_closed(handle: int, own_paths: Iterable[Path]) -> None:
    """Raise ClosedFile for an open file that no definition may read."""
    if any(_is_same(path, handle) for path in own_paths):
        raise ClosedFile(OWN_FILE)
    if _is_of_the_kernel(handle):
        raise ClosedFile(OF_THE_KERNEL)
    _refuse_by_content(handle)


def _refuse_by_content(handle: int) -> None:
    raw = read_at(handle, LONGEST, 0)
    head = _unpacked(raw, handle)
    if head.startswith(HEADS):
        raise ClosedFile(OWN_FILE if head.startswith(SEALED_KEY) else A_STORE)
    # Of what is being packed just now, nothing may come out yet.
    if is_archive(head) and not (head == raw and _unpacker(raw)):
        raise ClosedFile(AN_ARCHIVE)


def _is_same(path: Path, handle: int) -> bool:
    """Compare files by device and inode, whatever link or name led to them."""
    with suppress(OSError):  # it is not there
        return os.path.samestat(path.stat(), os.fstat(handle))
    return False


def _is_of_the_kernel(handle: int) -> bool:
    """Return True for a file of the kernel: by its file system; by its real path too, as a
    container may have files of lxcfs there."""
    if sys.platform != "linux":
        return False
    target = str(Path(f"/proc/self/fd/{handle}").readlink())
    return target.startswith(KERNEL_FOLDERS) or _file_system(handle) in KERNEL_FILE_SYSTEMS


class _Statfs(ctypes.Structure):
    """Lay out a struct statfs: only the first field is read; the whole has 120 bytes at
    most."""

    _fields_ = (
        ("type", ctypes.c_uint if platform.machine() == "s390x" else ctypes.c_long),
        ("rest", ctypes.c_byte * 248),
    )


def _file_system(handle: int) -> int:
    """Return the number of a file system; Python's own os.fstatvfs leaves it out."""
    status = _Statfs()
    if STATFS is not None and STATFS(handle, ctypes.byref(status)) != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return int(status.type) & 0xFFFFFFFF


def _unpacked(raw: bytes, handle: int) -> bytes:
    """Return the beginning of a file's content, unpacked: a packed backup is a backup, too."""
    if unpack := _unpacker(raw):
        with suppress(OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
            return unpack(read_at(handle, PACKED, 0))
    return raw


def _unpacker(raw: bytes) -> Callable[[bytes], bytes] | None:
    return next((unpack for mark, unpack in PACKERS if raw.startswith(mark)), None)
