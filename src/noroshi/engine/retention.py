"""Delete what the store need keep no longer, a few rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from noroshi.ports import Clocks, Store

PAUSE_SECONDS, SOON_SECONDS = 60.0, 1.0  # seconds
SAMPLES_AT_ONCE = 20_000
ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriods:
    """Hold how long data is kept: measurements (`samples`), settled mails and told events
    (`ledger`), changes by people (`audit`)."""

    samples: timedelta = timedelta(days=7)
    ledger: timedelta = timedelta(days=365)
    audit: timedelta = timedelta(days=365)


class Retention:
    """Delete old samples, and the old rows of ledger and audit log."""

    def __init__(self, store: Store, clocks: Clocks, periods: RetentionPeriods) -> None:
        self._store, self._clocks, self._periods = store, clocks, periods

    async def step(self) -> float:
        """Delete a few, so that nothing waits for it; return the seconds to pause. Raises
        StoreError."""
        now = self._clocks.wall()
        cutoff = now - self._periods.samples
        dropped_count = await self._store.drop_samples(cutoff, SAMPLES_AT_ONCE)
        forgotten_count = await self._store.forget(now - self._periods.ledger, ROWS_AT_ONCE)
        await self._store.forget_suppressions(now - self._periods.ledger)
        rows = await self._store.forget_audit(now - self._periods.audit, ROWS_AT_ONCE)
        has_more = dropped_count == SAMPLES_AT_ONCE or ROWS_AT_ONCE in (forgotten_count, rows)
        return SOON_SECONDS if has_more else PAUSE_SECONDS
