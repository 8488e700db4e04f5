"""Draw a share of 100 as a bar, for mail programs: a row of cells, each as wide as its
share."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.actions.letter import Gauge


def shares(gauge: Gauge) -> Iterator[tuple[float, str]]:
    """Yield the width of each cell in percent, and its ground: grey up to the first limit, then
    the colour of each level, then what is left."""
    value = min(max(gauge.value, 0.0), 100.0)
    edges = [(0.0, "bar")]
    edges += [(stop.value, f"bar-{stop.level.value}") for stop in gauge.stops]
    ends = [*(edge for edge, _ in edges[1:]), 100.0]
    for (start, ground), end in zip(edges, ends, strict=True):
        if min(end, value) > start:
            yield min(end, value) - start, ground
    if value < 100:
        yield 100 - value, "rest"
