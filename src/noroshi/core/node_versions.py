"""Judge which versions of Noroshi may share a database.

Nodes are updated one after the other, so for a while two versions work side by side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

UNKNOWN = ""
"""The version of a node that is too old to record its version."""
MOST_APART = 1
"""Minor versions that may lie between two nodes on one database."""
Release = tuple[int, int]


def release_of(version: str) -> Release:
    """Return the major and minor number of a version; below all others if it is unknown."""
    numbers = re.match(r"(\d+)\.(\d+)", version)
    return (int(numbers[1]), int(numbers[2])) if numbers else (-1, -1)


def may_share(version: str, other_version: str) -> bool:
    """Return whether nodes of two versions may work on one database."""
    (major, minor), (other_major, other_minor) = map(release_of, (version, other_version))
    return major == other_major and abs(minor - other_minor) <= MOST_APART


def incompatible_versions(version: str, living_versions: Iterable[str]) -> Sequence[str]:
    """Return the versions of living nodes with which this version must not share a database."""
    return sorted({one for one in living_versions if not may_share(version, one)})


def suits(oldest_version: str, version: str) -> bool:
    """Return whether a version works with a step of the schema that it does not know.
    `oldest_version`: the oldest one that does; "": none does."""
    return oldest_version != UNKNOWN and release_of(version) >= release_of(oldest_version)
