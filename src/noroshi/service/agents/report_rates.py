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
SAMPLES_AT_ONCE = 1000
"""Samples that may be of one instant: one of each monitor."""
LONGEST_RETRY = 600.0


@dataclass
class _RowBucket:
    """Count what an agent may still report now, and what it reported since the day began."""

    remaining: float
    filled_at: float
    day_began: float
    rows_of_day: int = 0


class _HourlyCounts:
    """Count things of each agent by the minute, and forget them after an hour."""

    def __init__(self) -> None:
        self._minutes: dict[str, Counter[int]] = {}

    def add(self, agent: str, count: int, now: float) -> None:
        self._minutes.setdefault(agent, Counter())[int(now // 60)] += count

    def total(self, agent: str, now: float) -> int:
        minutes, oldest = self._minutes.get(agent, Counter()), int((now - HOUR) // 60)
        for minute in [minute for minute in minutes if minute < oldest]:
            del minutes[minute]
        return minutes.total()

    def forget(self, agent: str) -> None:
        self._minutes.pop(agent, None)


class ReportRates:
    """Count rows and samples, and what was refused of an agent within the last hour, as long as it
    lives. `now` is the steady clock's.

    An agent that was without its hub has much to report, and waits for its turn. One that has more
    to report than its hub takes, however long it waits, reports too much, and somebody is told: it
    made more within so many `seconds` than it may report in them.
    """

    def __init__(self) -> None:
        self._buckets: dict[str, _RowBucket] = {}
        self._refused_rows, self._excessive_reports = _HourlyCounts(), _HourlyCounts()
        self._sample_credits: dict[str, tuple[float, float]] = {}
        """How many samples each may send now, and since when that holds."""

    def take_samples(self, agent: str, samples: int, seconds: float, now: float) -> None:
        """Count samples of an agent. Raises LinkRefusedError beyond its rate: it would fill the
        hub's disk."""
        credit, since = self._sample_credits.get(agent, (SAMPLES_BURST, now))
        credit = min(SAMPLES_BURST, credit + (now - since) * SAMPLES_A_SECOND)
        self._sample_credits[agent] = (credit, now)
        if samples > credit:
            if samples > SAMPLES_AT_ONCE + seconds * SAMPLES_A_SECOND:
                self._excessive_reports.add(agent, 1, now)
            pause = min((samples - credit) / SAMPLES_A_SECOND, LONGEST_RETRY)
            raise LinkRefusedError(LinkFault.BUSY, "too many samples", pause)
        self._sample_credits[agent] = (credit - samples, now)

    def take(
        self, agent: str, rows: int, now: float, *, backlog: int = 0, seconds: float = 0.0
    ) -> None:
        """Count rows of an agent, which made its `backlog` within so many seconds. Raises
        LinkRefusedError beyond its rate."""
        bucket = self._buckets.setdefault(agent, _RowBucket(BURST, now, now))
        filled = bucket.remaining + (now - bucket.filled_at) * ROWS_A_SECOND
        bucket.remaining, bucket.filled_at = min(BURST, filled), now
        if now - bucket.day_began >= DAY:
            bucket.day_began, bucket.rows_of_day = now, 0
        pause = max(0.0, rows - bucket.remaining) / ROWS_A_SECOND
        is_day_over = bucket.rows_of_day + rows > ROWS_A_DAY
        if is_day_over:
            pause = bucket.day_began + DAY - now
        if pause > 0:
            if is_day_over or backlog > BURST + seconds * ROWS_A_SECOND:
                self._excessive_reports.add(agent, 1, now)
            raise LinkRefusedError(LinkFault.BUSY, "too many rows", min(pause, LONGEST_RETRY))
        bucket.remaining -= rows
        bucket.rows_of_day += rows

    def note_refused(self, agent: str, rows: int, now: float) -> None:
        """Note that rows of an agent were refused for good, or are lost."""
        self._refused_rows.add(agent, rows, now)

    def recently_refused(self, agent: str, now: float) -> int:
        """Return how many rows of an agent were refused within the last hour."""
        return self._refused_rows.total(agent, now)

    def recently_excessive(self, agent: str, now: float) -> int:
        """Return how many reports of an agent were put off within the last hour, as it makes more
        than the hub takes."""
        return self._excessive_reports.total(agent, now)

    def forget(self, agent: str) -> None:
        """Forget an agent that is gone."""
        self._buckets.pop(agent, None)
        self._refused_rows.forget(agent)
        self._excessive_reports.forget(agent)
        self._sample_credits.pop(agent, None)
