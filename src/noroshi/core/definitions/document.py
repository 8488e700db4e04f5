"""Hold one definition as it is stored."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """Hold one definition as it is stored: `key` is "type/name", `body` is canonical JSON."""

    key: str
    body: str
