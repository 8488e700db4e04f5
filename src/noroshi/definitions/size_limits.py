"""How many definitions one node takes: of more, looking at them alone would take its memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from noroshi.core.definitions.problems import Problem
from noroshi.core.definitions.schema import Definitions
from noroshi.core.words import Words
from noroshi.definitions.documents import definitions_of
from noroshi.ports import Document

MOST_DEFINITIONS, MOST_MONITORS = 20_000, 25_000
"""Twice as many as were measured (docs/benchmarks.md): what is only looked at takes 70 MB then."""
DEFINITIONS = Words(
    en="there are {count:definition|definitions}, and one node takes {most}; share them out among several",
    ja="定義が {count} 件あります。1つのノードで扱えるのは {most} 件までです。複数のノードに分けてください",
)
MONITORS = Words(
    en="there are {count:monitor|monitors}, and one node takes {most}; share them out among several",
    ja="監視項目が {count} 件あります。1つのノードで扱えるのは {most} 件までです。複数のノードに分けてください",
)


def too_many(
    documents: Sequence[Document], monitors: int, before: Sequence[Document] = ()
) -> Iterator[Problem]:
    """Yield what is more than a node takes, and more than it has already."""
    if len(documents) > max(MOST_DEFINITIONS, len(before)):
        words = DEFINITIONS.fill(count=len(documents), most=MOST_DEFINITIONS)
        yield Problem("", words)
    if monitors > MOST_MONITORS and monitors > monitors_in(definitions_of(before)[0]):
        yield Problem("", MONITORS.fill(count=monitors, most=MOST_MONITORS))


def monitors_in(definitions: Definitions) -> int:
    """Return how many monitors the instances define."""
    instances = definitions.instances.values()
    return sum(len(group.monitor) for one in instances for group in one.group)
