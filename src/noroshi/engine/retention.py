"""Delete what the store need keep no longer, a few rows at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from noroshi.ports import Clocks, Store

PAUSE_SECONDS, SOON_SECONDS = 60.0, 1.0  # seconds
SAMPLES_AT_ONCE = 20_000
ROWS_AT_ONCE = 500
REPORTS_KEPT, MOST_BYTES_OF_REPORTS = timedelta(days=7), 256 * 1024 * 1024
"""The rows that the hub has are kept so long, up to so many bytes: a hub that is restored from a
backup lacks some of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPeriods:
    """Hold how long data is kept: measurements (`samples`), settled mails and told events
    (`ledger`), changes by people (`audit`)."""

    samples: timedelta = timedelta(days=7)
    ledger: timedelta = timedelta(days=365)
    audit: timedelta = timedelta(days=365)


class Retention:
    """Delete old samples, and the old rows of ledger, audit log and of what the hub has."""

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
        reports = await self._store.forget_reports(
            now - REPORTS_KEPT, MOST_BYTES_OF_REPORTS, ROWS_AT_ONCE
        )
        full_counts = (forgotten_count, rows, reports)
        has_more = dropped_count == SAMPLES_AT_ONCE or ROWS_AT_ONCE in full_counts
        return SOON_SECONDS if has_more else PAUSE_SECONDS
