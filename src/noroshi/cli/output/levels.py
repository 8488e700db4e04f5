"""Show a level: a mark and a word, so that neither colour nor the mark stands alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from noroshi.core.levels import Level
from noroshi.core.state_names import LEVEL_NAMES
from noroshi.core.translation import Message, _, pgettext
from noroshi.operations.status_answers import MonitorStatus

MARKS = {
    "ok": "○",
    "warning": "▲",
    "critical": "◆",
    "unknown": "▨",
    "new": "·",
    "stopped": "－",
    "ended": "－",
}
NAMES: Mapping[str, Message] = {
    **{level.value: name for level, name in LEVEL_NAMES.items()},
    "new": pgettext("new", "not yet"),
    "stopped": _("stopped"),
    "ended": _("ended"),
}
WORST_FIRST = ("critical", "unknown", "warning", "new", "stopped", "ok")
"""The levels, "new" for what has not been measured yet, and "stopped" for what is not at all."""


def level_text(level: Level | str, language: str) -> str:
    """Return a level, or why there is none, as people read it: ◆ CRITICAL."""
    level = level.value if isinstance(level, Level) else level
    return f"{MARKS[level]} {NAMES[level].say(language)}"


def level_of(monitor: MonitorStatus) -> str:
    """Return the level of a monitor as `status` answers it, or why it has none."""
    if monitor.stopped:
        return "stopped"
    return str(monitor.level.value) if monitor.known else "new"


def tally(levels: Iterable[str], language: str) -> str:
    """Return how many there are of each level, worst first: ◆ CRITICAL 1  ○ OK 11."""
    names = list(levels)
    return "  ".join(
        f"{level_text(level, language)} {names.count(level)}"
        for level in WORST_FIRST
        if level in names
    )
