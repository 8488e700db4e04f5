"""Decide whether a node that does not reach the database monitors on, and whether it may notify without it.

If it alone is cut off, the others have its monitors soon; if nobody has the database, nobody else
monitors them, and nobody else notifies of them. Only the other nodes can tell which of the two it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

LEASE = 9.0
"""Seconds after a renewal from which on another node may take the monitors."""
SURELY_HELD = LEASE - 1.0
"""Seconds after a renewal was sent within which nobody else can have them."""
SHORT = 30.0
"""Seconds: a standby of the database takes over, or it restarts, within that; nobody is notified until
then, as the queue will do."""
SILENT = 60.0
"""Seconds after which a node that does not answer counts as one that will not."""


class PeerAnswer(Enum):
    """Name what another node says to the question whether it has the database."""

    HAS_IT = "has it"
    LACKS_IT = "lacks it"


class AbsenceReason(Enum):
    """Name why a node without the database does what it does."""

    HELD = "its lease is still in force"
    NOBODY_TO_ASK = "it knows no other node that it could ask"
    ASKING = "it has not asked the other nodes yet"
    CUT_OFF = "another node has the database"
    TAKEN_OVER = "another node had the database after the lease was over, and has its monitors"
    NOBODY_HAS_IT = "no other node has the database"
    NO_ANSWER = "not all other nodes answer, and none has the database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """Hold what a node knows while its renewals fail: the seconds since it sent the last good one, the
    other nodes that lived then, and what each said to the last question; None: it has not asked since it
    noticed, or since it stood still. `can_ask`: it has a link to other nodes. `was_taken_over`: one had the
    database when another node could already have its monitors. `silence`: for how many seconds no node
    has answered at all."""

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
    """Return what a node does that does not reach the database."""
    if not absence.can_ask or not absence.peers:
        return Conduct(True, True, AbsenceReason.NOBODY_TO_ASK)
    if absence.seconds < SURELY_HELD:
        return Conduct(True, False, AbsenceReason.HELD)
    if absence.peer_answers is None:
        return Conduct(False, False, AbsenceReason.ASKING)
    if PeerAnswer.HAS_IT in absence.peer_answers.values():
        return Conduct(False, False, AbsenceReason.CUT_OFF)
    if absence.was_taken_over and (absence.peer_answers or absence.silence < SILENT):
        return Conduct(False, False, AbsenceReason.TAKEN_OVER)
    return _conduct_without_it(absence, absence.peer_answers)


def _conduct_without_it(absence: Absence, answers: Mapping[str, PeerAnswer]) -> Conduct:
    """Return what a node does if no node that answers has the database."""
    if absence.peers <= answers.keys():
        return Conduct(True, absence.seconds >= SHORT, AbsenceReason.NOBODY_HAS_IT)
    return Conduct(True, absence.seconds >= SILENT, AbsenceReason.NO_ANSWER)
