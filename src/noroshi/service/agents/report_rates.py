"""Limit how much each agent reports: its own log keeps the rest."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from noroshi.link.link_messages import LinkFault
from noroshi.service.agents.link_refusal import LinkRefusedError

ROWS_A_SECOND, BURST = 10.0, 1000.0
ROWS_A_DAY = 200_000
DAY, HOUR = 86_400.0, 3600.0
SAMPLES_A_SECOND, SAMPLES_BURST = 100.0, 100_000.0
"""A thousand monitors every 10 s; and what 30 monitors measure in two days without the hub."""
LONGEST_RETRY = 600.0


@dataclass
class _RowBucket:
    """What an agent may still report now, and what it reported since the day began."""

    remaining: float
    filled_at: float
    day_began: float
    rows_of_day: int = 0


class ReportRates:
    """Count rows, and what was refused of an agent within the last hour, as long as it lives. `now`
    is the steady clock's."""

    def __init__(self) -> None:
        self._buckets: dict[str, _RowBucket] = {}
        self._refused_rows: dict[str, Counter[int]] = {}
        self._sample_credits: dict[str, tuple[float, float]] = {}
        """How many samples each may send now, and since when that holds."""

    def take_samples(self, agent: str, samples: int, now: float) -> None:
        """Count samples of an agent. Raises LinkRefusedError beyond its rate: it would fill the
        hub's disk."""
        credit, since = self._sample_credits.get(agent, (SAMPLES_BURST, now))
        credit = min(SAMPLES_BURST, credit + (now - since) * SAMPLES_A_SECOND)
        self._sample_credits[agent] = (credit, now)
        if samples > credit:
            pause = min((samples - credit) / SAMPLES_A_SECOND, LONGEST_RETRY)
            raise LinkRefusedError(LinkFault.BUSY, "too many samples", pause)
        self._sample_credits[agent] = (credit - samples, now)

    def take(self, agent: str, rows: int, now: float) -> None:
        """Count rows of an agent. Raises LinkRefusedError beyond its rate."""
        bucket = self._buckets.setdefault(agent, _RowBucket(BURST, now, now))
        filled = bucket.remaining + (now - bucket.filled_at) * ROWS_A_SECOND
        bucket.remaining, bucket.filled_at = min(BURST, filled), now
        if now - bucket.day_began >= DAY:
            bucket.day_began, bucket.rows_of_day = now, 0
        seconds = max(0.0, rows - bucket.remaining) / ROWS_A_SECOND
        if bucket.rows_of_day + rows > ROWS_A_DAY:
            seconds = bucket.day_began + DAY - now
        if seconds > 0:
            self.note_refused(agent, rows, now)
            raise LinkRefusedError(LinkFault.BUSY, "too many rows", min(seconds, LONGEST_RETRY))
        bucket.remaining -= rows
        bucket.rows_of_day += rows

    def note_refused(self, agent: str, rows: int, now: float) -> None:
        """Note that rows of an agent were refused."""
        minutes = self._refused_rows.setdefault(agent, Counter())
        minutes[int(now // 60)] += rows

    def recently_refused(self, agent: str, now: float) -> int:
        """Return how many rows of an agent were refused within the last hour."""
        minutes, oldest = self._refused_rows.get(agent, Counter()), int((now - HOUR) // 60)
        for minute in [minute for minute in minutes if minute < oldest]:
            del minutes[minute]
        return sum(minutes.values())

    def forget(self, agent: str) -> None:
        """Forget an agent that is gone."""
        self._buckets.pop(agent, None)
        self._refused_rows.pop(agent, None)
        self._sample_credits.pop(agent, None)
