"""Hold how the link to the hub is, for people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from noroshi.agent.link_state import LinkReason
from noroshi.core.definitions.problems import Problem
from noroshi.core.translation import NOTHING, Message, _


class LinkPhase(Enum):
    """Name how the link is."""

    STOPPED = "stopped"
    """No node runs, or it has no hub."""
    CONNECTING = "connecting"
    LINKED = "linked"
    AWAY = "away"
    """The hub is not reached, or does not answer as it should."""
    REMOVED = "removed"
    CLONED = "cloned"
    OTHER_VERSION = "other-version"


PHASES = {
    LinkReason.STARTED: LinkPhase.CONNECTING,
    LinkReason.NO_NEWS: LinkPhase.LINKED,
    LinkReason.NEW_CONFIGURATION: LinkPhase.LINKED,
    LinkReason.KEY_DUE: LinkPhase.LINKED,
    LinkReason.HUB_BUSY: LinkPhase.AWAY,
    LinkReason.NOT_REACHED: LinkPhase.AWAY,
    LinkReason.REMOVED: LinkPhase.REMOVED,
    LinkReason.CLONED: LinkPhase.CLONED,
    LinkReason.OTHER_VERSION: LinkPhase.OTHER_VERSION,
    LinkReason.KEY_UNKNOWN: LinkPhase.AWAY,
    LinkReason.REFUSED: LinkPhase.AWAY,
}
"""The phase that each reason means; a stale stamp means none."""


TURNED_AWAY = frozenset({LinkPhase.REMOVED, LinkPhase.CLONED, LinkPhase.OTHER_VERSION})
"""The phases that end only if a person does something."""
NO_AGENT_NOW = _("The hub currently refuses this server: {why}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkStatus:
    """Hold the phase of the link, since when, and what is wrong. `clock_offset` is this
    computer's clock less the hub's; None: not known. `problems` are why the hub's newest
    configuration is not in force."""

    phase: LinkPhase = LinkPhase.STOPPED
    phase_since: datetime | None = None
    trouble: Message = NOTHING
    last_contact: datetime | None = None
    clock_offset: timedelta | None = None
    problems: tuple[Problem, ...] = ()

    def own_trouble(self) -> Message | None:
        """Return what a person of this node must do something about; None if there is nothing."""
        if self.phase not in TURNED_AWAY:
            return None
        return NO_AGENT_NOW.fill(why=self.trouble)
