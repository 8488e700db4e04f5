"""Days of end that somebody writes down for a secret, though they are over already."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from noroshi.core.definitions.accounts import ENDS, OVER, end_of, is_over
from noroshi.core.definitions.problems import Problem
from noroshi.definitions import content
from noroshi.ports import Document


def days_over(
    made: Mapping[str, Document], known: Mapping[str, Document], now: datetime
) -> Iterator[Problem]:
    """Of what is changed: the day of a secret that has ended meanwhile may stay."""
    for key, one in made.items():
        if not key.startswith("accounts/"):
            continue
        said, before = content(one), content(known[key]) if key in known else {}
        for field in ENDS:
            day = said.get(field)
            ends = end_of(day) if isinstance(day, str) and day != before.get(field) else None
            if ends and is_over(ends, now):
                yield Problem(f"{key}.toml: {field}", OVER.fill(day=day))
