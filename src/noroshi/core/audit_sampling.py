"""Sample repeated refusals for the audit log, so that a flood of them fills no disk and hides
little."""

from __future__ import annotations

from dataclasses import dataclass, field

INTERVAL = 600.0
"""Seconds between two rows of one sort."""
MOST_AN_HOUR, HOUR = 60, 3600.0
"""Rows of all sorts in an hour: a year of a flood is about 100 MB."""
MOST_SORTS = 1000


@dataclass
class AuditSampler:
    """Refusals by sort: who, what, from where. `now` is the steady clock's."""

    _last: dict[tuple[str, ...], float] = field(default_factory=dict)
    _left_out: int = 0
    _row_times: list[float] = field(default_factory=list)

    def count_refusal(self, key: tuple[str, ...], now: float) -> int | None:
        """Count one refusal. Return None if it is not written down, else how many, of any sort,
        were left out since the last row."""
        self._row_times = [at for at in self._row_times if now - at < HOUR]
        last = self._last.get(key)
        if (last is not None and now - last < INTERVAL) or len(self._row_times) >= MOST_AN_HOUR:
            self._left_out += 1
            return None
        self._last.pop(key, None)
        self._last[key] = now
        if len(self._last) > MOST_SORTS:
            del self._last[next(iter(self._last))]
        self._row_times.append(now)
        left_out, self._left_out = self._left_out, 0
        return left_out
