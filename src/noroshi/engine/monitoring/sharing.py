"""Share monitors with the other nodes on a database: which this node leaves to others, and whether it
may still start checks of its own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping

from noroshi.core.database_absence import (
    LEASE,
    SAFE_LEASE,
    STANDBY_TAKEOVER,
    Absence,
    AbsenceReason,
    Conduct,
    PeerAnswer,
    conduct_in,
)
from noroshi.core.model import Monitor
from noroshi.core.shares import Nodes, ids_of_others
from noroshi.engine.monitoring.schedule import GUARANTEED, MonitorBlock
from noroshi.engine.monitoring.watcher import Watcher
from noroshi.ports import SHARED_LEASE, Renewal

RENEW = 2.0
"""Seconds between two renewals, and between two questions to the other nodes."""
BEYOND_END = 0.05
"""Seconds after the end of another node's lease, so that the database surely finds it over."""
RENEWAL_TIMEOUT = 6.0
"""Seconds within which the database must answer a renewal."""
ASK_PEERS_AFTER = 4.0
"""Seconds after a good renewal, until the other nodes are asked: what they say must be known before
another node can have the monitors."""
STOOD_STILL = 5.0
"""Seconds without a look at the schedule, after which another node may have everything."""


TRANSIENT_REASONS = (AbsenceReason.HELD, AbsenceReason.ASKING)
log = logging.getLogger(__name__)


