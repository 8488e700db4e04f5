"""The names under which a log goes on living once it was rotated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import PurePath

PACKED = (".gz", ".bz2", ".xz")
ARCHIVED = (
    ".zst",
    ".zstd",
    ".lz4",
    ".lzo",
    ".lz",
    ".z",
    ".tar",
    ".tgz",
    ".tbz2",
    ".txz",
    ".zip",
    ".7z",
)
"""Files that stand beside logs and are never read."""
TURN = r"[._-](?:old|bak|prev|\d[\d._T:-]*)"
WITHIN = r"(?:\.(?:old|bak|prev|\d[\d._T:-]*)|[_-](?=(?:\D*\d){6})\d[\d._T:-]*)"
"""Before the suffix a dash needs a date behind it: worker-1.log is a worker's own log."""
ENDING = r"(?:\.gz|\.bz2|\.xz)?"
BORDER = re.compile(r"(?<=.)[._-]")
NUMBER = re.compile(r"\d+")


def is_packed(name: str) -> bool:
    return name.endswith(PACKED)


def is_archived(name: str) -> bool:
    """Return True for what no pattern of logs means, though it may match."""
    return name.lower().endswith(ARCHIVED)


def is_rotated(log: str, name: str) -> bool:
    """Return whether a file in the same folder is named as what was rotated out of that log:
    app.log.1, app.log-20260401, app.1.log, app-2026-04-01.log.gz, app.log.old."""
    return name != log and _form(log).fullmatch(name) is not None


def logs_of(name: str) -> Iterator[str]:
    """Return all logs out of which a file may have been rotated, and some more: few to look at,
    where a folder has thousands of files."""
    bare = re.sub(f"{ENDING}$", "", name)
    yield bare
    suffix = PurePath(bare).suffix
    for border in BORDER.finditer(bare):
        stem = bare[: border.start()]
        yield from (stem, stem + suffix)


def age(name: str) -> tuple[int, ...]:
    """Return the age for sorting: of two rotated in the same instant app.log.2 is the older one
    and comes first."""
    return tuple(-int(number) for number in NUMBER.findall(name)[-1:])


@lru_cache(1024)
def _form(log: str) -> re.Pattern[str]:
    path = PurePath(log)
    log_pattern, stem, suffix = re.escape(log), re.escape(path.stem), re.escape(path.suffix)
    return re.compile(f"(?:{log_pattern}(?:{TURN})?|{stem}{WITHIN}{suffix}){ENDING}")
