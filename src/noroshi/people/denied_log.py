"""Write whoever was turned away into the audit log: as whom, from where, and why."""

from __future__ import annotations

import logging

from noroshi.core.audit_sampling import AuditSampler
from noroshi.core.people import Audited
from noroshi.core.translation import Message
from noroshi.ports import Clocks, Store, StoreError

log = logging.getLogger(__name__)


class DeniedLog:
    """Write refusals down, as many as a disk can bear."""

    def __init__(self, store: Store, clocks: Clocks) -> None:
        self._store, self._clocks, self._sparing = store, clocks, AuditSampler()

    async def record(
        self, op: str, name: str, door: str, address: str, reason: Message
    ) -> None:
        """Record a refusal. A store that is away changes nothing of that."""
        left_out = self._sparing.count_refusal((op, name, door, address), self._clocks.steady())
        if left_out is None:
            return
        row = Audited(
            at=self._clocks.wall(),
            who=name,
            door=door,
            address=address,
            op=op,
            refused=reason,
            left_out=left_out,
        )
        try:
            await self._store.audit(row)
        except StoreError as error:
            log.warning("a refusal is not in the audit log op=%s: %s", op, error)