class Sharing:
    """Hold what a node knows of the others. `can_ask`: it has a link to them."""

    def __init__(self, name: str, *, can_ask: bool = False) -> None:
        self._name, self._nodes, self._can_ask = name, Nodes((), ""), can_ask
        self._peer_answers: Mapping[str, PeerAnswer] | None = None
        self._answered_at, self._was_taken_over = 0.0, False
        self._logged_reason: AbsenceReason | None = None
        self._renewed_at, self._back_at, self._is_away = 0.0, 0.0, False
        self._answers_since = self._woke_at = 0.0
        self._left_out = frozenset[str]()
        self._monitors: Mapping[str, Monitor] = {}
        self._facts: tuple[Nodes, Collection[str]] = self._nodes, ()

    def record_renewal(self, renewal: Renewal, sent_at: float) -> None:
        """Record that the database has answered a renewal that was sent then."""
        if sent_at - self._renewed_at > SAFE_LEASE and self._renewed_at:
            self._back_at = sent_at
        if self._is_away or sent_at - self._renewed_at > ASK_PEERS_AFTER:
            self._answers_since = sent_at
        # Of its own share it has what it has; what it lacks the others take.
        unusable = renewal.unusable - {self._name}
        self._nodes = Nodes(renewal.nodes, renewal.sender, unusable)
        self._renewed_at, self._is_away = sent_at, False
        self._peer_answers, self._was_taken_over = None, False
        if self._logged_reason is not None:
            log.info("the database answers again")
            self._logged_reason = None

    def record_loss(self) -> None:
        """Record that another node took all that this one held: the others live, so nothing of theirs
        looks free, and they give this one its share."""
        self._renewed_at = self._back_at = 0.0
        self._is_away, self._peer_answers = False, None

    def record_failure(self, asked_at: float) -> None:
        """Record that the database does not answer a question that was put then. What this node does
        hangs on what the other nodes say. That a question timed out while this node itself stood still
        says nothing."""
        if asked_at >= self._woke_at:
            self._is_away = True

    def record_silence(self, now: float) -> None:
        """Record that time goes on. Without a renewal for as long as this node surely has its monitors,
        the database does not answer, even if a question to it is still under way."""
        if self._renewed_at and now - max(self._renewed_at, self._woke_at) >= SAFE_LEASE:
            self._is_away = True

    def peers_to_ask(self, now: float) -> frozenset[str]:
        """Return the nodes to be asked now whether they have the database: those that lived at the
        last good renewal, once that is a while ago."""
        is_due = (
            self._can_ask and self._renewed_at and now - self._renewed_at >= ASK_PEERS_AFTER
        )
        return self._peers if is_due else frozenset()

    def record_answers(self, answers: Mapping[str, PeerAnswer], asked_at: float) -> None:
        """Record what the other nodes said to a question that was put then; of before a renewal, or
        before this node stood still, it counts no more."""
        if asked_at < max(self._renewed_at, self._woke_at):
            return
        if answers or self._peer_answers is None:
            self._answered_at = asked_at
        self._peer_answers = answers
        if PeerAnswer.HAS_IT in answers.values():
            self._was_taken_over |= asked_at - self._renewed_at >= LEASE

    @property
    def _peers(self) -> frozenset[str]:
        return frozenset(self._nodes.names) - {self._name}

    def record_tick(self, now: float, seconds: float) -> None:
        """Record for how long nobody had looked at the schedule by now."""
        if seconds > STOOD_STILL:
            self._is_away, self._peer_answers, self._woke_at = False, None, now

    def may_start(self, now: float) -> bool:
        """Return whether checks may start: this node surely holds its monitors, or the database does
        not answer, and no other node has it. One that stood still asks first."""
        if now - self._renewed_at < SAFE_LEASE:
            return True
        return self._is_away and self._conduct(now).monitors

    def may_notify(self, now: float) -> bool:
        """Return whether alarms may be sent past the queue, if they cannot be written. Once the database
        is back, they are not for a while: changes found meanwhile have time to get into the queue."""
        has_peers = self._can_ask and self._peers
        if has_peers and not self._is_away and now - self._renewed_at < ASK_PEERS_AFTER:
            return (
                now - self._answers_since >= STANDBY_TAKEOVER
            )  # it is not the database that is away
        return self._conduct(now).notifies

    def _conduct(self, now: float) -> Conduct:
        conduct = conduct_in(
            Absence(
                seconds=now - self._renewed_at,
                can_ask=self._can_ask,
                peers=self._peers,
                peer_answers=self._peer_answers,
                was_taken_over=self._was_taken_over,
                silence=now - self._answered_at,
            )
        )
        if self._is_away and conduct.reason not in (self._logged_reason, *TRANSIENT_REASONS):
            does = "monitors on" if conduct.monitors else "monitors nothing"
            log.warning("without the database this node %s: %s", does, conduct.reason.value)
            self._logged_reason = conduct.reason
        return conduct

    def may_take_over(self, now: float) -> bool:
        """Return whether this node may take what others did not give back. As the database is back all
        leases are over, and whoever is the first would take all; so it waits until the others have
        renewed."""
        return not self._back_at or now - self._back_at > SHARED_LEASE.total_seconds()

    def left_out(
        self,
        monitors: Mapping[str, Monitor],
        is_reported: Callable[[Monitor], bool],
        agents: Collection[str],
    ) -> frozenset[str]:
        """Return the ids of the monitors that are left to others: all, while nothing is known of
        them."""
        if not self._nodes.names:
            return frozenset(monitors)
        facts = self._nodes, agents
        if monitors is not self._monitors or facts != self._facts:
            self._left_out = ids_of_others(monitors, is_reported, self._name, self._nodes)
            self._monitors, self._facts = monitors, facts
        return self._left_out


def seconds_to_next_renewal(renewal: Renewal) -> float:
    """Return the seconds until this node is to renew its lease: soon, or once it may take what another
    one no longer holds."""
    if renewal.next_end is None:
        return RENEW
    return min(RENEW, renewal.next_end.total_seconds() + BEYOND_END)


async def give_up(watcher: Watcher, block: MonitorBlock, ids: Collection[str]) -> None:
    """Give back those monitors that are others' to watch: now, or once nothing of them is under way
    or owed. Raises StoreError."""
    now = watcher.clocks.wall()
    block.leave(block.held_ids & frozenset(ids), watcher.clocks.steady(), now)
    owed_ids = {check.id for check in block.queue if check.trigger in GUARANTEED}
    block.given_ids = frozenset(
        id
        for id in block.leaving_ids
        - block.busy.keys()
        - owed_ids
        - block.unconfirmed_changes.keys()
        if not watcher.emergency.is_concerned_by(id)
    )
    if not block.given_ids:
        return
    try:
        await watcher.flush()
        watched_until = block.watched_until(block.given_ids, now)
        await watcher.store.give_back(block.fence, watched_until)
        block.remove(block.given_ids)
    finally:
        block.given_ids = frozenset()
