"""Find the self-contained file from which other servers install Noroshi."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import noroshi
from noroshi.link.install_line import FILE


def find_install_file(home: Path) -> Path | None:
    """Return the first that is there: in the home folder, that of which this process was started, or
    the one that a checkout built; None: there is none."""
    return next((path for path in _candidates(home) if path.is_file()), None)


def _candidates(home: Path) -> Iterator[Path]:
    yield home / FILE
    if started_from := os.environ.get("PEX", ""):
        yield Path(started_from)
    yield Path(sys.prefix).parent / FILE
    yield Path(noroshi.__file__).parents[2] / "dist" / FILE
