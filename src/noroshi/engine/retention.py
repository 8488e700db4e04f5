"""What the store lets go of once its time is over, a few at a time."""

from __future__ import annotations

from datetime import timedelta

from noroshi.ports import Clocks, Store

SWEEP, SOON = 60.0, 1.0  # seconds
KEEP_SAMPLES = timedelta(days=7)
SWEPT_AT_ONCE = 20_000
YEAR = timedelta(days=365)
FORGOTTEN_AT_ONCE = 500


class Sweeping:
    """`ledger` and `audit` are how long the two are kept."""

    def __init__(
        self, store: Store, clocks: Clocks, ledger: timedelta, audit: timedelta
    ) -> None:
        self._store, self._clocks = store, clocks
        self._ledger, self._audit = ledger, audit

    async def step(self) -> float:
        """Let go of old samples and of what ledger and audit log need no longer hold, a few at a
        time, so that nothing waits for it; answers how long to pause."""
        now = self._clocks.wall()
        dropped = await self._store.drop_samples(now - KEEP_SAMPLES, SWEPT_AT_ONCE)
        forgotten = await self._store.forget(now - self._ledger, FORGOTTEN_AT_ONCE)
        await self._store.forget_suppressions(now - self._ledger)
        rows = await self._store.forget_audit(now - self._audit, FORGOTTEN_AT_ONCE)
        more = dropped == SWEPT_AT_ONCE or FORGOTTEN_AT_ONCE in (forgotten, rows)
        return SOON if more else SWEEP
