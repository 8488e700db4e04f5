"""Share monitors with the other nodes on a database: which this node leaves to others, and whether it
may still start checks of its own."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from noroshi.core.model import Monitor
from noroshi.core.shares import Nodes, ids_of_others
from noroshi.engine.monitoring.schedule import GUARANTEED, MonitorBlock
from noroshi.engine.monitoring.watcher import Watcher
from noroshi.ports import SHARED_LEASE, Renewal

RENEW = 2.0
"""Seconds between two renewals."""
LONGEST_HOLD = SHARED_LEASE.total_seconds() - 1.0
"""Seconds after a renewal was sent within which nobody else can have the monitors."""
STOOD_STILL = 5.0
"""Seconds without a look at the schedule, after which another node may have everything."""


class Sharing:
    """Hold what a node knows of the others."""

    def __init__(self, name: str) -> None:
        self._name, self._nodes = name, Nodes((), "")
        self._renewed_at, self._back_at, self._is_away = 0.0, 0.0, False
        self._left_out = frozenset[str]()
        self._monitors: Mapping[str, Monitor] = {}
        self._facts: tuple[Nodes, Collection[str]] = self._nodes, ()

    def record_renewal(self, renewal: Renewal, sent_at: float) -> None:
        """Record that the database has answered a renewal that was sent then."""
        if sent_at - self._renewed_at > LONGEST_HOLD and self._renewed_at:
            self._back_at = sent_at
        self._nodes = Nodes(renewal.nodes, renewal.sender)
        self._renewed_at, self._is_away = sent_at, False

    def record_loss(self) -> None:
        """Record that another node took all that this one held: the others live, so nothing of theirs
        looks free, and they give this one its share."""
        self._renewed_at = self._back_at = 0.0

    def record_failure(self) -> None:
        """Record that the database does not answer. Nobody else has it either, as far as this node
        knows, so it watches on."""
        self._is_away = True

    def record_tick(self, seconds: float) -> None:
        """Record for how long nobody looked at the schedule."""
        if seconds > STOOD_STILL:
            self._is_away = False

    def may_start(self, now: float) -> bool:
        """Return whether checks may start: this node surely holds its monitors, or the database does
        not answer. One that stood still asks first."""
        return self._is_away or now - self._renewed_at < LONGEST_HOLD

    def may_take(self, now: float) -> bool:
        """Return whether this node may take what looks free. As the database is back all leases are
        over, and whoever is the first would take all; so it waits until the others have renewed."""
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


async def give_up(watcher: Watcher, block: MonitorBlock, ids: Collection[str]) -> None:
    """Give back those monitors that are others' to watch: now, or once nothing of them is under way
    or owed. Raises StoreError."""
    held_ids = block.states.keys() | block.reported_monitors.keys()
    block.leaving_ids = frozenset(held_ids & frozenset(ids))
    owed_ids = {check.id for check in block.queue if check.trigger in GUARANTEED}
    block.given_ids = frozenset(
        id
        for id in block.leaving_ids - block.busy - owed_ids - block.unconfirmed_changes.keys()
        if not watcher.emergency.is_concerned_by(id)
    )
    if not block.given_ids:
        return
    try:
        await watcher.flush()
        await watcher.store.give_back(block.fence, block.given_ids)
        block.remove(block.given_ids)
    finally:
        block.given_ids = frozenset()
