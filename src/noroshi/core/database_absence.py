"""Decide whether a node that cannot reach the database keeps monitoring, and whether it may notify.

If this node alone is cut off, the others soon have its monitors. If no node has the database, nobody
else monitors them or notifies of them. Only the other nodes can tell the two cases apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

LEASE = 9.0
"""Seconds after a renewal, from which on another node may take the monitors; earlier, if the database
has lost the connections of this node."""
SAFE_LEASE = LEASE - 1.0
"""Seconds after a renewal was sent, within which no other node can have the monitors of one that is
still connected. One that is cut off measures for that long beside the node that took them."""
STANDBY_TAKEOVER = 30.0
"""Seconds within which a standby of the database takes over, or the database restarts. Until then
nobody is notified past the queue: the queue will do it."""
PEER_PATIENCE = 60.0
"""Seconds after which a node that does not answer is no longer waited for."""


class PeerAnswer(Enum):
    """Name the answer of another node to the question whether it has the database."""

    HAS_IT = "has it"
    LACKS_IT = "lacks it"


class AbsenceReason(Enum):
    """Name the reason for the conduct of a node without the database."""

    HELD = "its lease is still in force"
    NOBODY_TO_ASK = "it knows no other node that it could ask"
    ASKING = "it has not asked the other nodes yet"
    CUT_OFF = "another node has the database"
    TAKEN_OVER = "another node had the database after the lease was over, and has its monitors"
    NOBODY_HAS_IT = "no other node has the database"
    NO_ANSWER = "not all other nodes answer, and none has the database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Hold what a node knows while its renewals fail. `seconds`: since it sent the last good one.
    `can_ask`: it has a link to other nodes. `peers`: the other nodes that lived at that renewal.
    `peer_answers`: their last answers; None: it has not asked since the failure, or since it stood
    still. `was_taken_over`: another node had the database once this node's lease was over.
    `silence`: seconds since the last answer of any node."""

    seconds: float
    can_ask: bool
    peers: frozenset[str] = frozenset()
    peer_answers: Mapping[str, PeerAnswer] | None = None
    was_taken_over: bool = False
    silence: float = 0.0


@dataclass(frozen=True, slots=True)
class Conduct:
    """Hold whether a node monitors, and whether it may send alarms past the queue."""

    monitors: bool
    notifies: bool
    reason: AbsenceReason


def conduct_in(absence: Absence) -> Conduct:
    """Return the conduct of a node that cannot reach the database."""
    if not absence.can_ask or not absence.peers:
        return Conduct(True, True, AbsenceReason.NOBODY_TO_ASK)
    if absence.seconds < SAFE_LEASE:
        return Conduct(True, False, AbsenceReason.HELD)
    if absence.peer_answers is None:
        return Conduct(False, False, AbsenceReason.ASKING)
    if PeerAnswer.HAS_IT in absence.peer_answers.values():
        return Conduct(False, False, AbsenceReason.CUT_OFF)
    if absence.was_taken_over and (absence.peer_answers or absence.silence < PEER_PATIENCE):
        return Conduct(False, False, AbsenceReason.TAKEN_OVER)
    return _conduct_without_it(absence, absence.peer_answers)


def _conduct_without_it(absence: Absence, answers: Mapping[str, PeerAnswer]) -> Conduct:
    """Return the conduct if no node that answers has the database."""
    if absence.peers <= answers.keys():
        return Conduct(True, absence.seconds >= STANDBY_TAKEOVER, AbsenceReason.NOBODY_HAS_IT)
    return Conduct(True, absence.seconds >= PEER_PATIENCE, AbsenceReason.NO_ANSWER)
