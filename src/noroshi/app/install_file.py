"""Find the files from which other servers install Noroshi."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import noroshi
from noroshi.link.install_line import FILE, WINDOWS_FILE


def find_install_file(home: Path) -> Path | None:
    """Return the first that is there: in the home folder, that of which this process was started, or
    the one that a checkout built; None: there is none."""
    return next((path for path in _candidates(home) if path.is_file()), None)


def _candidates(home: Path) -> Iterator[Path]:
    yield home / FILE
    if started_from := os.environ.get("PEX", ""):
        yield Path(started_from)
    yield Path(sys.prefix).parent / FILE
    yield _built_in_checkout(FILE)


def find_windows_installer(home: Path) -> Path | None:
    """Return the installer for Windows: in the home folder, or the one that a checkout built; None:
    there is none."""
    places = (home / WINDOWS_FILE, _built_in_checkout(WINDOWS_FILE))
    return next((path for path in places if path.is_file()), None)


def _built_in_checkout(name: str) -> Path:
    return Path(noroshi.__file__).parents[2] / "dist" / name
