"""Describe a message as the API has it: its text in each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The same sentence in English and in Japanese."""

    en: str
    ja: str
