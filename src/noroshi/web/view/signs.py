"""Give a level its shape and its word, for all that is shown with one."""

from __future__ import annotations

from dataclasses import dataclass

from noroshi.web.view.language import Localizer
from noroshi.web.view.tree import NEW

LEVELS = ("ok", "warning", "critical", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """Hold a shape with its word. `level` is the colour, `mark` the shape."""

    level: str
    mark: str
    word: str


def level_sign(localizer: Localizer, level: str) -> Sign:
    """Return the sign of a level; what is not measured is grey."""
    is_level = level in LEVELS
    mark = level if is_level else "empty" if level == NEW else "paused"
    return Sign(level=level if is_level else "paused", mark=mark, word=localizer.level(level))
