"""One definition as it is kept."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """One definition as it is kept: `key` is "type/name", `body` is canonical JSON."""

    key: str
    body: str
