"""Keep whose turn it is to send the hub's notifications of this node: the hub's, or the node's own.

`core.sender_lease` decides. Here it is kept what it decides by: what the loops of the link and of
the reports hear of the hub, in seconds of the steady clock. Nothing here waits, sends or writes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from noroshi.agent.witness import WitnessMemory, must_tell
from noroshi.core.report import ReportLog
from noroshi.core.sender_lease import (
    DEFAULT_TERMS,
    SHORTEST_ALONE_AFTER,
    AgentTurn,
    LeaseTerms,
    LinkView,
    Phase,
    Sender,
    start_turn,
)

LONGEST_ALONE_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnMemory:
    """Hold what the next life of an agent must know: its id at the hub, the seconds after which it
    is alone, whether the hub knows of its route, the number of the last `HubFate` that is stored
    here, and what it has told as a witness."""

    agent: str = ""
    alone_after: float = DEFAULT_TERMS.alone_after.total_seconds()
    is_route_known: bool = False
    fates: int = 0
    witness: WitnessMemory = WitnessMemory()


class TurnKeeper:
    """The turn of one life of an agent. `steady` is its clock; `count_attempts` returns how many of
    its own attempts with notifications of the hub have not ended."""

    def __init__(
        self,
        memory: TurnMemory,
        steady: Callable[[], float],
        count_attempts: Callable[[], int],
        *,
        has_route: bool,
        has_own_notifications: bool,
    ) -> None:
        self.memory, self._steady, self._count_attempts = memory, steady, count_attempts
        self.has_route = has_route
        self.answered_at: float | None = None
        self._heard_at = steady()
        self._ends = deque[tuple[int, float]]()
        """The ends of the log that were seen, each with the time at which it was seen first."""
        self._acknowledged = 0
        self._turn = start_turn(
            steady(),
            self.terms,
            has_route=has_route,
            has_own_notifications=has_own_notifications,
        )

    @property
    def terms(self) -> LeaseTerms:
        """Return the times that hub and agent agreed on."""
        return _terms(self.memory.alone_after)

    def follow(self) -> AgentTurn:
        """Return the turn as it is now."""
        now, phase = self._steady(), self._turn.phase
        self._turn = self._turn.following(self._view(), now, self.terms)
        if self._turn.phase is Phase.NO_ROUTE and phase is not Phase.NO_ROUTE:
            self.memory = replace(self.memory, is_route_known=False)
        return self._turn

    def sender_of_request(self, stamp_received_at: float | None) -> Sender:
        """Return the sender that a request names which sends back a stamp that was received then,
        and keep to what it promises. None: there is no stamp, so nothing is granted."""
        self.follow()
        now, terms = self._steady(), self.terms
        sender = self._turn.sender(self._view(), now, terms)
        if sender is Sender.HUB and stamp_received_at is not None:
            self._turn = self._turn.promised(stamp_received_at, terms)
        return sender

    def note_answer(self, sender: Sender, *, is_taken: bool = True) -> None:
        """Note that the hub answered a request that named that sender. `is_taken`: it took what was
        reported, or there was nothing to take."""
        if is_taken:
            self.answered_at = self._steady()
        if sender is not Sender.HUB_ONLY and self._turn.phase is not Phase.NO_ROUTE:
            self.memory = replace(self.memory, is_route_known=True)
        self.follow()

    def note_log(self, report_log: ReportLog) -> None:
        """Note how far the log is, and how far the hub has it."""
        self._acknowledged, end = report_log.acknowledged.seq, report_log.last.seq
        if self._ends and self._ends[-1][0] > end:
            self._ends.clear()  # the log began anew
        if not self._ends or self._ends[-1][0] < end:
            self._ends.append((end, self._steady()))
        while self._ends and self._ends[0][0] <= self._acknowledged:
            self._ends.popleft()

    def note_contact(self) -> None:
        """Note that something was heard of the hub, be it a refusal."""
        self._heard_at = self._steady()
        if self.memory.witness.has_told:
            self._note_witness(has_told=False)

    def note_rank(self, rank: int) -> None:
        """Note this node's rank among the witnesses."""
        if rank != self.memory.witness.rank:
            self._note_witness(rank=rank)

    def must_tell(self, now: datetime) -> bool:
        """Return whether people are to be told now that the hub is unreachable; `now` is the wall
        clock's time."""
        away_for = timedelta(seconds=self._steady() - self._heard_at)
        return must_tell(self.memory.witness, away_for, self.terms.alone_after, now)

    def note_notice(self, now: datetime) -> None:
        """Note that people are told that the hub is unreachable."""
        self._note_witness(told_at=now, has_told=True)

    def _note_witness(self, **fields: Any) -> None:
        witness = replace(self.memory.witness, **fields)
        self.memory = replace(self.memory, witness=witness)

    def note_terms(self, alone_after: float) -> None:
        """Note after how many seconds without the hub it may take this node for alone."""
        upper_bound = LONGEST_ALONE_AFTER.total_seconds()
        lower_bound = SHORTEST_ALONE_AFTER.total_seconds()
        seconds = min(max(alone_after, lower_bound), upper_bound)
        self.memory = replace(self.memory, alone_after=seconds)

    def note_fates(self, number: int) -> None:
        """Note the number of the last `HubFate` that is stored."""
        self.memory = replace(self.memory, fates=number)

    def _view(self) -> LinkView:
        return LinkView(
            has_route=self.has_route,
            is_route_known=self.memory.is_route_known,
            answered_at=self.answered_at,
            backlog_since=self._ends[0][1] if self._ends else None,
            attempts_out=self._count_attempts(),
        )


def _terms(alone_after: float) -> LeaseTerms:
    return replace(DEFAULT_TERMS, alone_after=timedelta(seconds=alone_after))
