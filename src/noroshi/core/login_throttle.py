"""Throttle logins: how long somebody has to wait who failed to log in again and again."""

from __future__ import annotations

from dataclasses import dataclass, field

LONGEST_WAIT = 900.0
RETENTION = 3600.0
"""Seconds without a failure until the count begins anew."""
MOST_KEYS = 10_000
"""Names and addresses that are remembered; the oldest make room."""


@dataclass
class Attempts:
    """Failures by name or address: `free_attempts` cost nothing, each further one doubles the
    wait, from one second to the `longest_wait`. `now` is the steady clock's."""

    free_attempts: int
    longest_wait: float = LONGEST_WAIT
    _failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def wait(self, key: str, now: float) -> float:
        """Return the seconds until they may try again; 0: now."""
        count, last = self._failures.get(key, (0, now))
        if count < self.free_attempts or now - last >= RETENTION:
            return 0.0
        return max(
            0.0, last + min(2.0 ** (count - self.free_attempts), self.longest_wait) - now
        )

    def count_failure(self, key: str, now: float) -> None:
        """Count one failure. It is counted before a password is looked at, and taken back
        after."""
        count, last = self._failures.pop(key, (0, now))
        if now - last >= RETENTION:
            count = 0
        self._failures[key] = min(count + 1, 64), now
        if len(self._failures) > MOST_KEYS:
            del self._failures[next(iter(self._failures))]

    def forgive(self, key: str) -> None:
        """Take back the last one; those before it stay."""
        if key in self._failures:
            count, last = self._failures[key]
            self._failures[key] = max(count - 1, 0), last

    def forget(self, key: str) -> None:
        """Forget all attempts: the login succeeded."""
        self._failures.pop(key, None)
