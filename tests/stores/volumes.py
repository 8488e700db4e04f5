"""Real small volumes to fill up: a tmpfs, and an ext4 that can be broken.

They are mounted, so these tests are run as root; `unshare -Urm` makes one of anybody for the tmpfs.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

MIB = 1 << 20
LOCKER = """
import sys
from pysqlite3 import dbapi2 as driver
db = driver.connect(sys.argv[1], isolation_level=None)
db.execute("begin immediate")
print("locked", flush=True)
sys.stdin.read()
db.execute("rollback")
"""
"""A program that holds a lock on a store until its input ends."""


def run(*argv):
    subprocess.run(argv, check=True, capture_output=True)


@contextmanager
def tmpfs(folder: Path, size: int):
    """A volume of that many MiB at a folder."""
    folder.mkdir()
    run("mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        run("umount", "-l", str(folder))


@contextmanager
def ext4(folder: Path, size: int):
    """A real file system in a file, which `breaks` can make read-only as a bad disk does."""
    image = folder.with_suffix(".image")
    with image.open("wb") as file:
        file.truncate(size * MIB)
    folder.mkdir()
    run("mkfs.ext4", "-q", "-m", "0", str(image))
    run("mount", "-o", "loop", str(image), str(folder))
    try:
        yield folder
    finally:
        run("umount", "-l", str(folder))


def breaks(folder: Path) -> None:
    """What the kernel does with a file system whose disk answers with errors."""
    run("mount", "-o", "remount,abort", str(folder))


def mended(folder: Path) -> None:
    """Another disk with what the broken one held, looked through and mounted in its place.

    A copy of it: whatever process was started meanwhile may hold on to the broken mount.
    """
    image, other = folder.with_suffix(".image"), folder.with_suffix(".other")
    run("umount", str(folder))
    run("cp", "--sparse=always", str(image), str(other))
    subprocess.run(["e2fsck", "-f", "-y", str(other)], check=False, capture_output=True)
    run("mount", "-o", "loop", str(other), str(folder))


def fill(folder: Path, leave: int = 0) -> Path:
    """A file that takes all that is left of a volume, but for so many bytes."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file, suppress(OSError):
        while (left := free(folder) - leave) > 0:
            file.write(bytes(min(left, MIB)))
    return filler


def free(folder: Path) -> int:
    found = os.statvfs(folder)
    return found.f_bavail * found.f_frsize
