"""Normalise what an input method puts into fields: figures of full width, and the marks that
people put between addresses. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from noroshi.web.view.form_operations import number_in

FIGURES = re.compile(r"[-+]?\d+(\.\d+)?|(\d+[dhms])+|\d{1,2}:\d{2}", re.ASCII)
"""A number, a length of time, a time of day."""
BETWEEN = r"\s,，、;；"
"""The marks between the parts of a list, for a class of letters."""
TIMES = frozenset(("every", "timeout", "repeat", "renew_every", "grace", "at"))
"""Settings that are a length of time or times of day."""


def figures(text: str) -> str:
    """Return a number or a time in ASCII; any other text stays as it was typed."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return plain if FIGURES.fullmatch(plain) else text


def typed_number(text: str) -> int | str:
    """Return the number that was typed; other text as it is, as the operation says what is
    wrong."""
    number = number_in(figures(text))
    return text if number is None else number


def addresses(text: str) -> Sequence[str]:
    """Split mail addresses at line ends, commas and the like, and blanks."""
    return [one for one in re.split(f"[{BETWEEN}]+", text) if one]
