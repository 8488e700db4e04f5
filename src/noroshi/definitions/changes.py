"""What differs between two sets of definitions, value by value, as a person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from noroshi.core.words import Words
from noroshi.ports import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One value that is added (+), removed (-) or changed (~). `place` says which.

    `before` and `after` are as in TOML; "" where there is nothing.
    """

    sign: Literal["+", "-", "~"]
    place: str
    before: str = ""
    after: str = ""

    @property
    def words(self) -> Words:
        """It on one line."""
        raise NotImplementedError


def differences(old: tuple[Document, ...], new: tuple[Document, ...]) -> tuple[Difference, ...]:
    """Documents added and removed; of changed ones each value, of instances by monitor."""
    raise NotImplementedError
