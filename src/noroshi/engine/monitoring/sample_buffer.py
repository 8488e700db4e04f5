"""Buffer samples that led to no change until the next second's append."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from noroshi.core.model import Sample

MOST_SAMPLES = 100_000
"""Samples that are buffered while the store cannot take them; then the oldest go."""

PORTION = 5_000
"""Samples that are handed to the store at a time: while it is away for long, what is tried in vain
each second must not hold up the loop."""

MonitorSample = tuple[str, Sample]
"""The id of a monitor, and a sample of it."""


class SampleBuffer:
    """Buffer samples by monitor: when a change is written, the samples of its monitor go with
    it, as what a check remembers must never be ahead of what was written of it."""

    def __init__(self) -> None:
        self._by_monitor: dict[str, list[Sample]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, monitor: str, sample: Sample) -> None:
        """Add a sample, in place of an old one where there are too many."""
        self._by_monitor.setdefault(monitor, []).append(sample)
        self._count += 1
        if self._count > MOST_SAMPLES:
            oldest = next(iter(self._by_monitor))
            self.put_back(oldest, self.take(oldest)[1:])

    def take(self, monitor: str) -> tuple[Sample, ...]:
        """Remove and return the samples of one monitor, oldest first."""
        samples = tuple(self._by_monitor.pop(monitor, ()))
        self._count -= len(samples)
        return samples

    def take_some(self, excluded_ids: Collection[str]) -> list[MonitorSample]:
        """Remove and return about PORTION samples, all that there are of each monitor, in the order
        in which they were measured; none of the excluded monitors."""
        batch = list[MonitorSample]()
        for monitor in [monitor for monitor in self._by_monitor if monitor not in excluded_ids]:
            if len(batch) >= PORTION:
                break
            batch += [(monitor, sample) for sample in self.take(monitor)]
        return sorted(batch, key=lambda entry: entry[1].measured_at)

    def put_back(self, monitor: str, samples: Iterable[Sample]) -> None:
        """Put back what could not be written, before what was measured meanwhile."""
        older_samples = list(samples)
        if older_samples:
            self._by_monitor[monitor] = older_samples + self._by_monitor.get(monitor, [])
            self._count += len(older_samples)

    def put_all_back(self, batch: Iterable[MonitorSample]) -> None:
        """Put back what could not be written of several monitors."""
        by_monitor = dict[str, list[Sample]]()
        for monitor, sample in batch:
            by_monitor.setdefault(monitor, []).append(sample)
        for monitor, samples in by_monitor.items():
            self.put_back(monitor, samples)
