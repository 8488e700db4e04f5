"""Throttle logins: how long somebody has to wait who failed to log in again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

LONGEST_WAIT = 900.0
RETENTION = 3600.0
"""Seconds without a failure until the count begins anew."""
KEY_DIGITS = 32
MOST_KEPT = 200
"""Names and addresses with the latest failures that are to be kept over a restart."""
MOST_KEYS = 10_000
"""Names and addresses that are remembered; the oldest make room."""


Failures = tuple[str, int, float]
"""The hash of a name or an address, how often it failed, and when last."""


def _hashed(key: str) -> str:
    """Return what stands for a key: people type passwords where a name belongs."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:KEY_DIGITS]


@dataclass
class Attempts:
    """Failures by name or address: `free_attempts` cost nothing, each further one doubles the
    wait, from one second to the `longest_wait`. `now` is the steady clock's."""

    free_attempts: int
    longest_wait: float = LONGEST_WAIT
    _failures: dict[str, tuple[int, float]] = field(default_factory=dict)

    def wait(self, key: str, now: float) -> float:
        """Return the seconds until they may try again; 0: now."""
        count, last = self._failures.get(_hashed(key), (0, now))
        if count < self.free_attempts or now - last >= RETENTION:
            return 0.0
        return max(
            0.0, last + min(2.0 ** (count - self.free_attempts), self.longest_wait) - now
        )

    def count_failure(self, key: str, now: float) -> None:
        """Count one failure. It is counted before a password is looked at, and taken back
        after."""
        key = _hashed(key)
        count, last = self._failures.pop(key, (0, now))
        if now - last >= RETENTION:
            count = 0
        self._failures[key] = min(count + 1, 64), now
        if len(self._failures) > MOST_KEYS:
            del self._failures[next(iter(self._failures))]

    def forgive(self, key: str) -> None:
        """Take back the last one; those before it stay."""
        key = _hashed(key)
        if key in self._failures:
            count, last = self._failures[key]
            self._failures[key] = max(count - 1, 0), last

    def forget(self, key: str) -> None:
        """Forget all attempts: the login succeeded."""
        self._failures.pop(_hashed(key), None)

    def slowed(self) -> tuple[Failures, ...]:
        """Return the failures to keep over a restart: those that cause a wait, the latest ones."""
        slowed = [
            (key, count, last)
            for key, (count, last) in self._failures.items()
            if count >= self.free_attempts
        ]
        return tuple(slowed[-MOST_KEPT:])

    def put_back(self, failures: Iterable[Failures]) -> None:
        """Continue from stored failures."""
        for key, count, last in failures:
            self._failures.setdefault(key, (min(count, 64), last))
