"""Name the levels, when a rule notifies, and why it notified or did not."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum


class Level(Enum):
    """The severity of a state. Not an IntEnum: UNKNOWN is no number between two others."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"

    @classmethod
    def worst(cls, levels: Iterable[Level]) -> Level:
        return max(levels, key=SEVERITY.index, default=cls.OK)

    @property
    def severity(self) -> int:
        return SEVERITY.index(self)


SEVERITY = (Level.OK, Level.WARNING, Level.UNKNOWN, Level.CRITICAL)


class RuleTrigger(Enum):
    """The turns of an item on which a rule notifies, as long as the level is one it asks for."""

    CHANGE = "change"
    """When the level changes."""
    EACH = "each"
    """At each measurement."""
    FIRST = "first"
    """Once in a problem, whatever its level becomes."""
    NTH = "nth"
    """Once in a problem, at the n-th measurement that finds it so."""


class Reason(Enum):
    """The reason why a rule notified or did not: one for every decision. The values are stored."""

    NEW_LEVEL = "new-level"
    """The level changed."""
    NEW_CAUSE = "new-cause"
    """The level is the same, but another reading stands behind it."""
    RECOVERED = "recovered"
    """The item recovered."""
    ENDED = "ended"
    """The watch ended during a problem: whether the item recovered is not known."""
    REPEAT = "repeat"
    """The problem lasts, and the repeat interval has passed."""
    FOUND_AGAIN = "found-again"
    """A check found again what it looks for."""
    EACH_TIME = "each-time"
    """A measurement found the problem again, and the rule asks for each time."""
    NTH_TIME = "nth-time"
    """The problem was found as many times in a row as the rule asks for."""
    OVERDUE = "overdue"
    """The problem lasts, and nobody has been told of it yet."""
    AFTER_SILENCE = "after-silence"
    """A silence or maintenance is over, and it is still so."""
    RECOVERED_MEANWHILE = "recovered-meanwhile"
    """A silence or maintenance is over, and it recovered meanwhile."""
    NOT_ASKED = "not-asked"
    """The rule does not ask for this level."""
    NOT_YET = "not-yet"
    """The problem has not been found as many times in a row as the rule asks for."""
    NEVER_TOLD = "never-told"
    """The item recovered, but nobody had been told of the problem."""
    PASSED = "passed"
    """Nothing more was found; what was found has no end to be told of."""
    TOO_SOON = "too-soon"
    """The problem lasts, and it is not yet time to repeat it."""
    ENOUGH = "enough"
    """The problem was told as many times as the rule allows."""
    SILENCED = "silenced"
    """A person silenced it."""
    MAINTENANCE = "maintenance"
    """Planned work is under way."""
    ACKNOWLEDGED = "acknowledged"
    """A person has it."""
    SETTING_UP = "setting-up"
    """The item is new, and whoever sets it up has time to finish; it is told afterwards."""
    HOST_DOWN = "host-down"
    """The host or monitor that it depends on is down, and the alarm of that one stands for
    both."""

    @property
    def notifies(self) -> bool:
        return self in NOTIFYING


NOTIFYING = frozenset(
    {
        Reason.NEW_LEVEL,
        Reason.NEW_CAUSE,
        Reason.RECOVERED,
        Reason.ENDED,
        Reason.REPEAT,
        Reason.FOUND_AGAIN,
        Reason.EACH_TIME,
        Reason.NTH_TIME,
        Reason.OVERDUE,
        Reason.AFTER_SILENCE,
        Reason.RECOVERED_MEANWHILE,
    }
)
SUPPRESSED = frozenset({Reason.SILENCED, Reason.MAINTENANCE})
"""Reasons for which nothing was told for a while; what there was to tell is told afterwards."""
