"""A log that a test writes and rotates as programs do, and looks at it as the monitor does."""

from __future__ import annotations

import gzip
import os
import shutil
from pathlib import Path

from noroshi import schema
from noroshi.checks import logfile
from noroshi.checks.logs.bookmarks import Memory, memory_as_json, memory_from_json
from noroshi.hosts.files import LocalFiles
from noroshi.schema import text, value


def options(path, **given):
    given = {"terms": [{"word": "x"}], "encoding": "utf-8", **given}
    return schema.read(logfile.Options, {"path": str(path), **given})


class Log:
    """`write` takes text as it is: a line has ended only with its newline."""

    def __init__(
        self, folder: Path, *, name="app.log", encoding="utf-8", newline="\n", **given
    ):
        self.path, self.encoding, self.newline = folder / name, encoding, newline
        self.options = options(self.path, encoding=encoding, **given)
        self.memory, self.files = Memory(), LocalFiles()
        self.lines, self.hits = [], 0

    def write(self, said: str, path: Path | None = None) -> None:
        self.write_bytes(said.replace("\n", self.newline).encode(self.encoding), path)

    def write_bytes(self, given: bytes, path: Path | None = None) -> None:
        with (path or self.path).open("ab") as file:
            file.write(given)

    def look(self, **given) -> int:
        """How many lines it found; all that it remembers goes through its stored form."""
        look = logfile.look_at(self.files, self.options, self.memory, **given)
        self.fault = look.fault
        self.memory = memory_from_json(value(dict, text(memory_as_json(look.memory))))
        found = [line for log in look.logs.values() for line in log.matched.lines]
        self.behind = sum(log.backlog for log in look.logs.values())
        self.lines += found
        hits = sum(log.matched.count for log in look.logs.values())
        self.hits += hits
        return hits

    def rotated(self, number: int, ending="") -> Path:
        return self.path.with_name(f"{self.path.name}.{number}{ending}")

    def shift(self) -> None:
        """Each rotated file takes the next number, compressed or not."""
        for number in range(40, 0, -1):
            for ending in ("", ".gz"):
                if self.rotated(number, ending).exists():
                    self.rotated(number, ending).rename(self.rotated(number + 1, ending))

    def rename(self, *, recreate=True) -> None:
        self.shift()
        self.path.rename(self.rotated(1))
        if recreate:
            self.path.touch()

    def copy_truncate(self) -> None:
        self.shift()
        shutil.copyfile(self.path, self.rotated(1))
        os.truncate(self.path, 0)

    def compress(self, number: int) -> None:
        """As gzip(1): the time of the last change is kept, the old file goes at the end."""
        plain, packed = self.rotated(number), self.rotated(number, ".gz")
        if plain.exists():
            packed.write_bytes(gzip.compress(plain.read_bytes()))
            its = plain.stat()
            os.utime(packed, ns=(its.st_atime_ns, its.st_mtime_ns))
            plain.unlink()
